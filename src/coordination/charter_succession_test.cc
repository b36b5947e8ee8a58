// The rule of who must sign a change is written twice: here, where it decides, and in the log (charter_succession.h),
// for auditors whose program links nothing of this. Random changes hold the two against each other.
#include "log/charter_succession.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

#include "base/random.h"
#include "coordination/charter_change.h"
#include "coordination/zone_control_testlib.h"
#include "log/note.h"

namespace tansiq::coordination {
namespace {

using zone_testing::at_minute;
using zone_testing::authority;

class CharterSuccessionOracle : public ::testing::Test {
 protected:
  CharterSuccessionOracle() {
    old_ = zone_testing::three_party_charter();
    for (std::size_t i = 0; i < old_.authorities.size(); ++i) {
      old_.authorities[i].keys = {keys_[i].verifier().text()};
    }
    core::Zone sea = old_.zones[1];
    sea.id = zone_testing::zone("S1");
    sea.domain = core::Domain::kSea;
    sea.owner = authority("ru");
    old_.zones.push_back(sea);
    old_.relations = {{.edge = edge("us", "fr"), .level = 1}};
  }
  static log::SignerKey key(const std::string& id, std::uint8_t fill) {
    return std::move(*log::SignerKey::from_seed(id + ".example/main", log::KeyType::kEd25519, Bytes(32, fill)));
  }
  static core::Edge edge(std::string_view from, std::string_view to) {
    return {.capability = core::Capability::kRequest,
            .domain = core::RelationDomain::kAir,
            .from = authority(from),
            .to = authority(to)};
  }
  std::uint64_t below(std::uint64_t n) { return random_.next() % n; }
  AuthorityId somebody(const core::Charter& charter) {
    return charter.authorities[below(charter.authorities.size())].id;
  }

  /// One change that leaves a charter which names nobody who is not in it.
  void change(core::Charter& next) {
    core::Zone& zone = next.zones[below(next.zones.size())];
    const AuthorityId who = somebody(next);
    const auto number = static_cast<std::int64_t>(below(1'000));
    switch (below(16)) {
      case 0:
        next.name = "n" + std::to_string(number);
        break;
      case 1:
        next.timing.clock_error_ms += 1 + number;
        break;
      case 2:
        next.valid_until = at_minute(100'000 + number);
        break;
      case 3:
        next.catalogue = core::CatalogueTerms{.sha256 = log::sha256("c")};
        break;
      case 4:
        next.authorities.front().name = "renamed";
        break;
      case 5:
        next.authorities[below(next.authorities.size())].keys.push_back(keys_[3].verifier().text());
        break;
      case 6:
        next.authorities.push_back({.id = authority("de"), .name = "de", .keys = {keys_[3].verifier().text()}});
        break;
      case 7:
        strike_out(next, who);
        break;
      case 8:
        next.relations.push_back({.edge = edge("ru", "us"), .level = 1});
        break;
      case 9:
        if (!next.relations.empty()) next.relations.front().level = 0;
        break;
      case 10:
        zone.owner = who;
        break;
      case 11:
        zone.minima.time_ms = number;
        break;
      case 12:
        if (zone.outline) zone.outline = geo::Circle{.centre = {.lat_e7 = 1, .lng_e7 = 2}, .radius_cm = 100 + number};
        break;
      case 13:
        zone.tenants = {who};
        break;
      case 14:
        zone.rule = core::Rule::kAware;
        break;
      default:
        if (next.zones.size() > 1)
          next.zones.erase(next.zones.begin() + static_cast<std::ptrdiff_t>(below(next.zones.size())));
        break;
    }
  }
  static void strike_out(core::Charter& next, const AuthorityId& who) {
    if (next.authorities.size() < 2) return;
    std::erase_if(next.authorities, [&](const core::Authority& a) { return a.id == who; });
    std::erase_if(next.zones, [&](const core::Zone& z) { return z.owner == who; });
    std::erase_if(next.relations,
                  [&](const core::InitialRelation& r) { return r.edge.from == who || r.edge.to == who; });
    for (core::Zone& zone : next.zones) std::erase(zone.tenants, who);
  }
  std::string signed_by_some(const core::Charter& charter, bool all) {
    std::vector<const log::SignerKey*> signers;
    for (const log::SignerKey& one : keys_) {
      if (all || below(3) != 0) signers.push_back(&one);
    }
    if (signers.empty()) signers.push_back(&keys_[0]);
    return *log::sign_note(core::charter_text(charter), signers);
  }

  SeededRandom random_{1};
  std::vector<log::SignerKey> keys_ = [] {
    std::vector<log::SignerKey> out;
    for (const auto& [id, fill] : {std::pair("us", 1), std::pair("fr", 2), std::pair("ru", 3), std::pair("de", 4)}) {
      out.push_back(key(id, static_cast<std::uint8_t>(fill)));
    }
    return out;
  }();
  core::Charter old_;
};

TEST_F(CharterSuccessionOracle, TheAuditorsRuleIsTheOneThatDecides) {
  std::size_t proved = 0;
  std::size_t refused = 0;
  for (int round = 0; round < 3'000; ++round) {
    core::Charter next = old_;
    next.version = 2;
    next.valid_from = at_minute(60);
    for (std::uint64_t changes = below(4); changes > 0 && !next.zones.empty(); --changes) change(next);
    if (next.zones.empty()) continue;
    // Twice the same id of an authority or an edge is no charter.
    const auto twice = core::parse_charter(core::charter_text(next));
    if (!twice) continue;
    const std::string before = signed_by_some(old_, /*all=*/true);
    const std::string note = signed_by_some(next, below(2) == 0);
    const auto audited = log::charter_succession(before, note);
    const auto counted = counted_signers(old_, note);
    ASSERT_EQ(audited.has_value(), counted.has_value()) << core::charter_text(next);
    if (!audited) continue;

    std::vector<std::string> concerned;
    for (const AuthorityId& id : required_signers(old_, next)) concerned.push_back(id.str());
    EXPECT_EQ(audited->concerned, concerned) << core::charter_text(next);
    std::set<std::string> missing(concerned.begin(), concerned.end());
    for (const AuthorityId& id : *counted) missing.erase(id.str());
    const auto opened = core::open_charter(note);
    ASSERT_TRUE(opened.has_value());
    for (const core::Zone& zone : next.zones) {
      if (!opened->signers.contains(zone.owner)) missing.insert(zone.owner.str());
    }
    EXPECT_EQ(audited->missing, std::vector<std::string>(missing.begin(), missing.end())) << core::charter_text(next);
    ++(audited->proved() ? proved : refused);
    // What the node adopts the auditor finds proved, whatever else a node looks at.
    if (check_successor(old_, note)) {
      EXPECT_TRUE(audited->proved()) << audited->fault;
    }
  }
  EXPECT_GT(proved, 100U);
  EXPECT_GT(refused, 100U);
}

}  // namespace
}  // namespace tansiq::coordination
