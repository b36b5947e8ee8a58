#include "node/recovery.h"

#include <fmt/format.h>

#include <algorithm>
#include <bit>
#include <iterator>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "base/logging.h"
#include "base/random.h"
#include "coordination/log_origins.h"
#include "node/replication_keys.h"
#include "node/stored_log.h"

namespace tansiq::node {
namespace {

using coordination::LogName;
using coordination::LogTail;

/// A mirror that has nothing new says so at once; between two such answers there is a pause.
constexpr DurationMs kAskAgainMs = 300;
constexpr DurationMs kAskAgainMaxMs = 3'000;
/// Failures in a row after which a peer counts as not to be had.
constexpr unsigned kTries = 5;

std::uint64_t random_seed() {
  std::array<std::uint8_t, 8> bytes{};
  fill_secure_random(bytes);
  return std::bit_cast<std::uint64_t>(bytes);
}

bool begins_with(const std::vector<std::string>& longer, const std::vector<std::string>& shorter) {
  return std::equal(shorter.begin(), shorter.end(), longer.begin());
}

}  // namespace

std::uint64_t RecoveryStanding::missing() const {
  std::uint64_t out = 0;
  for (const RecoveringLog& log : logs) out += log.known - std::min(log.known, log.held + log.came_back);
  return out;
}

Result<std::unique_ptr<Recovery>> Recovery::start(Config config, store::SqliteStore& store, const LogBook& logs,
                                                  const Connect& connect) {
  std::unique_ptr<Recovery> recovery(new Recovery(std::move(config), store, logs));
  TRY_VOID(recovery->find_others());
  const core::Charter& charter = *recovery->config_.charter;
  if (!charter.find_authority(recovery->config_.self)->peer) return recovery;
  for (const core::Authority& peer : charter.authorities) {
    if (peer.id == recovery->config_.self || !peer.peer) continue;
    for (const LogName& log : logs.shared()) {
      if (log.kind == LogName::Kind::kPair && log.reader != peer.id) continue;
      TRY_VOID(recovery->add_line(peer, log, connect));
    }
    for (const LogName& log : logs.mirrors()) {
      if (log.author == peer.id) TRY_VOID(recovery->add_line(peer, log, connect));
    }
  }
  return recovery;
}

Recovery::~Recovery() { stop(); }

void Recovery::stop() {
  for (const auto& line : lines_) line->puller->stop();
}

/// What stands in the store beside `main` and what members mirror.
Status Recovery::find_others() {
  const LogName main{config_.self, LogName::Kind::kMain, {}};
  // A main log whose name has no path has none beside it.
  const std::string members = coordination::members_origin(logs_.origin(main)).value_or("");
  const std::string pairs = members.substr(0, members.rfind('/')) + "/with/";
  const auto reader = TRY(store_.open_reader());
  for (store::LogInfo& log : TRY(reader->logs())) {
    if (log.id == store::kMainLog) continue;
    if (std::ranges::any_of(logs_.shared(), [&](const LogName& name) { return logs_.id(name) == log.id; })) continue;
    const auto name = logs_.find(log.origin);
    const bool own = name ? name->author == config_.self : log.origin == members || log.origin.starts_with(pairs);
    (own ? left_ : foreign_).push_back(std::move(log));
  }
  return {};
}

/// All that ever were, and those to come: our own signature is good by whichever key of ours it was made.
std::vector<log::VerifierKey> Recovery::own_keys(const std::string& origin) const {
  std::vector<core::Charter> versions = config_.versions;
  versions.push_back(*config_.charter);
  std::vector<log::VerifierKey> out = keys_ever(versions, config_.self, origin);
  const std::string& main = logs_.origin({config_.self, LogName::Kind::kMain, {}});
  for (const log::VerifierKey& key : config_.own_keys) {
    if (key.name() != main || key.type() != log::KeyType::kEd25519) continue;
    const auto renamed = log::VerifierKey::make(origin, key.type(), key.public_key());
    if (renamed && std::ranges::find(out, renamed->text(), &log::VerifierKey::text) == out.end()) {
      out.push_back(*renamed);
    }
  }
  return out;
}

Status Recovery::add_line(const core::Authority& peer, const LogName& log, const Connect& connect) {
  const std::string& origin = logs_.origin(log);
  const core::Authority& author = *config_.charter->find_authority(log.author);
  auto reader = TRY(store_.open_reader());
  Replica::Held held = TRY(read_held(*reader, logs_.id(log)));
  if (const auto kept = TRY(reader->meta(fork_meta_key(origin)))) {
    held.evidence = TRY(log::read_evidence(as_text(*kept)));
  }
  Replica::Config config{.origin = origin, .keys = {}, .former_keys = {}};
  if (log.author == config_.self) {
    config.keys = own_keys(origin);
  } else {
    std::vector<core::Charter> before;
    std::ranges::copy_if(config_.versions, std::back_inserter(before),
                         [this](const core::Charter& version) { return version.version < config_.charter->version; });
    config.keys = TRY(coordination::log_keys(author, origin));
    config.former_keys = keys_ever(before, log.author, origin);
  }
  Replica replica = TRY(Replica::open(std::move(config), std::move(held)));
  auto line = std::make_unique<Line>();
  line->peer = peer.id;
  line->log = log;
  line->first = replica.size();
  Puller::Config puller{.peer = peer.id, .cosigner = nullptr, .clock = config_.clock, .seed = random_seed()};
  puller.wait_ms = 0;
  puller.backoff_first_ms = kAskAgainMs;
  puller.backoff_max_ms = kAskAgainMaxMs;
  puller.take = [this, at = line.get()](const Piece& piece) {
    return [this, at, &piece](const Puller::Stored& done) { done(keep(*at, piece)); };
  };
  line->puller = std::make_unique<Puller>(std::move(puller), std::move(replica), TRY(connect(peer)), std::move(reader),
                                          logs_.id(log));
  lines_.push_back(std::move(line));
  return {};
}

/// In memory: a receipt would say that it is durable, so none is given (no cosigner).
Status Recovery::keep(Line& line, const Piece& piece) {
  const std::lock_guard lock(mutex_);
  std::size_t bytes = line.bytes;
  for (const ByteView entry : piece.judged.entries) bytes += entry.size();
  if (bytes > kRecoveryLineBytesMax) {
    return fail(
        ErrorCode::kTooLarge,
        fmt::format("more than {} bytes of this log are missing here; restore a newer backup", kRecoveryLineBytesMax));
  }
  for (const ByteView entry : piece.judged.entries) line.entries.emplace_back(as_text(entry));
  line.note = piece.judged.head_note;
  line.bytes = bytes;
  return {};
}

/// It has shown all that it has. A smaller tree than ours is an answer, too.
bool Recovery::answered(const Line& line) {
  const Puller::LinkState state = line.puller->state();
  if (state.pinned) return !line.own();  // a liar's log stays as far as it was held
  if (state.verdict == Verdict::kOld) return true;
  return state.failures == 0 && state.last_answer && state.held == state.known;
}

/// Each of the witnesses has been compared with what is held; they have not been compared with each other.
std::optional<std::string> Recovery::two_histories(const LogName& log) const {
  const std::lock_guard lock(mutex_);
  const Line* longest = nullptr;
  for (const auto& line : lines_) {
    if (line->log != log) continue;
    if (line->puller->state().pinned) {
      return fmt::format("{} shows another history than this copy has", line->peer.str());
    }
    if (longest == nullptr) {
      longest = line.get();
      continue;
    }
    const bool longer = line->entries.size() > longest->entries.size();
    const Line& larger = longer ? *line : *longest;
    const Line& smaller = longer ? *longest : *line;
    if (!begins_with(larger.entries, smaller.entries)) {
      return fmt::format("{} and {} show two histories", larger.peer.str(), smaller.peer.str());
    }
    longest = &larger;
  }
  return std::nullopt;
}

RecoveringLog Recovery::look_at(const LogName& log) const {
  RecoveringLog out;
  out.origin = logs_.origin(log);
  out.known = store_.floor(logs_.id(log)).size;
  std::vector<std::string> waiting;
  for (const auto& line : lines_) {
    if (line->log != log) continue;
    out.held = line->first;
    const Puller::LinkState state = line->puller->state();
    out.known = std::max(out.known, state.known);
    if (!answered(*line)) {
      waiting.push_back(state.trouble.empty() ? line->peer.str()
                                              : fmt::format("{} ({})", line->peer.str(), state.trouble));
    }
    const std::lock_guard lock(mutex_);
    out.came_back = std::max<std::uint64_t>(out.came_back, line->entries.size());
  }
  const std::uint64_t have = out.held + out.came_back;
  if (const auto two = two_histories(log)) {
    out.text = "EQUIVOCATION: " + *two + "; keep everything, and let officers settle it";
  } else if (!waiting.empty()) {
    out.text = fmt::format("no answer yet from {}", fmt::join(waiting, ", "));
  } else if (have < out.known) {
    out.text = fmt::format("{} entries had been published, and peers hold {}", out.known, have);
  }
  out.whole = out.text.empty();
  return out;
}

RecoveringLog Recovery::look_at_main(bool something_lost) const {
  RecoveringLog out;
  const LogName main{config_.self, LogName::Kind::kMain, {}};
  out.origin = logs_.origin(main);
  const store::Floor floor = store_.floor(logs_.id(main));
  const auto reader = store_.open_reader();
  const auto head = reader ? (*reader)->head(logs_.id(main)) : std::unexpected(reader.error());
  if (head) out.held = head->size;
  out.known = floor.size;
  if (out.held < out.known) {
    out.text = fmt::format("{} entries had been published, {} are held, and nobody mirrors it", out.known, out.held);
  } else if (something_lost) {
    out.text = "other logs had lost entries, so this one has too; nobody mirrors it";
  } else if (!config_.main_whole) {
    out.text = "nobody mirrors it, and 'last-checkpoint', which would tell how long it was, is missing";
  }
  out.whole = out.text.empty();
  return out;
}

RecoveringLog Recovery::look_at_left(const store::LogInfo& log) const {
  RecoveringLog out;
  out.origin = log.origin;
  out.known = store_.floor(log.id).size;
  const auto reader = store_.open_reader();
  const auto head = reader ? (*reader)->head(log.id) : std::unexpected(reader.error());
  if (head) out.held = head->size;
  if (out.held < out.known) {
    out.text = fmt::format(
        "{} entries had been published, {} are held, and it is a pair's whose peer this copy's charter "
        "does not name",
        out.known, out.held);
  }
  out.whole = out.text.empty();
  return out;
}

RecoveryStanding Recovery::standing(const std::optional<Acceptance>& accepted) const {
  const auto last = [this] {
    const std::lock_guard lock(mutex_);
    return last_;
  };
  auto out = last();
  if (!out) {
    out = look(accepted);
    // What the lines had may have been taken out of them while they were looked at.
    if (auto finished = last()) out = std::move(finished);
  }
  out->accepted = accepted;
  return std::move(*out);
}

RecoveryStanding Recovery::look(const std::optional<Acceptance>& accepted) const {
  RecoveryStanding out;
  out.accepted = accepted;
  out.reason = config_.reason;
  out.since = config_.since;
  out.until = config_.since + config_.wait_ms;
  bool lost = false;
  bool equivocation = false;
  for (const LogName& log : logs_.shared()) {
    out.logs.push_back(look_at(log));
    lost = lost || out.logs.back().came_back > 0 || out.logs.back().known > out.logs.back().held;
    equivocation = equivocation || out.logs.back().text.starts_with("EQUIVOCATION");
  }
  for (const store::LogInfo& log : left_) {
    RecoveringLog left = look_at_left(log);
    if (left.whole) continue;
    out.logs.push_back(std::move(left));
    lost = true;
  }
  out.logs.push_back(look_at_main(lost));
  std::vector<std::string> missing;
  for (const RecoveringLog& log : out.logs) {
    if (!log.whole) missing.push_back(fmt::format("{}: {}", log.origin, log.text));
  }
  if (missing.empty()) {
    out.text = "everything is back";
    return out;
  }
  out.text = fmt::format("{}", fmt::join(missing, "; "));
  if (equivocation) return out;
  if (!accepted) {
    out.text += fmt::format(
        ". What no peer gives back needs two officers (tansiq recovery accept) and a wait until {}: whatever was "
        "granted and forgotten has ended by then",
        format_utc(out.until));
  } else {
    out.text += fmt::format(". Accepted by {} and {}; goes on at {}, when all that may have been granted has ended",
                            accepted->by.str(), accepted->second.str(), format_utc(out.until));
  }
  return out;
}

/// Nobody goes on without those who could be asked.
bool Recovery::tried(const Line& line) { return answered(line) || line.puller->state().failures >= kTries; }

Result<std::optional<Recovery::Found>> Recovery::try_finish(const std::optional<Acceptance>& accepted, UtcMs now) {
  if (finished_) return std::nullopt;
  const RecoveryStanding state = look(accepted);
  const bool waited = accepted && now >= state.until;
  std::vector<std::string> given_up;
  for (const RecoveringLog& log : state.logs) {
    if (log.text.starts_with("EQUIVOCATION")) return std::nullopt;
    if (!log.whole) given_up.push_back(log.origin);
  }
  // What our entries answer must be here before they are folded, where it can be had.
  const bool all = std::ranges::all_of(lines_, [](const auto& line) { return answered(*line); });
  if (!all && !(waited && std::ranges::all_of(lines_, [](const auto& line) { return tried(*line); }))) {
    return std::nullopt;
  }
  if (!given_up.empty() && !waited) return std::nullopt;
  finished_ = true;
  stop();

  Found found;
  {
    const std::lock_guard lock(mutex_);
    last_ = state;
    found.task = take_lines();
  }
  const auto reader = TRY(store_.open_reader());
  for (const store::LogInfo& log : foreign_) {
    std::uint64_t size = TRY(reader->head(log.id)).size;
    for (const LogTail& tail : peers_) {
      if (logs_.id(tail.log) == log.id) size += tail.lines.size();
    }
    const std::uint64_t known = store_.floor(log.id).size;
    if (size >= known) continue;
    log_warning("recovery.mirror_behind", {{"log", log.origin}, {"held", size}, {"published", known}});
    found.task.given_up.push_back(log.id);
  }
  const std::uint64_t next_seq = TRY(reader->next_seq());
  const coordination::Origins origins = TRY(coordination::Origins::make(*config_.charter));
  found.task.entries =
      TRY(coordination::weave(std::move(own_), std::move(peers_), next_seq, origins, *config_.charter));
  for (const std::string& origin : given_up) {
    const auto left = std::ranges::find(left_, origin, &store::LogInfo::origin);
    if (left != left_.end()) {
      found.task.given_up.push_back(left->id);
    } else if (const auto name = logs_.find(origin)) {
      found.task.given_up.push_back(logs_.id(*name));
    }
  }
  found.task.what.given_up = std::move(given_up);
  found.task.what.main_held = state.logs.back().held;
  found.task.what.main_published = state.logs.back().known;
  found.task.what.text = foreign_text(config_.reason, core::kTextBytesMax - 3);
  if (accepted && !found.task.what.given_up.empty()) {
    found.task.by = accepted->by;
    found.task.second = accepted->second;
  }
  return std::optional(std::move(found));
}

/// The longest of what the witnesses gave back of each log, and the notes that cover it.
RecoverTask Recovery::take_lines() {
  RecoverTask task;
  for (const LogName& log : logs_.shared()) {
    Line* longest = nullptr;
    for (const auto& line : lines_) {
      if (line->log != log) continue;
      if (longest == nullptr || line->entries.size() > longest->entries.size()) longest = line.get();
    }
    if (longest == nullptr || longest->entries.empty()) continue;
    task.what.came_back += longest->entries.size();
    // Where the rest could not be had, what is here is signed again by itself: the same tree, smaller.
    const Puller::LinkState state = longest->puller->state();
    if (state.held == state.known) task.notes.emplace_back(logs_.origin(log), longest->note);
    own_.push_back({log, longest->first, std::move(longest->entries)});
  }
  for (const auto& line : lines_) {
    if (line->own() || line->entries.empty()) continue;
    task.notes.emplace_back(logs_.origin(line->log), line->note);
    peers_.push_back({line->log, line->first, std::move(line->entries)});
  }
  return task;
}

std::vector<std::pair<AuthorityId, Puller::LinkState>> Recovery::lines() const {
  std::vector<std::pair<AuthorityId, Puller::LinkState>> out;
  for (const auto& line : lines_) {
    if (!line->own()) out.emplace_back(line->peer, line->puller->state());
  }
  return out;
}

std::string recovery_json(const RecoveryStanding& standing) {
  std::string text;
  log::JcsWriter out(text);
  core::write_fields(out, standing);
  return text;
}

}  // namespace tansiq::node
