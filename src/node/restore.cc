#include "node/restore.h"

#include <fmt/format.h>

#include <utility>

#include "base/logging.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

/// The machine of the newest snapshot that proves to be whole; nothing when the log must be replayed from its start.
std::optional<core::Machine> from_snapshot(store::LogStore& store, const core::MachineConfig& config) {
  auto snapshot = store.latest_snapshot();
  if (!snapshot || !*snapshot) {
    if (!snapshot) log_warning("snapshot.unreadable", {{"message", snapshot.error().message}});
    return {};
  }
  const store::Snapshot& found = **snapshot;
  auto machine = core::Machine::read_snapshot(config, found.bytes);
  if (!machine) {
    log_warning("snapshot.refused", {{"message", machine.error().message}});
    return {};
  }
  if (machine->next_seq() != found.next_seq || machine->state_hash() != found.state_hash.bytes) {
    log_warning("snapshot.refused",
                {{"message", "its state does not have the hash that was stored with it"}, {"entries", found.next_seq}});
    return {};
  }
  return std::move(*machine);
}

Status found_log(store::LogStore& store, const core::MachineConfig& config, core::Machine& machine, UtcMs now) {
  const core::Outcome genesis = machine.found(now);
  const store::NewEntry entries[] = {{store::kMainLog, as_bytes(genesis.entry)}};
  const std::string text = config.charter_text.empty() ? core::charter_text(config.charter) : config.charter_text;
  const store::NewBody bodies[] = {{log::sha256(text), as_bytes(text)}};
  TRY_VOID(store.append({.entries = entries, .bodies = bodies, .meta = {}}));
  return {};
}

}  // namespace

Result<Restored> restore_machine(store::LogStore& store, const core::MachineConfig& config, UtcMs now) {
  const std::unique_ptr<store::LogReader> reader = TRY(store.open_reader());
  const std::uint64_t next_seq = TRY(reader->next_seq());
  std::optional<core::Machine> machine = from_snapshot(store, config);
  const std::uint64_t from = machine ? machine->next_seq() : 0;
  if (!machine) machine = TRY(core::Machine::make(config));

  TRY_VOID(reader->sequence(from, next_seq, [&](const store::StoredEntry& entry) -> Status {
    Status applied = machine->apply(as_text(entry.bytes));
    if (!applied) return std::unexpected(inside(std::move(applied.error()), fmt::format("entry {}", entry.seq)));
    return {};
  }));
  TRY_VOID(machine->settle());
  if (next_seq == 0) TRY_VOID(found_log(store, config, *machine, now));
  const std::uint64_t entries = machine->next_seq();
  return Restored{std::move(*machine), entries, from};
}

}  // namespace tansiq::node
