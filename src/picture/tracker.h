// From reports to tracks: one for each craft, whoever hears it.
//
//   Tracker tracker(options, listener);
//   decoder.feed(bytes, now, tracker);   // a tracker is a sink
//   tracker.advance(now);                // about once a second: ages, states, ends
//   tracker.each([&](const Track& t) { … t.motion(now) … });
//
// Whose report is it. In this order:
//   1. by what names the craft: its 24-bit address, MMSI or uid;
//   2. by a track number, which means something only together with the system that gave it;
//   3. a report that names nothing (a plot) by its place: the nearest track within the gate (99.9 % of the squared
//      distance in sigmas) that is not contradicted by domain, height or time; near ones are found in a grid;
//   4. else it begins a track, tentative until confirmed: by a second place where it names its craft, by a third
//      within a minute where it does not.
// A name that is new is never joined to a near track at once: two aircraft a mile apart are two. Instead a pair that
// stays within the gate, in place, velocity and height, that nothing contradicts (other address, other call sign, other
// code, one source telling the two apart) and that is not ambiguous (neither could as well be one with a third that
// contradicts the other) is joined after several agreements seconds apart; fewer where the call sign or a discrete code
// is the same. The elder stays, with what either knew (of both what was said later), and the merge is told.
//
// What does not fit. An address at a place that could not be reached (signs.h) begins a competing track under the same
// address: at most `kPlacesPerAddressMax`, each visible. A track number at such a place has been given to another
// craft: the number goes on to a new track. A source whose places stray from a track that others keep confirming is
// split off after three in a row: a merge can be undone.
//
// Ages. Every source has a cadence for each track, which is learnt from its places. A track coasts when it has had no
// new place for so long as its domain allows and every source of it has missed three of its own turns; it is stale
// when it is longer, and four. So who is told of once a minute (ADS-C, a ship at anchor) is live from report to report,
// and who was told of once a second and is not any more coasts at once. What is learnt is bounded (`usual_max_ms`): an
// outage is no cadence, and who speaks more seldom than that is stale in between. A newer place at any time makes it
// live again; reports without a place do not, but they keep it from its end, which comes when nothing at all is heard.
// Only that end goes by the reception: who is told of places a minute late, by a source that stands by them for so long
// (`stale`), has a track that is stale, but has one. No source's word makes stale what others hear.
//
// What is late. A report older than what the track says replaces nothing of it, field by field. One that the filter
// refuses as too late is counted and adds nothing. One that is dated ahead of its reception by more than a clock may be
// off is taken as of then, so that a source whose clock is wrong does not make everybody else late; its sign stays.
//
// Distress stands until it is taken back: by what carries the same field (another code after some time, another
// navigational status, an event that cancels it), or by its source going on for as long without repeating it. A source
// that falls silent takes nothing back, nor does the end of the track: the distress is kept (distress.h) and stands
// until the craft is heard again under the same address, MMSI or uid, whose track then has it.
//
// Time is what `advance` and reports bring; there is no clock. Everything is bounded: tracks, sources of a track,
// tracks looked at for a plot. When the table is full, unconfirmed plots and stale tracks make room, eldest first,
// those in distress last; when there are none the report is dropped and counted.
//
// The state is a function of the calls: same calls, same tracks, same ids, bit for bit. Keys are hashed under a key
// that the owner makes secret, so that nobody can choose identities that collide; the key changes no result.
//
// Cost: about a microsecond a report. Memory: some 3 KiB a track. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/hash_index.h"
#include "picture/distress.h"
#include "picture/signs.h"
#include "picture/track.h"
#include "picture/track_grid.h"
#include "surveillance/report.h"

namespace tansiq::picture {

/// When a track is what, in time since its last place; its end since a report came last.
struct Ages {
  DurationMs coasting_ms;  ///< At least; three usual intervals of a source where those are longer.
  DurationMs stale_ms;     ///< At least; four where those are longer.
  DurationMs end_ms;
  DurationMs tentative_ms;  ///< Ends when not confirmed, and no place of it came for so long.
  DurationMs usual_max_ms;  ///< No interval longer than this is taken for usual.
};

struct TrackerOptions {
  std::size_t tracks_max = 50'000;
  std::size_t sources_max = 1'024;  ///< Sources of which something is remembered; of others nothing is.
  Ages air{15'000, 60'000, 300'000, 130'000, 60'000};      ///< ADS-C by satellite: once a minute, and one is lost.
  Ages sea{60'000, 600'000, 1'800'000, 400'000, 200'000};  ///< A ship at anchor speaks every three minutes.
  Ages ground{30'000, 180'000, 900'000, 120'000, 60'000};
  DurationMs plot_tentative_ms = 60'000;
  bool accept_simulated = false;  ///< Reports that their source marks as simulated.
  SignOptions signs{};
  std::array<std::uint8_t, 16> hash_key{};
};

inline constexpr std::size_t kPlacesPerAddressMax = 4;
inline constexpr std::size_t kNearLookedAtMax = 512;
/// A source that has missed so many of its turns has fallen silent.
inline constexpr std::int64_t kTurnsMissed = 3;
/// What is dated later than this is no statement of the present, and would make a track that never ages.
inline constexpr DurationMs kFutureMsMax = 60'000;
inline constexpr double kGateDistance2 = 13.8;  ///< 99.9 % with two degrees of freedom.

/// Every report ends in exactly one of the first two groups.
struct TrackerCounters {
  std::uint64_t reports = 0;
  // Taken.
  std::uint64_t begun = 0;      ///< Began a track.
  std::uint64_t by_name = 0;    ///< Joined a track by address, MMSI or uid,
  std::uint64_t by_number = 0;  ///< by a system's track number,
  std::uint64_t by_place = 0;   ///< by its place.
  // Not taken.
  std::uint64_t not_a_craft = 0;  ///< Aids to navigation, field monitors.
  std::uint64_t simulated = 0;
  std::uint64_t placeless = 0;  ///< Of an unknown craft, without a place.
  std::uint64_t no_room = 0;
  std::uint64_t future = 0;   ///< Dated after its reception and after now by more than `kFutureMsMax`.
  std::uint64_t too_old = 0;  ///< Of an unknown craft, older than a tentative track may be, and nobody stands by it.
  // Of those taken.
  std::uint64_t late = 0;
  std::uint64_t too_late = 0;  ///< Heard, but too old for the filter, and nothing of it used.
  std::uint64_t repeated = 0;
  std::uint64_t restarted = 0;
  std::uint64_t ahead = 0;    ///< Dated after their reception by more than a clock may be off; taken as of then.
  std::uint64_t strayed = 0;  ///< Heard, but its place was not used: it does not fit what other sources say.
  // Beside.
  std::uint64_t jumps = 0;
  std::uint64_t numbers_reused = 0;
  std::uint64_t merged = 0;
  std::uint64_t split = 0;
  std::uint64_t evicted = 0;   ///< Made room.
  std::uint64_t near_cut = 0;  ///< Searches that ended at `kNearLookedAtMax`.
  std::uint64_t statuses = 0;
  std::uint64_t identities = 0;
  std::uint64_t texts = 0;
  std::uint64_t of_unknown_craft = 0;  ///< Identities and texts of craft without a track.
  std::uint64_t distress_dropped = 0;  ///< Of craft that are not heard any more; there was no room for it.
};

/// What is remembered of a source.
struct SourceState {
  surveillance::SourceId source;
  std::uint64_t reports = 0;
  UtcMs last_received;
  Sign clock;                       ///< `metres` is unused.
  DurationMs clock_off_ms = 0;      ///< When last seen.
  UtcMs misdated = kUtcMin;         ///< When most of it was last dropped for that.
  std::optional<bool> operational;  ///< As it says itself.
  std::optional<bool> overloaded;
};

class Tracker final : public surveillance::Sink {
 public:
  explicit Tracker(TrackerOptions options = {}, TrackListener* listener = nullptr);
  ~Tracker() override;

  void report(const surveillance::Report& report) override;
  void status(const surveillance::SensorStatus& status) override;
  void identity(const surveillance::Identity& identity) override;
  void text(const surveillance::Text& text) override;

  /// What this source says does not come here any more, for its time is so far off (`SourceState::clock_off_ms`): a
  /// sign that its clock is wrong, as of a report.
  void misdated(surveillance::SourceId source, DurationMs off_ms, UtcMs now);
  /// Ages every track; `now` never goes back.
  void advance(UtcMs now);
  /// For listeners: the report at hand as it is used, which is not always as it came (see: what is late). Null outside
  /// of `report`.
  [[nodiscard]] const surveillance::Report* taking() const { return taking_; }

  /// Null when there is none, or no more. Of several under one address the eldest of those that are confirmed, still
  /// have a place that is not stale, and whose place is not doubtful for itself; where there is none such, the eldest
  /// confirmed, else the eldest. Who begins later under somebody's address, however often he speaks, is not found in
  /// place of him.
  [[nodiscard]] const Track* find(TrackId id) const;
  [[nodiscard]] const Track* find_icao(std::uint32_t address) const;
  [[nodiscard]] const Track* find_mmsi(std::uint32_t mmsi) const;
  /// Every track, in no order that means anything, but the same after the same calls.
  void each(const std::function<void(const Track&)>& visit) const;
  [[nodiscard]] std::size_t size() const { return size_; }
  /// How far apart its places usually are, by the fastest of the sources that were in time for the last of them; 0
  /// where nothing is known yet.
  [[nodiscard]] DurationMs usual_ms(const Track& track) const;

  /// What signs hold at `now`, ordered by situation, appended.
  void findings(UtcMs now, std::vector<Held>& out) const;
  /// Distress of craft whose tracks have ended, in the order in which they did.
  [[nodiscard]] const std::vector<LostDistress>& lost_distress() const { return distress_.lost(); }
  /// From which ended track to which of now, what `advance` found to go on.
  [[nodiscard]] const std::vector<std::pair<TrackId, TrackId>>& inherited_distress() const { return inherited_; }
  [[nodiscard]] const std::vector<SourceState>& sources() const { return sources_; }
  [[nodiscard]] const TrackerCounters& counters() const { return counters_; }
  /// Heap bytes, all included.
  [[nodiscard]] std::size_t bytes() const;

 private:
  using Slot = std::uint32_t;
  static constexpr Slot kNone = 0xFFFFFFFF;

  // tracker.cc
  /// The time, or that of the reception where it is ahead of it by more than a clock may be off: nothing is received
  /// before it was so, so that is the nearer to the truth.
  [[nodiscard]] UtcMs not_ahead(UtcMs time, UtcMs received) const;
  void assign(const surveillance::Report& r);
  void take(Slot slot, const surveillance::Report& r, const Measurement& m);
  void note_sigma(Track& track, const Measurement& m) const;
  void note_word(Track& track, const surveillance::Report& r) const;
  static void tell_of(Track& track, const surveillance::Report& r);
  static void tell_of_distress(Track& track, const surveillance::Report& r);
  void mark_signs(Track& track, const surveillance::Report& r);
  static void note_torn(Track& track, const surveillance::Report& r, const FilterStep& step);
  Slot begin(const surveillance::Report& r, const Measurement& m, TrackId split_from = {});
  void end(Slot slot, TrackChange::Kind kind, TrackId other);
  void set_state(Track& track, TrackState state);
  void confirm(Track& track, const surveillance::Report& r, bool moved_on);
  static void note_cadence(HeardFrom& from, const Measurement& m, const Ages& ages);
  [[nodiscard]] bool in_time(const Track& track, std::int64_t turns) const;
  [[nodiscard]] TrackState aged(const Track& track) const;
  void age(Slot slot);
  void settle_distress();
  bool make_room();
  [[nodiscard]] const Ages& ages_of(surveillance::Domain domain) const;
  [[nodiscard]] static bool named(const Track& track);
  SourceState* source_state(surveillance::SourceId source);
  void changed(TrackChange change, const Track& track);

  // tracker_names.cc: keys and sources.
  struct Places {
    std::array<Slot, kPlacesPerAddressMax> slots{};
    std::size_t count = 0;
  };
  [[nodiscard]] Places under_name(const surveillance::Report& r) const;
  [[nodiscard]] Slot under_number(const surveillance::TrackNumber& number) const;
  [[nodiscard]] Slot under_craft(const surveillance::CraftId& id) const;
  [[nodiscard]] bool doubtful(const Track& track) const;
  void name(Slot slot, const surveillance::CraftId& id);
  HeardFrom& hear_from(Slot slot, const surveillance::Report& r);
  void forget_number(Slot slot, const surveillance::TrackNumber& number);
  void forget_uid(Slot slot, HeardFrom& from);
  void forget_source(Slot slot, std::size_t at);
  void forget_names(Slot slot);
  void join_source(Slot slot, const HeardFrom& from);
  void put(std::uint64_t hash, Slot slot);
  void drop(std::uint64_t hash, Slot slot);
  [[nodiscard]] std::uint64_t hash_of(const surveillance::CraftId& id) const;
  [[nodiscard]] std::uint64_t hash_of(std::string_view uid) const;
  [[nodiscard]] std::uint64_t hash_of(const surveillance::TrackNumber& number) const;
  [[nodiscard]] std::uint64_t hash_of(TrackId id) const;

  // tracker_pairs.cc: by place, merging and splitting.
  [[nodiscard]] Slot by_name(const surveillance::Report& r, const Measurement& m, const Places& places);
  [[nodiscard]] Slot least_of(const Places& places) const;
  [[nodiscard]] Slot by_number(const surveillance::Report& r, Measurement& m);
  [[nodiscard]] Slot by_place(const surveillance::Report& r, const Measurement& m);
  /// A name and a number of one report that stand for two tracks: one craft after all, or a number given anew.
  /// Returns the track that stands for the craft.
  [[nodiscard]] Slot reconcile(Slot named, const surveillance::Report& r, const Measurement& m);
  enum class Fit : std::uint8_t { kFits, kStrays, kParted };
  [[nodiscard]] Fit fit_of(Slot slot, const surveillance::Report& r, const Measurement& m);
  void note_double(Slot slot, const Places& places, const surveillance::Report& r);
  [[nodiscard]] Slot partner_of(Slot slot);
  void look_for_pair(Slot slot);
  /// The younger becomes part of the elder, which is returned.
  Slot merge(Slot a, Slot b);
  void join_words(Track& track, const Track& gone);

  TrackerOptions options_;
  TrackListener* listener_;
  std::vector<std::unique_ptr<Track>> tracks_;  // By slot; null where free.
  std::vector<Slot> free_;
  std::vector<Slot> evictable_;  // The eldest last; made by `advance`.
  std::size_t size_ = 0;
  std::uint32_t last_id_ = 0;
  core::TextHash hash_;
  std::size_t name_count_ = 0;
  core::HashIndex names_;  // Of every kind of name: address, MMSI, uid, number, id.
  TrackGrid grid_;
  std::vector<SourceState> sources_;  // By source.
  DistressKeeper distress_;
  std::vector<std::pair<TrackId, TrackId>> inherited_;
  TrackerCounters counters_;
  UtcMs now_;
  bool clock_off_ = false;  // Of the report at hand, by its own word.
  const surveillance::Report* taking_ = nullptr;
};

}  // namespace tansiq::picture
