// What lines say, each decoded once for all nodes, replays and checkers of a run: a line of a coalition of six is read
// some thirty times. Kept by the hash of its very bytes, so what comes out is what `read_entry` said of these bytes.
#pragma once

#include <memory>
#include <string_view>
#include <unordered_map>

#include "coordination/entry.h"

namespace tansiq::sim {

class EntryCache {
 public:
  using Read = std::shared_ptr<const Result<coordination::Entry>>;

  /// `hash` must be the leaf hash of the line.
  [[nodiscard]] Read read(std::string_view line, const coordination::EntryHash& hash) {
    const auto at = read_.find(hash);
    if (at != read_.end()) return at->second;
    if (read_.size() >= kMost) read_.clear();
    return read_[hash] = std::make_shared<const Result<coordination::Entry>>(coordination::read_entry(line));
  }

 private:
  /// Far more than ten minutes write; what is beyond is decoded again.
  static constexpr std::size_t kMost = 100'000;
  std::unordered_map<coordination::EntryHash, Read> read_;  ///< Looked up, never iterated.
};

}  // namespace tansiq::sim
