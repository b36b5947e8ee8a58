#include "formats/recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>

#include "base/limits.h"
#include "base/units.h"
#include "formats/csv.h"
#include "formats/text.h"

namespace tansiq::formats {
namespace {

constexpr double kSpeedMax = 20'000;       // m/s: beyond it a number is not a craft's speed
constexpr std::size_t kIdBytesLimit = 64;  // as base/ids.h

/// Why a row did not become a report.
struct Rejection {
  Severity severity;
  std::string_view reason;
  std::string detail;
};
template <class T>
using Read = std::expected<T, Rejection>;

std::unexpected<Rejection> malformed(std::string_view reason, std::string_view found) {
  return std::unexpected(Rejection{Severity::kMalformed, reason, printable(found)});
}
std::unexpected<Rejection> skipped(std::string_view reason) {
  return std::unexpected(Rejection{Severity::kSkipped, reason, {}});
}

#define READ(expression)                                       \
  ({                                                           \
    auto read_result_ = (expression);                          \
    if (!read_result_) [[unlikely]]                            \
      return std::unexpected(std::move(read_result_).error()); \
    std::move(*read_result_);                                  \
  })

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

double metres_per_unit(Unit unit) {
  switch (unit) {
    case Unit::kFeet:
      return kMetresPerFoot;
    case Unit::kKnots:
      return kMetresPerNauticalMile / 3'600;
    case Unit::kKilometresPerHour:
      return 1 / 3.6;
    case Unit::kFeetPerMinute:
      return kMetresPerFoot / 60;
    default:
      return 1;
  }
}

/// A row seen through the mapping.
class Row {
 public:
  Row(std::span<const std::string_view> fields, const ColumnMapping& mapping,
      const std::array<std::size_t, kRoles>& places)
      : fields_(fields), mapping_(mapping), places_(places) {}

  /// Empty when the role has no column.
  [[nodiscard]] std::string_view text(Role role) const {
    if (!mapping_.column(role)) return {};
    return trimmed(fields_[places_.at(static_cast<std::size_t>(role))]);
  }

  [[nodiscard]] Read<UtcMs> time(Role role, std::string_view reason) const {
    const std::string_view field = text(role);
    const Unit unit = mapping_.column(role)->unit;
    if (unit == Unit::kRfc3339 || unit == Unit::kUtcText) {
      const auto parsed = unit == Unit::kRfc3339 ? parse_utc(field) : parse_utc(std::string(field) + "Z");
      if (!parsed) return malformed(reason, field);
      return *parsed;
    }
    const auto parsed = parse_fixed(field, unit == Unit::kSeconds ? 3 : 0);
    if (!parsed || UtcMs{*parsed} < kUtcMin || UtcMs{*parsed} > kUtcMax) return malformed(reason, field);
    return UtcMs{*parsed};
  }

  [[nodiscard]] Read<std::int32_t> degrees(Role role, std::int64_t limit_e7, std::string_view reason) const {
    const auto parsed = parse_fixed(text(role), 7);
    if (!parsed || *parsed < -limit_e7 || *parsed > limit_e7) return malformed(reason, text(role));
    return static_cast<std::int32_t>(*parsed);
  }

  /// Nothing when the role has no column or the field is empty.
  [[nodiscard]] Read<std::optional<std::int32_t>> altitude_cm(Role role, std::string_view reason) const {
    const std::string_view field = text(role);
    if (field.empty()) return std::nullopt;
    const auto parsed = parse_number(field);
    const double cm = parsed ? *parsed * metres_per_unit(mapping_.column(role)->unit) * 100 : 0;
    if (!parsed || cm < static_cast<double>(kHeightCmMin) || cm > static_cast<double>(kHeightCmMax))
      return malformed(reason, field);
    return static_cast<std::int32_t>(std::lround(cm));
  }

  [[nodiscard]] Read<std::optional<double>> speed(Role role, std::string_view reason) const {
    const std::string_view field = text(role);
    if (field.empty()) return std::nullopt;
    const auto parsed = parse_number(field);
    const double value = parsed ? *parsed * metres_per_unit(mapping_.column(role)->unit) : 0;
    if (!parsed || std::fabs(value) > kSpeedMax) return malformed(reason, field);
    return value;
  }

  [[nodiscard]] Read<bool> on_ground() const {
    const std::string_view field = text(Role::kOnGround);
    if (field.empty()) return false;
    std::string lower(field.substr(0, 8));
    for (char& c : lower) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    if (lower == "false" || lower == "0" || lower == "no") return false;
    if (lower == "true" || lower == "1" || lower == "yes") return true;
    return malformed("on_ground is neither true nor false", field);
  }

 private:
  std::span<const std::string_view> fields_;
  const ColumnMapping& mapping_;
  const std::array<std::size_t, kRoles>& places_;
};

class Reader {
 public:
  Reader(const ColumnMapping& mapping, const RecordingOptions& options) : mapping_(mapping), options_(options) {
    recording_.has_altitude = mapping.has_altitude();
  }

  Status heading(std::span<const std::string_view> names) {
    columns_ = names.size();
    for (std::size_t role = 0; role < kRoles; ++role) {
      if (!mapping_.columns.at(role)) continue;
      const std::string& wanted = mapping_.columns.at(role)->name;
      const auto found =
          std::find_if(names.begin(), names.end(), [&](std::string_view name) { return trimmed(name) == wanted; });
      if (found == names.end()) {
        return fail(ErrorCode::kInvalid,
                    fmt::format("the heading has no column '{}', which the mapping '{}' takes as {}", wanted,
                                mapping_.name, role_name(static_cast<Role>(role))),
                    "line 1");
      }
      places_.at(role) = static_cast<std::size_t>(found - names.begin());
    }
    return {};
  }

  void row(std::uint64_t line, std::span<const std::string_view> fields) {
    ++recording_.rows;
    if (auto added = add(line, fields); !added) {
      const Rejection& why = added.error();
      recording_.findings.add(why.severity, why.reason, fmt::format("line {}", line), why.detail);
    }
  }

  void bad_row(std::uint64_t line, std::string_view problem) {
    ++recording_.rows;
    recording_.findings.add(Severity::kMalformed, problem, fmt::format("line {}", line));
  }

  Recording finish() {
    auto& tracks = recording_.tracks;
    std::erase_if(tracks, [](const Track& track) { return track.reports.empty(); });
    std::sort(tracks.begin(), tracks.end(), [](const Track& a, const Track& b) { return a.id < b.id; });
    for (Track& track : tracks) {
      if (track.label.empty()) track.label = track.id;
    }
    return std::move(recording_);
  }

 private:
  Read<void> add(std::uint64_t line, std::span<const std::string_view> fields) {
    if (fields.size() != columns_) {
      return malformed("the number of fields differs from the heading's",
                       fmt::format("{} instead of {}", fields.size(), columns_));
    }
    const Row row(fields, mapping_, places_);
    const std::string_view id = row.text(Role::kId);
    if (id.empty() || id.size() > kIdBytesLimit || printable(id, kIdBytesLimit) != id)
      return malformed("the craft's id is empty, too long or not text", id);
    Report report = READ(read_report(row, line));
    if (READ(row.on_ground())) return skipped("on the ground");
    return append(id, printable(row.text(Role::kLabel)), report);
  }

  Read<Report> read_report(const Row& row, std::uint64_t line) const {
    Report report;
    report.line = line;
    const bool has_time = mapping_.column(Role::kTime).has_value();
    const UtcMs issued = has_time ? READ(row.time(Role::kTime, "time cannot be read")) : UtcMs{};
    report.time = mapping_.column(Role::kPositionTime)
                      ? READ(row.time(Role::kPositionTime, "position_time cannot be read"))
                      : issued;
    report.position.lat_e7 = READ(row.degrees(Role::kLatitude, 900'000'000, "latitude is not a number from -90 to 90"));
    report.position.lng_e7 =
        READ(row.degrees(Role::kLongitude, 1'800'000'000, "longitude is not a number from -180 to 180"));
    report.baro_cm = READ(row.altitude_cm(Role::kBaroAltitude, "baro_altitude is not a height from -1 km to 100 km"));
    report.geo_cm = READ(row.altitude_cm(Role::kGeoAltitude, "geo_altitude is not a height from -1 km to 100 km"));
    report.speed_m_s = READ(row.speed(Role::kSpeed, "speed is not a speed"));
    report.vertical_m_s = READ(row.speed(Role::kVerticalRate, "vertical_rate is not a speed"));
    if (recording_.has_altitude && !report.baro_cm && !report.geo_cm) return skipped("no altitude");
    if (has_time && issued - report.time > options_.position_age_ms_max) return skipped("the position is too old");
    return report;
  }

  Read<void> append(std::string_view id, std::string label, const Report& report) {
    const auto [found, is_new] = by_id_.try_emplace(std::string(id), recording_.tracks.size());
    if (is_new) {
      if (recording_.tracks.size() >= options_.crafts_max) {
        by_id_.erase(found);
        return skipped("more craft than the limit");
      }
      recording_.tracks.push_back({std::string(id), {}, {}});
    }
    Track& track = recording_.tracks[found->second];
    if (!track.reports.empty()) {
      const Report& last = track.reports.back();
      if (report.time == last.time && report.position == last.position) return skipped("repeats the last position");
      if (report.time == last.time) return skipped("a second position for the same time");
      if (report.time < last.time) return skipped("time goes backwards");
    }
    if (!label.empty()) track.label = std::move(label);
    track.reports.push_back(report);
    ++recording_.reports;
    return {};
  }

  const ColumnMapping& mapping_;
  const RecordingOptions& options_;
  std::size_t columns_ = 0;
  std::array<std::size_t, kRoles> places_{};
  std::unordered_map<std::string, std::size_t> by_id_;  // looked up only, never walked: its order does not matter
  Recording recording_;
};

}  // namespace

Result<Recording> read_recording(std::string_view text, const ColumnMapping& mapping, const RecordingOptions& options) {
  CsvReader csv(text, mapping.separator);
  Reader reader(mapping, options);
  const auto first = csv.next();
  if (first == CsvReader::Next::kEnd)
    return fail(ErrorCode::kMalformed, "the file is empty: its first line must name the columns");
  if (first == CsvReader::Next::kBad) return fail(ErrorCode::kMalformed, std::string(csv.problem()), "line 1");
  TRY_VOID(reader.heading(csv.fields()));
  for (auto next = csv.next(); next != CsvReader::Next::kEnd; next = csv.next()) {
    if (next == CsvReader::Next::kBad)
      reader.bad_row(csv.line(), csv.problem());
    else
      reader.row(csv.line(), csv.fields());
  }
  return reader.finish();
}

}  // namespace tansiq::formats
