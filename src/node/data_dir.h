// A node's data folder: which files stand in it, how they are made, and what is refused.
//
//   log.db, last-checkpoint, snapshot-*, lock   the store's (store/sqlite_store.h)
//   charter.note                 the charter under which the record was begun, as signed
//   charter-N.note               version N: earlier ones, given to a member that joins, and later ones, as adopted
//   node.key                     signs checkpoints: a note key (log/note_key.h), 0600
//   node-next.key                the key that a later version of the charter names, until it takes the other's place
//   token.key                    secret of local tokens (net/bearer.h), 0600
//   ovn.key                      secret of OVNs, 32 bytes, 0600
//   officers.json                accounts of officers, who is on watch (node/officer_book.h), 0600
//   officer-acts.jsonl           what officers have signed (node/officer_evidence.h), 0600
//   officer-guard.json           who has to wait after wrong passwords, and by which devices are known
//                                (node/officer_device.h), 0600
//   cosigner.key                 signs receipts on peers' checkpoints: a note key of type 04, 0600
//   cosigner-next.key            the same, for a later version of the charter, until it takes the other's place
//   peer.crt, peer.key           shown to peers (net/tls_identity.h), the key 0600
//
// The last four only where the charter names peers.
//
// Nothing that exists is ever overwritten; a missing file is made only where that is harmless, or in develop mode.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

#include "core/charter.h"
#include "core/machine.h"
#include "log/note_key.h"
#include "net/bearer.h"
#include "node/node.h"

namespace tansiq::node {

/// What `open_data_dir` found or made.
struct DataDir {
  bool created = false;          ///< The folder was new or empty.
  bool develop_charter = false;  ///< The charter is the built-in one.
  core::SignedCharter charter;
  std::string charter_note;
  AuthorityId self;
  log::SignerKey key;
  std::optional<log::SignerKey> next_key{};
  std::vector<core::Charter> former{};  ///< Versions before the founding one, oldest first.
  net::TokenKey token_key;
  std::array<std::uint8_t, 32> ovn_secret{};
  std::optional<log::SignerKey> cosigner;  ///< Where the charter has a `peer` for this authority.
  std::optional<log::SignerKey> next_cosigner{};
};

/// Reads the folder of `config`, makes what is missing. Fails with `kIo`, `kForbidden` (a secret that others may read),
/// `kNotFound` (no charter, and not in develop mode), `kInvalid` (charter unfit, key of no authority, clock offset in
/// REAL or EXERCISE).
[[nodiscard]] Result<DataDir> open_data_dir(const NodeConfig& config, UtcMs now);

/// Texts of versions by the notes that stand in the folder, for a record whose own copies are lost. What it does not
/// find it says how to get.
[[nodiscard]] core::CharterTexts texts_beside(std::filesystem::path data_dir);

/// Versions of the charter that stand in a data folder beside the founding one, each a successor of the one before it
/// (`coordination::check_successor`), so that whoever trusts the founding one may trust their keys.
struct VersionsBeside {
  std::vector<core::Charter> former;  ///< Before the founding one, as a member that joined later was given them.
  std::vector<core::Charter> later;
};
/// `note` is the founding one's. Fails with `kIo`, as `check_successor`, and with `kNotFound` where one is missing in
/// between.
[[nodiscard]] Result<VersionsBeside> versions_beside(const std::filesystem::path& data_dir, std::string_view note);

/// `charter-3.note`.
[[nodiscard]] std::filesystem::path version_path(const std::filesystem::path& data_dir, std::int64_t version);
/// Keeps the note of a version that has come into force beside the founding one: for people, and for a start with a
/// key that the founding version does not name yet. Never replaces one.
void keep_version(const std::filesystem::path& data_dir, std::int64_t version, std::string_view note);

}  // namespace tansiq::node
