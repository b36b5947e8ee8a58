#include "cli/picture_words.h"

#include <fmt/format.h>

#include "base/units.h"
#include "cli/terminal.h"
#include "cli/units_text.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

constexpr double kCmSPerKnot = 51.4444;

Colour colour_of(std::string_view priority) {
  if (priority == "emergency" || priority == "alarm") return Colour::kRed;
  if (priority == "warning") return Colour::kYellow;
  return Colour::kCyan;
}

std::string place_text(const JsonValue& of, std::string_view name) {
  const auto place = of.find(name);
  if (!place || place->size() != 2) return {};
  const auto lat = (*place)[0].integer(-900'000'000, 900'000'000);
  const auto lng = (*place)[1].integer(-1'800'000'000, 1'800'000'000);
  if (!lat || !lng) return {};
  return point_text({static_cast<std::int32_t>(*lat), static_cast<std::int32_t>(*lng)});
}

}  // namespace

std::string track_text(const Context& context, const JsonValue& track) {
  const std::string state = text_of(track, "state");
  std::string out = fmt::format("{:>6}  {:<8}{:<10}{:<10}", number_of(track, "id"), state,
                                printable(text_of(track, "label")), printable(text_of(track, "call_sign")));
  out += fmt::format("{:<24}", place_text(track, "position"));
  if (track.find("pressure_cm")) {
    out += fmt::format(
        "{:>7}", height_text(number_of(track, "pressure_cm") / 3'048 * 3'048, geo::VerticalReference::kFlightLevel));
  }
  if (track.find("speed_cm_s")) {
    out += fmt::format("  {:>4.0f} kt {:03}°", static_cast<double>(number_of(track, "speed_cm_s")) / kCmSPerKnot,
                       number_of(track, "course_mdeg") / 1'000);
  }
  if (const auto plan = track.find("plan")) {
    out += fmt::format("  {} ({} %, by {})", context.paint(Colour::kGreen, printable(text_of(*plan, "intent"))),
                       number_of(*plan, "confidence"), printable(text_of(*plan, "reason")));
    if (const std::string proposed = text_of(*plan, "proposed"); !proposed.empty()) {
      out += "  " + context.paint(Colour::kYellow, printable(proposed));
    }
  }
  if (const std::string emergency = text_of(track, "emergency"); !emergency.empty()) {
    out += "  " + context.paint(Colour::kRed, printable(emergency));
  }
  if (const auto signs = track.find("signs"); signs && signs->size() > 0) {
    out += "  " + context.paint(Colour::kYellow, "doubtful: " + printable(text_of((*signs)[0], "kind")));
  }
  return out;
}

std::string alert_text(const Context& context, const JsonValue& alert, std::string_view event) {
  const std::string priority = text_of(alert, "priority");
  std::string out = fmt::format("{}  #{:<5}", clock_text({number_of(alert, "changed_ms")}), number_of(alert, "id"));
  if (!event.empty()) out += fmt::format("{:<13}", event);
  out += fmt::format("{}  {}", context.paint(colour_of(priority), fmt::format("{:<10}", priority)),
                     printable(text_of(alert, "kind")));
  if (const auto tracks = alert.find("tracks"); tracks && tracks->size() > 0) {
    out += tracks->size() == 1 ? "  track " : "  tracks ";
    for (std::size_t i = 0; i < tracks->size(); ++i) {
      out += fmt::format("{}{}", i == 0 ? "" : " and ", (*tracks)[i].integer(0, UINT32_MAX).value_or(0));
    }
  }
  if (const std::string object = text_of(alert, "object"); !object.empty()) out += "  " + printable(object);
  if (const auto finding = alert.find("finding")) {
    if (finding->find("to_violation_ms") && number_of(*finding, "to_violation_ms") > 0) {
      out += fmt::format("  in {} s", number_of(*finding, "to_violation_ms") / 1'000);
    }
    if (finding->find("closest_m"))
      out += fmt::format("  {} m apart", group_digits(static_cast<std::uint64_t>(number_of(*finding, "closest_m"))));
    if (finding->find("closest_height_m"))
      out += fmt::format(", {} m in height", number_of(*finding, "closest_height_m"));
    if (const std::string detail = text_of(*finding, "detail"); !detail.empty()) out += "  " + printable(detail);
  }
  if (alert.find("warned_ms")) out += fmt::format("  warned {} s before", number_of(alert, "warned_ms") / 1'000);
  if (const auto seen = alert.find("acknowledged")) out += fmt::format("  seen by {}", printable(text_of(*seen, "by")));
  if (event.empty()) out += "  " + text_of(alert, "state");
  return out;
}

}  // namespace tansiq::cli
