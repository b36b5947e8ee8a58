#include "core/audit.h"

#include <fmt/core.h>

#include <algorithm>

namespace tansiq::core {
namespace {

bool speaks_for_authority(const Action& action) {
  return std::holds_alternative<CreateMeasure>(action) || std::holds_alternative<UpdateMeasure>(action) ||
         std::holds_alternative<EndMeasure>(action);
}

/// Appends the OVNs that prove these, as far as it is still true here.
void prove(const Machine& machine, const std::vector<IntentReference>& known, std::vector<std::string>& keys) {
  for (const IntentReference& reference : known) {
    const Intent* intent = machine.find_intent(reference.intent);
    if (intent && intent->version == reference.version) keys.push_back(machine.ovn(*intent));
  }
}

/// What `command` asks for, decided with these keys.
Result<Decision> preview_with(const Machine& machine, Command& command, const std::vector<std::string>& keys,
                              UtcMs time) {
  if (auto* create = std::get_if<CreateIntent>(&command.action)) create->keys = keys;
  if (auto* update = std::get_if<UpdateIntent>(&command.action)) update->keys = keys;
  return machine.preview(command, time);
}

std::optional<AuditDifference> decide_again(const Machine& machine, const Entry& entry, std::string_view line) {
  AuditDifference difference{.seq = entry.seq, .message = {}, .recorded = std::string(line), .decided = {}};
  Command command{.id = entry.cmd,
                  .by = {entry.by, speaks_for_authority(*entry.request), !entry.acts_for.empty()},
                  .action = *entry.request};
  std::vector<std::string> keys;
  prove(machine, entry.decision.known, keys);
  auto decision = preview_with(machine, command, keys, entry.time);
  if (decision && entry.decision.known.size() < entry.decision.known_total) {
    // An entry names as many as it has room for. The others were proven too, unless it says that they were not.
    std::vector<IntentReference> others = std::move(decision->missing);
    std::erase_if(others, [&](const IntentReference& other) {
      const auto& missing = entry.decision.missing;
      return std::ranges::find(missing, other.intent, &IntentReference::intent) != missing.end();
    });
    // Nor were more proven than it counts. Which of the rest, it does not say: any choice behind those that it names
    // writes the same line.
    const std::size_t unnamed = entry.decision.known_total - entry.decision.known.size();
    if (others.size() > unnamed) others.erase(others.begin(), others.end() - static_cast<std::ptrdiff_t>(unnamed));
    prove(machine, others, keys);
    decision = preview_with(machine, command, keys, entry.time);
  }
  if (!decision) {
    difference.message = fmt::format("this would not have been decided at all: {}", decision.error().text());
    return difference;
  }
  Entry again = entry;
  again.type = type_of(command.action, *decision);
  again.decision = std::move(*decision);
  write_entry(difference.decided, again, request_bytes(line));
  if (difference.decided == line) return std::nullopt;
  difference.message = again.type == entry.type
                           ? fmt::format("{} with other findings", to_text(entry.type))
                           : fmt::format("recorded {}, but decided {}", to_text(entry.type), to_text(again.type));
  return difference;
}

std::optional<AuditDifference> check_expired(const Machine& machine, const Entry& entry, std::string_view line) {
  for (const Expired& row : entry.expired) {
    std::optional<UtcMs> end;
    if (entry.type == EntryType::kIntentExpired) {
      if (const Intent* intent = machine.find_intent(IntentId::trusted(row.id))) end = machine.runs_out(*intent);
    } else if (const Measure* measure = machine.find_measure(MeasureId::trusted(row.id))) {
      end = machine.runs_out(*measure);
    }
    if (!end || *end > entry.time) {
      return AuditDifference{.seq = entry.seq,
                             .message = fmt::format("\"{}\" was let run out before its end", row.id),
                             .recorded = std::string(line),
                             .decided = {}};
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<AuditDifference> audit_entry(const Machine& before, const Entry& entry, std::string_view line) {
  if (entry.request) return decide_again(before, entry, line);
  if (!entry.expired.empty()) return check_expired(before, entry, line);
  return std::nullopt;
}

Result<Auditor> Auditor::make(MachineConfig config) { return Auditor(TRY(Machine::make(std::move(config)))); }

void Auditor::book(BookingRequest request) {
  const IntentId id = request.id;
  machine_.book(std::move(request));
  machine_.confirm_booking(id);
}

Result<std::optional<AuditDifference>> Auditor::check(std::string_view line) {
  const Entry entry = TRY(read_entry(line));
  TRY_VOID(machine_.settle());
  std::optional<AuditDifference> difference = audit_entry(machine_, entry, line);
  TRY_VOID(machine_.apply(line));
  return difference;
}

}  // namespace tansiq::core
