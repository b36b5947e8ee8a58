#include "sim/node.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "coordination/weave.h"
#include "sim/world.h"

namespace tansiq::sim {

using coordination::Batch;
using coordination::Coalition;

namespace {

constexpr DurationMs kAskAgainMs = 6'000;
constexpr DurationMs kLineCheckMs = 120'000;
constexpr std::size_t kBodiesPerQuestionMax = 32;

/// The same words, said a moment later: no entry's meaning changes, only the tree does.
std::string retold(const std::string& line) {
  auto entry = coordination::read_entry(line);
  EXPECT_INVARIANT(entry.has_value());
  entry->time = entry->time + 1;
  auto other = coordination::write_entry(*entry);
  EXPECT_INVARIANT(other.has_value());
  return std::move(*other);
}

}  // namespace

Node::Node(World& world, AuthorityId self, Rng rng, std::int64_t founding)
    : world_(world), self_(std::move(self)), founding_(founding), rng_(rng) {
  const DurationMs error = world_.charter().timing.clock_error_ms;
  offset_ms_ = rng_.between(-error, error);
  set_at_ = world_.now();
}

UtcMs Node::clock() const {
  const DurationMs error = world_.charter().timing.clock_error_ms;
  const DurationMs drifted = offset_ms_ + (world_.now() - set_at_) * drift_ppm_ / 1'000'000;
  return world_.now() + std::clamp(drifted, -error, error);
}

coordination::CoalitionConfig Node::config() const {
  const Charters& charters = world_.charters();
  coordination::CoalitionConfig out{
      .machine = {.self = self_,
                  .charter = charters.at(founding_).airspace.charter,
                  .charter_text = charters.at(founding_).text,
                  .texts = [&charters](const std::string& sha256) { return charters.text(sha256); }},
      .former = {},
      .quota = {.holds_open_max = 256, .abandoned_max = 1'024},
      .talks = {.line_check_every_ms = kLineCheckMs},
      .read_line = [&entries = world_.entries()](std::string_view line, const coordination::EntryHash& hash) {
        return entries.read(line, hash);
      }};
  for (std::int64_t version = 1; version < founding_; ++version) {
    out.former.push_back(charters.at(version).airspace.charter);
  }
  return out;
}

std::unique_ptr<Coalition> Node::fresh() const {
  auto made = Coalition::make(config());
  EXPECT_INVARIANT(made.has_value());
  return std::move(*made);
}

void Node::start() {
  if (std::exchange(founded_, true)) return;
  coalition_ = fresh();
  state_ = State::kUp;
  up_since_ = world_.now();
  Batch batch;
  coalition_->found(clock(), batch);
  write(std::move(batch));
  follow_charter();
}

/// Begins to ask whoever is a member now and was not asked before in this life.
void Node::follow_charter() {
  versions_ = coalition_->machine().versions().size();
  for (const core::Authority& other : coalition_->machine().charter().authorities) {
    if (other.id == self_) continue;
    if (peers_.try_emplace(other.id).second) ask(other.id);
  }
}

bool Node::serves(const AuthorityId& reader) const {
  if (suspended_) return false;
  if (coalition_ != nullptr) return coalition_->is_member(reader);
  return world_.charters().at(backup_version_).airspace.charter.find_authority(reader) != nullptr;
}

// Writing -------------------------------------------------------------------------------------------------------------

void Node::write(Batch batch) {
  for (coordination::SealedShare& share : coalition_->take_bodies()) disk_.put_body(share.hash, std::move(share.bytes));
  disk_.write(std::move(batch));
  if (state_ == State::kUp && versions_ != coalition_->machine().versions().size()) {
    suspended_ = disk_.unsynced();
    follow_charter();
  }
  if (disk_.unsynced() && !sync_due_) {
    sync_due_ = true;
    const DurationMs takes = world_.faults() && rng_.chance(10) ? rng_.between(200, 3'000) : rng_.between(1, 12);
    world_.timeline().in(takes, [this, life = life_] {
      if (life == life_) sync();
    });
  }
  arm_tick();
}

void Node::sync() {
  sync_due_ = false;
  disk_.sync();
  suspended_ = false;
  world_.on_durable(*this);
  destroy_doomed();
  const auto waiting = waiting_;
  for (const auto& [reader, question] : waiting) answer(reader);
}

/// First it is gone, then the receipt is written.
void Node::destroy_doomed() {
  Batch batch;
  for (const log::Hash& body : coalition_->take_doomed_bodies()) {
    const auto kept = disk_.bodies().find(body);
    if (kept != disk_.bodies().end() && coalition_->may_destroy_body(body, kept->second)) disk_.destroy_body(body);
    coalition_->body_destroyed(body, clock(), batch);
  }
  for (const log::Hash& file : coalition_->attachments().unneeded(clock(), kBodiesPerQuestionMax)) {
    disk_.destroy_body(file);
    coalition_->attachments().forget(file);
  }
  if (!batch.empty()) write(std::move(batch));
}

void Node::arm_tick() {
  const auto due = coalition_->next_tick();
  if (!due) return;
  // At least a moment later, so that what cannot be said yet is no endless loop.
  const UtcMs at = world_.now() + std::max<DurationMs>(*due - clock(), 20);
  if (tick_at_ && *tick_at_ <= at) return;
  tick_at_ = at;
  world_.timeline().at(at, [this, life = life_, at] {
    if (life == life_ && tick_at_ == at) tick();
  });
}

void Node::tick() {
  tick_at_.reset();
  Batch batch;
  coalition_->tick(clock(), batch);
  write(std::move(batch));
  if (!disk_.unsynced()) destroy_doomed();
}

bool Node::act(coordination::Act act, std::string_view second, std::string_view cmd) {
  EXPECT_INVARIANT(up());
  ++acts_;
  Batch batch;
  const auto done =
      coalition_->act({.cmd = CommandId::trusted(cmd.empty() ? fmt::format("c{}-{}", life_, acts_) : std::string(cmd)),
                       .by = core::Subject::trusted("officer"),
                       .second = core::Subject::trusted(second),
                       .act = std::move(act)},
                      clock(), batch);
  write(std::move(batch));
  refusal_ = done ? std::string() : done.error().text();
  return done.has_value();
}

bool Node::command(core::Action action) {
  EXPECT_INVARIANT(up());
  ++acts_;
  Batch batch;
  const auto done = coalition_->execute({.id = CommandId::trusted(fmt::format("o{}-{}", life_, acts_)),
                                         .by = {core::Subject::trusted("planner"), true},
                                         .action = std::move(action)},
                                        clock(), batch);
  write(std::move(batch));
  return done.has_value();
}

// Serving -------------------------------------------------------------------------------------------------------------

void Node::on_question(const AuthorityId& reader, const Question& question) {
  if (state_ == State::kDown || silent_ || !serves(reader)) return;
  waiting_[reader] = question;
  answer(reader);
  if (!settled()) return;
  for (const log::Hash& hash : question.bodies) {
    const auto body = disk_.bodies().find(hash);
    if (body == disk_.bodies().end() || !coalition_->may_serve_body(hash, reader)) continue;
    if (coalition_->talks().may_serve(hash, reader)) {
      world_.on_file(self_, reader, body->second);
    } else {
      world_.on_served(self_, reader, hash, body->second);
    }
    world_.send(self_, reader, [&world = world_, self = self_, reader, bytes = body->second] {
      world.node(reader).on_body(self, bytes);
    });
  }
}

void Node::on_body(const AuthorityId& author, const std::string& bytes) {
  if (!up()) return;
  // Late, or again: what is not waited for is not kept.
  const Status learned = coalition_->learn_body(bytes);
  if (learned || learned.error().code != ErrorCode::kNotFound) {
    disk_.put_body(log::sha256(bytes), bytes);
  } else {
    keep_file(bytes, author);
  }
  if (!disk_.unsynced()) destroy_doomed();
}

log::Hash Node::keep_file(const std::string& bytes, const std::optional<AuthorityId>& from) {
  const log::Hash hash = log::sha256(bytes);
  coordination::TalkAttachments& files = coalition_->attachments();
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (files.may_keep(hash, size, from)) {
    files.keep(hash, {.bytes = size, .from = from, .kept = hash, .since = clock()});
    disk_.put_body(hash, bytes);
  }
  return hash;
}

void Node::answer(const AuthorityId& reader) {
  const auto asked = waiting_.find(reader);
  if (asked == waiting_.end() || silent_ || !serves(reader)) return;
  const LogName members{self_, LogName::Kind::kMembers, {}};
  const LogName pair{self_, LogName::Kind::kPair, reader};
  Answer out{.id = asked->second.id, .logs = {}};
  // Not from an old backup, which has neither history whole.
  const bool victim = fork_ && fork_->victim == reader && !recovering();
  if (disk_.log(members).edge.size() != asked->second.members) {
    out.logs.push_back(victim ? forked_answer(disk_.log(members), asked->second.members)
                              : log_answer(members, asked->second.members));
  }
  if (disk_.log(pair).edge.size() != asked->second.pair) out.logs.push_back(log_answer(pair, asked->second.pair));
  if (out.logs.empty()) return;  // Until there is something new.
  waiting_.erase(asked);
  world_.send(self_, reader, [&world = world_, self = self_, reader, out = std::move(out)] {
    world.node(reader).on_answer(self, out);
  });
}

LogAnswer Node::log_answer(const LogName& name, std::uint64_t from) {
  const DurableLog& log = disk_.log(name);
  LogAnswer out;
  out.checkpoint = {
      .log = name, .size = log.edge.size(), .root = log.edge.root(), .prefix = 0, .prefix_root = {}, .mac = {}};
  out.checkpoint.prefix = std::min(from, out.checkpoint.size);
  out.checkpoint.prefix_root = log.roots[out.checkpoint.prefix];
  for (std::uint64_t i = out.checkpoint.prefix; i < out.checkpoint.size; ++i) {
    out.lines.push_back(disk_.records()[log.records[i]].line);
  }
  out.checkpoint.mac = sign(out.checkpoint, world_.options().seed);
  return out;
}

LogAnswer Node::forked_answer(const DurableLog& log, std::uint64_t from) {
  Fork& fork = *fork_;
  if (fork.line.empty() && log.edge.size() > fork.at) fork.line = retold(disk_.records()[log.records[fork.at]].line);
  const auto line = [&](std::uint64_t i) { return i == fork.at ? fork.line : disk_.records()[log.records[i]].line; };
  for (std::uint64_t i = fork.edge.size(); i < log.edge.size(); ++i) {
    fork.edge.append(log::leaf_hash(line(i)));
    fork.roots.push_back(fork.edge.root());
  }
  LogAnswer out;
  out.checkpoint = {.log = {self_, LogName::Kind::kMembers, {}},
                    .size = fork.edge.size(),
                    .root = fork.edge.root(),
                    .prefix = std::min(from, fork.edge.size()),
                    .prefix_root = {},
                    .mac = {}};
  out.checkpoint.prefix_root = fork.roots[out.checkpoint.prefix];
  for (std::uint64_t i = out.checkpoint.prefix; i < out.checkpoint.size; ++i) {
    out.lines.push_back(line(i));
    fork.shown = fork.shown || i == fork.at;
  }
  out.checkpoint.mac = sign(out.checkpoint, world_.options().seed);
  return out;
}

/// The next entry that this node writes for all members will be told in two ways.
void Node::fork_for(const AuthorityId& victim) {
  if (fork_) return;
  fork_.emplace();
  fork_->victim = victim;
  const DurableLog& log = disk_.log({self_, LogName::Kind::kMembers, {}});
  fork_->at = log.edge.size();
  fork_->edge = log.edge;
  fork_->roots = log.roots;
  if (fork_->roots.empty()) fork_->roots.push_back(log::empty_root());
}

// Reading -------------------------------------------------------------------------------------------------------------

Mirror& Node::mirror(const LogName& log) {
  const auto at = mirrors_.find(log);
  if (at != mirrors_.end()) return at->second;
  Mirror& made = mirrors_.emplace(log, Mirror(log, disk_.log(log))).first->second;
  if (pinned_.contains(log)) made.pin();
  return made;
}

void Node::ask(const AuthorityId& author) {
  Peer& peer = peers_[author];
  Question question{.id = ++peer.question,
                    .members = mirror({author, LogName::Kind::kMembers, {}}).size(),
                    .pair = mirror({author, LogName::Kind::kPair, self_}).size(),
                    .bodies = {}};
  if (up()) {
    for (const coordination::WantedBody& wanted : coalition_->wanted_bodies()) {
      if (wanted.peer == author && question.bodies.size() < kBodiesPerQuestionMax)
        question.bodies.push_back(wanted.body);
    }
    for (const coordination::WantedBody& wanted : coalition_->attachments().wanted(author, kBodiesPerQuestionMax)) {
      question.bodies.push_back(wanted.body);
    }
  }
  // Whoever is no member is not asked now; it may come back.
  if (serves(author)) {
    world_.send(self_, author,
                [&world = world_, self = self_, author, question] { world.node(author).on_question(self, question); });
  }
  world_.timeline().in(kAskAgainMs + rng_.between(0, 2'000), [this, life = life_, author, id = question.id] {
    if (life == life_ && peers_[author].question == id) ask(author);
  });
}

void Node::on_answer(const AuthorityId& author, const Answer& answer) {
  if (!up() || !serves(author)) return;
  Batch batch;
  bool more = false;
  for (const LogAnswer& log : answer.logs) {
    // What the first log brings may bring another version into force.
    if (serves(author)) more = read(log, batch) || more;
  }
  write(std::move(batch));
  // Where nothing new came, the next question comes with time, so that a stubborn peer costs little.
  if (more && peers_[author].question == answer.id) ask(author);
}

bool Node::read(const LogAnswer& answer, Batch& batch) {
  Mirror& held = mirror(answer.checkpoint.log);
  if (held.pinned()) return false;
  if (answer.checkpoint.size > held.size() && !coalition_->begin_reading(held.name().author, clock(), batch))
    return false;
  std::vector<std::string> fresh;
  switch (held.judge(answer, world_.options().seed, fresh)) {
    case Verdict::kExtends:
      coalition_->read(held.name(), fresh, held.size(), held.root(), clock(), batch);
      check_anchors(fresh);
      return true;
    case Verdict::kForked:
      if (world_.options().plant == "trust-forks") break;
      pinned_.insert(held.name());
      world_.on_fork_found(held.name());
      break;
    case Verdict::kOld:
      world_.on_rollback_noticed(held.name().author);
      break;
    case Verdict::kNothingNew:
    case Verdict::kRefused:
      break;
  }
  return false;
}

/// What a peer says that it has seen of a third one's log must be what that one has shown here.
void Node::check_anchors(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    if (type_of(line) != "anchor.members") continue;
    const auto entry = coordination::read_entry(line);
    const auto* anchor = entry ? std::get_if<coordination::MembersAnchor>(&entry->body) : nullptr;
    if (anchor == nullptr) continue;
    for (const coordination::SeenLog& seen : anchor->seen) {
      const auto name = world_.origins().log(seen.origin);
      if (!name || name->author == self_) continue;
      Mirror& held = mirror(*name);
      if (held.pinned() || !held.contradicts(seen.size, seen.root) || world_.options().plant == "trust-forks") continue;
      held.pin();
      pinned_.insert(*name);
      world_.on_fork_found(*name);
    }
  }
}

// What happens to it --------------------------------------------------------------------------------------------------

bool Node::has_adopted(std::int64_t version) const {
  if (up()) return coalition_->adoptions().own() && coalition_->adoptions().own()->version == version;
  // What was not synced when it crashed may be on the disk all the same.
  return std::ranges::any_of(disk_.records(), [&](const Record& record) {
    if (record.log.author != self_ || type_of(record.line) != coordination::CharterAdopted::kType) return false;
    const auto entry = coordination::read_entry(record.line);
    return entry && std::get<coordination::CharterAdopted>(entry->body).version == version;
  });
}

void Node::take_snapshot() {
  if (!settled()) return;
  snapshot_ = {coalition_->write_snapshot(), disk_.records().size()};
}

std::unique_ptr<Coalition> Node::replayed(bool from_snapshot) const {
  std::unique_ptr<Coalition> out;
  std::size_t at = 0;
  if (from_snapshot && snapshot_) {
    auto read = Coalition::read_snapshot(config(), snapshot_->bytes);
    if (!read) fmt::print(stderr, "{}: its snapshot cannot be read: {}\n", self_.str(), read.error().text());
    EXPECT_INVARIANT(read.has_value());
    out = std::move(*read);
    at = snapshot_->records;
  } else {
    out = fresh();
  }
  for (; at < disk_.records().size(); ++at) {
    const Record& record = disk_.records()[at];
    if (record.seq != out->next_seq()) out->skip_to(record.seq);
    const Status applied = out->apply(record.log, record.line, record.leaf);
    if (!applied) {
      fmt::print(stderr, "{}: its own record cannot be applied: {}: {}\n", self_.str(), applied.error().text(),
                 record.line);
    }
    EXPECT_INVARIANT(applied.has_value());
  }
  EXPECT_INVARIANT(out->settle().has_value());
  for (const auto& [name, log] : disk_.logs()) {
    if (name.author != self_) out->note_head(name, log.edge.size(), log.edge.root());
  }
  return out;
}

void Node::check_replay(bool whole) {
  EXPECT_INVARIANT(settled());
  const core::StateHash live = coalition_->state_hash();
  if (whole) world_.on_replayed(self_, "from the beginning", live, replayed(false)->state_hash());
  if (snapshot_) world_.on_replayed(self_, "from a snapshot", live, replayed(true)->state_hash());
}

void Node::crash() {
  if (!up()) return;
  ++world_.counts().crashes;
  if (settled() && rng_.chance(300)) check_replay(false);
  ++life_;
  state_ = State::kDown;
  coalition_.reset();
  suspended_ = false;
  disk_.crash(rng_);
  sync_due_ = false;
  tick_at_.reset();
  waiting_.clear();
  mirrors_.clear();
  peers_.clear();
}

void Node::open_disk() {
  const std::size_t known = world_.counts().torn_tails;
  const std::size_t torn = disk_.torn_tails();
  Status opened = disk_.open();
  world_.counts().torn_tails = known + disk_.torn_tails() - torn;
  if (opened) return;
  ++world_.counts().damaged_disks;
  disk_.restore_flipped();
  EXPECT_INVARIANT(disk_.open().has_value());
}

void Node::restart() {
  if (state_ != State::kDown) return;
  if (!founded_) return start();
  open_disk();
  if (disk_.records().empty()) {  // it crashed before its first entry was on the disk: it has yet to be founded
    founded_ = false;
    return start();
  }
  // Entries that reached the disk though the crash came before the sync was reported are durable now.
  world_.on_durable(*this);
  ++life_;
  const DurationMs error = world_.charter().timing.clock_error_ms;
  if (world_.faults()) {
    offset_ms_ = rng_.between(-error, error);
    drift_ppm_ = rng_.between(-100, 100);
    set_at_ = world_.now();
  }
  coalition_ = replayed(true);
  for (const auto& [hash, body] : disk_.bodies()) {
    static_cast<void>(coalition_->learn_body(body));
    if (!coalition_->talks().attachments().named(hash)) continue;
    coalition_->attachments().keep(
        hash, {.bytes = static_cast<std::int64_t>(body.size()), .from = {}, .kept = hash, .since = clock()});
  }
  state_ = State::kUp;
  up_since_ = world_.now();
  follow_charter();
  tick();
}

void Node::crash_with_damage() {
  crash();
  disk_.flip_bit(rng_);
}

void Node::restore_old_backup() {
  if (!up() || disk_.commits() < 20) return;
  crash();
  open_disk();
  world_.on_durable(*this);
  const auto commits = static_cast<std::int64_t>(disk_.commits());
  disk_.restore_backup(static_cast<std::size_t>(rng_.between(commits / 2, commits - 1)));
  ++world_.counts().rollbacks;
  state_ = State::kRecovering;
  backup_version_ = founding_;
  for (const Record& record : disk_.records()) {
    if (record.log.author != self_ || type_of(record.line) != "charter.in_force") continue;
    const auto entry = coordination::read_entry(record.line);
    backup_version_ = std::get<coordination::CharterInForce>(entry->body).version;
  }
  // It asks nobody anything: whoever asks it sees what is gone. Then its operators find the second copy.
  world_.timeline().in(rng_.between(15'000, 40'000), [this, life = life_] {
    if (life != life_) return;
    state_ = State::kDown;
    waiting_.clear();
    bring_back();
    restart();
  });
}

void Node::go_on_from(std::size_t commits) {
  crash();
  open_disk();
  world_.on_durable(*this);
  disk_.restore_backup(std::min(commits, disk_.commits()));
  static_cast<void>(disk_.take_lost());
  snapshot_.reset();
  world_.forget_noted(*this);
  restart();
}

void Node::bring_back() {
  std::map<LogName, coordination::LogTail> tails;
  for (Record& record : disk_.take_lost()) {
    coordination::LogTail& tail = tails[record.log];
    tail.log = record.log;
    tail.first = disk_.log(record.log).edge.size();
    tail.lines.push_back(std::move(record.line));
  }
  std::vector<coordination::LogTail> own;
  std::vector<coordination::LogTail> peers;
  for (auto& [name, tail] : tails) (name.author == self_ ? own : peers).push_back(std::move(tail));
  const std::uint64_t next_seq = disk_.records().empty() ? 0 : disk_.records().back().seq + 1;
  auto woven = coordination::weave(std::move(own), std::move(peers), next_seq, world_.origins(),
                                   world_.charters().at(backup_version_).airspace.charter);
  EXPECT_INVARIANT(woven.has_value());
  Batch batch;
  for (coordination::Woven& one : *woven) batch.push_back({one.log, one.seq, std::move(one.line)});
  disk_.bring_back(std::move(batch));
  snapshot_.reset();  // it may be of the order that was lost
}

}  // namespace tansiq::sim
