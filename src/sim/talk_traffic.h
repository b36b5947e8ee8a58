// What officers say to each other in a run: messages of every precedence and need, receipts in time, late or never,
// watches, line checks, incidents; and what makes no sense, which has to be refused.
//
//   TalkTraffic talks(world, rng);
//   talks.plan();                     // officers of all nodes look at their messages every few seconds
//   talks.joins(node);                // those of a newcomer too
//   talks.go_on_from_backup();        // after everything else: a node forgets what it has said last, and goes on
//
// All chance is from a stream of its own. Whether a message is read, answered, refused or left lying is drawn by the
// officer who has it before him; some are never read. Once everything has been healed nothing new is said: what is
// overdue is acknowledged, and what is read may still be answered.
#pragma once

#include <deque>
#include <set>
#include <utility>
#include <vector>

#include "coordination/incident_desk.h"
#include "coordination/talk_desk.h"
#include "sim/ledger.h"
#include "sim/rng.h"

namespace tansiq::sim {

class World;
class Node;

/// What the officers of talks decide.
[[nodiscard]] inline bool of_talks(const coordination::OpenProposal& proposal) {
  return !proposal.edges.empty() && proposal.edges.front().edge.domain == core::RelationDomain::kTalks;
}

class TalkTraffic {
 public:
  TalkTraffic(World& world, Rng rng)
      : world_(world), rng_(rng), cut_rng_(rng.stream("cuts")), file_rng_(rng.stream("files")) {}

  void plan();
  void joins(Node& node);
  /// An own entry of a node has become durable. Some links are cut at that moment, one way or the other, so that over
  /// the seeds every exchange is cut at every point.
  void note(const Durable& durable);
  /// Whether somebody still waits for a receipt in time: then nothing is at rest.
  [[nodiscard]] bool at_rest() const;
  /// A node says something, is brought back from a backup that lacks it, looks nowhere, and goes on: under numbers that
  /// it has used. It is a liar from then on. False when there is nobody who can.
  bool go_on_from_backup();

 private:
  /// A conversation, and who is in it.
  struct Thread {
    AuthorityId opener;
    coordination::ThreadId id;
    std::set<AuthorityId> members;
  };
  void look(Node& node);
  void write(Node& node);
  void attend(Node& node);
  void attend(Node& node, const coordination::TalkHeard& row);
  void acknowledge(Node& node);
  void incident(Node& node);
  void relate(Node& node);
  void err(Node& node);
  [[nodiscard]] std::vector<AuthorityId> others(const Node& node) const;
  [[nodiscard]] coordination::TalkPart words(const std::set<AuthorityId>& readers);
  [[nodiscard]] coordination::Letter draft(Node& node, std::vector<AuthorityId> recipients);
  bool warn(Node& from, const AuthorityId& to);

  World& world_;
  Rng rng_;
  Rng cut_rng_;
  Rng file_rng_;
  std::set<std::pair<coordination::Receipt, bool>> cut_points_;  ///< After which word; whether its way or the way back.
  std::deque<Thread> threads_;                                   ///< The newest.
  std::uint64_t named_ = 0;
};

}  // namespace tansiq::sim
