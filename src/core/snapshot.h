// The canonical encoding of the state, and snapshots made of it. Internal to core; format in docs/core.md.
#pragma once

#include <string>
#include <vector>

#include "base/bytes.h"
#include "core/state.h"

namespace tansiq::core {

/// Version of the encoding. A change of the encoding is a new version, and changes the state hash.
inline constexpr std::uint32_t kStateFormat = 1;
/// The same for a machine that has adopted later versions of its charter: these stand behind the genesis.
inline constexpr std::uint32_t kStateFormatAdopted = 2;
/// Each of the two for a machine that knows craft of some intent: these stand behind the commands.
inline constexpr std::uint32_t kStateFormatCraft = 3;
inline constexpr std::uint32_t kStateFormatAdoptedCraft = 4;

class StateCodec {
 public:
  /// Intents, ended ones too, of which craft are known.
  static std::size_t named_craft(const State& state);
  /// Appends the state: genesis, clock, intents and measures in order of creation, commands in order of execution, and
  /// if there are any the craft of intents.
  /// Nothing in it depends on slots, handles or history.
  static void write(const State& state, std::string& out);
  /// Fills an empty state that has adopted the versions of the charter that `bytes` names, and holds craft if `craft`.
  /// Fails with `kCorrupt`.
  static Status read(std::string_view bytes, bool craft, State& state);
};

/// "tansiq-state" LF ‖ format (4 bytes, little-endian) ‖ state ‖ SHA-256 of the state.
[[nodiscard]] Bytes write_snapshot(const State& state);
/// Which versions of the charter must be adopted before the snapshot can be read. Fails as `read_snapshot`.
[[nodiscard]] Result<std::vector<AdoptedVersion>> snapshot_versions(ByteView snapshot, const Genesis& expected);
/// Fails with `kCorrupt` when the hash does not fit, `kUnsupported` for a newer format, `kInvalid` when the genesis is
/// not the expected one.
[[nodiscard]] Status read_snapshot(ByteView snapshot, const Genesis& expected, State& state);

}  // namespace tansiq::core
