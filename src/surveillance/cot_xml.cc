#include "surveillance/cot_xml.h"

#include <expat.h>

#include <array>
#include <charconv>
#include <cmath>
#include <cstring>

#include "base/invariant.h"
#include "surveillance/decimal.h"
#include "surveillance/moment.h"

namespace tansiq::surveillance {
namespace {

constexpr double kUnknown = 9'999'999.0;

std::optional<double> real(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

/// `2026-01-02T12:00:00.123Z` and its like; what is unusual goes to the general reader.
std::optional<UtcMs> moment_of(std::string_view text) {
  const bool plain = text.size() >= 20 && text.size() <= 24 && text[4] == '-' && text[7] == '-' && text[10] == 'T' &&
                     text[13] == ':' && text[16] == ':' && text.back() == 'Z' && text[17] < '6';
  if (plain) {
    const auto part = [&](std::size_t at, std::size_t size) {
      return static_cast<int>(parse_digits(text.substr(at, size)).value_or(9'999'999));
    };
    const CivilTime civil{part(0, 4), part(5, 2), part(8, 2), part(11, 2), part(14, 2), part(17, 2)};
    std::int64_t fraction = 0;
    if (text.size() > 20) {
      const auto digits = text.substr(20, text.size() - 21);
      const auto value = parse_digits(digits);
      if (text[19] != '.' || !value) return std::nullopt;
      fraction = *value * (digits.size() == 1 ? 100 : digits.size() == 2 ? 10 : 1);
    }
    if (!civil.valid()) return std::nullopt;
    return civil.utc() + fraction;
  }
  const auto time = parse_utc(text);
  if (!time) return std::nullopt;
  return *time;
}

/// Attributes of an element as Expat gives them: names and values in turn.
std::string_view attribute(const XML_Char** attributes, std::string_view name) {
  for (; *attributes != nullptr; attributes += 2) {
    if (name == attributes[0]) return attributes[1];
  }
  return {};
}

}  // namespace

bool set_cot_place(double lat, double lng, CotEvent& out) {
  if (!(lat >= -90 && lat <= 90 && lng >= -180 && lng <= 180)) return false;
  out.position =
      geo::LatLng{static_cast<std::int32_t>(std::lround(lat * 1e7)), static_cast<std::int32_t>(std::lround(lng * 1e7))};
  return true;
}

void set_cot_height(double hae_m, CotEvent& out) {
  if (std::fabs(hae_m) < 1e6) out.height_cm = static_cast<std::int32_t>(std::lround(hae_m * 100));
}

void set_cot_error(double ce_m, CotEvent& out) {
  if (ce_m >= 0 && ce_m < kUnknown) out.error_cm = static_cast<std::int32_t>(std::lround(ce_m * 100));
}

bool set_cot_course(double degrees, CotEvent& out) {
  if (!(degrees >= -360 && degrees <= 360)) return false;
  const auto mdeg = static_cast<std::int32_t>(std::lround(degrees * 1'000));
  out.course_mdeg = (mdeg + 360'000) % 360'000;
  return true;
}

bool set_cot_speed(double metres_per_second, CotEvent& out) {
  if (!(metres_per_second >= 0 && metres_per_second < 100'000)) return false;
  out.speed_cm_s = static_cast<std::int32_t>(std::lround(metres_per_second * 100));
  return true;
}

/// The parser with what it has read so far. Its callbacks never throw; a fault stops the parser.
struct CotXml::Reading {
  XML_Parser parser = XML_ParserCreate(nullptr);
  CotEvent* out = nullptr;
  std::size_t depth = 0;
  bool in_detail = false;
  bool placed = false;
  bool detail_alone = false;  ///< The root is a `detail`, not an event.
  std::optional<Reject> fault;

  Reading() { EXPECT_INVARIANT(parser != nullptr); }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;
  ~Reading() { XML_ParserFree(parser); }

  void stop(Reject why) {
    if (!fault) fault = why;
    XML_StopParser(parser, XML_FALSE);
  }

  void begin(CotEvent& event) {
    XML_ParserReset(parser, nullptr);
    XML_SetUserData(parser, this);
    XML_SetElementHandler(
        parser,
        [](void* self, const XML_Char* name, const XML_Char** attributes) {
          static_cast<Reading*>(self)->element(name, attributes);
        },
        [](void* self, const XML_Char*) { --static_cast<Reading*>(self)->depth; });
    XML_SetStartDoctypeDeclHandler(parser, [](void* self, const XML_Char*, const XML_Char*, const XML_Char*, int) {
      static_cast<Reading*>(self)->stop(Reject::kForbidden);
    });
    XML_SetProcessingInstructionHandler(parser, [](void* self, const XML_Char*, const XML_Char*) {
      static_cast<Reading*>(self)->stop(Reject::kForbidden);
    });
    out = &event;
    depth = 0;
    in_detail = placed = false;
    fault.reset();
  }

  void element(std::string_view name, const XML_Char** attributes) {
    if (++depth > kCotDepthMax) {
      stop(Reject::kTooLong);
      return;
    }
    if (depth == 1) {
      if (detail_alone) return;
      if (name == "event")
        event(attributes);
      else
        stop(Reject::kNotForUs);
      return;
    }
    if (depth == 2 && !detail_alone) {
      in_detail = name == "detail";
      if (name == "point") point(attributes);
      return;
    }
    const bool child_of_detail = detail_alone ? depth == 2 : in_detail && depth == 3;
    if (child_of_detail && name == "contact") out->call_sign.assign(attribute(attributes, "callsign"));
    if (child_of_detail && name == "track") track(attributes);
  }

  void event(const XML_Char** attributes) {
    // One pass: events have a dozen attributes, of which six are of interest.
    for (; *attributes != nullptr; attributes += 2) {
      const std::string_view name = attributes[0];
      const std::string_view value = attributes[1];
      if (name == "uid") {
        if (value.size() > out->uid.capacity()) return stop(Reject::kTooLong);
        out->uid.assign(value);
      } else if (name == "type") {
        if (value.size() > out->type.capacity()) return stop(Reject::kTooLong);
        out->type.assign(value);
      } else if (name == "time" || name == "start" || name == "stale") {
        const auto moment = moment_of(value);
        if (!moment) return stop(Reject::kBadSyntax);
        (name == "time" ? out->time : name == "start" ? out->start : out->stale) = moment;
      }
    }
  }

  void point(const XML_Char** attributes) {
    std::optional<double> lat;
    std::optional<double> lng;
    for (; *attributes != nullptr; attributes += 2) {
      const std::string_view name = attributes[0];
      const auto value = real(attributes[1]);
      if (!value) return stop(Reject::kBadSyntax);
      if (name == "lat") lat = value;
      if (name == "lon") lng = value;
      if (name == "hae") set_cot_height(*value, *out);
      if (name == "ce") set_cot_error(*value, *out);
    }
    if (!lat || !lng) return stop(Reject::kMissingItem);
    if (!set_cot_place(*lat, *lng, *out)) return stop(Reject::kOutOfRange);
    placed = true;
  }

  void track(const XML_Char** attributes) {
    const std::string_view course = attribute(attributes, "course");
    const std::string_view speed = attribute(attributes, "speed");
    if (!course.empty()) {
      const auto value = real(course);
      if (!value || !set_cot_course(*value, *out)) return stop(Reject::kOutOfRange);
    }
    if (!speed.empty()) {
      const auto value = real(speed);
      // A speed below zero is how some writers say that they have none.
      if (!value || (*value >= 0 && !set_cot_speed(*value, *out))) return stop(Reject::kOutOfRange);
    }
  }

  /// The bytes as one document. Fails with what stopped it.
  std::expected<void, Reject> parse(std::initializer_list<ByteView> pieces) {
    std::size_t left = pieces.size();
    for (const ByteView piece : pieces) {
      const auto status = XML_Parse(parser, reinterpret_cast<const char*>(piece.data()), static_cast<int>(piece.size()),
                                    --left == 0 ? 1 : 0);
      if (status == XML_STATUS_OK) continue;
      if (fault) return std::unexpected(*fault);
      const auto code = XML_GetErrorCode(parser);
      const bool forbidden = code == XML_ERROR_UNDEFINED_ENTITY || code == XML_ERROR_AMPLIFICATION_LIMIT_BREACH;
      return std::unexpected(forbidden ? Reject::kForbidden : Reject::kBadSyntax);
    }
    return {};
  }
};

CotXml::CotXml() : reading_(std::make_unique<Reading>()) {}
CotXml::~CotXml() = default;

std::expected<CotEvent, Reject> CotXml::event(ByteView document) {
  CotEvent out;
  reading_->begin(out);
  reading_->detail_alone = false;
  if (auto good = reading_->parse({document}); !good) return std::unexpected(good.error());
  if (out.uid.empty() || out.type.empty() || !reading_->placed) return std::unexpected(Reject::kMissingItem);
  return out;
}

std::expected<void, Reject> CotXml::detail(ByteView fragment, CotEvent& out) {
  reading_->begin(out);
  reading_->detail_alone = true;
  return reading_->parse({as_bytes("<detail>"), fragment, as_bytes("</detail>")});
}

}  // namespace tansiq::surveillance
