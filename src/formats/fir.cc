#include "formats/fir.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>

#include "base/ids.h"
#include "base/units.h"
#include "formats/ring.h"
#include "formats/text.h"

namespace tansiq::formats {
namespace {

constexpr std::string_view kCommand = "POLYALT ";
constexpr std::int64_t kUnlimitedLevel = 999;
constexpr std::size_t kRingsMax = 64;  // of one region

using Ring = std::vector<geo::LatLng>;

std::vector<std::string_view> split(std::string_view text) {
  std::vector<std::string_view> parts;
  for (std::size_t from = 0; from <= text.size();) {
    const std::size_t to = std::min(text.find(',', from), text.size());
    parts.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  return parts;
}

Result<std::int32_t> degrees(std::string_view text, std::int64_t limit_e7, std::string_view what) {
  const std::int64_t value = TRY(parse_fixed(text, 7));
  if (value < -limit_e7 || value > limit_e7) {
    return fail(ErrorCode::kInvalid, fmt::format("{} {} is not from -{} to {}", what, printable(text),
                                                 limit_e7 / 10'000'000, limit_e7 / 10'000'000));
  }
  return static_cast<std::int32_t>(value);
}

Result<std::int64_t> flight_level(std::string_view text) {
  std::int64_t level = 0;
  const auto [rest, error] = std::from_chars(text.data(), text.data() + text.size(), level);
  if (error != std::errc{} || rest != text.data() + text.size() || level < 0 || level > kUnlimitedLevel) {
    return fail(ErrorCode::kMalformed, fmt::format("'{}' is not a flight level from 0 to 999", printable(text)));
  }
  return level;
}

/// Cuts the line's vertices into rings: each ends where it returns to its first vertex.
std::vector<Ring> rings_of(const std::vector<geo::LatLng>& vertices) {
  std::vector<Ring> rings(1);
  for (const auto& vertex : vertices) {
    Ring& ring = rings.back();
    // A second copy right behind the first is a repeated vertex, not a ring's end.
    const bool closes = ring.size() >= 3 && same_place(ring.front(), vertex);
    ring.push_back(vertex);
    if (closes) rings.emplace_back();
  }
  if (rings.back().empty()) rings.pop_back();
  return rings;
}

class Reader {
 public:
  ZoneFile read(std::string_view text) {
    std::uint64_t number = 0;
    for (std::size_t from = 0; from < text.size();) {
      const std::size_t to = std::min(text.find('\n', from), text.size());
      std::string_view line = text.substr(from, to - from);
      if (line.ends_with('\r')) line.remove_suffix(1);
      ++number;
      from = to + 1;
      if (line.empty() || line.front() == '#') continue;
      where_ = fmt::format("line {}", number);
      if (auto read = read_line(line); !read) {
        file_.findings.add(Severity::kMalformed, "the line cannot be read", where_, read.error().text());
      }
    }
    return std::move(file_);
  }

 private:
  Status read_line(std::string_view line) {
    if (line.size() > kFirLineBytesMax)
      return fail(ErrorCode::kTooLarge, fmt::format("longer than {} bytes", kFirLineBytesMax));
    const std::size_t prompt = line.find('>');
    if (prompt == std::string_view::npos)
      return fail(ErrorCode::kMalformed, "there is no 'HH:MM:SS.hh>' before the command");
    const std::string_view command = line.substr(prompt + 1);
    if (!command.starts_with(kCommand)) {
      file_.findings.add(Severity::kNote, "a command other than POLYALT is not read", where_,
                         printable(command.substr(0, command.find(' '))));
      return {};
    }
    return read_region(split(command.substr(kCommand.size())));
  }

  Status read_region(const std::vector<std::string_view>& fields) {
    if (file_.zones.size() >= kFirRegionsMax)
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} regions", kFirRegionsMax));
    if (fields.size() < 3 || fields[0].empty())
      return fail(ErrorCode::kMalformed, "POLYALT needs a name, a bottom and a top");
    if ((fields.size() - 3) % 2 != 0) return fail(ErrorCode::kMalformed, "a latitude has no longitude");
    constexpr std::size_t kVerticesMin = 3;
    if (fields.size() < 3 + 2 * kVerticesMin)
      return fail(ErrorCode::kMalformed, "POLYALT needs at least three points, each a latitude and a longitude");
    ZoneInput zone;
    zone.id = printable(fields[0], kIdBytesMax);
    zone.name = zone.id;
    zone.where = where_;
    zone.band = TRY(read_band(fields[1], fields[2]));
    std::vector<geo::LatLng> vertices;
    for (std::size_t i = 3; i < fields.size(); i += 2) {
      vertices.push_back(
          {TRY(degrees(fields[i], 900'000'000, "latitude")), TRY(degrees(fields[i + 1], 1'800'000'000, "longitude"))});
    }
    if (!ids_.insert(zone.id).second)
      return fail(ErrorCode::kInvalid, fmt::format("the name {} has been used before", zone.id));
    auto rings = rings_of(vertices);
    if (rings.size() > kRingsMax) return fail(ErrorCode::kTooMuchWork, fmt::format("more than {} rings", kRingsMax));
    add_parts(zone, std::move(rings));
    if (!zone.parts.empty()) file_.zones.push_back(std::move(zone));
    return {};
  }

  static Result<geo::LevelBand> read_band(std::string_view bottom_text, std::string_view top_text) {
    const std::int64_t bottom = TRY(flight_level(bottom_text));
    const std::int64_t top = TRY(flight_level(top_text));
    if (bottom >= top) return fail(ErrorCode::kInvalid, fmt::format("bottom FL{} is not below top FL{}", bottom, top));
    return geo::LevelBand{bottom == 0 ? geo::kHeightUnboundedLow : cm_from_flight_level(bottom),
                          top == kUnlimitedLevel ? geo::kHeightUnboundedHigh : cm_from_flight_level(top),
                          geo::VerticalReference::kFlightLevel};
  }

  void add_parts(ZoneInput& zone, std::vector<Ring> rings) {
    for (std::size_t i = 0; i < rings.size(); ++i) {
      const std::string place =
          rings.size() == 1 ? fmt::format("{} {}", where_, zone.id) : fmt::format("{} {}/{}", where_, zone.id, i + 1);
      if (std::find(rings.begin(), rings.begin() + static_cast<std::ptrdiff_t>(i), rings[i]) !=
          rings.begin() + static_cast<std::ptrdiff_t>(i)) {
        file_.findings.add(Severity::kRepaired, "a ring that repeats an earlier one was dropped", place);
        continue;
      }
      RingRepair repair;
      auto polygon = polygon_of_ring(rings[i], repair);
      if (!polygon) {
        file_.findings.add(Severity::kRefused, "the outline is not a simple polygon", place, polygon.error().text());
        continue;
      }
      if (repair.changed()) file_.findings.add(Severity::kRepaired, "vertices were removed", place, repair.text());
      zone.parts.emplace_back(std::move(*polygon));
    }
    if (rings.size() > 1) {
      file_.findings.add(Severity::kNote, "several rings on one line are parts of one region",
                         fmt::format("{} {}", where_, zone.id),
                         fmt::format("{} rings, {} parts", rings.size(), zone.parts.size()));
    }
  }

  ZoneFile file_;
  std::set<std::string> ids_;
  std::string where_;
};

}  // namespace

ZoneFile read_fir(std::string_view text) { return Reader().read(text); }

}  // namespace tansiq::formats
