// One log of a peer, as far as it has been verified, and what an answer is worth: the rules of the node's replica
// (node/replica.h) with real trees, and with checkpoints whose signature is a keyed hash. An Ed25519 signature costs as
// much as everything else that one exchange does, and says nothing here that a keyed hash does not: nobody in the
// simulation tries to forge one. A liar signs two logs with its own key.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "coordination/log_name.h"
#include "log/merkle.h"
#include "log/sha256.h"
#include "sim/disk.h"

namespace tansiq::sim {

/// What an author says of its log: so many entries under this root, and the root of its first `prefix` entries.
struct Checkpoint {
  LogName log;
  std::uint64_t size = 0;
  log::Hash root;
  std::uint64_t prefix = 0;
  log::Hash prefix_root;
  log::Hash mac;
};
/// The stand-in for a signature, by the key of the log's author.
[[nodiscard]] log::Hash sign(const Checkpoint& checkpoint, std::uint64_t coalition);

struct LogAnswer {
  std::vector<std::string> lines;  ///< From entry `checkpoint.prefix` on, all up to its size.
  Checkpoint checkpoint;
};

enum class Verdict : std::uint8_t {
  kExtends,
  kNothingNew,
  kOld,      ///< Smaller than what it has signed before, and a prefix of it: rolled back, or late.
  kRefused,  ///< Wrong in a way that proves nothing.
  kForked,   ///< Its author has signed two logs.
};

class Mirror {
 public:
  Mirror(LogName name, const DurableLog& held) : name_(std::move(name)), edge_(held.edge), roots_(held.roots) {}

  /// Changes nothing but on kExtends, when `fresh` is the part of the lines that is new, and on kForked.
  Verdict judge(const LogAnswer& answer, std::uint64_t coalition, std::vector<std::string>& fresh);
  /// Whether what someone else has seen of this log cannot be a prefix of what is held here.
  [[nodiscard]] bool contradicts(std::uint64_t size, const log::Hash& root) const {
    return size < roots_.size() && roots_[size] != root;
  }
  void pin() { pinned_ = true; }

  [[nodiscard]] const LogName& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return edge_.size(); }
  [[nodiscard]] log::Hash root() const { return edge_.root(); }
  [[nodiscard]] bool pinned() const { return pinned_; }

 private:
  LogName name_;
  log::RightEdge edge_;
  std::vector<log::Hash> roots_;
  bool pinned_ = false;
};

}  // namespace tansiq::sim
