// Which of this picture's tracks a peer is told now, and as what: own reports, as the relation and the rules allow.
//
//   Release release("fr", rules, now);
//   release.heard(report, track);                                  // every report of an own source that made a place
//   release.merged(gone, kept);  release.gone(track);              // as the tracker says
//   const ReleaseAnswer told = release.collect(picture, "us", permit, after, now, 4'096);
//   send(told.reports);  after = told.next;
//
// The originator's rule. What a peer has said is never passed on to another, not even mixed into a filtered place. So
// what is told is no track at all but what an own source said of it last, place, speed and name as that source had
// them: whoever feeds this leaves out the sources that are peers, and nothing of theirs can be in an answer. That a
// track is an own flight's is taken from the picture, where its name or code says so and nothing contradicts: a place
// alone may be anybody's.
//
// What is asked, for each track, in this order: is it confirmed, and does it fly; has it been compared with the plans;
// is what it may be withheld from this peer, which is the plan that it is taken for and every other that names it by
// address, MMSI, call sign or a code lent for now; does the
// relation's level allow the domain (`permit`, judged anew for every answer by whoever knows the record); which rule is
// each place under. Rules for the peer are gone through as they are written; the first that covers the place decides of
// it alone, so a craft that flies into an area is under that area's rule there, and under no later one. Where a rule's
// area has gone, or it cannot be said whether the place is in it, nothing is told of the place: a later rule may tell
// more than the one that perhaps covers it. In a domain for which no rule names the peer, own flights are told as they
// are, and nothing else.
//
// Delay. A place is due `delay_ms` after it was taken or was so, whichever is later; told is the newest that is due.
// For that the places of the longest delay are kept, of craft of a domain in which some rule delays, one a
// `kSampleEveryMs`, in all at most `kSamplesMax`. When that is full, every second place of all craft goes, and from
// then on they are kept half as often, until there is room again: everybody is told less often, nobody not at all. Of a
// craft that has ended what waits is told all the same, as what it was when it was last asked of: else a flight that is
// shorter than the delay would never be told. What is withheld meanwhile is not, nor where the relation has ended.
//
// Memory: kSamplesMax places of some 80 octets (42 MB), what their lists have in reserve (as much again at most), and
// the craft themselves. An hour late, a thousand craft are told a place every 8 s, ten thousand one every 128 s.
//
// The cursor `after` is a moment of this picture's: what became due later is told, once. It is no secret and no state
// is kept for it: one that lies in the future (this side was restarted with a clock set back) begins anew.
//
// Cost: O(log tracks) a report, and O(samples) a few times when the store fills up. A question looks at every track
// that own sources hear, from its newest place back to one that is due. Whether a place is in an area (release_area.h)
// is found out once while areas stay the same, for the first 32 areas that rules name. One thread.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "picture/picture.h"
#include "picture/release_area.h"
#include "picture/release_rule.h"
#include "surveillance/report.h"

namespace tansiq::picture {

inline constexpr std::size_t kSamplesMax = 1U << 19;
inline constexpr DurationMs kSampleEveryMs = 2'000;
/// For so long beyond its delay a sender stands by what it told: as long as such a craft may be silent
/// (Ages::stale_ms).
inline constexpr DurationMs kReleaseStaleAirMs = 60'000;
inline constexpr DurationMs kReleaseStaleSeaMs = 600'000;
/// What has ended is kept for so long beyond the longest delay, for who asks late.
inline constexpr DurationMs kReleaseEndedMs = 60'000;

/// What the record allows one peer, at one moment.
struct ReleasePermit {
  bool air = false;  ///< Disclosure stands at `live` there.
  bool sea = false;
  std::set<std::string, std::less<>> withheld;  ///< Plans, by the picture's ids of them.
  std::set<surveillance::CraftId> hidden;       ///< Craft that are withheld whatever they are thought to fly.
  /// The areas that rules name. Of one that is missing nobody knows what it covers.
  std::map<std::string, std::shared_ptr<const ReleaseArea>, std::less<>> areas;
  /// Permits of one version have the same areas, as far as they have them; what is found out about a place is kept by
  /// it. 0: of none.
  std::uint64_t areas_version = 0;
  [[nodiscard]] bool any() const { return air || sea; }
};

struct ReleaseAnswer {
  std::vector<surveillance::Report> reports;  ///< In the order in which they became due.
  UtcMs next;                                 ///< The cursor of the next question.
  bool more = false;                          ///< There was no room for all; ask again at once.
};

struct ReleaseCounters {
  std::uint64_t told = 0;
  std::uint64_t not_kept = 0;  ///< Samples for which there was no room, thinned as far as it may be.
  std::uint64_t cut = 0;       ///< Due at one moment, and more than an answer may hold.
};

class Release {
 public:
  /// `rules` have passed `check`. `started` tells the tracks of this picture from those of the one before, which had
  /// the same numbers.
  Release(std::string self, std::vector<ReleaseRule> rules, UtcMs started);

  /// Reports of peers must not come here. Without a place that the tracker believed nothing is kept; nor of what its
  /// source marks as simulated or a test, or is on the ground, since an event cannot say so.
  void heard(const surveillance::Report& report, const Track& track);
  void gone(TrackId track);
  /// `gone` is no more: it is one craft with `kept`, which has its places from now on.
  void merged(TrackId gone, TrackId kept);

  /// Whether a question of this peer with this cursor may have an answer: false is certain.
  [[nodiscard]] bool maybe_news(std::string_view to, UtcMs after) const;
  /// At most `most` (> 0) reports. `now` never goes back.
  [[nodiscard]] ReleaseAnswer collect(const Picture& picture, std::string_view to, const ReleasePermit& permit,
                                      UtcMs after, UtcMs now, std::size_t most);

  /// What `collect` would tell a peer that has been told nothing yet; nobody is told. At most `most` (> 0), the rest is
  /// left out, and `more` says so. `now` as there.
  [[nodiscard]] ReleaseAnswer preview(const Picture& picture, std::string_view to, const ReleasePermit& permit,
                                      UtcMs now, std::size_t most);

  [[nodiscard]] const std::vector<ReleaseRule>& rules() const { return rules_; }
  [[nodiscard]] const ReleaseCounters& counters() const { return counters_; }
  /// Craft that have ended, and of which something may still be due.
  [[nodiscard]] std::size_t ended() const { return ended_.size(); }
  /// Samples kept for delays, and how far apart those of a craft are now.
  [[nodiscard]] std::size_t samples() const { return samples_; }
  [[nodiscard]] DurationMs spacing_ms() const { return spacing_ms_; }

 private:
  /// What is known of which areas hold a place: a bit for each of the first 32.
  struct Inside {
    std::uint64_t version = 0;
    std::uint32_t known = 0;
    std::uint32_t inside = 0;
    std::uint32_t unsure = 0;
  };
  struct Sample {
    UtcMs taken;
    UtcMs time;
    geo::LatLng place;
    std::optional<std::int32_t> accuracy_cm;
    std::optional<std::int32_t> geometric_cm;
    std::optional<std::int32_t> speed_cm_s;
    std::optional<std::int32_t> course_mdeg;
    Inside areas{};
  };
  /// What decides whether a craft may be told, but for what the record says of it.
  struct Known {
    core::Domain domain = core::Domain::kAir;
    std::string intent;  ///< That it is thought to fly; empty: none.
    bool own = false;    ///< Surely, and it is this authority's.
    std::optional<std::uint32_t> icao;
    std::optional<std::uint32_t> mmsi;
    surveillance::FixedText<20> call_sign{};
    std::optional<std::uint16_t> mode_3a{};
  };
  /// What names the craft of the plans that are withheld.
  struct Withheld {
    std::set<std::uint32_t> icao;
    std::set<std::uint32_t> mmsi;
    std::set<std::uint16_t> codes;  ///< Lent for now.
    std::set<std::string, std::less<>> call_signs;
  };
  struct Heard {
    surveillance::CraftId id;  ///< The strongest that an own source gave.
    surveillance::FixedText<20> call_sign;
    Sample newest;
    std::vector<Sample> kept;    ///< Ascending; only where a rule delays.
    std::optional<Known> was{};  ///< When it was last asked of.
  };
  struct Ended {
    TrackId id;
    Heard heard;
  };
  struct Due {
    UtcMs at;
    TrackId track;
    surveillance::Report report;
  };

  struct NamedRule {
    ReleaseRule rule;
    std::uint32_t area = 0;  ///< Its number among the areas that rules name.
  };
  /// The rules for one peer and domain; none, and zeros, where no rule names it.
  struct Rules {
    std::vector<NamedRule> list;
    DurationMs least_ms = 0;  ///< Delay.
    DurationMs most_ms = 0;
    bool strangers = false;  ///< Some rule tells of more than own flights.
  };
  struct OfPeer {
    Rules air;
    Rules sea;
  };
  /// One question.
  struct Asked {
    const OfPeer& rules;
    const ReleasePermit& permit;
    UtcMs after;
    UtcMs until;
    Withheld withheld;
  };
  [[nodiscard]] const OfPeer& rules_for(std::string_view to) const;
  [[nodiscard]] bool may_delay(surveillance::Domain domain) const;
  void keep(Heard& of, const Sample& sample);
  void thin(std::vector<Sample>& kept);
  void widen();
  /// Null: it is not told.
  [[nodiscard]] static const ReleaseRule* rule_of(const Asked& asked, const Rules& rules, bool own, Sample& sample);
  [[nodiscard]] static ReleaseArea::Where where(const ReleasePermit& permit, const NamedRule& of, Sample& sample,
                                                Spot& spot);
  [[nodiscard]] static Withheld withheld_by(const Picture& picture, const ReleasePermit& permit, UtcMs now);
  [[nodiscard]] static bool kept_back(const Asked& asked, const Known& craft, const Heard& of);
  [[nodiscard]] std::optional<Known> known(const Picture& picture, TrackId id) const;
  [[nodiscard]] std::optional<Due> told(const Asked& asked, TrackId id, const Known& craft, Heard& of) const;
  /// Everything that is due, in its order.
  [[nodiscard]] std::vector<Due> due(const Picture& picture, const Asked& asked);
  void forget_ended(UtcMs now);
  [[nodiscard]] surveillance::Report as_told(TrackId id, const Heard& of, const Sample& sample, const ReleaseRule& rule,
                                             core::Domain domain) const;

  const std::string self_;
  const std::string uid_prefix_;
  const std::vector<ReleaseRule> rules_;
  std::map<std::string, OfPeer, std::less<>> by_peer_;
  DurationMs air_delay_ms_max_ = 0;
  DurationMs sea_delay_ms_max_ = 0;
  DurationMs delay_ms_max_ = 0;
  std::map<TrackId, Heard> heard_;
  std::deque<Ended> ended_;  ///< In the order in which they did.
  std::size_t samples_ = 0;
  DurationMs spacing_ms_ = kSampleEveryMs;
  UtcMs newest_taken_{0};
  UtcMs answered_{0};  ///< Up to here everything that is due was there to be told.
  ReleaseCounters counters_;
};

}  // namespace tansiq::picture
