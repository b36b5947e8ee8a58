#include "sim/hand_answers.h"

#include <fmt/format.h>

#include "log/sha256.h"
#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

namespace {

/// What an officer has before him when he looks.
constexpr std::size_t kAsksPerLook = 16;
constexpr DurationMs kNever = 30LL * 86'400'000;

}  // namespace

HandAnswers::HandAnswers(World& world, Rng rng, bool allowed)
    : world_(world), rng_(rng), on_(rng_.chance(250) && allowed) {}

void HandAnswers::plan() {
  if (on_) world_.timeline().in(rng_.between(2'000, 8'000), [this] { look(); });
}

void HandAnswers::look() {
  for (auto& [id, node] : world_.nodes()) {
    if (node->settled()) look(*node);
  }
  world_.timeline().in(rng_.between(1'000, 3'000), [this] { look(); });
}

void HandAnswers::look(Node& node) {
  const auto [at, fresh] = offices_.try_emplace(node.self());
  Office& office = at->second;
  if (fresh) {
    office.by_hand = rng_.chance(600);
    if (office.by_hand) return rule(node, 700);
  }
  if (!office.by_hand) return;
  if (!world_.healed() && rng_.chance(8)) return rule(node, 400);
  if (rng_.chance(5)) {
    if (node.act(AnswerLeg{HandAnswer::kConfirm, {}, log::sha256("nothing"), {}, {}})) {
      world_.findings().push_back({"nonsense", fmt::format("{} has answered what nobody asked", node.self().str())});
    } else {
      ++world_.counts().nonsense_refused;
    }
    return;
  }
  const UtcMs now = node.clock();
  for (const NeededAnswer& one : node.coalition().legs().needed(now, kAsksPerLook)) {
    const LegVersion& version = *one.version;
    const auto [look, first] = office.looks.try_emplace({version.request, version.state}, now);
    if (first) look->second = now + delay();
    if (now < look->second) continue;
    // One act a look: what it leads to is seen with the next.
    look->second = now + rng_.between(2'000, 15'000);
    if (answer(node, EntryHash(version.request), version.state == LegState::kHeld)) ++world_.counts().hand_answers;
    return;
  }
}

DurationMs HandAnswers::delay() {
  if (rng_.chance(200)) return kNever;
  return rng_.chance(150) ? rng_.between(40'000, 200'000) : rng_.between(1'000, 25'000);
}

/// Says who answers, in each zone of this authority with that chance.
void HandAnswers::rule(Node& node, std::int64_t per_mille) {
  for (const core::Zone& zone : node.coalition().machine().charter().zones) {
    if (zone.owner != node.self() || zone.rule == core::Rule::kDisputed || !rng_.chance(per_mille)) continue;
    SetAnswerRule act{
        .answer_ms = rng_.between(10, 120) * 1'000, .by_hand = rng_.chance(750), .home = {}, .zone = zone.id};
    const AuthorityId one = rng_.pick(node.coalition().machine().charter().authorities).id;
    if (rng_.chance(250) && one != node.self()) act.home = one;
    if (node.act(std::move(act))) ++world_.counts().answer_rules;
  }
}

bool HandAnswers::answer(Node& node, const EntryHash& request, bool held) {
  AnswerLeg act{HandAnswer::kConfirm, {}, request, {}, {}};
  const auto draw = rng_.between(0, 99);
  if (held) {
    act.answer = draw < 80 ? HandAnswer::kConfirm : HandAnswer::kRefuse;
  } else if (draw < 25) {
    act.answer = HandAnswer::kHold;
  } else if (draw < 40) {
    act.answer = HandAnswer::kCounter;
    if (rng_.chance(500)) {
      act.time_shift_ms = rng_.between(1, 6) * 20'000;
    } else {
      act.level_shift_cm = (rng_.chance(500) ? 1 : -1) * 60'960;
    }
  } else if (draw < 50) {
    act.answer = HandAnswer::kRefuse;
  }
  if (act.answer == HandAnswer::kRefuse) act.text = "not now";
  return node.act(std::move(act));
}

// The checker
// ---------------------------------------------------------------------------------------------------------------

void AnswersByHand::on_entry(const Durable& d) {
  if (const auto* request = std::get_if<LegRequest>(&d.entry.body)) {
    if (request->replaces) changes_.insert(d.hash);
    return;
  }
  // Whose record has been in doubt may have forgotten what it had said.
  if (world_.liars().contains(d.author)) return;
  if (const auto* rule = std::get_if<AnswerRule>(&d.entry.body)) {
    rules_[d.author].set(*rule);
  } else if (const auto* given = std::get_if<AnswerGiven>(&d.entry.body)) {
    answers_[{d.author, given->request}] = given->answer;
  } else if (const auto* standby = std::get_if<LegStandby>(&d.entry.body)) {
    const LedgerLeg* leg = world_.ledger().find(standby->request);
    const AnswerRule* of = leg == nullptr ? nullptr : rules_[d.author].find(leg->zone, standby->to);
    if (of != nullptr && of->by_hand && standby->to != d.author) waits_.insert({d.author, standby->request});
  } else if (const auto* hold = std::get_if<LegHold>(&d.entry.body)) {
    held(d, *hold);
  } else if (const auto* confirmed = std::get_if<LegConfirmed>(&d.entry.body)) {
    const auto at = answers_.find({d.author, confirmed->request});
    const bool agreed =
        at != answers_.end() && (at->second == HandAnswer::kConfirm || at->second == HandAnswer::kCounter);
    if (!unapproved_.contains({d.author, confirmed->request}) || agreed) return;
    found(fmt::format("{} has confirmed a leg in {} to {}, to which none of its officers has agreed", d.author.str(),
                      confirmed->zone.str(), confirmed->to.str()));
  } else if (const auto* refused = std::get_if<LegRefused>(&d.entry.body)) {
    if (refused->reason != LegRefusal::kNoAnswer || !answers_.contains({d.author, refused->request})) return;
    found(fmt::format("{} says that no officer has answered {} in {}, and one has", d.author.str(), refused->to.str(),
                      refused->zone.str()));
  }
}

void AnswersByHand::held(const Durable& d, const LegHold& body) {
  const Key key{d.author, body.request};
  const AnswerRule* rule = rules_[d.author].find(body.zone, body.to);
  const bool by_hand = waits_.contains(key) || (rule != nullptr && rule->by_hand);
  if (!by_hand || body.to == d.author || changes_.contains(body.request)) return;
  unapproved_.insert(key);
  // What is in the way of others is answered as ever: with an offer.
  if (answers_.contains(key) || body.counter()) return;
  found(fmt::format("{} holds a leg in {} for {}, and none of its officers has said so", d.author.str(),
                    body.zone.str(), body.to.str()));
}

}  // namespace tansiq::sim
