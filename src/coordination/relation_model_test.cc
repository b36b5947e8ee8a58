// Random histories of two sides and an onlooker, with freezes, proposals and acceptances that cross, on three edges of
// two and five levels; entries are read late, out of order, again. Beside each node stands a slow, obvious oracle that
// keeps what was read as a plain list and works everything out anew each time.
//
// What is asserted at every step, beside that node and oracle agree on every level and every guard:
//   consent   no side's level is above what its own officers last consented to
//   two keys  a level rises only with an agreement that one side has proposed and the other has accepted
//   fits      nothing that honest nodes write is ever an oddity, in whatever order it is read
// and when everything has been read: all three hold the same levels, no higher than either side's last consent.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <set>

#include "base/random.h"
#include "coordination/relation_testlib.h"

namespace tansiq::coordination {
namespace {

using relation_testing::charter;
using relation_testing::kFr;
using relation_testing::kIl;
using relation_testing::kRequest;
using relation_testing::kSeaShown;
using relation_testing::kShown;
using relation_testing::kUs;
using relation_testing::state_text;
using relation_testing::Written;

const Edge kEdges[]{kRequest, kShown, kSeaShown};

std::int64_t most(const Edge& edge) { return core::level_max(edge.domain, edge.capability); }

// The oracle
// ------------------------------------------------------------------------------------------------------------

/// Section 7, read literally over the entries that were read. Nothing is kept but the list; every quote is looked up in
/// it.
class Oracle {
 public:
  Oracle(const AuthorityId& self, const std::map<Edge, std::int64_t>& initial) : self_(self), initial_(initial) {}

  void read(const Written* entry) { read_.insert(entry); }

  struct Agreement {
    std::int64_t level = 0, number = 0, from = 0, to = 0;
    const Written* proposal = nullptr;
  };
  /// Every agreement that can be reached from the charter's by what was read, to the newest.
  [[nodiscard]] std::map<Edge, Agreement> agreements() const {
    std::map<Edge, Agreement> out;
    for (const auto& [edge, level] : initial_) out[edge].level = level;
    for (bool more = true; more;) {
      more = false;
      for (const Written* entry : read_) {
        const auto* accept = std::get_if<RelationAccept>(&entry->body);
        const Written* proposal = accept == nullptr ? nullptr : find(accept->proposal);
        if (proposal == nullptr) continue;
        bool next = true;
        for (const ProposedEdge& of : edges(proposal)) next = next && of.number == out[of.edge].number + 1;
        if (!next) continue;
        more = true;
        for (const ProposedEdge& of : edges(proposal)) {
          out[of.edge] = {of.level, of.number, of.freezes_from, of.freezes_to, proposal};
        }
      }
    }
    return out;
  }
  [[nodiscard]] std::int64_t level(const Edge& edge) const { return level(edge, agreements()[edge]); }

  [[nodiscard]] bool may_freeze(const Edge& edge, std::int64_t cap) const { return cap < level(edge); }

  [[nodiscard]] bool may_propose(const std::vector<EdgeLevel>& items) const {
    const auto now = agreements();
    for (const EdgeLevel& item : items) {
      const Agreement& here = now.at(item.edge);
      if (item.level <= level(item.edge, here)) return false;
      for (const Written* earlier : proposals_of_self(item.edge, now)) {
        const ProposedEdge& same = *at(earlier, item.edge);
        bool moved = false;
        for (const ProposedEdge& of : edges(earlier)) {
          moved = moved || of.freezes_from != newest(of.edge, of.edge.from, now.at(of.edge).from) ||
                  of.freezes_to != newest(of.edge, of.edge.to, now.at(of.edge).to);
        }
        if (!moved) return false;
        const bool frozen_since =
            (item.edge.from == self_ ? same.freezes_from : same.freezes_to) != newest(item.edge, self_, 0);
        if (item.level < same.level && !frozen_since) return false;
      }
    }
    return true;
  }

  [[nodiscard]] bool may_accept(const Written* proposal) const {
    if (!read_.contains(proposal) || proposal->author == self_) return false;
    if (std::get<RelationPropose>(proposal->body).peer != self_) return false;
    const auto now = agreements();
    for (const ProposedEdge& of : edges(proposal)) {
      const Agreement& here = now.at(of.edge);
      const bool grants = of.edge.from == self_;
      const std::int64_t own = grants ? of.freezes_from : of.freezes_to;
      const std::int64_t theirs = grants ? of.freezes_to : of.freezes_from;
      if (of.number != here.number + 1) return false;
      if (own != newest(of.edge, self_, 0)) return false;
      if (theirs != newest(of.edge, proposal->author, grants ? here.to : here.from)) return false;
      if (self_ < proposal->author && !proposals_of_self(of.edge, now).empty()) return false;
    }
    return true;
  }

 private:
  static const std::vector<ProposedEdge>& edges(const Written* proposal) {
    return std::get<RelationPropose>(proposal->body).edges;
  }
  static const ProposedEdge* at(const Written* proposal, const Edge& edge) {
    for (const ProposedEdge& of : edges(proposal)) {
      if (of.edge == edge) return &of;
    }
    return nullptr;
  }
  [[nodiscard]] const Written* find(const EntryHash& hash) const {
    for (const Written* entry : read_) {
      if (entry->hash == hash) return entry;
    }
    return nullptr;
  }
  [[nodiscard]] std::int64_t level(const Edge& edge, const Agreement& agreement) const {
    std::int64_t out = agreement.level;
    for (const Written* entry : read_) {
      const auto* freeze = std::get_if<RelationFreeze>(&entry->body);
      if (freeze == nullptr) continue;
      for (const FrozenEdge& of : freeze->edges) {
        if (of.edge != edge) continue;
        if (of.counter > (entry->author == edge.from ? agreement.from : agreement.to)) out = std::min(out, of.cap);
      }
    }
    return out;
  }
  /// Newest freeze of `author` on `edge`, read or quoted.
  [[nodiscard]] std::int64_t newest(const Edge& edge, const AuthorityId& author, std::int64_t quoted) const {
    std::int64_t out = quoted;
    for (const Written* entry : read_) {
      const auto* freeze = std::get_if<RelationFreeze>(&entry->body);
      if (freeze == nullptr || entry->author != author) continue;
      for (const FrozenEdge& of : freeze->edges) {
        if (of.edge == edge) out = std::max(out, of.counter);
      }
    }
    return out;
  }
  /// For the next agreement on `edge`, less those that cannot be accepted any more.
  [[nodiscard]] std::vector<const Written*> proposals_of_self(const Edge& edge,
                                                              const std::map<Edge, Agreement>& now) const {
    std::vector<const Written*> out;
    for (const Written* entry : read_) {
      if (entry->author != self_ || !std::holds_alternative<RelationPropose>(entry->body)) continue;
      if (at(entry, edge) == nullptr) continue;
      bool alive = true;
      for (const ProposedEdge& of : edges(entry)) alive = alive && of.number > now.at(of.edge).number;
      if (alive) out.push_back(entry);
    }
    return out;
  }

  AuthorityId self_;
  std::map<Edge, std::int64_t> initial_;
  std::set<const Written*> read_;  // compared by address: every answer is independent of the order
};

// The histories
// ------------------------------------------------------------------------------------------------------------

struct Node {
  Node(const AuthorityId& id, const core::Charter& of, const std::map<Edge, std::int64_t>& initial)
      : self(id), relations(std::make_unique<Relations>(id, of)), oracle(id, initial), consent(initial) {}

  AuthorityId self;
  std::unique_ptr<Relations> relations;
  Oracle oracle;
  std::map<Edge, std::int64_t> consent;  // what its own officers last said
  std::vector<const Written*> unread;
  std::vector<const Written*> read;
};

/// What the histories together have to have been through, or they prove little.
struct Seen {
  int second_agreements = 0, crossings = 0, freezes_on_top = 0, waits = 0, both_frozen_then_full = 0, several_edges = 0;
};

class History {
 public:
  History(std::uint64_t seed, Seen& seen) : random_(seed), seen_(seen), in_order_(random_.one_in(3)) {
    std::vector<core::InitialRelation> relations;
    for (const Edge& edge : kEdges) {
      const std::int64_t level = random_.one_in(2) ? most(edge) : random_.between(0, most(edge));
      initial_[edge] = level;
      relations.push_back({.edge = edge, .level = level});
    }
    charter_ = charter(relations);
    for (const AuthorityId& id : {kFr, kUs, kIl}) nodes_.emplace_back(id, charter_, initial_);
  }

  void run(int steps) {
    for (int i = 0; i < steps && !::testing::Test::HasFailure(); ++i) {
      SCOPED_TRACE(fmt::format("step {}", i));
      step();
    }
    for (Node& node : nodes_) {
      while (!node.unread.empty() && !::testing::Test::HasFailure()) read_one(node);
    }
    if (!::testing::Test::HasFailure()) check_end();
  }

 private:
  void step() {
    if (random_.one_in(3)) {
      act(nodes_[static_cast<std::size_t>(random_.between(0, 1))]);
      return;
    }
    Node& node = nodes_[static_cast<std::size_t>(random_.between(0, 2))];
    if (random_.one_in(20)) {
      restart(node);
    } else if (!node.read.empty() && random_.one_in(8)) {
      take(node, node.read[static_cast<std::size_t>(random_.between(0, std::int64_t(node.read.size()) - 1))]);
    } else if (!node.unread.empty()) {
      read_one(node);
    }
  }

  void read_one(Node& node) {
    const std::int64_t last = std::int64_t(node.unread.size()) - 1;
    const auto at = node.unread.begin() + (in_order_ ? 0 : random_.between(0, last));
    const Written* entry = *at;
    node.unread.erase(at);
    take(node, entry);
  }

  /// Applies an entry at a node, own or read, and checks everything that may have changed there.
  void take(Node& node, const Written* entry) {
    std::map<Edge, EdgeStanding> before;
    for (const Edge& edge : kEdges) before[edge] = node.relations->standing(edge);
    const std::uint64_t revision = node.relations->revision();
    const auto odd =
        node.relations->apply({.author = entry->author, .hash = entry->hash, .time = entry->time, .body = entry->body});
    EXPECT_FALSE(odd.has_value()) << node.self.str() << ": " << odd->text;
    node.oracle.read(entry);
    node.read.push_back(entry);
    bool adopted = false;
    for (const Edge& edge : kEdges) {
      const EdgeStanding now = node.relations->standing(edge);
      SCOPED_TRACE(fmt::format("{} at {}", describe(edge), node.self.str()));
      EXPECT_EQ(now.level(), node.oracle.level(edge));
      adopted = adopted || now.number != before[edge].number;
      if (now.level() != before[edge].level()) {
        EXPECT_NE(node.relations->revision(), revision);
      }
      if (now.level() > before[edge].level()) expect_two_keys(node, edge, now.number, before[edge].number);
      if (node.self != kIl) {
        EXPECT_LE(now.level(), node.consent[edge]) << "above own consent";
      }
      if (now.number != before[edge].number && now.level() < now.agreed) ++seen_.freezes_on_top;
      if (now.number >= 2 && now.number != before[edge].number) ++seen_.second_agreements;
      if (now.number != before[edge].number && now.level() == most(edge) && now.newest_from() > 0 &&
          now.newest_to() > 0) {
        ++seen_.both_frozen_then_full;
      }
    }
    if (std::holds_alternative<RelationAccept>(entry->body) && !adopted && node.self == kIl) ++seen_.waits;
  }

  /// That the agreement which raised a level stands in both logs: proposed in one, accepted in the other.
  void expect_two_keys(const Node& node, const Edge& edge, std::int64_t number, std::int64_t before) {
    EXPECT_GT(number, before) << "risen without an agreement";
    const Written* proposal = node.oracle.agreements()[edge].proposal;
    ASSERT_NE(proposal, nullptr);
    bool accepted = false;
    for (const Written& entry : log_) {
      const auto* accept = std::get_if<RelationAccept>(&entry.body);
      accepted = accepted || (accept != nullptr && accept->proposal == proposal->hash &&
                              entry.author != proposal->author && entry.author != kIl);
    }
    EXPECT_TRUE(accepted);
    EXPECT_NE(proposal->author, kIl);
  }

  void restart(Node& node) {
    const std::string text = state_text(*node.relations);
    const auto document = log::JcsDocument::parse(text);
    ASSERT_TRUE(document.has_value());
    auto again = std::make_unique<Relations>(node.self, charter_);
    const Status read = again->read_state(document->root());
    ASSERT_TRUE(read.has_value()) << read.error().text();
    EXPECT_TRUE(*again == *node.relations);
    EXPECT_EQ(state_text(*again), text);
    node.relations = std::move(again);
  }

  std::vector<EdgeLevel> random_items() {
    std::vector<EdgeLevel> out;
    const bool all = random_.one_in(3);
    const auto one = static_cast<std::size_t>(random_.between(0, 2));
    for (std::size_t i = 0; i < 3; ++i) {
      if (all ? random_.one_in(2) : i == one) {
        out.push_back({.edge = kEdges[i], .level = random_.between(0, most(kEdges[i]))});
      }
    }
    return out;
  }

  void act(Node& node) {
    const AuthorityId& peer = node.self == kFr ? kUs : kFr;
    const std::vector<EdgeLevel> items = random_items();
    Result<Body> body = fail(ErrorCode::kInvalid, "nothing");
    bool expected = false;
    switch (random_.between(0, 4)) {
      case 0:
        body = node.relations->freeze(peer, items, "");
        expected = !items.empty();
        for (const EdgeLevel& item : items) expected = expected && node.oracle.may_freeze(item.edge, item.level);
        break;
      case 1:
      case 2:
        body = node.relations->propose(peer, items, "", "");
        expected = !items.empty() && node.oracle.may_propose(items);
        break;
      default: {
        const auto open = node.relations->proposals();
        if (open.empty()) return;
        const EntryHash& hash = open[static_cast<std::size_t>(random_.between(0, std::int64_t(open.size()) - 1))]->hash;
        const auto proposal = std::ranges::find(log_, hash, &Written::hash);
        body = node.relations->accept(hash);
        expected = node.oracle.may_accept(&*proposal);
        if (!body && body.error().code == ErrorCode::kConflict) ++seen_.crossings;
        break;
      }
    }
    EXPECT_EQ(body.has_value(), expected) << (body ? "allowed" : body.error().text());
    if (body) write(node, *std::move(body));
  }

  void write(Node& node, Body body) {
    if (const auto* freeze = std::get_if<RelationFreeze>(&body)) {
      for (const FrozenEdge& of : freeze->edges) node.consent[of.edge] = of.cap;
    } else if (const auto* propose = std::get_if<RelationPropose>(&body)) {
      for (const ProposedEdge& of : propose->edges) node.consent[of.edge] = of.level;
    } else {
      const EntryHash& hash = std::get<RelationAccept>(body).proposal;
      const OpenProposal& accepted = *node.relations->proposal(hash);
      if (accepted.edges.size() > 1) ++seen_.several_edges;
      for (const ProposedEdge& of : accepted.edges) node.consent[of.edge] = of.level;
    }
    log_.push_back({.author = node.self,
                    .hash = log::sha256(fmt::format("{}", log_.size())),
                    .time = UtcMs{1'700'000'000'000},
                    .body = std::move(body)});
    const Written* entry = &log_.back();
    take(node, entry);
    for (Node& other : nodes_) {
      if (other.self != node.self) other.unread.push_back(entry);
    }
  }

  void check_end() {
    for (const Edge& edge : kEdges) {
      const std::int64_t level = nodes_[0].relations->level(edge);
      for (const Node& node : nodes_) {
        EXPECT_EQ(node.relations->level(edge), level) << describe(edge) << " at " << node.self.str();
        if (node.self != kIl) {
          EXPECT_LE(level, node.consent.at(edge));
        }
        EXPECT_EQ(node.relations->standing(edge), nodes_[0].relations->standing(edge)) << describe(edge);
      }
    }
  }

  SeededRandom random_;
  Seen& seen_;
  bool in_order_;
  std::map<Edge, std::int64_t> initial_;
  core::Charter charter_;
  std::vector<Node> nodes_;
  std::deque<Written> log_;  // of all, in true order; addresses stay
};

TEST(RelationModel, RandomHistories) {
  Seen seen;
  for (std::uint64_t seed = 1; seed <= 2'000 && !HasFailure(); ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    History(seed, seen).run(120);
  }
  RecordProperty("second_agreements", seen.second_agreements);
  EXPECT_GT(seen.second_agreements, 1'000);
  EXPECT_GT(seen.crossings, 100);
  EXPECT_GT(seen.freezes_on_top, 100);
  EXPECT_GT(seen.waits, 100);
  EXPECT_GT(seen.both_frozen_then_full, 100);
  EXPECT_GT(seen.several_edges, 100);
}

}  // namespace
}  // namespace tansiq::coordination
