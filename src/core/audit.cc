#include "core/audit.h"

#include <fmt/core.h>

#include <algorithm>

namespace tansiq::core {
namespace {

bool speaks_for_authority(const Action& action) {
  return std::holds_alternative<CreateMeasure>(action) || std::holds_alternative<UpdateMeasure>(action) ||
         std::holds_alternative<EndMeasure>(action);
}

/// The OVNs that prove what the record says was proven, as far as it is still true here.
std::vector<std::string> proofs(const Machine& machine, const std::vector<IntentReference>& known) {
  std::vector<std::string> keys;
  for (const IntentReference& reference : known) {
    const Intent* intent = machine.find_intent(reference.intent);
    if (intent && intent->version == reference.version) keys.push_back(machine.ovn(*intent));
  }
  return keys;
}

UtcMs last_end(const std::vector<geo::Volume4d>& volumes) {
  UtcMs end = kUtcMin;
  for (const geo::Volume4d& volume : volumes) end = std::max(end, volume.window.end);
  return end;
}

std::optional<AuditDifference> decide_again(const Machine& machine, const Entry& entry, std::string_view line) {
  AuditDifference difference{.seq = entry.seq, .message = {}, .recorded = std::string(line), .decided = {}};
  Command command{.id = entry.cmd,
                  .by = {entry.by, speaks_for_authority(*entry.request), !entry.acts_for.empty()},
                  .action = *entry.request};
  const std::vector<std::string> keys = proofs(machine, entry.decision.known);
  if (auto* create = std::get_if<CreateIntent>(&command.action)) create->keys = keys;
  if (auto* update = std::get_if<UpdateIntent>(&command.action)) update->keys = keys;
  auto decision = machine.preview(command, entry.time);
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
    UtcMs end = kUtcMax;
    if (entry.type == EntryType::kIntentExpired) {
      if (const Intent* intent = machine.find_intent(IntentId::trusted(row.id))) end = last_end(intent->volumes);
    } else if (const Measure* measure = machine.find_measure(MeasureId::trusted(row.id))) {
      end = last_end(measure->volumes);
    }
    if (end > entry.time) {
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
