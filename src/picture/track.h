// A track: one craft as the picture knows it, from all sources that hear it.
//
// What sources say stays apart where it can differ (their own numbers, names and kinds, when they last spoke); what can
// be reconciled is (the place, by the filter). What nobody said is absent. Doubts are flags on the track, never a
// reason to leave it out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "picture/alert.h"
#include "picture/filter.h"
#include "picture/two_places.h"
#include "surveillance/report.h"

namespace tansiq::picture {

enum class TrackState : std::uint8_t {
  kTentative,  ///< Not yet believed to be a craft: too few reports.
  kLive,
  kCoasting,  ///< Not heard for longer than its reports usually are apart; its place is predicted.
  kStale,     ///< Not heard for so long that its place is a guess, or its source does not stand by it any more.
  kEnded,
};
[[nodiscard]] std::string_view name_of(TrackState state);

/// Signs that something about a source or an identity is not as it should be.
enum class SignKind : std::uint8_t {
  kImpossibleJump,  ///< Said to be where it could not have come to.
  kDoubleAddress,   ///< Its address is heard at two places at once.
  kBeyondRange,     ///< Farther from its source than that source can hear.
  kClockOff,        ///< Its source's time and ours differ by more than any delay explains.
};
inline constexpr std::size_t kSignKinds = 4;
[[nodiscard]] std::string_view name_of(SignKind kind);

struct Sign {
  std::uint32_t count = 0;  ///< 0: never seen.
  UtcMs since;
  UtcMs last;
  surveillance::SourceId source;  ///< Which said so last.
  std::int64_t metres = 0;        ///< How far: the jump, the range.
};

/// One source that hears the craft, under the source's own names for it.
struct HeardFrom {
  surveillance::SourceId source;
  surveillance::Format format = surveillance::Format::kAsterix;
  bool names_craft = false;  ///< It tells craft apart by an identity, so two of its craft are two.
  std::uint8_t strays = 0;   ///< Places in a row that do not fit the track.
  std::optional<std::uint16_t> system;
  std::optional<surveillance::TrackNumber> number;
  UtcMs last;
  UtcMs last_fix = kUtcMin;    ///< Of its newest place of this craft.
  DurationMs interval_ms = 0;  ///< Between its places, smoothed and bounded; 0 with fewer than two.
  DurationMs gap_ms = 0;       ///< Between its last two places, bounded alike.
  std::uint32_t reports = 0;
  surveillance::FixedText<48> uid;
  surveillance::FixedText<32> kind;  ///< That source's word, for people to read.
};

inline constexpr std::size_t kSourcesPerTrackMax = 8;

/// What a craft says beside its place and a later statement replaces: a report that comes late replaces nothing newer.
enum class Told : std::uint8_t {
  kCallSign,
  kCode,
  kDistress,
  kOnGround,
  kNavStatus,
  kEmitter,
  kHeading,
  kStandsUntil,
  kIdentity,
};
inline constexpr std::size_t kToldKinds = 9;

/// In which words a distress was said, which decides what takes it back.
enum class DistressWord : std::uint8_t {
  kOther,      ///< Ends when its source goes on without it.
  kCode,       ///< A mode 3/A code: also when the craft is heard, by whomever, to squawk another.
  kNavStatus,  ///< AIS: at once when the ship states another status.
};

struct Track {
  explicit Track(const Dynamics& dynamics, const Measurement& first) : filter(dynamics, first) {}

  TrackId id;
  TrackState state = TrackState::kTentative;
  surveillance::Domain domain = surveillance::Domain::kUnknown;
  std::optional<std::uint32_t> icao;
  std::optional<std::uint32_t> non_icao;
  std::optional<std::uint32_t> mmsi;

  Filter filter;
  UtcMs begun;
  UtcMs last;       ///< Time of the newest report, placed or not.
  UtcMs heard;      ///< When the latest report came: what is told late is heard all the same.
  UtcMs last_fix;   ///< Of the newest place.
  UtcMs fix_heard;  ///< When that came.
  geo::LatLng fix;
  Normal fix_normal;
  std::uint32_t reports = 0;
  std::uint32_t fixes = 0;
  double fit = 2;          ///< Smoothed squared distance of reports from predictions; 2 where all is well.
  double fix_sigma_m = 0;  ///< Of the best of its places that are as fresh as those of a live track.
  UtcMs fix_sigma_at;      ///< When that was so.
  /// How long the source of the newest place stands by it, by its own word; absent where others hear the craft too.
  std::optional<UtcMs> stands_until;

  surveillance::FixedText<20> call_sign;
  std::optional<std::uint16_t> mode_3a;
  surveillance::Emergency emergency = surveillance::Emergency::kNone;
  UtcMs emergency_at;                     ///< When it was said last,
  surveillance::SourceId emergency_from;  ///< by whom,
  DistressWord emergency_word = DistressWord::kOther;
  bool on_ground = false;
  std::optional<std::uint8_t> nav_status;
  std::optional<std::uint8_t> emitter;
  std::optional<std::int32_t> heading_mdeg;
  surveillance::FixedText<40> name;  ///< Of a ship.
  std::optional<std::uint32_t> imo;
  std::optional<std::uint8_t> ship_type;
  std::optional<surveillance::Dimensions> dimensions;
  surveillance::FixedText<168> safety_text;  ///< The last that it sent.
  std::optional<UtcMs> safety_text_at;

  std::array<UtcMs, kToldKinds> told = never_told();  ///< When each was said that stands.

  TwoPlaces places;  ///< Of which a sign may come.
  std::array<Sign, kSignKinds> signs;
  TrackId double_of;  ///< The other under the same address, while both are there.
  TrackId rival;      ///< The track it may turn out to be one with.
  std::uint8_t agreements = 0;
  UtcMs paired_at;  ///< When it was last looked for.

  std::uint8_t source_count = 0;
  std::array<HeardFrom, kSourcesPerTrackMax> source_list;

  [[nodiscard]] std::span<const HeardFrom> sources() const { return std::span(source_list).first(source_count); }
  [[nodiscard]] std::span<HeardFrom> sources() { return std::span(source_list).first(source_count); }
  [[nodiscard]] const Sign& sign(SignKind kind) const { return signs.at(static_cast<std::size_t>(kind)); }
  [[nodiscard]] UtcMs told_at(Told what) const { return told.at(static_cast<std::size_t>(what)); }
  /// False for what is older than what stands; else it stands from now on.
  [[nodiscard]] bool hears(Told what, UtcMs t) {
    UtcMs& at = told.at(static_cast<std::size_t>(what));
    if (t < at) return false;
    at = t;
    return true;
  }
  [[nodiscard]] static constexpr std::array<UtcMs, kToldKinds> never_told() {
    std::array<UtcMs, kToldKinds> out{};
    out.fill(kUtcMin);
    return out;
  }
  /// By its emitter category (13 of CAT 021).
  [[nodiscard]] bool unmanned() const { return emitter && *emitter == 13; }
  /// Where it is, or was, at `t`.
  [[nodiscard]] Motion motion(UtcMs t) const { return filter.at(t); }
  /// The strongest identity that it has: 24-bit address, MMSI, unassigned address, else nothing or text.
  [[nodiscard]] surveillance::CraftId identity() const;
  /// The same for people: `4840D6`, `235070762`, `system 25/2 track 17`, a uid, or `track 12`.
  [[nodiscard]] std::string label() const;
  /// 9 (within 10 m) down to 0, one less for each doubling of sigma, two less for each sign of the last minutes.
  [[nodiscard]] int quality(UtcMs now) const;
};

/// Emergency of the codes that mean one.
[[nodiscard]] surveillance::Emergency emergency_of_code(std::uint16_t mode_3a);
/// Codes that many craft squawk at once say nothing of who it is: 1000, 1200, 2000, 7000 and those of emergencies.
[[nodiscard]] bool discrete_code(std::uint16_t mode_3a);

struct TrackChange {
  enum class Kind : std::uint8_t {
    kBegun,
    kMoved,   ///< A report was taken.
    kState,   ///< `before` tells from which state.
    kEnded,   ///< The last of it; the track is gone after the call.
    kMerged,  ///< Gone: it is one craft with `other`, which stays.
  };
  Kind kind = Kind::kMoved;
  TrackState before = TrackState::kTentative;
  TrackId other;  ///< kMerged: the one that stays. kBegun: the one it was split from, if any.
};

/// As Track::label has addresses: `4840D6`, `235070762`, `~4840D6`; empty for what is none.
[[nodiscard]] std::string address_text(surveillance::CraftId id);

/// Told of every change, in order, from within the tracker's calls; must not call it back.
class TrackListener {
 public:
  TrackListener() = default;
  TrackListener(const TrackListener&) = delete;
  TrackListener& operator=(const TrackListener&) = delete;
  virtual ~TrackListener() = default;
  virtual void changed(const TrackChange& change, const Track& track) = 0;
};

}  // namespace tansiq::picture
