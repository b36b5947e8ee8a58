#include "node/evidence_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <map>
#include <memory>
#include <set>
#include <tuple>
#include <unordered_map>

#include "base/file.h"
#include "coordination/log_origins.h"
#include "core/charter.h"
#include "log/checkpoint.h"
#include "log/jcs.h"
#include "node/attachment_store.h"
#include "node/data_dir.h"
#include "node/entry_time.h"
#include "node/head_note.h"
#include "node/replication_keys.h"
#include "node/stored_log.h"
#include "store/files.h"
#include "store/sqlite_reader.h"

namespace tansiq::node {
namespace {

namespace fs = std::filesystem;
using coordination::LogName;
using coordination::SeenLog;

/// How far around what is asked for anchors are looked for.
constexpr std::uint64_t kAnchorScanEntries = 65'536;
constexpr DurationMs kClockSlackMs = 600'000;
constexpr std::size_t kTilesRemembered = 1'024;
constexpr std::size_t kNodesRemembered = 65'536;
/// Entries between two looks whether anybody waits.
constexpr std::uint64_t kAskedEvery = 1'024;

/// A log of the store that may contribute.
struct HeldLog {
  store::LogId id;
  std::string origin;
  std::optional<LogName> name;
  store::Head head;
  std::set<std::uint64_t> wanted;   ///< That were asked for.
  std::set<std::uint64_t> anchors;  ///< That go with them.
  std::vector<log::VerifierKey> keys;
};

/// The trees of one log that are signed, or lead to what is signed.
struct Trees {
  std::map<std::uint64_t, log::Note> checkpoints;
  std::optional<log::TreeLine> held;  ///< Of a mirror that lies behind: what it holds of the signed tree.
};

std::vector<SeenLog> seen_in(std::string_view line) {
  if (!coordination::is_coordination_line(line) || line.find("\"type\":\"anchor.") == std::string_view::npos) return {};
  const auto entry = coordination::read_entry(line);
  if (!entry) return {};
  if (const auto* members = std::get_if<coordination::MembersAnchor>(&entry->body)) return members->seen;
  if (const auto* pair = std::get_if<coordination::PairAnchor>(&entry->body)) return pair->seen;
  return {};
}

std::optional<std::int64_t> time_of(std::string_view line) {
  const auto time = entry_time(line);
  return time ? std::optional(time->ms) : std::nullopt;
}

/// Reads tree nodes for many proofs: each tile is read once while its neighbours are asked about, and what was computed
/// from it is remembered.
log::SubtreeReader remembering_nodes(store::LogReader& reader, store::LogId log, std::uint64_t size) {
  struct Memory {
    std::map<std::pair<unsigned, std::uint64_t>, Bytes> tiles;
    std::unordered_map<std::uint64_t, log::Hash> nodes;  ///< By their first leaf and height.
  };
  auto memory = std::make_shared<Memory>();
  const auto hashes = [&reader, log, size, memory](unsigned level, std::uint64_t index,
                                                   std::uint64_t count) -> Result<std::vector<log::Hash>> {
    const std::uint64_t number = index / log::kTileWidth;
    if (memory->tiles.size() > kTilesRemembered) memory->tiles.clear();
    Bytes& tile = memory->tiles[{level, number}];
    if (tile.empty()) {
      const std::uint64_t there = (size >> (log::kTileHeight * level)) - number * log::kTileWidth;
      tile = TRY(reader.tile(log, level, number, static_cast<unsigned>(std::min(there, log::kTileWidth))));
    }
    std::vector<log::Hash> out;
    const std::uint64_t slot = index % log::kTileWidth;
    for (std::uint64_t i = slot; i < slot + count; ++i) {
      if ((i + 1) * log::Hash::kBytes > tile.size()) return fail(ErrorCode::kCorrupt, "a tile ends early");
      out.push_back(TRY(log::Hash::from_bytes(ByteView(tile).subspan(i * log::Hash::kBytes, log::Hash::kBytes))));
    }
    return out;
  };
  return [memory, read = log::subtree_reader_of(hashes)](log::LeafRange range) -> Result<log::Hash> {
    const std::uint64_t leaves = range.end - range.begin;
    if (!std::has_single_bit(leaves)) return read(range);  // the ragged edge
    if (memory->nodes.size() > kNodesRemembered) memory->nodes.clear();
    // Complete nodes begin at multiples of their width, which leaves room for the width's bit below.
    const std::uint64_t key = range.begin * 2 + leaves;
    if (const auto known = memory->nodes.find(key); known != memory->nodes.end()) return known->second;
    const log::Hash hash = TRY(read(range));
    memory->nodes.emplace(key, hash);
    return hash;
  };
}

class Maker {
 public:
  /// `beside` is asked while `reader` visits entries: one reader does one thing at a time.
  Maker(fs::path folder, const EvidenceRequest& request, store::LogReader& reader, store::LogReader& beside)
      : folder_(std::move(folder)), request_(request), reader_(reader), beside_(beside) {}

  Status gather() {
    TRY_VOID(read_charters());
    TRY_VOID(read_logs());
    TRY_VOID(choose());
    if (request_.recordings && from_ && to_) recordings_ = TRY(request_.recordings(*from_, *to_));
    for (HeldLog& log : logs_) {
      if (!log.wanted.empty()) TRY_VOID(add_anchors_before(log));
    }
    for (const HeldLog& log : logs_) {
      if (!log.wanted.empty()) TRY_VOID(add_anchors_behind(log));
    }
    return note_seen();
  }

  Result<std::vector<log::BundlePart>> parts(MadeEvidence& made) {
    std::vector<log::BundlePart> out;
    for (const auto& [version, note] : notes_) {
      out.push_back({.kind = log::BundleKind::kCharter, .name = fmt::format("{}", version), .content = note});
    }
    for (const HeldLog& log : logs_) {
      if (log.wanted.empty() && log.anchors.empty()) continue;
      TRY_VOID(add_log(log, out));
      made.entries += log.wanted.size();
      made.anchors += log.anchors.size();
      made.logs.push_back(log.origin);
    }
    std::ranges::sort(out, [](const log::BundlePart& a, const log::BundlePart& b) {
      return std::tie(a.kind, a.name) < std::tie(b.kind, b.name);
    });
    made.bodies = bodies_.size();
    for (auto& [hash, body] : bodies_) {
      out.push_back({.kind = log::BundleKind::kAttachment,
                     .name = fmt::format("body-{}", hash.hex().substr(0, 12)),
                     .content = std::move(body)});
    }
    made.recordings = recordings_.size();
    std::vector<EvidenceFile> files = request_.attach;
    files.insert(files.end(), recordings_.begin(), recordings_.end());
    for (const EvidenceFile& file : files) {
      out.push_back({.kind = log::BundleKind::kAttachment,
                     .name = file.label.empty() ? file.path.filename().string() : file.label,
                     .content = {},
                     .file = file.path,
                     .file_bytes = file.bytes});
    }
    return out;
  }

  [[nodiscard]] bool quoted(const log::Hash& hash) const { return quoted_.contains(hash); }

 private:
  Status read_charters() {
    const std::string founding = TRY(read_file(folder_ / "charter.note", kNoteBytesMax));
    const core::Charter charter = TRY(core::open_charter(founding)).charter;
    notes_.emplace(charter.version, founding);
    VersionsBeside beside = TRY(versions_beside(folder_, founding));
    origins_ = TRY(coordination::Origins::make(charter));
    versions_ = std::move(beside.former);
    versions_.push_back(charter);
    for (core::Charter& version : beside.later) {
      TRY_VOID(origins_->adopt(version));
      versions_.push_back(std::move(version));
    }
    for (const core::Charter& version : versions_) {
      if (version.version == charter.version) continue;
      notes_.emplace(version.version, TRY(read_file(version_path(folder_, version.version), kNoteBytesMax)));
    }
    return {};
  }

  Status read_logs() {
    for (const store::LogInfo& info : TRY(reader_.logs())) {
      HeldLog log{.id = info.id,
                  .origin = info.origin,
                  .name = origins_->log(info.origin),
                  .head = TRY(reader_.head(info.id)),
                  .wanted = {},
                  .anchors = {},
                  .keys = {}};
      if (log.name) {
        for (const core::Charter& version : versions_) {
          const core::Authority* const author = version.find_authority(log.name->author);
          if (author == nullptr) continue;
          for (log::VerifierKey& key : TRY(coordination::log_keys(*author, info.origin))) {
            if (std::ranges::find(log.keys, key) == log.keys.end()) log.keys.push_back(std::move(key));
          }
        }
      }
      logs_.push_back(std::move(log));
    }
    if (logs_.empty()) return fail(ErrorCode::kNotFound, "the record is empty", folder_.string());
    if (logs_.front().name) self_ = logs_.front().name->author;
    for (const std::string& origin : request_.logs) {
      const bool held = std::ranges::any_of(logs_, [&](const HeldLog& log) { return log.origin == origin; });
      if (!held) return fail(ErrorCode::kNotFound, fmt::format("there is no log `{}` here", origin), "log");
    }
    return {};
  }

  [[nodiscard]] bool asked_for(const HeldLog& log) const {
    return request_.logs.empty() || std::ranges::find(request_.logs, log.origin) != request_.logs.end();
  }

  // --- which entries

  Status choose() {
    std::set<log::Hash> missing(request_.entries.begin(), request_.entries.end());
    for (HeldLog& log : logs_) {
      if (!missing.empty() && asked_for(log)) TRY_VOID(choose_by_hash(log, missing));
      const bool named = !request_.logs.empty() || log.id != store::kMainLog;
      if (request_.from && named && asked_for(log)) TRY_VOID(choose_by_time(log));
    }
    from_ = request_.from;
    to_ = request_.to;
    if (request_.subject) TRY_VOID(choose_by_subject(*request_.subject));
    if (!missing.empty()) {
      return fail(ErrorCode::kNotFound, fmt::format("no entry here has the hash {}", missing.begin()->hex()), "entry");
    }
    if (chosen_ != 0) return {};
    return fail(ErrorCode::kNotFound,
                request_.logs.empty() && request_.from
                    ? "no entry of that time; the main log is looked through only when it is named"
                    : "no entry was asked for, or none is of that time");
  }

  Status want(HeldLog& log, std::uint64_t index) {
    if (!log.wanted.insert(index).second) return {};
    if (++chosen_ <= kEvidenceEntriesMax) return {};
    return fail(ErrorCode::kTooLarge, fmt::format("a bundle has at most {} entries", kEvidenceEntriesMax));
  }

  Status choose_by_hash(HeldLog& log, std::set<log::Hash>& missing) {
    for (std::uint64_t first = 0; first < log.head.size; first += log::kTileWidth) {
      const auto width = static_cast<unsigned>(std::min<std::uint64_t>(log::kTileWidth, log.head.size - first));
      const Bytes tile = TRY(reader_.tile(log.id, 0, first / log::kTileWidth, width));
      for (unsigned i = 0; i < width; ++i) {
        const auto hash = TRY(log::Hash::from_bytes(ByteView(tile).subspan(i * log::Hash::kBytes, log::Hash::kBytes)));
        if (missing.erase(hash) == 0) continue;
        TRY_VOID(want(log, first + i));
        if (missing.empty()) return {};
      }
    }
    return {};
  }

  /// The first entry whose time is not before `moment`; the times of a log never fall.
  Result<std::uint64_t> first_from(const HeldLog& log, UtcMs moment) {
    std::uint64_t low = 0;
    for (std::uint64_t high = log.head.size; low < high;) {
      const std::uint64_t middle = low + (high - low) / 2;
      std::optional<std::int64_t> time;
      TRY_VOID(reader_.entries(log.id, middle, 1, [&](const store::StoredEntry& entry) -> Status {
        time = time_of(as_text(entry.bytes));
        return {};
      }));
      if (!time) return fail(ErrorCode::kCorrupt, fmt::format("{}, entry {}, has no time", log.origin, middle));
      if (*time < moment.ms) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  Status choose_by_time(HeldLog& log) {
    const std::uint64_t first = TRY(first_from(log, *request_.from));
    const std::uint64_t end = TRY(first_from(log, *request_.to));
    for (std::uint64_t index = first; index < end; ++index) TRY_VOID(want(log, index));
    return {};
  }

  Status choose_by_subject(const EvidenceSubject& subject) {
    std::vector<SubjectLog> among;
    for (const HeldLog& log : logs_) {
      const bool named = !request_.logs.empty() || (log.name && log.name->kind == LogName::Kind::kPair);
      if (log.name && named && asked_for(log)) among.push_back({log.id, log.name->author, log.head.size});
    }
    const SubjectEntries found = TRY(entries_about(reader_, among, subject, request_.give_up));
    for (HeldLog& log : logs_) {
      const auto here = found.entries.find(log.id);
      if (here == found.entries.end()) continue;
      for (const std::uint64_t index : here->second) TRY_VOID(want(log, index));
    }
    if (found.from) from_ = std::min(from_.value_or(*found.from), *found.from);
    if (found.to) to_ = std::max(to_.value_or(*found.to), *found.to);
    return {};
  }

  // --- anchors

  void add_anchor(HeldLog& log, std::uint64_t index) {
    if (!log.wanted.contains(index)) log.anchors.insert(index);
  }

  /// Those that tell what the author had read before each entry: the last for each log that they name.
  Status add_anchors_before(HeldLog& log) {
    const std::uint64_t last = *log.wanted.rbegin();
    const std::uint64_t first = *log.wanted.begin() - std::min(*log.wanted.begin(), kAnchorScanEntries);
    std::map<std::string, std::uint64_t> newest;
    bool changed = false;
    return reader_.entries(log.id, first, last - first + 1, [&](const store::StoredEntry& entry) -> Status {
      if (changed && log.wanted.contains(entry.index)) {
        for (const auto& [origin, index] : newest) add_anchor(log, index);
        changed = false;
      }
      for (const SeenLog& seen : seen_in(as_text(entry.bytes))) {
        newest[seen.origin] = entry.index;
        changed = true;
      }
      return {};
    });
  }

  /// Whether `other` anchors `log`, as far as their readers go: what members may know in the logs for members, what a
  /// pair says to each other in the pair's.
  [[nodiscard]] static bool anchors(const HeldLog& other, const HeldLog& log) {
    if (!other.name || !log.name || other.name->author == log.name->author) return false;
    if (log.name->kind == LogName::Kind::kMembers) return other.name->kind == LogName::Kind::kMembers;
    return log.name->kind == LogName::Kind::kPair && other.name->kind == LogName::Kind::kPair &&
           other.name->author == log.name->reader && other.name->reader == log.name->author;
  }

  /// The first that show that another authority had read the entries.
  Status add_anchors_behind(const HeldLog& log) {
    for (HeldLog& other : logs_) {
      if (!anchors(other, log)) continue;
      std::optional<std::int64_t> said;
      TRY_VOID(reader_.entries(log.id, *log.wanted.begin(), 1, [&](const store::StoredEntry& entry) -> Status {
        said = time_of(as_text(entry.bytes));
        return {};
      }));
      if (!said) continue;
      const std::uint64_t first = TRY(first_from(other, UtcMs{*said} - kClockSlackMs));
      const std::uint64_t count = std::min(other.head.size - first, kAnchorScanEntries);
      if (count == 0) continue;
      std::uint64_t shown = 0;  // entries below it are shown to have been read
      TRY_VOID(reader_.entries(other.id, first, count, [&](const store::StoredEntry& entry) -> Status {
        for (const SeenLog& seen : seen_in(as_text(entry.bytes))) {
          if (seen.origin != log.origin || seen.size <= shown) continue;
          const auto next = log.wanted.lower_bound(shown);
          if (next != log.wanted.end() && *next < seen.size) add_anchor(other, entry.index);
          shown = seen.size;
        }
        return {};
      }));
    }
    return {};
  }

  // --- sections

  Result<Trees> trees_of(const HeldLog& log) {
    Trees out;
    std::vector<std::string> notes;
    const bool mirror = log.name && log.name->author != self_;
    if (mirror) {
      HeadNote head = TRY(open_head_note(log.head.checkpoint, log.keys));
      if (!head.caught_up()) {
        out.held = {.size = head.tree.size, .root = head.tree.root, .to = head.signed_tree.size, .proof = head.proof};
      }
      notes.push_back(std::move(head.note));
    } else {
      notes.push_back(log.head.checkpoint);
      std::set<AuthorityId> peers;
      for (const core::Charter& version : versions_) {
        for (const core::Authority& authority : version.authorities) peers.insert(authority.id);
      }
      for (const AuthorityId& peer : peers) {
        const auto receipt = TRY(reader_.meta(receipt_meta_key(log.origin, peer)));
        if (receipt) notes.emplace_back(as_text(*receipt));
      }
    }
    for (const std::string& note : notes) {
      log::Note parsed = TRY(log::parse_note(note));
      const log::Checkpoint checkpoint = TRY(log::Checkpoint::parse(parsed.text));
      // A head that moved on while we read, or a mark of another tree, is not ours to prove.
      if (!mirror && (checkpoint.size > log.head.size || checkpoint.size == 0)) continue;
      if (!mirror && TRY(reader_.root_at(log.id, checkpoint.size)) != checkpoint.root) {
        return fail(ErrorCode::kCorrupt, fmt::format("a checkpoint of {} entries is of another tree", checkpoint.size),
                    log.origin);
      }
      auto [at, fresh] = out.checkpoints.emplace(checkpoint.size, parsed);
      if (fresh || at->second.text != parsed.text) continue;
      for (log::NoteSignature& line : parsed.signatures) {
        auto& lines = at->second.signatures;
        if (std::ranges::find(lines, line) == lines.end()) lines.push_back(std::move(line));
      }
    }
    return out;
  }

  /// Trees of this log that anchors in the bundle name, as far as proofs can be made.
  Result<std::map<std::uint64_t, log::TreeLine>> named_trees(const HeldLog& log, const Trees& trees) {
    std::map<std::uint64_t, log::TreeLine> out;
    if (trees.held) out.emplace(trees.held->size, *trees.held);
    for (const std::uint64_t size : seen_sizes_[log.origin]) {
      if (size == 0 || size > log.head.size || trees.held || trees.checkpoints.contains(size)) continue;
      const auto to = trees.checkpoints.lower_bound(size);
      if (to == trees.checkpoints.end()) continue;
      log::TreeLine tree{.size = size, .root = TRY(reader_.root_at(log.id, size)), .to = to->first, .proof = {}};
      tree.proof = TRY(log::consistency_proof(size, to->first, stored_subtrees(reader_, log.id)));
      out.emplace(size, std::move(tree));
    }
    return out;
  }

  /// What was asked for and the anchors, in order; neighbours are read together.
  Status each_chosen(const HeldLog& log, const store::EntryVisitor& visit) {
    std::set<std::uint64_t> all = log.wanted;
    all.insert(log.anchors.begin(), log.anchors.end());
    for (auto at = all.begin(); at != all.end();) {
      const std::uint64_t first = *at;
      std::uint64_t count = 0;
      for (; at != all.end() && *at == first + count; ++at) ++count;
      TRY_VOID(reader_.entries(log.id, first, count, visit));
    }
    return {};
  }

  Status note_seen() {
    for (const HeldLog& log : logs_) {
      TRY_VOID(each_chosen(log, [&](const store::StoredEntry& entry) -> Status {
        for (const SeenLog& seen : seen_in(as_text(entry.bytes))) seen_sizes_[seen.origin].insert(seen.size);
        return {};
      }));
    }
    return {};
  }

  Status add_log(const HeldLog& log, std::vector<log::BundlePart>& out) {
    const Trees trees = TRY(trees_of(log));
    if (trees.checkpoints.empty()) return fail(ErrorCode::kNotFound, "no signed checkpoint is held", log.origin);
    log::BundlePart checkpoints{.kind = log::BundleKind::kCheckpoints, .name = log.origin, .content = {}};
    std::optional<std::uint64_t> before;
    for (const auto& [size, note] : trees.checkpoints) {
      log::CheckpointLine line{.note = log::format_note(note), .proof = {}};
      if (before) line.proof = TRY(log::consistency_proof(*before, size, stored_subtrees(reader_, log.id)));
      TRY_VOID(log::append_line(checkpoints.content, line));
      before = size;
    }
    out.push_back(std::move(checkpoints));
    log::BundlePart named{.kind = log::BundleKind::kTrees, .name = log.origin, .content = {}};
    for (const auto& [size, tree] : TRY(named_trees(log, trees))) TRY_VOID(log::append_line(named.content, tree));
    if (!named.content.empty()) out.push_back(std::move(named));
    return add_entries(log, trees, out);
  }

  Status add_entries(const HeldLog& log, const Trees& trees, std::vector<log::BundlePart>& out) {
    log::BundlePart part{.kind = log::BundleKind::kEntries, .name = log.origin, .content = {}};
    const log::SubtreeReader nodes = remembering_nodes(beside_, log.id, log.head.size);
    const auto take = [&](const store::StoredEntry& entry) -> Status {
      if (entry.index % kAskedEvery == 0 && request_.give_up && request_.give_up()) {
        return fail(ErrorCode::kUnavailable, "the bundle was given up");
      }
      log::EntryLine line{.index = entry.index, .line = std::string(as_text(entry.bytes)), .size = 0, .proof = {}};
      const auto covering = trees.checkpoints.upper_bound(entry.index);
      if (!trees.held && covering == trees.checkpoints.end()) {
        return fail(ErrorCode::kNotFound, "the entry is not signed for yet", fmt::format("entry {}", entry.index));
      }
      line.size = trees.held ? trees.held->size : covering->first;
      line.proof = TRY(log::inclusion_proof(entry.index, line.size, nodes));
      TRY_VOID(log::append_line(part.content, line));
      return note_quotes(line.line);
    };
    TRY_VOID(each_chosen(log, take));
    out.push_back(std::move(part));
    return {};
  }

  Status note_quotes(std::string_view line) {
    for (const std::string_view hex : log::quoted_hashes(line)) {
      const log::Hash hash = TRY(log::Hash::from_hex(hex));
      if (!quoted_.insert(hash).second || !request_.bodies) continue;
      std::optional<std::string> body = TRY(read_attachment(beside_, hash));
      if (!body) {
        if (const auto bytes = TRY(beside_.body(hash))) body = as_text(*bytes);
      }
      if (!body) continue;
      body_bytes_ += body->size();
      if (body_bytes_ > kEvidenceBodyBytesMax) {
        return fail(ErrorCode::kTooLarge, "the bodies that these entries name have more than 256 MiB");
      }
      bodies_.emplace(hash, std::move(*body));
    }
    return {};
  }

  fs::path folder_;
  const EvidenceRequest& request_;
  store::LogReader& reader_;
  store::LogReader& beside_;
  AuthorityId self_;
  std::map<std::int64_t, std::string> notes_;
  std::vector<core::Charter> versions_;
  std::optional<coordination::Origins> origins_;
  std::vector<HeldLog> logs_;
  std::size_t chosen_ = 0;
  std::optional<UtcMs> from_, to_;  ///< What it is about, as far as that is a time.
  std::vector<EvidenceFile> recordings_;
  std::map<std::string, std::set<std::uint64_t>> seen_sizes_;  ///< Trees that anchors name, by origin.
  std::set<log::Hash> quoted_;
  std::map<log::Hash, std::string> bodies_;
  std::size_t body_bytes_ = 0;
};

Status check_request(const EvidenceRequest& request) {
  if (request.from.has_value() != request.to.has_value()) {
    return fail(ErrorCode::kInvalid, "a time needs both ends", "from");
  }
  if (request.from && *request.from >= *request.to) {
    return fail(ErrorCode::kInvalid, "the time ends before it begins", "to");
  }
  return {};
}

}  // namespace

Result<MadeEvidence> make_evidence(const fs::path& data_dir, const EvidenceRequest& request, const fs::path& bundle,
                                   const std::function<void(std::uint64_t done, std::uint64_t total)>& progress) {
  TRY_VOID(check_request(request));
  std::error_code ignored;
  if (!fs::exists(data_dir / "log.db", ignored)) {
    return fail(ErrorCode::kNotFound, "there is no node's record: no log.db", data_dir.string());
  }
  const auto reader = TRY(store::SqliteReader::open(data_dir.string(), store::system_files()));
  const auto beside = TRY(store::SqliteReader::open(data_dir.string(), store::system_files()));
  Maker maker(data_dir, request, *reader, *beside);
  TRY_VOID(maker.gather());
  MadeEvidence made{.written = {}, .entries = 0, .anchors = 0, .bodies = 0, .logs = {}};
  const std::vector<log::BundlePart> parts = TRY(maker.parts(made));
  made.written =
      TRY(log::write_bundle(bundle, parts, {.made = request.made, .progress = progress, .give_up = request.give_up}));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const log::BundleSection& section = made.written.manifest.sections[i];
    if (!parts[i].file.empty() && !maker.quoted(section.sha256)) made.unquoted.push_back(section.sha256);
  }
  return made;
}

}  // namespace tansiq::node
