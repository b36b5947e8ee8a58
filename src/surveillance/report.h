// What a source said: the types that every decoder yields and every encoder takes.
//
// A `Report` is what one sensor said of one craft at one time. It is not a track: nothing here is merged, smoothed or
// believed. What a source did not say is absent, never zero. Numbers are integers in the project's units: 1e-7 degree,
// centimetres, centimetres a second, thousandths of a degree, UTC milliseconds. Each format's finest step is wider
// than the unit, so that what was read can be written again as it was (see the round trips in the tests).
//
// A source's opinion about sides means nothing to the project: the letter of a Cursor on Target type is kept as text of
// that source, a friend/foe bit not at all. Relations are data of the charter (core), never of a sensor (ADR 41).
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/time.h"
#include "geo/volume.h"
#include "surveillance/fixed_text.h"

namespace tansiq::surveillance {

/// Which of the configured inputs; what the number stands for is its owner's matter.
struct SourceId {
  std::uint32_t value = 0;
  friend constexpr auto operator<=>(SourceId, SourceId) = default;
};

/// In which format it was said.
enum class Format : std::uint8_t { kAsterix, kAdsb, kSbs, kAis, kCot, kCsv };
[[nodiscard]] std::string_view name_of(Format format);
/// Whether a report of the format could say that a craft is on the ground: where it could not, that it does not say so
/// tells nothing.
[[nodiscard]] constexpr bool has_word_for_ground(Format format) {
  return format != Format::kCot && format != Format::kAis;
}

enum class Domain : std::uint8_t { kUnknown, kAir, kSea, kGround };
[[nodiscard]] std::string_view name_of(Domain domain);

/// By what a source tells craft apart.
enum class IdKind : std::uint8_t {
  kNone,     ///< A plot: nothing but a place.
  kIcao,     ///< 24-bit address assigned by a state.
  kNonIcao,  ///< 24-bit address that is not (anonymous, vehicle, ground station, TIS-B track file).
  kMmsi,     ///< Maritime Mobile Service Identity, nine decimal digits.
  kUid,      ///< Text; `Report::uid`.
};
[[nodiscard]] std::string_view name_of(IdKind kind);

struct CraftId {
  IdKind kind = IdKind::kNone;
  std::uint32_t number = 0;
  friend constexpr auto operator<=>(const CraftId&, const CraftId&) = default;
};

/// A track of another system: its numbers mean something only together with who gave them (SAC/SIC).
struct TrackNumber {
  std::uint16_t system = 0;  ///< SAC in the high octet, SIC in the low one.
  std::uint16_t number = 0;
  friend constexpr auto operator<=>(const TrackNumber&, const TrackNumber&) = default;
};

/// How `Report::time` came to be known.
enum class TimeBasis : std::uint8_t {
  kReceived,        ///< The source gave none: when it was received here.
  kFull,            ///< Date and time.
  kTimeOfDay,       ///< Seconds since midnight; the day is that which lies nearest to the reception.
  kSecondOfMinute,  ///< AIS: the second; the minute is that which lies nearest to the reception.
};
[[nodiscard]] std::string_view name_of(TimeBasis basis);

/// A plot in a radar's own coordinates, as it was measured.
struct Polar {
  std::int32_t slant_cm = 0;
  std::int32_t azimuth_mdeg = 0;  ///< Clockwise from the radar's north, 0 to 359,999.
  friend bool operator==(const Polar&, const Polar&) = default;
};

/// Distress and what stands beside it, as the source named it. The floor of safety hears these through every freeze.
enum class Emergency : std::uint8_t {
  kNone,
  kGeneral,
  kMedical,
  kFuel,
  kNoRadio,
  kUnlawful,
  kDowned,
  kLostLink,
  kManOverboard,
  kReserved,
};
[[nodiscard]] std::string_view name_of(Emergency emergency);

/// Single statements. Absent means that the source does not say so.
enum class Flag : std::uint32_t {
  kOnGround = 1 << 0,
  kSpi = 1 << 1,               ///< Special position identification ("ident").
  kSimulated = 1 << 2,         ///< The source marks it as simulated.
  kTest = 1 << 3,              ///< A test target or field monitor.
  kEnd = 1 << 4,               ///< The source's track ends with this report.
  kTentative = 1 << 5,         ///< The source has not confirmed its track.
  kCoasting = 1 << 6,          ///< Extrapolated, not measured.
  kInvalidCode = 1 << 7,       ///< The mode 3/A code is garbled or not validated.
  kInvalidLevel = 1 << 8,      ///< The pressure altitude is garbled or not validated.
  kSuspect = 1 << 9,           ///< The source itself doubts the position.
  kAidToNavigation = 1 << 10,  ///< Not a craft: a buoy, a light.
  kOffPosition = 1 << 11,      ///< The aid has drifted.
  kVirtual = 1 << 12,          ///< An aid that exists as a signal only.
  kMagnetic = 1 << 13,         ///< `heading_mdeg` is from magnetic north.
  kAccurate = 1 << 14,         ///< AIS: position better than 10 m.
  kAirspeed = 1 << 15,         ///< `speed_cm_s` is through the air, not over ground.
  kRaim = 1 << 16,             ///< AIS: receiver autonomous integrity monitoring is in use.
  kManoeuvre = 1 << 17,        ///< AIS: engaged in a special manoeuvre (the blue sign on rivers).
  kTakenBack = 1 << 18,        ///< CoT: the distress that this source said of the craft before is over.
};

/// Quality indicators as broadcast (DO-260B, CAT 021); each -1 where not said.
struct Quality {
  std::int8_t nic = -1;      ///< Integrity category of the position, or NUCp of version 0.
  std::int8_t nac_p = -1;    ///< Accuracy category of the position.
  std::int8_t nac_v = -1;    ///< Accuracy category of the velocity, or NUCr.
  std::int8_t sil = -1;      ///< Source integrity level.
  std::int8_t version = -1;  ///< Version of the transponder's rules (MOPS).
  friend bool operator==(const Quality&, const Quality&) = default;
};

struct Report {
  SourceId source;
  Format format = Format::kAsterix;
  Domain domain = Domain::kUnknown;
  TimeBasis basis = TimeBasis::kReceived;
  Emergency emergency = Emergency::kNone;
  std::uint32_t flags = 0;  ///< See Flag, `has` and `set`.
  CraftId id;
  std::optional<TrackNumber> track;
  std::optional<std::uint16_t> system;  ///< SAC/SIC of the sensor or centre that says so.
  UtcMs received;
  UtcMs time;  ///< When it was so. Equal to `received` where basis is kReceived.

  std::optional<geo::LatLng> position;
  std::optional<Polar> polar;
  std::optional<std::int32_t> accuracy_cm;   ///< Radius that the source states (95 % or one sigma: the format's word).
  std::optional<std::int32_t> pressure_cm;   ///< Height over 1013.25 hPa.
  std::optional<std::int32_t> geometric_cm;  ///< Height over the ellipsoid; AIS SAR and CoT: as the source means it.
  std::optional<std::int32_t> speed_cm_s;
  std::optional<std::int32_t> course_mdeg;   ///< Over ground, clockwise from true north, 0 to 359,999.
  std::optional<std::int32_t> heading_mdeg;  ///< Where the bow or nose points.
  std::optional<std::int32_t> climb_cm_s;    ///< Positive upwards.
  std::optional<std::uint16_t> mode_3a;      ///< Four octal digits as a number: 07700.
  std::optional<std::uint8_t> nav_status;    ///< AIS navigational status, 0 to 14.
  std::optional<std::int8_t> rate_of_turn;   ///< AIS code, -127 to 127.
  std::optional<std::uint8_t> emitter;       ///< Emitter category as CAT 021 numbers it.
  Quality quality;
  std::optional<UtcMs> stale;  ///< CoT: from when on the source does not stand by it any more.
  FixedText<20> call_sign;
  FixedText<48> uid;   ///< Where id.kind is kUid.
  FixedText<32> kind;  ///< The source's own word for what it is (CoT type), for people to read.

  [[nodiscard]] constexpr bool has(Flag flag) const { return (flags & static_cast<std::uint32_t>(flag)) != 0; }
  constexpr void set(Flag flag, bool on = true) {
    if (on) flags |= static_cast<std::uint32_t>(flag);
  }
  constexpr void clear(Flag flag) { flags &= ~static_cast<std::uint32_t>(flag); }
};

/// What a sensor, a centre or a base station says of itself.
enum class StatusKind : std::uint8_t {
  kNorthMarker,
  kSectorCrossing,
  kGeographicalFilter,
  kJammingStrobe,
  kSolarStorm,
  kServiceStatus,  ///< CAT 065 SDPS status.
  kEndOfBatch,
  kServiceReport,
  kBaseStation,  ///< AIS.
  kOther,
};
[[nodiscard]] std::string_view name_of(StatusKind kind);

struct SensorStatus {
  SourceId source;
  Format format = Format::kAsterix;
  StatusKind kind = StatusKind::kOther;
  TimeBasis basis = TimeBasis::kReceived;
  UtcMs received;
  UtcMs time;
  std::optional<std::uint16_t> system;
  std::optional<std::uint32_t> mmsi;
  std::optional<geo::LatLng> position;
  std::optional<std::int32_t> height_cm;
  std::optional<std::int32_t> azimuth_mdeg;  ///< Start of the sector.
  std::optional<std::int32_t> rotation_ms;   ///< Antenna rotation.
  std::optional<std::uint8_t> batch;
  std::optional<std::uint8_t> service_status;  ///< I065/050.
  std::optional<bool> operational;             ///< False: the sensor says that it is not to be used.
  std::optional<bool> overloaded;
  std::optional<bool> time_source_valid;
};

/// Which station, ship or aid it is: said seldom, and apart from where it is.
struct Dimensions {
  std::uint16_t bow_m = 0;  ///< From the reference point to the bow.
  std::uint16_t stern_m = 0;
  std::uint8_t port_m = 0;
  std::uint8_t starboard_m = 0;
  friend bool operator==(const Dimensions&, const Dimensions&) = default;
};

/// Estimated arrival without a year, as AIS has it; 0 month or day, 24 hour, 60 minute: not said.
struct Eta {
  std::uint8_t month = 0;
  std::uint8_t day = 0;
  std::uint8_t hour = 24;
  std::uint8_t minute = 60;
  friend bool operator==(const Eta&, const Eta&) = default;
};

struct Identity {
  SourceId source;
  Format format = Format::kAis;
  std::uint8_t message = 0;  ///< AIS message type it stood in.
  std::uint8_t part = 0;     ///< AIS type 24: 0 is A (name), 1 is B (the rest).
  CraftId id;
  UtcMs received;
  UtcMs time;
  TimeBasis basis = TimeBasis::kReceived;
  std::optional<std::uint32_t> imo;
  std::optional<std::uint8_t> ship_type;
  std::optional<std::uint8_t> aid_type;
  std::optional<Dimensions> dimensions;
  std::optional<std::uint32_t> mother_ship;  ///< MMSI, of an auxiliary craft.
  std::optional<Eta> eta;
  std::optional<std::int32_t> draught_cm;
  std::optional<std::uint8_t> fix_type;  ///< AIS code of the position device.
  std::optional<std::uint8_t> ais_version;
  std::optional<bool> terminal_ready;  ///< AIS DTE.
  FixedText<8> call_sign;
  FixedText<40> name;
  FixedText<20> destination;
  FixedText<7> vendor;
};

/// A text of safety from a ship or shore.
struct Text {
  SourceId source;
  Format format = Format::kAis;
  UtcMs received;
  CraftId from;
  std::optional<CraftId> to;  ///< Absent: to all.
  std::uint8_t sequence = 0;
  bool retransmitted = false;
  FixedText<168> text;
};

/// Where a decoder puts what it has read. The reference lives until the call returns.
class Sink {
 public:
  Sink() = default;
  Sink(const Sink&) = delete;
  Sink& operator=(const Sink&) = delete;
  virtual ~Sink() = default;
  virtual void report(const Report& report) = 0;
  virtual void status(const SensorStatus& status) = 0;
  virtual void identity(const Identity& identity) = 0;
  virtual void text(const Text& text) = 0;
};

// Units of the sky and the sea, to the project's and back; each pair is exact on the grid of the coarser one.
[[nodiscard]] constexpr std::int32_t cm_s_from_tenth_knots(std::int64_t tenths) {
  return static_cast<std::int32_t>((tenths * 185'200 + (tenths < 0 ? -18'000 : 18'000)) / 36'000);
}
[[nodiscard]] constexpr std::int64_t tenth_knots_from_cm_s(std::int64_t cm_s) {
  return (cm_s * 36'000 + (cm_s < 0 ? -92'600 : 92'600)) / 185'200;
}
[[nodiscard]] constexpr std::int32_t cm_s_from_feet_per_minute(std::int64_t fpm) {
  return static_cast<std::int32_t>((fpm * 3'048 + (fpm < 0 ? -3'000 : 3'000)) / 6'000);
}

}  // namespace tansiq::surveillance
