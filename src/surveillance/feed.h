// Reports as a stream of one format, for `tansiq feed`: the right encoder, what it needs beside the report, and an
// honest account of what the format could not say.
//
//   auto feed = TRY(FeedEncoder::make({.as = FeedFormat::kCat062, .system = 0x1902}));
//   for (const Report& report : reports) feed.add(report, units);
//   feed.flush(units);                        // ASTERIX puts several records into one block
//   for (const std::string& unit : units) outlet.send(unit);
//   feed.account();                           // said, refused by reason, lost by field
//
// What is lost is not looked up in a table but seen: every unit is read back by the format's own decoder, and what the
// report said and the reading does not is counted under its field. Values that come back coarser are not lost.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "surveillance/ais_encode.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/polar.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

enum class FeedFormat : std::uint8_t { kCat021, kCat048, kCat062, kBeast, kAivdm, kCot, kSbs };
[[nodiscard]] std::string_view name_of(FeedFormat format);
/// `cat062`, … Fails with `kInvalid`, naming them all.
[[nodiscard]] Result<FeedFormat> parse_feed_format(std::string_view text);

/// Why a report is not in the stream.
enum class Unsaid : std::uint8_t {
  kNoAddress,  ///< The format tells craft apart by a 24-bit address.
  kNoMmsi,
  kNoIdentity,  ///< Nothing to tell the craft by.
  kNoPosition,
  kOutOfReach,  ///< CAT 048: beyond the radar's range.
  kRefused,     ///< A value that the format cannot hold.
  kNoKind,      ///< A kind of statement (status, text) that is not written in this format.
  kCount,
};
[[nodiscard]] std::string_view name_of(Unsaid why);

/// What may be lost of a report that is in the stream.
enum class LostField : std::uint8_t {
  kTime,  ///< The date, or the time altogether.
  kPosition,
  kPressureHeight,
  kGeometricHeight,
  kSpeed,
  kCourse,
  kHeading,
  kClimb,
  kCode,
  kCallSign,
  kIdentity,
  kEmergency,
  kOnGround,
  kCount,
};
[[nodiscard]] std::string_view name_of(LostField field);

struct FeedAccount {
  std::uint64_t reports = 0;     ///< Given.
  std::uint64_t said = 0;        ///< Of which so many are in the stream, if not whole.
  std::uint64_t identities = 0;  ///< Written beside them (AIVDM).
  std::array<std::uint64_t, static_cast<std::size_t>(Unsaid::kCount)> unsaid{};
  std::array<std::uint64_t, static_cast<std::size_t>(LostField::kCount)> lost{};
  std::uint64_t track_numbers_again = 0;  ///< CAT 062, 048: more craft than numbers; a number has had another before.
};

struct FeedOptions {
  FeedFormat as = FeedFormat::kCat062;
  std::uint16_t system = 0x0001;                   ///< ASTERIX: SAC/SIC of who says so, where the report has none.
  std::optional<RadarPlace> radar = std::nullopt;  ///< CAT 048: where the radar stands that is made up.
  std::int64_t radar_range_m = 470'000;            ///< CAT 048; what the format holds at most is 474 km.
};

/// Craft of one stream that have a track number of their own.
inline constexpr std::size_t kFeedTracksMax = 65'535;

class FeedEncoder {
 public:
  /// Fails with `kInvalid` when the format needs what the options do not have.
  [[nodiscard]] static Result<FeedEncoder> make(const FeedOptions& options);
  FeedEncoder(FeedEncoder&&) noexcept;
  FeedEncoder& operator=(FeedEncoder&&) = delete;
  ~FeedEncoder();

  /// Appends units: each is one datagram, and all of them in a row are a stream.
  void add(const Report& report, std::vector<std::string>& units);
  void add(const Identity& identity, std::vector<std::string>& units);
  /// Statuses and texts are written in no format.
  void add_other() { ++account_.unsaid.at(static_cast<std::size_t>(Unsaid::kNoKind)); }
  /// What waits for more of its kind.
  void flush(std::vector<std::string>& units);

  [[nodiscard]] const FeedAccount& account() const { return account_; }

 private:
  class Impl;
  explicit FeedEncoder(const FeedOptions& options);
  std::unique_ptr<Impl> impl_;
  FeedAccount account_;
};

}  // namespace tansiq::surveillance
