// What the tests of relations share: a charter of three, and a desk that writes what its officers decide.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "coordination/relation.h"

namespace tansiq::coordination::relation_testing {

/// `fr` has the lower id of the first two.
inline const AuthorityId kFr = AuthorityId::trusted("fr");
inline const AuthorityId kUs = AuthorityId::trusted("us");
inline const AuthorityId kIl = AuthorityId::trusted("il");

inline const Edge kRequest{Capability::kRequest, RelationDomain::kAir, kUs, kFr};      // levels 0, 1
inline const Edge kShown{Capability::kDisclosure, RelationDomain::kAir, kUs, kFr};     // levels 0 to 4
inline const Edge kSeaShown{Capability::kDisclosure, RelationDomain::kSea, kFr, kUs};  // levels 0 to 4
inline const Edge kCentres{Capability::kCentres, RelationDomain::kTalks, kUs, kFr};

/// All three know each other; what is not named is at 0.
inline core::Charter charter(const std::vector<core::InitialRelation>& relations) {
  core::Charter out;
  out.id = "test";
  for (const AuthorityId& id : {kFr, kIl, kUs}) out.authorities.push_back({.id = id, .name = id.str(), .keys = {}});
  out.relations = relations;
  return out;
}

/// One entry as it stands in its author's log.
struct Written {
  AuthorityId author;
  EntryHash hash;
  UtcMs time;
  Body body;
};

/// A node that knows nothing but relations.
class Desk {
 public:
  Desk(const AuthorityId& self, const core::Charter& of) : relations(self, of) {}

  /// Writes a body, as the node would after a successful act.
  Written say(Body body) {
    Written out{.author = relations.self(),
                .hash = log::sha256(fmt::format("{} {}", relations.self().str(), ++written_)),
                .time = UtcMs{1'700'000'000'000 + written_},
                .body = std::move(body)};
    const auto odd = read(out);
    EXPECT_FALSE(odd.has_value()) << odd->text;
    return out;
  }
  Written say(Result<Body> body) {
    EXPECT_TRUE(body.has_value()) << body.error().text();
    return say(body ? *std::move(body) : Body(ClockFault{}));
  }
  std::optional<Oddity> read(const Written& entry) {
    return relations.apply({.author = entry.author, .hash = entry.hash, .time = entry.time, .body = entry.body});
  }

  [[nodiscard]] Result<Body> freeze(const AuthorityId& peer, const std::vector<EdgeLevel>& items) const {
    return relations.freeze(peer, items, "");
  }
  [[nodiscard]] Result<Body> propose(const AuthorityId& peer, const std::vector<EdgeLevel>& items) const {
    return relations.propose(peer, items, "", "");
  }
  [[nodiscard]] std::int64_t level(const Edge& edge) const { return relations.level(edge); }

  Relations relations;

 private:
  int written_ = 0;
};

inline std::string state_text(const Relations& relations) {
  std::string out;
  log::JcsWriter writer(out);
  relations.write_state(writer);
  return out;
}

/// What an act was answered: `done`, or the error's words.
inline std::string answer(const Result<Body>& of) { return of ? "done" : of.error().text(); }
inline std::string words(const std::optional<Oddity>& of) { return of ? of->text : "fits"; }

}  // namespace tansiq::coordination::relation_testing
