// Inside of the verification of bundles: whose keys are whose, by the charters in a bundle and by what the caller
// brings. Reads of a charter only what an auditor needs: ids, names and keys (core/charter.h has the rest). Not for
// other folders.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/note.h"

namespace tansiq::log::bundle_detail {

struct CharterAuthority {
  std::string id;
  std::string name;
  std::vector<VerifierKey> keys;          ///< The first names its main log.
  std::optional<VerifierKey> cosigner{};  ///< Of its receipts on logs of others.
};
struct CharterKeys {
  std::string id;
  std::int64_t version = 0;
  std::string name;
  Hash text_hash;  ///< How entries name it.
  std::vector<CharterAuthority> authorities;
  std::vector<std::string> signers;  ///< Authorities that have signed it, by keys that it names itself.
};

/// Opens a charter's note. Fails with `kMalformed`, `kInvalid` (a signature fails, or an id is there twice),
/// `kUnauthenticated` (nobody that it names has signed it).
[[nodiscard]] Result<CharterKeys> read_charter_keys(std::string_view note);

/// Whether the holder of a main log of this name writes the log `origin`: the main log itself, `members` and `with/…`
/// beside it (docs/coordination.md).
[[nodiscard]] bool writes_log(std::string_view main_log, std::string_view origin);

/// Everybody's keys.
class KeyRing {
 public:
  /// A key that the caller brings. `authority` empty: it goes by the key's name.
  void add_given(const VerifierKey& key);
  /// `given`: the caller brought this very charter.
  void add(const CharterKeys& charter, bool given);
  /// Whether the caller brought anything to trust.
  [[nodiscard]] bool anything_given() const { return anything_given_; }

  struct Held {
    std::string authority;
    VerifierKey key;
    bool given = false;
  };
  /// Keys that may sign checkpoints of a log, under its name.
  [[nodiscard]] std::vector<Held> of_log(std::string_view origin) const;
  /// Keys of those who countersign: type 04.
  [[nodiscard]] const std::vector<Held>& cosigners() const { return cosigners_; }

 private:
  [[nodiscard]] bool brought(const VerifierKey& key) const;
  static void insert(std::vector<Held>& into, Held held);

  struct LogKey {
    std::string main;
    Held held;
  };
  bool anything_given_ = false;
  std::vector<VerifierKey> given_;
  std::vector<LogKey> log_keys_;
  std::vector<Held> cosigners_;
};

}  // namespace tansiq::log::bundle_detail
