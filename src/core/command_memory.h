// Which commands were executed, and what came of them: the reason why repeating one is harmless.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "core/hash_index.h"
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
  /// Adds the newest. Needs that its key is not there.
  void add(const RememberedCommand& command);
  void forget(UtcMs before, std::size_t commands_max);
  /// Oldest first.
  [[nodiscard]] const std::deque<RememberedCommand>& all() const { return all_; }

 private:
  [[nodiscard]] const RememberedCommand& numbered(std::uint32_t number) const { return all_[number - first_]; }
  std::deque<RememberedCommand> all_;
  std::uint32_t first_ = 0;  // number of all_[0] since the beginning, modulo 2^32
  HashIndex numbers_;
};

}  // namespace tansiq::core
