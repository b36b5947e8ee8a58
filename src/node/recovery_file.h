// The file `recovering` of a data folder: since when this node is recovering, and who has answered for going on.
//
//   {"accepted":{"at_ms":…,"by":"…","second":"…"},"main_whole":true,"reason":"…","since_ms":…}
//
// It stands outside the record because nothing may be written there meanwhile. The node makes it, and adds the word of
// two officers who have signed in (docs/officers.md); the node takes the names into its record and removes the file
// when it goes on. Where there are no accounts, and data is TEST or SIMULATED, `tansiq recovery accept` writes two
// names into the folder instead, which nobody verifies.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "base/result.h"
#include "base/time.h"
#include "core/record.h"

namespace tansiq::node {

/// Two officers say that the node may go on without what no peer gives back, once the wait is over.
struct Acceptance {
  UtcMs at;
  core::Subject by;
  core::Subject second;
  static constexpr auto fields() {
    return field_list(core::field("at_ms", &Acceptance::at), core::field("by", &Acceptance::by),
                      core::field("second", &Acceptance::second));
  }
  friend bool operator==(const Acceptance&, const Acceptance&) = default;
};

struct RecoveryFile {
  std::optional<Acceptance> accepted;
  bool main_whole = true;  ///< `last-checkpoint`, or the operator, spoke for `main` when this began.
  std::string reason;
  UtcMs since;  ///< By the node's clock.
  static constexpr auto fields() {
    return field_list(core::field("accepted", &RecoveryFile::accepted),
                      core::field("main_whole", &RecoveryFile::main_whole),
                      core::field("reason", &RecoveryFile::reason), core::field("since_ms", &RecoveryFile::since));
  }
  friend bool operator==(const RecoveryFile&, const RecoveryFile&) = default;
};

inline constexpr const char* kRecoveryFileName = "recovering";

/// Nothing when the folder has none. Fails with `kIo`, `kCorrupt`.
[[nodiscard]] Result<std::optional<RecoveryFile>> read_recovery_file(const std::filesystem::path& folder);
/// Aside, synced, renamed.
[[nodiscard]] Status write_recovery_file(const std::filesystem::path& folder, const RecoveryFile& file);
/// Fails with `kNotFound` when the node is not recovering, `kInvalid` when the two are one, `kConflict` when others
/// have accepted already.
[[nodiscard]] Status accept_recovery(const std::filesystem::path& folder, const Acceptance& acceptance);

}  // namespace tansiq::node
