// The canonical encoding of the state, and snapshots made of it. Internal to core; format in docs/core.md.
#pragma once

#include <string>

#include "base/bytes.h"
#include "core/state.h"

namespace tansiq::core {

/// Version of the encoding. A change of the encoding is a new version, and changes the state hash.
inline constexpr std::uint32_t kStateFormat = 1;

class StateCodec {
 public:
  /// Appends the state: genesis, clock, intents and measures in order of creation, commands in order of execution.
  /// Nothing in it depends on slots, handles or history.
  static void write(const State& state, std::string& out);
  /// Fills an empty state. Fails with `kCorrupt`.
  static Status read(std::string_view bytes, State& state);
};

/// "tansiq-state" LF ‖ format (4 bytes, little-endian) ‖ state ‖ SHA-256 of the state.
[[nodiscard]] Bytes write_snapshot(const State& state);
/// Fails with `kCorrupt` when the hash does not fit, `kUnsupported` for a newer format, `kInvalid` when the genesis is
/// not the expected one.
[[nodiscard]] Status read_snapshot(ByteView snapshot, const Genesis& expected, State& state);

}  // namespace tansiq::core
