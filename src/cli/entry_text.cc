#include "cli/entry_text.h"

#include <fmt/format.h>

#include "base/limits.h"
#include "cli/json_out.h"
#include "cli/units_text.h"
#include "core/entry.h"
#include "log/jcs.h"

namespace tansiq::cli {
namespace {

Colour colour_of(core::EntryType type) {
  using enum core::EntryType;
  switch (type) {
    case kIntentRefused:
      return Colour::kRed;
    case kIntentNonconforming:
    case kIntentContingent:
      return Colour::kYellow;
    case kIntentAccepted:
    case kIntentUpdated:
    case kIntentActivated:
      return Colour::kGreen;
    default:
      return Colour::kPlain;
  }
}

std::string subject_of(const core::Entry& entry) {
  if (!entry.request) return {};
  return std::visit(
      [](const auto& action) -> std::string {
        if constexpr (requires { action.intent; }) {
          return action.intent.str();
        } else {
          return action.measure.str();
        }
      },
      *entry.request);
}

std::string about(const core::Entry& entry) {
  if (entry.type == core::EntryType::kGenesis) {
    return fmt::format("{}, charter {} version {}, {}", entry.genesis.authority.str(), entry.genesis.charter_id,
                       entry.genesis.charter_version, core::to_text(entry.genesis.data_mode));
  }
  if (!entry.expired.empty()) {
    std::string text = entry.expired.front().id;
    if (entry.expired.size() > 1) text += fmt::format(" and {} more", entry.expired.size() - 1);
    return text;
  }
  std::string text = fmt::format("{} by {}", subject_of(entry), entry.by.str());
  if (!entry.acts_for.empty()) text += fmt::format(" for {}", entry.acts_for.str());
  const core::Decision& decision = entry.decision;
  if (decision.refusal != core::Refusal::kNone) text += fmt::format(": {}", core::to_text(decision.refusal));
  if (!decision.conflicts.empty()) {
    text += fmt::format(" with {}", decision.conflicts.front().intent.str());
    if (decision.conflicts_total > 1) text += fmt::format(" and {} more", decision.conflicts_total - 1);
  }
  if (decision.counter.time_shift_ms) text += fmt::format(", free at {}", shift_text(*decision.counter.time_shift_ms));
  return text;
}

}  // namespace

std::string entry_line_text(const Context& context, std::string_view number, std::string_view line) {
  const std::string whole = line.ends_with('\n') ? std::string(line) : std::string(line) + "\n";
  const auto entry = core::read_entry(whole);
  if (!entry) return fmt::format("{:>8}  {}", number, printable(line.substr(0, line.find('\n'))));
  const std::string type(core::to_text(entry->type));
  const std::string time = format_utc(entry->time);
  return fmt::format("{:>8}  {} {}  {}{}  {}", number, time.substr(0, 10), time.substr(11, 8),
                     context.paint(colour_of(entry->type), type),
                     std::string(type.size() < 20 ? 20 - type.size() : 0, ' '), printable(about(*entry)));
}

std::string entry_value_json(std::string_view line) {
  while (line.ends_with('\n')) line.remove_suffix(1);
  if (log::JcsDocument::parse(line, kEntryBytesMax)) return std::string(line);
  return JsonOut().value(printable(line)).text();
}

}  // namespace tansiq::cli
