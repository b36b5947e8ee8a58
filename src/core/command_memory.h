// Which commands were executed, and what came of them: the reason why repeating one is harmless.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <unordered_map>

#include "base/ids.h"
#include "base/time.h"
#include "core/names.h"

namespace tansiq::core {

/// The first 16 bytes of a SHA-256: enough that nobody finds two commands that share one.
using ShortHash = std::array<std::uint8_t, 16>;

struct RememberedCommand {
  UtcMs time;
  std::uint64_t seq = 0;  ///< The entry of the first outcome.
  ShortHash key{};        ///< Of subject and command id.
  ShortHash content{};    ///< Of the canonical request.
  friend bool operator==(const RememberedCommand&, const RememberedCommand&) = default;
};

[[nodiscard]] ShortHash command_key(const Subject& by, const CommandId& cmd);
[[nodiscard]] ShortHash command_content(std::string_view request);

/// Bounded by log time and by number; the oldest go first. 100 bytes or so each.
class CommandMemory {
 public:
  [[nodiscard]] const RememberedCommand* find(const ShortHash& key) const;
  /// Adds the newest.
  void add(const RememberedCommand& command);
  void forget(UtcMs before, std::size_t commands_max);
  /// Oldest first.
  [[nodiscard]] const std::deque<RememberedCommand>& all() const { return all_; }

 private:
  struct KeyHash {
    std::size_t operator()(const ShortHash& key) const noexcept;
  };
  std::deque<RememberedCommand> all_;
  std::uint64_t first_ = 0;                                        // number of all_[0] since the beginning
  std::unordered_map<ShortHash, std::uint64_t, KeyHash> numbers_;  // looked up, never iterated
};

}  // namespace tansiq::core
