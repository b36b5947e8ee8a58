// A log held in memory: for tests, simulation and figures. Serves the same files as a folder would.
#pragma once

#include <string>
#include <vector>

#include "log/merkle.h"
#include "log/note_key.h"
#include "log/source.h"

namespace tansiq::log {

class MemoryLog final : public LogSource {
 public:
  MemoryLog() = default;

  /// Appends an entry of 0 to `kEntryBytesMax` bytes; returns its index.
  std::uint64_t append(ByteView entry);
  std::uint64_t append(std::string_view entry) { return append(as_bytes(entry)); }
  /// Signs the present tree and serves that as checkpoint. The key's name is the origin.
  [[nodiscard]] Status sign(const SignerKey& key);

  [[nodiscard]] std::uint64_t size() const { return edge_.size(); }
  [[nodiscard]] Hash root() const { return edge_.root(); }
  [[nodiscard]] ByteView entry(std::uint64_t index) const;

  [[nodiscard]] Result<std::string> checkpoint() override;
  [[nodiscard]] Result<Bytes> tile(unsigned level, std::uint64_t number, unsigned width) override;
  [[nodiscard]] Result<Bytes> entries(std::uint64_t number, unsigned width) override;
  [[nodiscard]] std::string name() const override { return "memory"; }

 private:
  RightEdge edge_;
  std::vector<std::vector<Hash>> levels_;  // hashes of each tile level
  std::vector<Bytes> bundles_;             // framed entries, 256 a bundle
  std::vector<std::size_t> offsets_;       // of each entry's length field in its bundle
  std::string checkpoint_;
};

}  // namespace tansiq::log
