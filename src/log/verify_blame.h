// Inside of verification: which of the witnesses is wrong. Not for other folders.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <utility>
#include <vector>

#include "log/finding.h"
#include "log/source.h"
#include "log/verify_bundle.h"
#include "log/verify_tree.h"

namespace tansiq::log::verify_detail {

/// Reads the files of bundle `number`; what cannot be read is absent, and reported to `findings` when given. Fails when
/// the source itself fails.
[[nodiscard]] Result<BundleFiles> read_bundle_files(LogSource& source, std::uint64_t size, std::uint64_t number,
                                                    Findings* findings);
/// Reads the hashes of a tile; nothing when it is missing or has another size, which is reported when asked for.
[[nodiscard]] Result<std::optional<Bytes>> read_tile(LogSource& source, const TileId& id, std::string& path,
                                                     Findings* findings);

/// Decides, for tiles that disagree with the entries, what is true, by what leads to the signed root.
class Blame {
 public:
  using Place = std::pair<unsigned, std::uint64_t>;  // level, and number of a tile or index of a hash

  Blame(LogSource& source, const ComputedTree& tree, std::uint64_t size, const Hash& signed_root, Findings& findings)
      : source_(source), tree_(tree), size_(size), signed_root_(signed_root), findings_(findings) {}

  /// `suspects`: tiles that differ from the entries. Adds what is wrong to the findings.
  [[nodiscard]] Status run(const std::set<Place>& suspects);

 private:
  /// One hash for which entries and tile give different values.
  struct Doubt {
    unsigned level = 0;
    std::uint64_t number = 0;  // of the tile
    std::size_t slot = 0;
    Hash computed;
    Hash stored;
  };
  /// A tile under examination.
  struct Subject {
    TileId id;
    std::string path;
    std::vector<Hash> computed;
    std::optional<Bytes> stored;
    std::optional<BundleFiles> bundle;  // level 0
    Framing framing;
  };

  [[nodiscard]] Result<Subject> load(unsigned level, std::uint64_t number);
  static void collect_doubts(const Subject& subject, std::vector<Doubt>& doubts);
  [[nodiscard]] Status judge_right_edge();
  [[nodiscard]] Status judge_tile(unsigned level, std::uint64_t number);
  [[nodiscard]] std::optional<Hash> truth(unsigned level, std::uint64_t index) const;
  void report_known(const Subject& subject, const Doubt& doubt, const Hash& truth);
  void report_open(const Subject& subject, const Doubt& doubt);
  void report_framing(const Subject& subject);
  void report_entry(const Subject& subject, std::size_t slot, const Hash& truth);
  void report_slot(const Subject& subject, const Doubt& doubt, const Hash& truth);
  void report_together(const Subject& subject);
  void distrust(unsigned level, std::uint64_t index, std::optional<Hash> truth);

  LogSource& source_;
  const ComputedTree& tree_;
  std::uint64_t size_;
  Hash signed_root_;
  Findings& findings_;
  std::map<Place, std::optional<Hash>> truths_;  // where the computed hash is not known to be right
  std::set<Place, std::greater<>> work_;         // full tiles to judge, highest level first
  std::uint64_t repair_budget_bytes_ = 256U << 20;
};

}  // namespace tansiq::log::verify_detail
