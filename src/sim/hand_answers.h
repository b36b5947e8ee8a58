// Officers who answer requests of others in person (ADR 62): in one run of four, some authorities have it so in some of
// their zones. They are quick, late, or never there; they hold, confirm, offer another window, refuse; they change
// their minds about who answers.
//
// All chance is from a stream of its own, so that a run in which the nodes answer is the run that it was. Once
// everything has been healed rules stay, and answers go on: what nobody answers has to end by itself.
#pragma once

#include <map>
#include <set>
#include <utility>

#include "coordination/leg_desk.h"
#include "sim/checker.h"
#include "sim/rng.h"

namespace tansiq::sim {

class World;
class Node;

class HandAnswers {
 public:
  /// Draws whether this run has any.
  HandAnswers(World& world, Rng rng, bool allowed);
  void plan();

 private:
  struct Office {
    bool by_hand = false;
    /// When somebody looks at what waits, once it has been seen to wait; a hold anew.
    std::map<std::pair<EntryHash, coordination::LegState>, UtcMs> looks;
  };
  void look();
  void look(Node& node);
  void rule(Node& node, std::int64_t per_mille);
  bool answer(Node& node, const EntryHash& request, bool held);
  [[nodiscard]] DurationMs delay();

  World& world_;
  Rng rng_;
  const bool on_;
  std::map<AuthorityId, Office> offices_;
};

/// Nothing is held by a node where officers answer, and nothing confirmed, to which none has agreed; and nobody is told
/// that no officer has answered when one has.
class AnswersByHand final : public Checker {
 public:
  AnswersByHand(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "answers-by-hand"; }
  void on_entry(const Durable& durable) override;

 private:
  using Key = std::pair<AuthorityId, EntryHash>;  ///< Who decides, and about which request.
  void held(const Durable& d, const coordination::LegHold& body);
  World& world_;
  std::map<AuthorityId, coordination::AnswerRules> rules_;
  std::map<Key, coordination::HandAnswer> answers_;
  std::set<Key> waits_;          ///< Stands by under a rule.
  std::set<Key> unapproved_;     ///< Held under one.
  std::set<EntryHash> changes_;  ///< Requests that replace a version: those that only shrink it ask nobody.
};

}  // namespace tansiq::sim
