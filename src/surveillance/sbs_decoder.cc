#include "surveillance/sbs_decoder.h"

#include <array>
#include <expected>

#include "base/units.h"
#include "surveillance/decimal.h"
#include "surveillance/moment.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

constexpr std::size_t kFields = 22;
enum Field : std::uint8_t {
  kKind = 0,
  kTransmission = 1,
  kAddress = 4,
  kDateMade = 6,
  kTimeMade = 7,
  kCallSign = 10,
  kAltitude = 11,
  kSpeed = 12,
  kTrack = 13,
  kLatitude = 14,
  kLongitude = 15,
  kRate = 16,
  kCode = 17,
  kEmergency = 19,
  kSpi = 20,
  kOnGround = 21,
};
using Fields = std::array<std::string_view, kFields>;

bool split(std::string_view line, Fields& out) {
  for (std::size_t i = 0; i < kFields; ++i) {
    const std::size_t comma = line.find(',');
    if ((comma == std::string_view::npos) != (i + 1 == kFields)) return false;
    out[i] = line.substr(0, comma);
    if (comma != std::string_view::npos) line.remove_prefix(comma + 1);
  }
  return true;
}

/// `2026/01/02` and `12:00:00.000`.
std::optional<UtcMs> moment_of(std::string_view date, std::string_view time) {
  if (date.size() != 10 || date[4] != '/' || date[7] != '/' || time.size() < 8 || time[2] != ':' || time[5] != ':') {
    return std::nullopt;
  }
  const auto year = parse_digits(date.substr(0, 4));
  const auto month = parse_digits(date.substr(5, 2));
  const auto day = parse_digits(date.substr(8, 2));
  const auto hour = parse_digits(time.substr(0, 2));
  const auto minute = parse_digits(time.substr(3, 2));
  const auto second = parse_digits(time.substr(6, 2));
  if (!year || !month || !day || !hour || !minute || !second) return std::nullopt;
  const CivilTime civil{static_cast<int>(*year), static_cast<int>(*month),  static_cast<int>(*day),
                        static_cast<int>(*hour), static_cast<int>(*minute), static_cast<int>(*second)};
  if (!civil.valid()) return std::nullopt;
  std::uint32_t milliseconds = 0;
  if (time.size() > 8) {
    const auto digits = time.substr(9);
    const auto fraction = parse_digits(digits);
    if (time[8] != '.' || !fraction || digits.size() > 3) return std::nullopt;
    milliseconds = *fraction * (digits.size() == 1 ? 100 : digits.size() == 2 ? 10 : 1);
  }
  return civil.utc() + milliseconds;
}

/// Reads a number where there is one. False when something else stands there, or it is out of its range.
template <class Take>
bool number(std::string_view text, double scale, std::int64_t least, std::int64_t most, Take&& take) {
  if (text.empty()) return true;
  const auto value = parse_scaled(text, scale, least, most);
  if (!value) return false;
  take(*value);
  return true;
}

bool is_set(std::string_view flag) { return !flag.empty() && flag != "0"; }

std::expected<void, Reject> movement(const Fields& f, Report& out) {
  bool good = number(f[kAltitude], 1, -2'000, 200'000,
                     [&](std::int64_t feet) { out.pressure_cm = static_cast<std::int32_t>(cm_from_feet(feet)); });
  good &= number(f[kSpeed], kCmSPerKnot, 0, 1'000'000,
                 [&](std::int64_t v) { out.speed_cm_s = static_cast<std::int32_t>(v); });
  good &= number(f[kTrack], 1'000, 0, 360'000,
                 [&](std::int64_t v) { out.course_mdeg = static_cast<std::int32_t>(v % 360'000); });
  good &= number(f[kRate], 1, -100'000, 100'000,
                 [&](std::int64_t fpm) { out.climb_cm_s = cm_s_from_feet_per_minute(fpm); });
  std::optional<std::int32_t> lat;
  std::optional<std::int32_t> lng;
  good &=
      number(f[kLatitude], 1e7, -900'000'000, 900'000'000, [&](std::int64_t v) { lat = static_cast<std::int32_t>(v); });
  good &= number(f[kLongitude], 1e7, -1'800'000'000, 1'800'000'000,
                 [&](std::int64_t v) { lng = static_cast<std::int32_t>(v); });
  if (!good) return std::unexpected(Reject::kOutOfRange);
  if (lat.has_value() != lng.has_value()) return std::unexpected(Reject::kBadSyntax);
  if (lat) out.position = geo::LatLng{*lat, *lng};
  return {};
}

std::expected<Report, Reject> read(const SbsOptions& options, std::string_view line, UtcMs received) {
  Fields f;
  if (!split(line, f)) return std::unexpected(Reject::kBadSyntax);
  if (f[kTransmission].size() != 1 || f[kTransmission][0] < '1' || f[kTransmission][0] > '8') {
    return std::unexpected(Reject::kBadSyntax);
  }
  const auto address = parse_digits(f[kAddress], 16);
  if (!address || f[kAddress].size() > 6) return std::unexpected(Reject::kBadSyntax);
  Report out;
  out.source = options.source;
  out.format = Format::kSbs;
  out.domain = Domain::kAir;
  out.id = {IdKind::kIcao, *address};
  out.received = out.time = received;
  if (options.use_time && !f[kDateMade].empty()) {
    const auto made = moment_of(f[kDateMade], f[kTimeMade]);
    if (!made) return std::unexpected(Reject::kBadSyntax);
    out.time = *made - options.ahead_of_utc_ms;
    out.basis = TimeBasis::kFull;
  }
  if (auto good = movement(f, out); !good) return std::unexpected(good.error());
  if (!is_plain_text(f[kCallSign])) return std::unexpected(Reject::kBadSyntax);
  out.call_sign.assign(f[kCallSign]);
  out.call_sign.trim_right();
  if (!f[kCode].empty()) {
    const auto code = parse_digits(f[kCode], 8);
    if (!code || *code > 07777) return std::unexpected(Reject::kOutOfRange);
    out.mode_3a = static_cast<std::uint16_t>(*code);
  }
  if (is_set(f[kEmergency])) out.emergency = Emergency::kGeneral;
  if (out.mode_3a == 07600) out.emergency = Emergency::kNoRadio;
  if (out.mode_3a == 07500) out.emergency = Emergency::kUnlawful;
  out.set(Flag::kSpi, is_set(f[kSpi]));
  out.set(Flag::kOnGround, is_set(f[kOnGround]));
  return out;
}

}  // namespace

void SbsDecoder::feed_datagram(ByteView bytes, UtcMs received, Sink& sink) {
  framer_.reset();
  feed(bytes, received, sink);
  finish(received, sink);
}

void SbsDecoder::finish(UtcMs received, Sink& sink) {
  framer_.finish([&](std::string_view line) { feed_line(line, received, sink); },
                 [&] {
                   ++counters_.units;
                   counters_.reject(Reject::kTooLong);
                 });
}

void SbsDecoder::feed(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  framer_.feed(
      bytes, [&](std::string_view line) { feed_line(line, received, sink); },
      [&] {
        ++counters_.units;
        counters_.reject(Reject::kTooLong);
      });
}

void SbsDecoder::feed_line(std::string_view line, UtcMs received, Sink& sink) {
  ++counters_.units;
  if (!line.starts_with("MSG,")) {
    const std::string_view kind = line.substr(0, line.find(','));
    if (kind == "AIR" || kind == "ID" || kind == "STA" || kind == "CLK" || kind == "SEL") {
      ++counters_.unused;
    } else {
      counters_.reject(Reject::kNotForUs);
    }
    return;
  }
  const auto report = read(options_, line, received);
  if (!report) {
    counters_.reject(report.error());
    return;
  }
  ++counters_.reports;
  sink.report(*report);
}

}  // namespace tansiq::surveillance
