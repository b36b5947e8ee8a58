// With which key a node signs, and which logs.
#pragma once

#include "node/data_dir.h"
#include "node/head_note.h"

namespace tansiq::node {

/// The key with which this node signs under a version of the charter: the first of those listed that it has. Fails with
/// `kInvalid` when it has none.
[[nodiscard]] Result<const log::SignerKey*> signing_key(const DataDir& dir, const core::Charter& charter);

/// Every log of this node is signed with `key`, under the log's own name.
[[nodiscard]] Status add_own_logs(HeadNotes& notes, const log::SignerKey& key, const core::Charter& charter,
                                  const AuthorityId& self);

/// The key with which it signs receipts under that version. Fails with `kInvalid` when it has not got the one that is
/// named; null where the version gives it no peers.
[[nodiscard]] Result<const log::SignerKey*> cosigning_key(const DataDir& dir, const core::Charter& charter);

/// Whether this node can go on under a version: it has a key that the version names, and the cosigner's. Fails with
/// `kInvalid`.
[[nodiscard]] Status check_adoptable(const DataDir& dir, const core::Charter& charter);

}  // namespace tansiq::node
