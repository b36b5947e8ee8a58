// What goes wrong, and how it ends.
#include <algorithm>

#include "sim/world.h"

namespace tansiq::sim {

void World::plan_faults() {
  // One authority in every eighth coalition of three or more lies.
  if (charter().authorities.size() > 2 && fault_rng_.chance(125)) {
    const AuthorityId liar = fault_rng_.pick(charter().authorities).id;
    AuthorityId victim = liar;
    while (victim == liar) victim = fault_rng_.pick(charter().authorities).id;
    timeline_.in(fault_rng_.between(30'000, std::max<DurationMs>(options_.minutes * 45'000, 30'001)),
                 [this, liar, victim] {
                   liars_.insert(liar);
                   ++counts_.forks;
                   nodes_.at(liar)->fork_for(victim);
                 });
  }
  plan_next_fault();
}

void World::plan_next_fault() {
  timeline_.in(fault_rng_.between(1'000, 14'000), [this] {
    if (healed_) return;
    fault();
    plan_next_fault();
  });
}

void World::fault() {
  Rng& rng = fault_rng_;
  Node& node = this->node(rng.pick(charter().authorities).id);
  const auto restart_in = [&](DurationMs delay) { timeline_.in(delay, [&node] { node.restart(); }); };
  switch (rng.between(0, 15)) {
    case 0:
    case 1:
    case 2:
    case 3: {
      node.crash();
      restart_in(rng.chance(700) ? rng.between(500, 10'000) : rng.between(10'000, 90'000));
      return;
    }
    case 4:
      // A moment after something has happened: between write and sync, as often as not.
      crash_when_busy(node, 2'000);
      return;
    case 5:
      if (!node.up() || !rng.chance(300)) return;
      node.crash_with_damage();
      restart_in(rng.between(1'000, 20'000));
      return;
    case 6:
      if (rng.chance(250)) node.restore_old_backup();
      return;
    case 7:
    case 8:
    case 9:
    case 10:
      cut_something();
      return;
    case 11: {
      if (!rng.chance(300)) return;
      node.silence(true);
      timeline_.in(rng.between(20'000, 180'000), [&node] { node.silence(false); });
      return;
    }
    default:
      node.take_snapshot();
  }
}

void World::crash_when_busy(Node& node, DurationMs patience) {
  if (healed_ || patience <= 0) return;
  if (node.up() && !node.settled()) {
    node.crash();
    timeline_.in(fault_rng_.between(500, 10'000), [&node] { node.restart(); });
    return;
  }
  timeline_.in(5, [this, &node, patience] { crash_when_busy(node, patience - 5); });
}

void World::cut(const AuthorityId& from, const AuthorityId& to, DurationMs lasts) {
  ++counts_.cuts;
  UtcMs& until = cut_until_[{from, to}];
  until = std::max(until, now() + lasts);
}

/// A link in one direction, in both, or one node from everybody.
void World::cut_something() {
  Rng& rng = fault_rng_;
  ++counts_.cuts;
  const AuthorityId one = rng.pick(charter().authorities).id;
  const AuthorityId other = rng.pick(charter().authorities).id;
  const UtcMs until = now() + (rng.chance(700) ? rng.between(1'000, 20'000) : rng.between(20'000, 240'000));
  const auto cut = [&](const AuthorityId& from, const AuthorityId& to) {
    UtcMs& at = cut_until_[{from, to}];
    at = std::max(at, until);
  };
  switch (rng.between(0, 2)) {
    case 0:
      cut(one, other);
      return;
    case 1:
      cut(one, other);
      cut(other, one);
      return;
    default:
      for (const core::Authority& a : charter().authorities) {
        cut(one, a.id);
        cut(a.id, one);
      }
  }
}

void World::heal() {
  healed_ = true;
  cut_until_.clear();
  for (auto& [id, node] : nodes_) {
    node->silence(false);
    // A newcomer begins when somebody has agreed that it joins, and not before.
    if (!node->recovering() && node->founded()) node->restart();
  }
}

}  // namespace tansiq::sim
