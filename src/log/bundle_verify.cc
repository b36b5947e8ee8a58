#include "log/bundle_verify.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <numeric>

#include "base/foreign_text.h"
#include "log/bundle_logs.h"
#include "log/cosignature.h"

namespace tansiq::log {
namespace {

using namespace bundle_detail;

constexpr std::size_t kSaidBytesMax = 400;
/// Digits of a hash that one changed place can reach.
constexpr std::size_t kFewDigits = 4;
constexpr std::array<std::string_view, kBundleFaults> kFaultNames{
    "head",       "manifest",    "short", "extra",     "section", "line",       "charter", "charter_differs",
    "checkpoint", "consistency", "fork",  "inclusion", "content", "not_vouched"};

std::string key_text(const VerifierKey& key) { return fmt::format("{}+{}", key.name(), key.id().hex()); }

class Verifier {
 public:
  Verifier(const VerifyBundleOptions& options, BundleReport& report) : options_(options), report_(report) {}

  Status prepare() {
    for (const VerifierKey& key : options_.keys) ring_.add_given(key);
    for (const std::string& note : options_.charters) {
      const CharterKeys charter = TRY(read_charter_keys(note));
      ring_.add(charter, true);
      given_charters_.emplace(charter.text_hash, false);
    }
    report_.trust_given = ring_.anything_given();
    return {};
  }

  Status run(BundleFileReader::Read read) {
    auto opened = BundleFileReader::open(std::move(read));
    if (!opened) return head_fails(std::move(opened).error());
    BundleFileReader& reader = *opened;
    reader_ = &reader;
    report_.made = reader.manifest().made;
    for (const BundleSection& section : reader.manifest().sections) {
      if (section.kind == BundleKind::kAttachment) attached_.emplace(section.sha256.hex(), attached_.size());
    }
    const bool whole = TRY(sections());
    settle_charters();
    report_.bytes = reader.offset();
    if (whole && !TRY(reader.at_end())) {
      add({BundleFault::kExtra,
           "end",
           {},
           ByteRange{reader.offset(), reader.offset() + 1},
           "bytes follow the last section"});
    }
    judge_manifest();
    finish();
    return {};
  }

 private:
  void add(BundleFinding finding) {
    ++report_.findings_total;
    if (report_.findings.size() < options_.findings_max) report_.findings.push_back(std::move(finding));
  }
  void add_here(BundleFault fault, std::string detail, ByteRange bytes, std::optional<std::uint64_t> entry = {}) {
    add({fault, reader_->section().title(), entry, bytes, std::move(detail)});
  }

  // What cannot be read as a bundle is a finding; what cannot be read at all is the caller's failure.
  Status head_fails(Error error) {
    if (error.code == ErrorCode::kIo || error.code == ErrorCode::kUnavailable) return std::unexpected(std::move(error));
    if (error.where.starts_with("head")) {
      add({BundleFault::kHead, "head", {}, ByteRange{0, kBundleFirstLineBytes}, std::move(error.message)});
    } else {
      add({BundleFault::kManifest, "manifest", {}, {}, error.text()});
    }
    return {};
  }

  // Both lines can be read, but do not fit each other. A changed manifest has another hash altogether; where nearly all
  // digits are right, it is the first line that was changed.
  void judge_manifest() {
    const std::string& stated = reader_->stated_hash();
    const std::string& found = reader_->manifest_hash();
    if (stated == found) return;
    const auto first = static_cast<std::size_t>(std::ranges::mismatch(stated, found).in1 - stated.begin());
    std::size_t last = stated.size() - 1;
    while (stated[last] == found[last]) --last;
    if (last - first < kFewDigits) {
      const std::size_t begin = kBundleFirstLineBytes - 1 - stated.size();
      add({BundleFault::kHead,
           "head",
           {},
           ByteRange{begin + first, begin + last + 1},
           fmt::format("the SHA-256 of the manifest is {}, not {}", found, stated)});
    } else {
      add({BundleFault::kManifest,
           "manifest",
           {},
           ByteRange{kBundleFirstLineBytes, reader_->sections_offset()},
           fmt::format("its SHA-256 is {}, not {} as the first line says", found, stated)});
    }
  }

  // False where the file ended early: there is nothing more to read.
  Result<bool> sections() {
    while (TRY(reader_->begin())) {
      Status read = one_section();
      if (read) read = end_section();
      if (options_.progress) options_.progress(reader_->offset());
      if (read) continue;
      if (read.error().code != ErrorCode::kCorrupt) return std::unexpected(std::move(read).error());
      add({BundleFault::kShort,
           reader_->section().title(),
           {},
           ByteRange{reader_->offset(), reader_->offset()},
           read.error().message});
      return false;
    }
    return true;
  }

  Status one_section() {
    switch (reader_->section().kind) {
      case BundleKind::kCharter:
        return charter_section();
      case BundleKind::kCheckpoints:
        settle_charters();
        begin_log();
        return each_line([this](std::string_view line, ByteRange at) { take_checkpoint(line, at); });
      case BundleKind::kTrees:
        return each_line([this](std::string_view line, ByteRange at) { take_tree(line, at); });
      case BundleKind::kEntries:
        return each_line([this](std::string_view line, ByteRange at) { take_entry(line, at); });
      case BundleKind::kAttachment:
        break;
    }
    while (true) {
      const ByteView piece = TRY(reader_->piece());
      if (piece.empty()) return {};
      if (options_.progress) options_.progress(reader_->offset());
    }
  }

  Status end_section() {
    const BundleSection& section = reader_->section();
    const Hash found = TRY(reader_->end());
    const bool fits = found == section.sha256;
    if (!fits) {
      add_here(BundleFault::kSection, fmt::format("SHA-256 is {}, not {}", found.hex(), section.sha256.hex()),
               {reader_->section_offset(), reader_->offset()});
    }
    if (section.kind == BundleKind::kAttachment) {
      report_.attachments.push_back({section.name, section.bytes, section.sha256, fits, {}});
    }
    return {};
  }

  // A line that is none ends the reading of its section: where the next begins is not known then.
  template <class Take>
  Status each_line(Take&& take) {
    while (true) {
      const std::uint64_t begin = reader_->offset();
      auto line = reader_->line();
      if (!line) {
        if (line.error().code == ErrorCode::kCorrupt || line.error().code == ErrorCode::kIo) {
          return std::unexpected(std::move(line).error());
        }
        add_here(BundleFault::kLine, line.error().message,
                 {begin, reader_->section_offset() + reader_->section().bytes});
        return {};
      }
      if (!*line) return {};
      take(**line, ByteRange{begin, reader_->offset()});
    }
  }

  Status charter_section() {
    std::string note;
    while (true) {
      const ByteView piece = TRY(reader_->piece());
      if (piece.empty()) break;
      if (note.size() + piece.size() <= kNoteBytesMax) note += as_text(piece);
    }
    const ByteRange at{reader_->section_offset(), reader_->offset()};
    if (report_.charters.size() == kBundleChartersMax) {
      add_here(BundleFault::kCharter, "more than 64 charters", at);
      return {};
    }
    auto charter = note.size() == reader_->section().bytes
                       ? read_charter_keys(note)
                       : Result<CharterKeys>(fail(ErrorCode::kTooLarge, "a charter has at most 1 MiB"));
    if (!charter) {
      add_here(BundleFault::kCharter, charter.error().text(), at);
      return {};
    }
    const auto given = given_charters_.find(charter->text_hash);
    if (given != given_charters_.end()) given->second = true;
    const bool brought = given != given_charters_.end();
    report_.charters.push_back({.id = charter->id,
                                .version = charter->version,
                                .name = charter->name,
                                .text_hash = charter->text_hash,
                                .signers = charter->signers,
                                .given = brought,
                                .vouched = brought,
                                .follows = {}});
    charters_.push_back({std::move(*charter), std::move(note)});
    return {};
  }

  /// Once all of them are read: which follows which, and whose keys count. They stand by name, not by version.
  void settle_charters() {
    std::vector<std::size_t> order(charters_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [this](std::size_t i) { return std::pair(charters_[i].keys.version, i); });
    for (const std::size_t next : order) {
      for (const std::size_t old : order) {
        if (charters_[old].keys.version + 1 == charters_[next].keys.version) note_succession(old, next);
      }
    }
    for (std::size_t i = 0; i < charters_.size(); ++i) ring_.add(charters_[i].keys, report_.charters[i].vouched);
    charters_.clear();
  }

  void note_succession(std::size_t old, std::size_t next) {
    const BundleCharter& before = report_.charters[old];
    BundleCharter& after = report_.charters[next];
    if (before.id != after.id || ++successions_ > kBundleChartersMax) return;
    auto step = charter_succession(charters_[old].note, charters_[next].note);
    if (!step) return;
    after.vouched = after.vouched || (before.vouched && step->proved());
    // Of several texts under the number before, the one that it is proved to follow.
    if (!after.follows || (step->proved() && !after.follows->step.proved())) {
      after.follows = BundleSuccession{before.version, std::move(*step)};
    }
  }

  // --- logs

  LogState& log_here() {
    LogState& log = logs_[reader_->section().name];
    log.report.origin = reader_->section().name;
    return log;
  }

  void begin_log() {
    LogState& log = log_here();
    held_ = ring_.of_log(log.report.origin);
    keys_.clear();
    std::set<std::string> owners;
    // With something to trust, who is who is what that says.
    const bool known = std::ranges::any_of(held_, &KeyRing::Held::given);
    for (const KeyRing::Held& held : held_) {
      if (std::ranges::find(keys_, held.key) == keys_.end()) keys_.push_back(held.key);
      if (!known || held.given) owners.insert(held.authority);
    }
    if (owners.size() == 1) log.report.authority = *owners.begin();
    if (owners.size() > 1) {
      add_here(BundleFault::kCharter, "by the charters here this log is of more than one authority",
               {reader_->section_offset(), reader_->section_offset() + reader_->section().bytes});
    }
    for (const KeyRing::Held& held : ring_.cosigners()) {
      if (std::ranges::find(keys_, held.key) == keys_.end()) keys_.push_back(held.key);
    }
    for (const VerifierKey& key : options_.keys) {
      const bool cosigner = key.type() == KeyType::kEd25519Cosignature;
      if (cosigner && std::ranges::find(keys_, key) == keys_.end()) keys_.push_back(key);
    }
  }

  [[nodiscard]] bool trees_full(ByteRange at) {
    if (++trees_ <= kBundleTreesMax) return false;
    if (trees_ == kBundleTreesMax + 1) add_here(BundleFault::kLine, "more than 200000 trees", at);
    return true;
  }

  void take_checkpoint(std::string_view line, ByteRange at) {
    if (trees_full(at)) return;
    LogState& log = log_here();
    const auto read = read_checkpoint_line(line);
    if (!read) return add_here(BundleFault::kLine, read.error().text(), at);
    const auto opened = open_checkpoint(read->note, keys_);
    if (!opened) return add_here(BundleFault::kCheckpoint, opened.error().text(), at);
    const Checkpoint& checkpoint = opened->checkpoint;
    if (checkpoint.origin != log.report.origin) {
      return add_here(BundleFault::kCheckpoint, "the checkpoint is of another log", at);
    }
    if (!extends(log, checkpoint, read->proof, at)) return;
    log.last_checkpoint = checkpoint;
    log.roots.emplace(checkpoint.size, checkpoint.root);
    log.report.size = checkpoint.size;
    note_signatures(log, *opened);
  }

  // Whether the checkpoint continues the one in the line before.
  bool extends(const LogState& log, const Checkpoint& checkpoint, const std::optional<Proof>& proof, ByteRange at) {
    if (checkpoint.size == 0) {
      add_here(BundleFault::kCheckpoint, "a checkpoint of no entries proves nothing", at);
      return false;
    }
    if (!log.last_checkpoint) {
      if (!proof) return true;
      add_here(BundleFault::kConsistency, "the first checkpoint of a log follows none, and has no proof", at);
      return false;
    }
    const Checkpoint& before = *log.last_checkpoint;
    if (checkpoint.size == before.size && checkpoint.root != before.root) {
      add_here(BundleFault::kFork, fmt::format("two signed trees of {} entries", checkpoint.size), at);
      return false;
    }
    const Status proved = !proof
                              ? fail(ErrorCode::kInvalid, "the proof that leads from the checkpoint before is missing")
                          : checkpoint.size <= before.size
                              ? fail(ErrorCode::kInvalid, "checkpoints stand in the order of their sizes")
                              : verify_consistency(before.size, checkpoint.size, *proof, before.root, checkpoint.root);
    if (proved) return true;
    add_here(BundleFault::kConsistency,
             fmt::format("{} to {} entries: {}", before.size, checkpoint.size, proved.error().message), at);
    return false;
  }

  void note_signatures(LogState& log, const SignedCheckpoint& opened) {
    for (const KeyRing::Held& held : held_) {
      if (!opened.opened.signed_by(held.key)) continue;
      const std::string text = key_text(held.key);
      auto& signers = log.report.signers;
      if (std::ranges::find(signers, text) == signers.end()) signers.push_back(text);
      if (held.given || !report_.trust_given) log.vouched_size = std::max(log.vouched_size, opened.checkpoint.size);
    }
    for (std::size_t i = 0; i < opened.opened.states.size(); ++i) {
      if (opened.opened.states[i] == SignatureState::kVerified)
        note_cosigner(log, opened, opened.opened.note.signatures[i]);
    }
  }

  void note_cosigner(LogState& log, const SignedCheckpoint& opened, const NoteSignature& signature) {
    const auto is_key = [&](const VerifierKey& key) {
      return key.type() == KeyType::kEd25519Cosignature && key.name() == signature.name && key.id() == signature.key_id;
    };
    std::string authority;
    for (const KeyRing::Held& held : ring_.cosigners()) {
      if (is_key(held.key) && (held.given || !report_.trust_given)) authority = held.authority;
    }
    if (authority.empty() && std::ranges::any_of(options_.keys, is_key)) authority = signature.name;
    const auto time = cosignature_time(signature);
    if (authority.empty() || !time || time->seconds == 0 ||
        time->seconds > static_cast<std::uint64_t>(kUtcMax.ms / 1'000)) {
      return;
    }
    log.witnesses.push_back({.authority = std::move(authority),
                             .time_ms = static_cast<std::int64_t>(time->seconds) * 1'000,
                             .size = opened.checkpoint.size,
                             .key = fmt::format("{}+{}", signature.name, signature.key_id.hex()),
                             .anchor = {},
                             .anchor_index = 0});
  }

  void take_tree(std::string_view line, ByteRange at) {
    if (trees_full(at)) return;
    LogState& log = log_here();
    const auto read = read_tree_line(line);
    if (!read) return add_here(BundleFault::kLine, read.error().text(), at);
    if (log.last_tree && *log.last_tree >= read->size) {
      return add_here(BundleFault::kLine, "trees stand in the order of their sizes", at);
    }
    log.last_tree = read->size;
    const auto to = log.roots.find(read->to);
    if (to == log.roots.end()) {
      return add_here(BundleFault::kConsistency, fmt::format("there is no checkpoint of {} entries", read->to), at);
    }
    const Status proved = verify_consistency(read->size, read->to, read->proof, read->root, to->second);
    if (!proved) {
      return add_here(BundleFault::kConsistency,
                      fmt::format("{} to {} entries: {}", read->size, read->to, proved.error().message), at);
    }
    const auto [known, fresh] = log.roots.emplace(read->size, read->root);
    if (!fresh && known->second != read->root) {
      add_here(BundleFault::kFork, fmt::format("two trees of {} entries", read->size), at);
    }
  }

  void take_entry(std::string_view line, ByteRange at) {
    if (++entries_ > kBundleEntriesMax) {
      if (entries_ == kBundleEntriesMax + 1) add_here(BundleFault::kLine, "more than 1000000 entries", at);
      return;
    }
    LogState& log = log_here();
    auto read = read_entry_line(line);
    if (!read) return add_here(BundleFault::kLine, read.error().text(), at);
    if (!log.report.entries.empty() && log.report.entries.back().index >= read->index) {
      return add_here(BundleFault::kLine, "entries stand in the order of their indices", at, read->index);
    }
    BundledEntry entry{.index = read->index,
                       .hash = leaf_hash(read->line),
                       .type = {},
                       .time_ms = {},
                       .said = foreign_text(read->line.substr(0, read->line.find('\n')), kSaidBytesMax),
                       .proved = false,
                       .witnesses = {},
                       .known = {}};
    const auto root = log.roots.find(read->size);
    const Status proved =
        root == log.roots.end()
            ? fail(ErrorCode::kInvalid, fmt::format("no signed tree of {} entries is here", read->size))
            : verify_inclusion(entry.hash, read->index, read->size, read->proof, root->second);
    if (!proved) add_here(BundleFault::kInclusion, proved.error().message, at, read->index);
    entry.proved = proved.has_value();
    auto content = read_content(read->line);
    if (!content) {
      add_here(BundleFault::kContent, content.error().text(), at, read->index);
    } else {
      entry.type = std::move(content->type);
      entry.time_ms = content->time_ms;
    }
    if (entry.proved) {
      note_quotes(log.report.origin, read->index, read->line);
      if (content && !content->seen.empty()) {
        log.anchors.push_back({log.report.entries.size(), std::move(content->seen)});
      }
    }
    log.report.entries.push_back(std::move(entry));
  }

  void note_quotes(const std::string& origin, std::uint64_t index, std::string_view line) {
    if (attached_.empty()) return;
    for (const std::string_view hex : quoted_hashes(line)) {
      if (!attached_.contains(hex)) continue;
      auto& by = quotes_[std::string(hex)];
      const bool again = !by.empty() && by.back() == std::pair(origin, index);
      if (by.size() < kBundleQuotersMax && !again) by.emplace_back(origin, index);
    }
  }

  // --- all of it together

  void finish() {
    for (const Contradiction& odd : settle(logs_)) {
      add({BundleFault::kFork,
           fmt::format("entries {}", odd.origin),
           odd.index,
           {},
           fmt::format("it names another tree of {} with {} entries than the one here", odd.seen.origin,
                       odd.seen.size)});
    }
    for (const auto& [hash, found] : given_charters_) {
      if (!found) add({BundleFault::kCharterDiffers, "charter", {}, {}, fmt::format("SHA-256 {}", hash.hex())});
    }
    for (auto& [origin, log] : logs_) {
      log.report.vouched =
          log.vouched_size != 0 && (log.report.entries.empty() || log.report.entries.back().index < log.vouched_size);
      if (report_.trust_given && !log.report.vouched) {
        add({BundleFault::kNotVouched, fmt::format("checkpoints {}", origin), {}, {}, {}});
      }
      report_.logs.push_back(std::move(log.report));
    }
    if (report_.trust_given && logs_.empty()) add({BundleFault::kNotVouched, "bundle", {}, {}, "it holds no log"});
    for (BundleAttachment& attachment : report_.attachments) {
      const auto by = quotes_.find(attachment.sha256.hex());
      if (by != quotes_.end()) attachment.quoted_by = by->second;
    }
  }

  const VerifyBundleOptions& options_;
  BundleReport& report_;
  BundleFileReader* reader_ = nullptr;
  KeyRing ring_;
  struct HeldCharter {
    CharterKeys keys;
    std::string note;
  };
  std::vector<HeldCharter> charters_;    ///< Until they are settled, beside those of the report.
  std::map<Hash, bool> given_charters_;  ///< By the hash of the text: whether the bundle holds it.
  LogStates logs_;
  std::vector<KeyRing::Held> held_;                           ///< Of the log whose checkpoints are read.
  std::vector<VerifierKey> keys_;                             ///< The same, with all cosigners.
  std::map<std::string, std::size_t, std::less<>> attached_;  ///< Hashes of what is attached.
  std::map<std::string, std::vector<std::pair<std::string, std::uint64_t>>> quotes_;
  std::size_t successions_ = 0;
  std::size_t trees_ = 0;
  std::size_t entries_ = 0;
};

}  // namespace

std::string_view to_text(BundleFault fault) { return kFaultNames[static_cast<std::size_t>(fault)]; }

Result<BundleReport> verify_bundle(BundleFileReader::Read read, const VerifyBundleOptions& options) {
  BundleReport report;
  Verifier verifier(options, report);
  TRY_VOID(verifier.prepare());
  TRY_VOID(verifier.run(std::move(read)));
  return report;
}

Result<BundleReport> verify_bundle_file(const std::filesystem::path& path, const VerifyBundleOptions& options) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
                fmt::format("cannot open: {}", std::strerror(errno)), path.string());
  }
  const auto read = [fd, &path](std::span<std::uint8_t> into) -> Result<std::size_t> {
    while (true) {
      const ::ssize_t got = ::read(fd, into.data(), into.size());
      if (got >= 0) return static_cast<std::size_t>(got);
      if (errno != EINTR) {
        return fail(ErrorCode::kIo, fmt::format("cannot read: {}", std::strerror(errno)), path.string());
      }
    }
  };
  auto report = verify_bundle(read, options);
  ::close(fd);
  return report;
}

Status check_charter_note(std::string_view note) {
  TRY(read_charter_keys(note));
  return {};
}

bool may_be_bundle(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

}  // namespace tansiq::log
