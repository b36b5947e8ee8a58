// From the record to the state: snapshot and tail, or the whole log, or a new log with its first entry.
#pragma once

#include <cstdint>

#include "node/log_book.h"
#include "node/state.h"
#include "store/log_store.h"

namespace tansiq::node {

struct Restored {
  State state;
  std::uint64_t entries = 0;        ///< In the record.
  std::uint64_t from_snapshot = 0;  ///< Covered by the snapshot that was used; 0 without one.
};

/// Replays; decides nothing. `logs` is opened under the charter of `config`, and follows the later versions that the
/// record brings into force. A snapshot whose state hash does not fit is left aside with a warning, and the whole log
/// is replayed. An empty record gets its genesis, with the charter's text as a body. Fails with `kCorrupt` when the
/// record does not replay, `kInvalid` when it belongs to another charter.
[[nodiscard]] Result<Restored> restore_state(store::LogStore& store, LogBook& logs,
                                             const coordination::CoalitionConfig& config, UtcMs now,
                                             f3548::Switches switches = {});

/// Tells the coalition how far peers' logs are mirrored: what anchors quote.
[[nodiscard]] Status note_heads(store::LogReader& reader, const LogBook& logs, coordination::Coalition& coalition);

}  // namespace tansiq::node
