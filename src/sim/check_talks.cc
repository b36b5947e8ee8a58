#include "sim/check_talks.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

namespace {

/// Beyond true time, until a timer has fired and what it said is durable: clocks' errors, a slow disk.
constexpr DurationMs kTimerSlackMs = 10'000;
/// Rows this old may have left the state on one side before the other.
constexpr DurationMs kKeptMs = 24LL * 3'600'000;

/// Between whom everything has to have arrived: members who were never out of it, and whose word can be relied on.
bool both_there(World& world, const AuthorityId& one, const AuthorityId& other) {
  const auto there = [&](const AuthorityId& id) {
    return world.nodes().contains(id) && world.node(id).settled() && !world.excused(id) &&
           !world.charters().ever_left(id);
  };
  return there(one) && there(other);
}

std::string describe(const LedgerTalk& talk) {
  return fmt::format("message {} of {} to {} ({}, needs {})", talk.message.index, talk.from.str(), talk.to().str(),
                     core::to_text(talk.message.precedence), core::to_text(talk.message.needs));
}

/// Which receipt a body is, and of what.
struct Quoted {
  Receipt kind;
  EntryHash message;
  std::int64_t index;
  AuthorityId to;
  bool machine;
};
std::optional<Quoted> quoted(const Body& body) {
  return std::visit(
      []<class T>(const T& of) -> std::optional<Quoted> {
        if constexpr (std::is_same_v<T, TalkReceived>) {
          return Quoted{Receipt::kReceived, of.message, of.index, of.to, true};
        } else if constexpr (std::is_same_v<T, TalkRead>) {
          return Quoted{Receipt::kRead, of.message, of.index, of.to, false};
        } else if constexpr (std::is_same_v<T, TalkStandby>) {
          return Quoted{Receipt::kStandby, of.message, of.index, of.to, false};
        } else if constexpr (std::is_same_v<T, TalkAnswered>) {
          return Quoted{Receipt::kAnswered, of.message, of.index, of.to, false};
        } else if constexpr (std::is_same_v<T, TalkRefused>) {
          return Quoted{Receipt::kRefused, of.message, of.index, of.to, of.reason != TalkRefusal::kOfficer};
        } else {
          return {};
        }
      },
      body);
}

}  // namespace

// Once, and to all of them --------------------------------------------------------------------------------------------

void TalkDelivered::at_end() {
  for (const auto& [hash, talk] : world_.talk_ledger().talks()) {
    if (!both_there(world_, talk.from, talk.to())) continue;
    const std::size_t received = talk.count(Receipt::kReceived);
    const LedgerReceipt* turned = talk.turned_away();
    if (received == 1 && turned == nullptr) {
      look_for_files(talk);
      continue;
    }
    // A relation may have been frozen while it was on its way; nothing freezes the floor.
    if (received == 0 && turned != nullptr && (turned->refusal == TalkRefusal::kQuota || !talk.message.on_floor()))
      continue;
    return found(fmt::format("{} was received {} times{}", describe(talk), received,
                             turned == nullptr ? "" : ", and turned away by the machine"));
  }
}

void TalkEffect::on_entry(const Durable& d) {
  const auto of = quoted(d.entry.body);
  if (!of) return;
  const LedgerTalk* talk = world_.talk_ledger().find(of->message);
  if (talk == nullptr) return;
  // The ledger holds this one already.
  if (talk->count(of->kind) > 1) {
    return found(fmt::format("{} is {} twice by {}", describe(*talk), core::to_text(of->kind), d.author.str()));
  }
  if (of->machine) return;
  const bool answered = of->kind >= Receipt::kAnswered;
  if (d.entry.by.empty() || talk->count(Receipt::kReceived) == 0 ||
      (of->kind > Receipt::kRead && talk->count(Receipt::kRead) == 0) ||
      (answered && talk->count(Receipt::kAnswered) + talk->count(Receipt::kRefused) > 1)) {
    found(fmt::format("{} is {} by {} out of turn", describe(*talk), core::to_text(of->kind), d.author.str()));
  }
}

void TalkEffect::on_shown(const AuthorityId& at, const EntryHash& message) {
  const LedgerTalk* talk = world_.talk_ledger().find(message);
  if (talk != nullptr && talk->to() == at && talk->count(Receipt::kReceived) > 0) return;
  found(talk == nullptr
            ? fmt::format("officers of {} are shown what nobody has written", at.str())
            : fmt::format("{} is shown to officers of {}, and was not received", describe(*talk), at.str()));
}

// A receipt or an alarm -----------------------------------------------------------------------------------------------

void TalkAlarm::on_record(const AuthorityId& at, const Record& record) {
  if (record.log.author == at) return;
  const LedgerTalk* talk = world_.talk_ledger().of_receipt(record.leaf);
  if (talk == nullptr || talk->from != at || talk->alarmed || world_.excused(at) || !world_.node(at).up()) return;
  const auto late = [&](const LedgerReceipt& receipt) {
    return receipt.read && *receipt.read > talk->due + world_.charter().timing.standby_ms + kTimerSlackMs;
  };
  // The first that will do: what comes after it finds nobody waiting.
  const auto first = std::ranges::find_if(
      talk->receipts, [&](const LedgerReceipt& receipt) { return receipt.read && talk->satisfied_by(receipt); });
  if (first == talk->receipts.end() || first->hash != record.leaf || !late(*first)) return;
  found(fmt::format("{} was due at {}, its receipt has come only now, and nobody was alarmed before", describe(*talk),
                    format_utc(talk->due)));
}

void TalkAlarm::at_end() {
  for (const auto& [hash, talk] : world_.talk_ledger().talks()) {
    if (world_.excused(talk.from) || talk.alarmed) continue;
    const bool done = std::ranges::any_of(
        talk.receipts, [&](const LedgerReceipt& receipt) { return receipt.read && talk.satisfied_by(receipt); });
    if (done || world_.now() <= talk.due + world_.charter().timing.standby_ms + kTimerSlackMs) continue;
    return found(fmt::format("{} was due at {}, and has neither its receipt nor an alarm", describe(talk),
                             format_utc(talk.due)));
  }
}

void TalkQuote::on_entry(const Durable& d) {
  const auto of = quoted(d.entry.body);
  if (!of) return;
  const LedgerTalk* talk = world_.talk_ledger().find(of->message);
  if (talk != nullptr && talk->from == of->to && talk->to() == d.author && talk->message.index == of->index) return;
  found(fmt::format("{} gives {} receipt \"{}\" of message {}, and quotes {}", d.author.str(), of->to.str(),
                    core::to_text(of->kind), of->index, talk == nullptr ? "none that there is" : describe(*talk)));
}

// The same on both sides ----------------------------------------------------------------------------------------------

void TalkAgree::at_end() {
  for (const auto& [from, sender] : world_.nodes()) {
    for (const auto& [to, recipient] : world_.nodes()) {
      if (from != to && both_there(world_, from, to)) compare(*sender, *recipient);
    }
  }
}

void TalkAgree::compare(Node& sender, Node& recipient) {
  const TalkDesk& here = sender.coalition().talks();
  const TalkDesk& there = recipient.coalition().talks();
  for (const auto& [hash, row] : here.sent()) {
    if (row.peer() != recipient.self() || row.time < sender.clock() - kKeptMs) continue;
    const auto at = there.heard().find(hash);
    if (row.turned_away() && at == there.heard().end()) continue;
    const bool same = at != there.heard().end() && at->second.message == row.message &&
                      at->second.state == row.receipt && at->second.answer == row.answer;
    if (same) continue;
    return found(fmt::format("message {} of {} to {} is {} at its sender, and {} where it was sent", row.message.index,
                             sender.self().str(), recipient.self().str(), core::to_text(row.receipt),
                             at == there.heard().end() ? "unknown" : core::to_text(at->second.state)));
  }
  for (const auto& [hash, row] : there.heard()) {
    if (row.from != sender.self() || row.time < sender.clock() - kKeptMs || here.sent().contains(hash)) continue;
    return found(fmt::format("message {} of {} is known to {} alone", row.message.index, sender.self().str(),
                             recipient.self().str()));
  }
}

void TalkReused::at_last() {
  for (const auto& [place, hashes] : world_.talk_ledger().indexes()) {
    if (hashes.size() < 2) continue;
    ++world_.counts().reused;
    const auto& [from, to, index] = place;
    if (!world_.nodes().contains(to) || !world_.node(to).settled()) continue;
    // What was signed twice is proved by the two checkpoints, and nothing of that log is read any more.
    const bool accused = world_.node(to).accuses({from, LogName::Kind::kPair, to});
    for (const EntryHash& hash : hashes) {
      const LedgerTalk& talk = *world_.talk_ledger().find(hash);
      if (accused || talk.anomaly || talk.count(Receipt::kReceived) > 0 || talk.turned_away() != nullptr) continue;
      return found(fmt::format("{} has an index that was used before: it has not come, and nobody at {} is alarmed",
                               describe(talk), to.str()));
    }
  }
}

/// What its author still has and gives is there, as long as the message is.
void TalkDelivered::look_for_files(const LedgerTalk& talk) {
  Node& from = world_.node(talk.from);
  Node& to = world_.node(talk.to());
  if (!to.coalition().talks().heard().contains(talk.hash)) return;
  for (const TalkAttachment& file : talk.message.attachments) {
    const bool given =
        from.coalition().talks().may_serve(file.sha256, talk.to()) && from.disk().bodies().contains(file.sha256);
    if (given && !to.disk().bodies().contains(file.sha256)) {
      found(fmt::format("a file of {} has not come, and its author has it", describe(talk)));
    }
  }
}

// Nobody else ---------------------------------------------------------------------------------------------------------

void TalkSecret::look(const AuthorityId& at, std::string_view bytes, const AuthorityId& of) {
  constexpr std::size_t kLength = kWhisper.size() + 5;
  for (std::size_t i = bytes.find(kWhisper); i != std::string_view::npos; i = bytes.find(kWhisper, i + 1)) {
    const std::string word(bytes.substr(i, kLength));
    if (world_.may_know(word).contains(at)) continue;
    return found(fmt::format("{} reads {}, which was not written to it, from {}: {}", at.str(), word, of.str(),
                             bytes.substr(0, 400)));
  }
}

void TalkSecret::on_record(const AuthorityId& at, const Record& record) { look(at, record.line, record.log.author); }

void TalkSecret::on_served(const AuthorityId& from, const AuthorityId& to, const log::Hash& /*hash*/,
                           const std::string& bytes) {
  look(to, bytes, from);
}

// Incidents -----------------------------------------------------------------------------------------------------------

void TalkIncidents::at_end() {
  for (const auto& [id, node] : world_.nodes()) {
    if (!node->settled()) continue;
    for (const auto& [key, here] : node->coalition().incidents().incidents()) {
      // Who was struck out may have told some before, and tells nobody now.
      if (key.opener != id && !both_there(world_, key.opener, id)) continue;
      for (const IncidentSide& party : here.sides) {
        if (party.party == id || !both_there(world_, id, party.party)) continue;
        const Incident* there = world_.node(party.party).coalition().incidents().find(key);
        if (there == nullptr || there->content != here.content) {
          return found(fmt::format("incident {} of {} is known to {}, and {} to {}", key.incident.str(),
                                   key.opener.str(), id.str(), there == nullptr ? "unknown" : "another",
                                   party.party.str()));
        }
        for (const IncidentSide& side : here.sides) {
          if (!both_there(world_, side.party, id)) continue;
          const IncidentSide* other = there->side(side.party);
          const bool same = other != nullptr && other->state == side.state &&
                            std::ranges::equal(other->statements, side.statements, {}, &StatementMark::content,
                                               &StatementMark::content);
          if (same) continue;
          return found(
              fmt::format("incident {} of {}: of {}, {} knows {} statements and that it is {}, {} something "
                          "else",
                          key.incident.str(), key.opener.str(), side.party.str(), id.str(), side.statements.size(),
                          core::to_text(side.state), party.party.str()));
        }
      }
    }
  }
}

}  // namespace tansiq::sim
