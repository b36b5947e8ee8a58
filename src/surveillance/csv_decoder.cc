#include "surveillance/csv_decoder.h"

#include <algorithm>
#include <expected>
#include <span>

#include "base/units.h"
#include "formats/csv.h"
#include "surveillance/decimal.h"
#include "surveillance/velocity.h"

namespace tansiq::surveillance {
namespace {

using formats::Role;
using formats::Unit;

constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Centimetres, or centimetres a second, of one unit.
double cm_per(Unit unit) {
  switch (unit) {
    case Unit::kFeet:
      return kMetresPerFoot * 100;
    case Unit::kKnots:
      return kCmSPerKnot;
    case Unit::kKilometresPerHour:
      return 100 / 3.6;
    case Unit::kFeetPerMinute:
      return kMetresPerFoot * 100 / 60;
    default:
      return 100;
  }
}

std::optional<UtcMs> moment_of(std::string_view text, Unit unit) {
  if (unit == Unit::kSeconds || unit == Unit::kMilliseconds) {
    const auto ms = parse_scaled(text, unit == Unit::kSeconds ? 1'000 : 1, kUtcMin.ms, kUtcMax.ms);
    return ms ? std::optional(UtcMs{*ms}) : std::nullopt;
  }
  std::string rfc3339(text.substr(0, 40));
  if (unit == Unit::kUtcText) {
    std::replace(rfc3339.begin(), rfc3339.end(), ' ', 'T');
    rfc3339 += 'Z';
  }
  const auto time = parse_utc(rfc3339);
  return time ? std::optional(*time) : std::nullopt;
}

std::optional<bool> flag_of(std::string_view text) {
  const auto is = [text](std::string_view word) {
    return std::equal(text.begin(), text.end(), word.begin(), word.end(),
                      [](char a, char b) { return (a | 0x20) == b; });
  };
  if (text == "1" || is("true") || is("yes")) return true;
  if (text == "0" || is("false") || is("no")) return false;
  return std::nullopt;
}

/// A row seen through the mapping.
struct Row {
  const CsvOptions& options;
  const std::array<std::size_t, formats::kRoles>& places;
  std::span<const std::string_view> fields;

  [[nodiscard]] std::string_view text(Role role) const {
    const std::size_t place = places.at(static_cast<std::size_t>(role));
    return place == kAbsent ? std::string_view() : trimmed(fields[place]);
  }
  [[nodiscard]] Unit unit(Role role) const { return options.mapping.column(role)->unit; }
};

std::expected<void, Reject> read_id(const Row& row, Report& out) {
  const std::string_view text = row.text(Role::kId);
  out.id.kind = row.options.id;
  if (out.id.kind == IdKind::kUid) {
    if (text.empty()) return std::unexpected(Reject::kMissingItem);
    if (text.size() > out.uid.capacity()) return std::unexpected(Reject::kTooLong);
    if (!is_plain_text(text)) return std::unexpected(Reject::kBadSyntax);
    out.uid.assign(text);
    return {};
  }
  const bool mmsi = out.id.kind == IdKind::kMmsi;
  const auto number = parse_digits(text, mmsi ? 10 : 16);
  if (!number) return std::unexpected(text.empty() ? Reject::kMissingItem : Reject::kBadSyntax);
  if (*number > (mmsi ? 999'999'999U : 0xFFFFFFU)) return std::unexpected(Reject::kOutOfRange);
  out.id.number = *number;
  return {};
}

std::expected<void, Reject> read_time(const Row& row, Report& out) {
  for (const Role role : {Role::kPositionTime, Role::kTime}) {
    const std::string_view text = row.text(role);
    if (text.empty()) continue;
    const auto time = moment_of(text, row.unit(role));
    if (!time) return std::unexpected(Reject::kBadSyntax);
    out.time = *time;
    out.basis = TimeBasis::kFull;
    return {};
  }
  return std::unexpected(Reject::kMissingItem);
}

/// Reads a number in its column's unit where there is one.
std::expected<std::optional<std::int32_t>, Reject> read_number(const Row& row, Role role, std::int64_t least,
                                                               std::int64_t most) {
  const std::string_view text = row.text(role);
  if (text.empty()) return std::nullopt;
  const auto value = parse_scaled(text, cm_per(row.unit(role)), least, most);
  if (!value) return std::unexpected(Reject::kOutOfRange);
  return static_cast<std::int32_t>(*value);
}

std::expected<void, Reject> read_course(const Row& row, Report& out) {
  constexpr std::int64_t kCircleMdeg = 360'000;
  const std::string_view text = row.text(Role::kCourse);
  if (text.empty()) return {};
  const auto mdeg = parse_scaled(text, 1e3, 0, 10 * kCircleMdeg);
  if (!mdeg) return std::unexpected(Reject::kOutOfRange);
  if (*mdeg < kCircleMdeg) out.course_mdeg = static_cast<std::int32_t>(*mdeg);
  return {};
}

std::expected<void, Reject> read_movement(const Row& row, Report& out) {
  struct Column {
    Role role;
    std::optional<std::int32_t> Report::* to;
    std::int64_t least;
    std::int64_t most;
  };
  for (const Column& column : {Column{Role::kBaroAltitude, &Report::pressure_cm, -100'000, 10'000'000},
                               Column{Role::kGeoAltitude, &Report::geometric_cm, -100'000, 10'000'000},
                               Column{Role::kSpeed, &Report::speed_cm_s, 0, 2'000'000},
                               Column{Role::kVerticalRate, &Report::climb_cm_s, -2'000'000, 2'000'000}}) {
    const auto value = read_number(row, column.role, column.least, column.most);
    if (!value) return std::unexpected(value.error());
    out.*column.to = *value;
  }
  return read_course(row, out);
}

std::expected<Report, Reject> read_row(const Row& row, UtcMs received) {
  Report out;
  out.source = row.options.source;
  out.format = Format::kCsv;
  out.domain = row.options.domain;
  out.received = received;
  if (auto good = read_id(row, out); !good) return std::unexpected(good.error());
  if (auto good = read_time(row, out); !good) return std::unexpected(good.error());
  const auto lat = parse_scaled(row.text(Role::kLatitude), 1e7, -900'000'000, 900'000'000);
  const auto lng = parse_scaled(row.text(Role::kLongitude), 1e7, -1'800'000'000, 1'800'000'000);
  // A row of a craft that was heard but not placed is a row all the same.
  const bool empty = row.text(Role::kLatitude).empty() && row.text(Role::kLongitude).empty();
  if (!empty && (!lat || !lng)) return std::unexpected(Reject::kOutOfRange);
  if (!empty) out.position = geo::LatLng{static_cast<std::int32_t>(*lat), static_cast<std::int32_t>(*lng)};
  if (auto good = read_movement(row, out); !good) return std::unexpected(good.error());
  const std::string_view label = row.text(Role::kLabel);
  if (!is_plain_text(label)) return std::unexpected(Reject::kBadSyntax);
  out.call_sign.assign(label);
  if (const std::string_view text = row.text(Role::kOnGround); !text.empty()) {
    const auto on_ground = flag_of(text);
    if (!on_ground) return std::unexpected(Reject::kBadSyntax);
    out.set(Flag::kOnGround, *on_ground);
  }
  return out;
}

}  // namespace

void CsvDecoder::reset() {
  framer_.reset();
  headed_ = false;
}

void CsvDecoder::feed_datagram(ByteView bytes, UtcMs received, Sink& sink) {
  framer_.reset();
  feed(bytes, received, sink);
  finish(received, sink);
}

void CsvDecoder::finish(UtcMs received, Sink& sink) {
  framer_.finish([&](std::string_view line) { feed_line(line, received, sink); },
                 [&] {
                   ++counters_.units;
                   counters_.reject(Reject::kTooLong);
                 });
}

void CsvDecoder::feed(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  framer_.feed(
      bytes, [&](std::string_view line) { feed_line(line, received, sink); },
      [&] {
        ++counters_.units;
        counters_.reject(Reject::kTooLong);
      });
}

/// Finds the declared columns. False when one is missing: then no row can be read, and each line is tried as a heading.
bool CsvDecoder::read_heading(std::string_view line) {
  formats::CsvReader reader(line, options_.mapping.separator);
  if (reader.next() != formats::CsvReader::Next::kRecord) return false;
  const auto names = reader.fields();
  for (std::size_t role = 0; role < formats::kRoles; ++role) {
    places_[role] = kAbsent;
    const auto& column = options_.mapping.columns[role];
    if (!column) continue;
    const auto at =
        std::find_if(names.begin(), names.end(), [&](std::string_view name) { return trimmed(name) == column->name; });
    if (at == names.end()) return false;
    places_[role] = static_cast<std::size_t>(at - names.begin());
  }
  return true;
}

void CsvDecoder::feed_line(std::string_view line, UtcMs received, Sink& sink) {
  ++counters_.units;
  if (!headed_) {
    headed_ = read_heading(line);
    if (headed_)
      ++counters_.unused;
    else
      counters_.reject(Reject::kMissingItem);
    return;
  }
  formats::CsvReader reader(line, options_.mapping.separator);
  if (reader.next() != formats::CsvReader::Next::kRecord) {
    counters_.reject(Reject::kBadSyntax);
    return;
  }
  const std::size_t last = *std::max_element(places_.begin(), places_.end(), [](std::size_t a, std::size_t b) {
    return (a == kAbsent ? 0 : a) < (b == kAbsent ? 0 : b);
  });
  if (last != kAbsent && last >= reader.fields().size()) {
    counters_.reject(Reject::kTruncated);
    return;
  }
  const auto report = read_row({options_, places_, reader.fields()}, received);
  if (!report) {
    counters_.reject(report.error());
    return;
  }
  ++counters_.reports;
  sink.report(*report);
}

}  // namespace tansiq::surveillance
