#include "log/verify.h"

#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <set>
#include <thread>

#include "base/limits.h"
#include "log/verify_blame.h"
#include "log/verify_bundle.h"
#include "log/verify_tree.h"

namespace tansiq::log {
namespace {

using verify_detail::Blame;
using verify_detail::BundleFiles;
using verify_detail::BundleResult;
using verify_detail::ComputedTree;

/// Bundles that may be under way or waiting for their turn: bounds memory.
constexpr std::uint64_t kWindow = 16;
/// Tiles that are looked into when they differ from the entries.
constexpr std::size_t kSuspectsMax = 1'024;
constexpr std::uint64_t kProgressBundles = 32;

/// Reads all entries once, in parallel, and builds the tree from them in order.
class Pass {
 public:
  Pass(LogSource& source, const VerifyOptions& options, VerifyReport& report)
      : source_(source),
        options_(options),
        report_(report),
        size_(report.checkpoint.size),
        bundles_(tiles_of_level(size_, 0).count()) {
    for (const OlderCheckpoint& older : report.older) {
      if (older.checkpoint.size <= size_) prefix_roots_[older.checkpoint.size] = empty_root();
    }
  }

  [[nodiscard]] Status run() {
    {
      std::vector<std::jthread> helpers;
      for (unsigned i = 1; i < options_.threads; ++i) helpers.emplace_back([this] { work(); });
      work();
    }
    if (error_) return std::unexpected(*error_);
    TRY_VOID(compare_unfinished_tiles());
    if (options_.progress) options_.progress(size_, size_);
    return {};
  }

  [[nodiscard]] const ComputedTree& tree() const { return tree_; }
  [[nodiscard]] const std::set<Blame::Place>& suspects() const { return suspects_; }
  /// The root of the first `size` entries; `size` is that of an older checkpoint.
  [[nodiscard]] Hash prefix_root(std::uint64_t size) const { return prefix_roots_.at(size); }

 private:
  // Each thread: read the next bundle (one at a time), examine it (in parallel), hand it over (in order).
  void work() {
    std::unique_lock lock(mutex_);
    while (true) {
      wake_.wait(lock, [this] { return error_ || next_ == bundles_ || next_ < combined_ + kWindow; });
      if (error_ || next_ == bundles_) return;
      const std::uint64_t number = next_++;
      auto files = verify_detail::read_bundle_files(source_, size_, number, &report_.findings);
      if (!files) {
        error_ = std::move(files).error();
        wake_.notify_all();
        return;
      }
      lock.unlock();
      auto result = std::make_unique<BundleResult>();
      examine(*files, options_.check_canonical, options_.findings_max, *result);
      lock.lock();
      ready_[number % kWindow] = std::move(result);
      combine();
      wake_.notify_all();
    }
  }

  void combine() {
    for (; combined_ < bundles_ && ready_[combined_ % kWindow] && !error_; ++combined_) {
      const auto result = std::move(ready_[combined_ % kWindow]);
      take(*result);
      if (options_.progress && combined_ % kProgressBundles == 0) {
        options_.progress(std::min(size_, (combined_ + 1) * kTileWidth), size_);
      }
    }
  }

  void take(BundleResult& bundle) {
    const std::span<const Hash> leaves = std::span(bundle.leaves).first(bundle.width);
    note_prefix_roots(leaves);
    if (bundle.suspect) suspect(0, bundle.number);
    check_border(bundle);
    report_.entries += bundle.width;
    report_.entry_bytes += bundle.bytes;
    report_.files += 2;
    report_.findings.merge(std::move(bundle.findings));
    if (bundle.width < kTileWidth) {
      tree_.add_last_leaves(leaves);
      return;
    }
    tree_.add_bundle(bundle.root, [this](unsigned level, std::uint64_t number) { compare_tile(level, number); });
  }

  // The roots that older checkpoints speak of, when their last entry is in this bundle.
  void note_prefix_roots(std::span<const Hash> leaves) {
    const std::uint64_t before = tree_.edge().size();
    auto wanted = prefix_roots_.upper_bound(before);
    if (wanted == prefix_roots_.end() || wanted->first > before + leaves.size()) return;
    RightEdge edge = tree_.edge();
    for (const Hash& leaf : leaves) {
      edge.append(leaf);
      if (wanted != prefix_roots_.end() && wanted->first == edge.size()) {
        wanted->second = edge.root();
        ++wanted;
      }
    }
  }

  // `seq` and `time_ms` across the border of two bundles.
  void check_border(const BundleResult& bundle) {
    const auto complain = [&](FindingKind kind, const char* name, std::int64_t value, std::int64_t last) {
      report_.findings.add({kind,
                            TileId::entries(bundle.number, bundle.width).path(),
                            bundle.number * kTileWidth,
                            {},
                            {},
                            {},
                            {},
                            fmt::format("{} is {} behind {}", name, value, last)});
    };
    if (bundle.first_seq && last_seq_ && *bundle.first_seq <= *last_seq_) {
      complain(FindingKind::kSequence, "seq", *bundle.first_seq, *last_seq_);
    }
    if (bundle.first_time && last_time_ && *bundle.first_time < *last_time_) {
      complain(FindingKind::kTime, "time_ms", *bundle.first_time, *last_time_);
    }
    if (bundle.last_seq) last_seq_ = bundle.last_seq;
    if (bundle.last_time) last_time_ = bundle.last_time;
  }

  void compare_tile(unsigned level, std::uint64_t number) {
    const auto computed = tree_.tile(level, number);
    std::string path;
    auto stored = verify_detail::read_tile(
        source_, TileId::hashes(level, number, static_cast<unsigned>(computed.size())), path, &report_.findings);
    if (!stored) {
      error_ = std::move(stored).error();
      return;
    }
    ++report_.files;
    const auto same = [&](const Bytes& bytes) { return std::memcmp(bytes.data(), computed.data(), bytes.size()) == 0; };
    if (*stored && !same(**stored)) suspect(level, number);
  }

  [[nodiscard]] Status compare_unfinished_tiles() {
    for (unsigned level = 1; level < kTileLevelsMax; ++level) {
      const LevelTiles tiles = tiles_of_level(size_, level);
      if (tiles.partial != 0) compare_tile(level, tiles.full);
    }
    if (error_) return std::unexpected(*error_);
    return {};
  }

  void suspect(unsigned level, std::uint64_t number) {
    if (suspects_.size() < kSuspectsMax) suspects_.insert({level, number});
  }

  LogSource& source_;
  const VerifyOptions& options_;
  VerifyReport& report_;
  const std::uint64_t size_;
  const std::uint64_t bundles_;

  std::mutex mutex_;  // guards all below, the source and the report
  std::condition_variable wake_;
  std::uint64_t next_ = 0;
  std::uint64_t combined_ = 0;
  std::array<std::unique_ptr<BundleResult>, kWindow> ready_;
  std::optional<Error> error_;
  ComputedTree tree_;
  std::set<Blame::Place> suspects_;
  std::map<std::uint64_t, Hash> prefix_roots_;
  std::optional<std::int64_t> last_seq_, last_time_;
};

void complain_about_checkpoint(VerifyReport& report, const Error& error) {
  report.findings.add({FindingKind::kCheckpoint, "checkpoint", {}, {}, {}, {}, {}, error.text()});
}

// False when there is nothing to verify against.
bool read_checkpoint(const VerifyOptions& options, VerifyReport& report) {
  auto note = parse_note(report.checkpoint_note);
  if (!note) {
    report.authorship = Authorship::kFailed;
    complain_about_checkpoint(report, note.error());
    return false;
  }
  if (options.keys.empty()) {
    report.authorship = Authorship::kNotChecked;
  } else if (const auto opened = open_checkpoint(report.checkpoint_note, options.keys)) {
    report.authorship = Authorship::kVerified;
    for (std::size_t i = 0; i < opened->opened.states.size(); ++i) {
      if (opened->opened.states[i] == SignatureState::kVerified) {
        report.verified_signers.push_back(opened->opened.note.signatures[i].name);
      }
    }
  } else {
    report.authorship = Authorship::kFailed;
    complain_about_checkpoint(report, opened.error());
  }
  auto checkpoint = Checkpoint::parse(note->text);
  if (checkpoint) {
    report.checkpoint = std::move(*checkpoint);
    return true;
  }
  if (report.authorship != Authorship::kFailed) complain_about_checkpoint(report, checkpoint.error());
  report.authorship = Authorship::kFailed;
  return false;
}

// Older checkpoints come from the caller, so what is wrong with them is the caller's error.
Status read_older(const VerifyOptions& options, VerifyReport& report) {
  if (options.older.size() > kOlderCheckpointsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("at most {} older checkpoints are compared", kOlderCheckpointsMax));
  }
  for (const std::string& raw : options.older) {
    const Note note = TRY(parse_note(raw));
    OlderCheckpoint older{TRY(Checkpoint::parse(note.text)), false, {}};
    if (!options.keys.empty()) {
      if (auto opened = open_checkpoint(raw, options.keys); !opened) {
        return std::unexpected(inside(std::move(opened).error(), "older checkpoint"));
      }
    }
    if (older.checkpoint.origin != report.checkpoint.origin) {
      return fail(ErrorCode::kInvalid, fmt::format("older checkpoint is of `{}`, the log is `{}`",
                                                   older.checkpoint.origin, report.checkpoint.origin));
    }
    report.older.push_back(std::move(older));
  }
  return {};
}

Finding fork_finding(const Checkpoint& older, const Hash& prefix) {
  return {FindingKind::kFork,
          "checkpoint",
          {},
          {},
          {},
          older.root.hex(),
          prefix.hex(),
          fmt::format("an older checkpoint of {} entries has another root than the first {} entries of this log: one "
                      "of the two histories was rewritten",
                      older.size, older.size)};
}

void compare_older(const Pass& pass, const VerifyOptions& options, LogSource& source, VerifyReport& report) {
  for (std::size_t i = 0; i < report.older.size(); ++i) {
    OlderCheckpoint& older = report.older[i];
    const std::uint64_t m = older.checkpoint.size;
    if (m > report.checkpoint.size) {
      report.findings.add({FindingKind::kRolledBack,
                           "checkpoint",
                           {},
                           {},
                           {},
                           fmt::format("{} entries or more", m),
                           fmt::format("{} entries", report.checkpoint.size),
                           "the log is smaller than an older checkpoint of it"});
      continue;
    }
    const Hash prefix = pass.prefix_root(m);
    older.consistent = prefix == older.checkpoint.root;
    if (older.consistent) continue;
    report.findings.add(fork_finding(older.checkpoint, prefix));
    // Evidence needs proofs that lead to the signed root; from tiles that do not, there is none.
    auto evidence = find_fork(older.checkpoint, options.older[i], report.checkpoint, report.checkpoint_note,
                              subtree_reader_of(tile_hash_reader(source, report.checkpoint.size)));
    if (evidence && *evidence && check_evidence(**evidence, options.keys)) older.evidence = std::move(*evidence);
  }
}

}  // namespace

Result<VerifyReport> verify_log(LogSource& source, const VerifyOptions& options) {
  if (options.threads == 0 || options.threads > kVerifyThreadsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("threads must be 1 to {}", kVerifyThreadsMax));
  }
  VerifyReport report;
  report.findings = Findings(options.findings_max);
  report.source = source.name();
  report.checkpoint_note = TRY(source.checkpoint());
  report.files = 1;
  if (!read_checkpoint(options, report)) return report;
  TRY_VOID(read_older(options, report));
  Pass pass(source, options, report);
  TRY_VOID(pass.run());
  report.computed_root = pass.tree().edge().root();
  if (report.computed_root != report.checkpoint.root || !pass.suspects().empty()) {
    Blame blame(source, pass.tree(), report.checkpoint.size, report.checkpoint.root, report.findings);
    TRY_VOID(blame.run(pass.suspects()));
  }
  compare_older(pass, options, source, report);
  report.findings.settle();
  // Whatever the details: a log that does not lead to its signed root is not a good one.
  if (report.computed_root != report.checkpoint.root && report.findings.total() == 0) {
    report.findings.add({FindingKind::kRoot,
                         "checkpoint",
                         {},
                         {},
                         {},
                         report.checkpoint.root.hex(),
                         report.computed_root.hex(),
                         "the entries do not lead to the signed root"});
  }
  return report;
}

}  // namespace tansiq::log
