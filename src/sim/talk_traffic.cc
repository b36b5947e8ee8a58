#include "sim/talk_traffic.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordination/lists.h"
#include "sim/check_talks.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

namespace {

constexpr std::size_t kThreadsKept = 12;
/// Messages that an officer has before him when he looks.
constexpr std::size_t kRowsPerLook = 24;

/// From anywhere on, round once: who looks sees some of it, whatever there is.
void some_of(Rng& rng, const auto& rows, const auto& take) {
  EntryHash from;
  for (std::uint8_t& byte : from.bytes) byte = static_cast<std::uint8_t>(rng.between(0, 255));
  auto at = rows.lower_bound(from);
  for (std::size_t seen = 0; seen < std::min(kRowsPerLook, rows.size()); ++seen, ++at) {
    if (at == rows.end()) at = rows.begin();
    if (!take(at->second)) return;
  }
}

}  // namespace

void TalkTraffic::plan() {
  for (auto& [id, node] : world_.nodes()) joins(*node);
}

void TalkTraffic::joins(Node& node) {
  world_.timeline().in(rng_.between(3'000, 12'000), [this, &node] {
    look(node);
    joins(node);
  });
}

void TalkTraffic::note(const Durable& durable) {
  if (!world_.faults() || durable.log.kind != LogName::Kind::kPair) return;
  const auto point = std::visit(
      []<class T>(const T&) -> std::optional<Receipt> {
        if constexpr (std::is_same_v<T, TalkMessage>) return Receipt::kNone;
        if constexpr (std::is_same_v<T, TalkReceived>) return Receipt::kReceived;
        if constexpr (std::is_same_v<T, TalkRead>) return Receipt::kRead;
        if constexpr (std::is_same_v<T, TalkStandby>) return Receipt::kStandby;
        if constexpr (std::is_same_v<T, TalkAnswered>) return Receipt::kAnswered;
        if constexpr (std::is_same_v<T, TalkRefused>) return Receipt::kRefused;
        return {};
      },
      durable.entry.body);
  if (!point || !cut_rng_.chance(60)) return;
  const bool back = cut_rng_.chance(500);
  const AuthorityId& from = back ? durable.log.reader : durable.author;
  const AuthorityId& to = back ? durable.author : durable.log.reader;
  world_.cut(from, to, cut_rng_.chance(700) ? cut_rng_.between(500, 15'000) : cut_rng_.between(15'000, 90'000));
  cut_points_.insert({*point, back});
  world_.counts().talk_cut_points = cut_points_.size();
}

bool TalkTraffic::at_rest() const {
  for (const auto& [id, node] : world_.nodes()) {
    if (world_.excused(id) || !node->up()) continue;
    for (const auto& [hash, row] : node->coalition().talks().sent()) {
      if (row.state == SentState::kOpen) return false;
    }
  }
  return true;
}

/// About twice a minute something is written; what there is to read is looked at oftener.
void TalkTraffic::look(Node& node) {
  if (!node.settled()) return;
  attend(node);
  if (node.settled()) acknowledge(node);
  if (!node.settled() || world_.healed()) {
    if (node.settled()) relate(node);
    return;
  }
  switch (rng_.between(0, 39)) {
    case 0:
    case 6:
      incident(node);
      return;
    case 1: {
      const bool attended = rng_.chance(700);
      node.act(SetWatch{attended, attended ? "" : "no officer"});
      return;
    }
    case 2: {
      std::vector<AuthorityId> peers = others(node);
      if (!peers.empty()) node.act(CheckLine{rng_.pick(peers)});
      return;
    }
    case 3:
      err(node);
      return;
    case 4:
      incident(node);
      return;
    case 5:
      relate(node);
      return;
    default:
      if (rng_.chance(350)) write(node);
  }
}

std::vector<AuthorityId> TalkTraffic::others(const Node& node) const {
  std::vector<AuthorityId> out;
  for (const core::Authority& of : node.coalition().machine().charter().authorities) {
    if (of.id != node.self()) out.push_back(of.id);
  }
  return out;
}

TalkPart TalkTraffic::words(const std::set<AuthorityId>& readers) {
  const std::string word = fmt::format("{}{:05}", kWhisper, named_++);
  world_.may_know(word).insert(readers.begin(), readers.end());
  return TextPart{.language = "en", .text = {word + ": is this yours, and when does it leave?"}, .translates = {}};
}

// Writing -------------------------------------------------------------------------------------------------------------

Letter TalkTraffic::draft(Node& node, std::vector<AuthorityId> recipients) {
  Letter out;
  const UtcMs soonest = node.clock() + 2 * world_.charter().timing.delivery_ms;
  out.precedence = static_cast<Precedence>(std::max<std::int64_t>(0, rng_.between(-3, 3)));
  out.needs = static_cast<Needs>(rng_.between(out.precedence == Precedence::kStop ? 1 : 0, 2));
  if (rng_.chance(100)) out.echelon = Echelon::kChiefs;
  std::set<AuthorityId> readers(recipients.begin(), recipients.end());
  readers.insert(node.self());
  out.parts.push_back(words(readers));
  if (rng_.chance(300)) {
    out.parts.push_back(PositionPart{.at = soonest + rng_.between(-60, 300) * 1'000,
                                     .band = {},
                                     .lat_e7 = rng_.between(300'000'000, 310'000'000),
                                     .lng_e7 = rng_.between(400'000'000, 440'000'000),
                                     .name = "P1"});
  }
  if (rng_.chance(80)) out.parts.push_back(DangerPart{.kind = Danger::kCollision, .text = ""});
  if (rng_.chance(150)) {
    out.needs = Needs::kAnswer;
    out.parts.push_back(QueryPart{.asks = {},
                                  .at = node.clock(),
                                  .band = {},
                                  .lat_e7 = rng_.between(300'000'000, 310'000'000),
                                  .lng_e7 = rng_.between(400'000'000, 440'000'000),
                                  .text = "",
                                  .track = "T1"});
  }
  if (out.needs != Needs::kReceived || rng_.chance(300)) out.due = soonest + rng_.between(2'000, 120'000);
  // A STOP may leave the time to its node.
  if (out.precedence == Precedence::kStop && out.needs == Needs::kRead && rng_.chance(500)) out.due.reset();
  out.recipients = std::move(recipients);
  if (file_rng_.chance(120)) {
    const std::string bytes = std::get<TextPart>(words(readers)).text.text;
    out.attachments.push_back({.bytes = static_cast<std::int64_t>(bytes.size()),
                               .media_type = "text/plain",
                               .name = "what was seen",
                               .sha256 = node.keep_file(bytes, {})});
  }
  return out;
}

void TalkTraffic::write(Node& node) {
  std::vector<AuthorityId> peers = others(node);
  if (peers.empty()) return;
  std::vector<AuthorityId> to;
  const Thread* thread = nullptr;
  if (!threads_.empty() && rng_.chance(500)) {
    const Thread& of = rng_.pick(threads_);
    if (of.members.contains(node.self())) {
      for (const AuthorityId& peer : peers) {
        if (of.members.contains(peer)) to.push_back(peer);
      }
      if (!to.empty()) thread = &of;
    }
  }
  if (to.empty()) {
    for (std::int64_t i = rng_.chance(300) ? 3 : 1; i > 0; --i) insert_sorted(to, rng_.pick(peers));
  }
  Letter letter = draft(node, to);
  if (thread != nullptr) {
    letter.opener = thread->opener;
    letter.thread = thread->id;
  } else {
    letter.thread = ThreadId::trusted(fmt::format("t{}", named_));
    Thread fresh{.opener = node.self(), .id = letter.thread, .members = {to.begin(), to.end()}};
    fresh.members.insert(node.self());
    threads_.push_back(std::move(fresh));
    if (threads_.size() > kThreadsKept) threads_.pop_front();
  }
  if (!rng_.chance(50)) {
    if (node.act(SendTalk{letter})) ++world_.counts().talks;
    return;
  }
  // The same command again, as after a lost answer.
  const std::string cmd = fmt::format("letter-{}", named_);
  if (!node.act(SendTalk{letter}, {}, cmd)) return;
  ++world_.counts().talks;
  const std::uint64_t before = node.coalition().next_seq();
  node.act(SendTalk{letter}, {}, cmd);
  if (node.coalition().next_seq() != before) {
    world_.findings().push_back({"talk-effect", "a letter that was sent twice under one command is in the log twice"});
  }
}

// Reading -------------------------------------------------------------------------------------------------------------

void TalkTraffic::attend(Node& node) {
  // Acts change the rows that they are found in.
  std::vector<TalkHeard> before;
  some_of(rng_, node.coalition().talks().heard(), [&](const TalkHeard& row) {
    if (row.shown() && row.state < Receipt::kAnswered) before.push_back(row);
    return before.size() < 3;
  });
  for (const TalkHeard& row : before) {
    world_.on_shown(node.self(), row.hash);
    if (node.up()) attend(node, row);
  }
}

/// The first byte of the hash says what becomes of it: an eighth is never read, another never answered.
void TalkTraffic::attend(Node& node, const TalkHeard& row) {
  const int fate = row.hash.bytes[0] / 32;
  if (fate == 0 || rng_.chance(400)) return;
  if (row.state == Receipt::kReceived) {
    node.act(ReadTalk{row.hash});
    return;
  }
  if (fate == 1 || (row.message.needs != Needs::kAnswer && fate < 6)) return;
  if (fate == 2 && row.state == Receipt::kRead) {
    node.act(StandbyTalk{row.hash, "we look"});
    return;
  }
  if (fate == 3) {
    node.act(RefuseTalk{row.hash, "not by this way"});
    return;
  }
  Reply reply;
  if (has_part<QueryPart>(row.message.parts)) {
    reply.finding = static_cast<coordination::Finding>(rng_.between(0, 3));
  } else {
    reply.kind = static_cast<AnswerKind>(rng_.between(0, 2));
    if (reply.kind == AnswerKind::kAgree) reply.agreed = content_of(row.from, row.message);
  }
  if (rng_.chance(500)) reply.parts.push_back(words({node.self(), row.from}));
  if (node.act(AnswerTalk{row.hash, reply})) ++world_.counts().talks_answered;
}

/// Alarms are taken some time, and all of them when the day is over.
void TalkTraffic::acknowledge(Node& node) {
  std::vector<EntryHash> alarms;
  some_of(rng_, node.coalition().talks().sent(), [&](const TalkSent& row) {
    if (row.alarm() && (world_.healed() || rng_.chance(100))) alarms.push_back(row.hash);
    return alarms.size() < 3;
  });
  for (const EntryHash& alarm : alarms) {
    if (node.up() && node.act(AcknowledgeOverdue{alarm, ""})) ++world_.counts().talks_overdue;
  }
}

// Beside that ---------------------------------------------------------------------------------------------------------

void TalkTraffic::incident(Node& node) {
  const auto& incidents = node.coalition().incidents().incidents();
  if (incidents.empty() || rng_.chance(300)) {
    std::vector<AuthorityId> peers = others(node);
    if (peers.empty()) return;
    std::vector<AuthorityId> parties;
    for (std::int64_t i = rng_.between(1, 3); i > 0; --i) insert_sorted(parties, rng_.pick(peers));
    const IncidentId id = IncidentId::trusted(fmt::format("i{}", named_++));
    if (node.act(OpenIncident{.alert = {},
                              .incident = id,
                              .message = {},
                              .parties = parties,
                              .place = {},
                              .title = "two too near",
                              .window = {node.clock() - 60'000, node.clock()}})) {
      ++world_.counts().incidents;
    }
    return;
  }
  auto at = incidents.begin();
  std::advance(at, rng_.between(0, static_cast<std::int64_t>(incidents.size()) - 1));
  const IncidentKey key = at->first;
  if (rng_.chance(500)) {
    std::set<AuthorityId> parties;
    for (const IncidentSide& side : at->second.sides) parties.insert(side.party);
    node.act(StateIncident{.held = {}, .incident = key.incident, .opener = key.opener, .parts = {words(parties)}});
  } else {
    node.act(MoveIncident{key.incident, key.opener, static_cast<IncidentState>(rng_.between(0, 3)), ""});
  }
}

/// Talks are frozen rarely, and opened again.
void TalkTraffic::relate(Node& node) {
  for (const OpenProposal* proposal : node.coalition().relations().proposals()) {
    if (proposal->peer != node.self() || !of_talks(*proposal) || !rng_.chance(700)) continue;
    node.act(AcceptRelation{proposal->hash});
    return;
  }
  if (world_.healed()) return;
  std::vector<AuthorityId> peers = others(node);
  if (peers.empty()) return;
  const AuthorityId peer = rng_.pick(peers);
  const Edge edge{Capability::kCentres, RelationDomain::kTalks, node.self(), peer};
  if (node.coalition().relations().standing(edge).level() == 0) {
    node.act(ProposeRelation{"", {{edge, 1}}, peer, ""});
  } else if (rng_.chance(120)) {
    node.act(FreezeRelation{{{edge, 0}}, peer, "no word"});
  }
}

void TalkTraffic::err(Node& node) {
  std::vector<AuthorityId> peers = others(node);
  if (peers.empty()) return;
  const AuthorityId peer = rng_.pick(peers);
  Letter letter = draft(node, {peer});
  letter.attachments.clear();  // what is brought back would not have them
  letter.thread = ThreadId::trusted("wrong");
  bool done = false;
  switch (rng_.between(0, 6)) {
    case 0:
      letter.recipients = {node.self()};
      done = node.act(SendTalk{letter});
      break;
    case 1:
      letter.recipients = {AuthorityId::trusted("nobody"), peer};
      done = node.act(SendTalk{letter});
      break;
    case 2:
      letter.due = node.clock() + world_.charter().timing.delivery_ms;
      done = node.act(SendTalk{letter});
      break;
    case 3:
      letter.needs = Needs::kRead;
      letter.precedence = Precedence::kRoutine;
      letter.due.reset();
      done = node.act(SendTalk{letter});
      break;
    case 4:
      done = node.act(ReadTalk{log::sha256("nothing")});
      break;
    case 5:
      done = node.act(MoveIncident{IncidentId::trusted("none"), peer, IncidentState::kClosed, ""});
      break;
    default: {
      // An answer to what nobody has read.
      std::optional<EntryHash> unread;
      some_of(rng_, node.coalition().talks().heard(), [&](const TalkHeard& row) {
        if (row.state == Receipt::kReceived) unread = row.hash;
        return !unread;
      });
      done = node.act(RefuseTalk{unread.value_or(log::sha256("nothing")), ""});
    }
  }
  if (done) {
    world_.findings().push_back({"nonsense", fmt::format("{} has done what makes no sense", node.self().str())});
  } else {
    ++world_.counts().nonsense_refused;
  }
}

// A backup, and no look back ------------------------------------------------------------------------------------------

/// A warning goes over the floor: no relation is in its way.
bool TalkTraffic::warn(Node& from, const AuthorityId& to) {
  Letter letter;
  letter.parts = {words({from.self(), to}), DangerPart{.kind = Danger::kCollision, .text = ""}};
  letter.precedence = Precedence::kImmediate;
  letter.recipients = {to};
  letter.thread = ThreadId::trusted(fmt::format("w{}", named_));
  return from.settled() && from.act(SendTalk{letter});
}

bool TalkTraffic::go_on_from_backup() {
  std::vector<AuthorityId> fit;
  for (const auto& [id, node] : world_.nodes()) {
    if (node->settled() && !world_.excused(id) && !world_.charters().ever_left(id)) fit.push_back(id);
  }
  if (fit.size() < 2) return false;
  const AuthorityId from = rng_.pick(fit);
  AuthorityId to = from;
  while (to == from) to = rng_.pick(fit);
  Node& node = world_.node(from);
  const std::size_t commits = node.disk().commits();
  if (!warn(node, to)) return false;
  // Long enough to be read; then long enough for whoever asks to see what has become of it.
  world_.pass(10'000);
  if (!world_.go_back(node, commits)) return false;
  for (int i = 0; i < 3; ++i) {
    world_.pass(15'000);
    warn(node, to);
  }
  world_.pass(30'000);
  return true;
}

}  // namespace tansiq::sim
