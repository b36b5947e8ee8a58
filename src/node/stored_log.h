// A log of the store as a Merkle tree: nodes for proofs, and what a mirror needs to go on after a restart.
#pragma once

#include "log/merkle.h"
#include "node/replica.h"
#include "store/log_store.h"

namespace tansiq::node {

/// Reads tree nodes of one log, checked, for proofs about any size up to the log's. `reader` must outlive it.
[[nodiscard]] log::SubtreeReader stored_subtrees(store::LogReader& reader, store::LogId log);

/// What the store holds of a mirrored log.
[[nodiscard]] Result<Replica::Held> read_held(store::LogReader& reader, store::LogId log);

}  // namespace tansiq::node
