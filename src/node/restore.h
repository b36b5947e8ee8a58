// From the record to the state: snapshot and tail, or the whole log, or a new log with its first entry.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>

#include "node/log_book.h"
#include "node/state.h"
#include "store/log_store.h"

namespace tansiq::node {

/// Asked now and then on the way. May be empty.
using GivenUp = std::function<bool()>;

struct Restored {
  State state;
  std::uint64_t entries = 0;        ///< In the record.
  std::uint64_t from_snapshot = 0;  ///< Covered by the snapshot that was used; 0 without one.
  std::size_t snapshot_bytes = 0;   ///< Of that snapshot.
};

/// Replays; decides nothing. `logs` is opened under the charter of `config`, and follows the later versions that the
/// record brings into force. A snapshot whose state hash does not fit is left aside with a warning, and the whole log
/// is replayed. An empty record gets its genesis, with the charter's text as a body. Fails with `kCorrupt` when the
/// record does not replay, `kInvalid` when it belongs to another charter.
[[nodiscard]] Result<Restored> restore_state(store::LogStore& store, LogBook& logs,
                                             const coordination::CoalitionConfig& config, UtcMs now,
                                             f3548::Switches switches = {});

/// What the entries with seq < `end_seq` folded to, by the same code, for a thread beside the one that decides: it only
/// reads, what is durable and no more. The state is good for being written, not for deciding: bodies of shares and
/// peers' heads are not in it. Fails as `restore_state`, and with `kUnavailable` soon after `given_up` was set; reading
/// the snapshot itself is not broken off.
[[nodiscard]] Result<State> fold_record(store::LogStore& store, const coordination::CoalitionConfig& config,
                                        std::uint64_t end_seq, f3548::Switches switches,
                                        const std::atomic<bool>& given_up);

/// The same for a moment long past: from the nearest snapshot before it, or from `from`, where that is nearer: a state
/// that this has given before.
[[nodiscard]] Result<State> fold_past(store::LogStore& store, const coordination::CoalitionConfig& config,
                                      std::uint64_t end_seq, f3548::Switches switches, GivenUp given_up,
                                      std::optional<State> from = {});

/// Tells the coalition how far peers' logs are mirrored: what anchors quote.
[[nodiscard]] Status note_heads(store::LogReader& reader, const LogBook& logs, coordination::Coalition& coalition);

}  // namespace tansiq::node
