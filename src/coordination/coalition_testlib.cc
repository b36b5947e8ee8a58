#include "coordination/coalition_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "base/invariant.h"
#include "base/units.h"
#include "log/note.h"

namespace tansiq::coordination::testing {
namespace {

constexpr int kE7 = 100'000;  // 1/100 degree

geo::Polygon square(int south, int west, int north, int east) {
  return {{{south * kE7, west * kE7}, {south * kE7, east * kE7}, {north * kE7, east * kE7}, {north * kE7, west * kE7}}};
}

int west_of(std::string_view zone) {
  if (zone == "K1") return 4000;
  if (zone == "K4") return 4100;
  if (zone == "F1") return 4200;
  return 4400;
}

}  // namespace

log::SignerKey member_key(std::string_view id) {
  const auto seed = log::sha256(id);
  return *log::SignerKey::from_seed(fmt::format("{}.example/main", id), log::KeyType::kEd25519, seed.view());
}

core::Authority member(std::string_view id) {
  const auto seed = log::sha256(id);
  const auto cosigner =
      log::SignerKey::from_seed(fmt::format("{}.example/cosigner", id), log::KeyType::kEd25519Cosignature, seed.view());
  return {AuthorityId::trusted(id),
          std::string(id),
          {member_key(id).verifier().text()},
          core::Peer{.cosigner = cosigner->verifier().text(), .tls_keys = {seed}, .url = "https://127.0.0.1:1"}};
}

std::string signed_by(const core::Charter& charter, const std::vector<std::string>& members) {
  std::vector<log::SignerKey> keys;
  for (const std::string& id : members) keys.push_back(member_key(id));
  std::vector<const log::SignerKey*> signers;
  for (const log::SignerKey& key : keys) signers.push_back(&key);
  return *log::sign_note(core::charter_text(charter), signers);
}

core::Zone zone(std::string_view id, std::string_view owner, int west) {
  core::Zone out;
  out.id = ZoneId::trusted(id);
  out.name = std::string(id);
  out.owner = AuthorityId::trusted(owner);
  out.outline = square(3000, west, 3100, west + 100);
  out.band = {cm_from_flight_level(100), cm_from_flight_level(400), geo::VerticalReference::kFlightLevel};
  out.minima = {9'260, cm_from_feet(1'000), 0};
  return out;
}

core::Charter charter_of_three() {
  core::Charter c;
  c.id = "three";
  c.name = "Three authorities";
  c.valid_from = kNoon;
  c.data_mode = core::DataMode::kTest;
  c.authorities = {member("us"), member("ru"), member("fr")};
  c.zones = {zone("K1", "us", 4000), zone("K4", "ru", 4100), zone("F1", "fr", 4200), zone("D1", "us", 4400)};
  c.zones[0].tenants = {AuthorityId::trusted("fr")};
  c.zones[3].rule = core::Rule::kDisputed;
  for (const core::Authority& from : c.authorities) {
    for (const core::Authority& to : c.authorities) {
      if (from.id == to.id) continue;
      c.relations.push_back({{core::Capability::kRequest, core::RelationDomain::kAir, from.id, to.id}, 1});
      c.relations.push_back({{core::Capability::kDisclosure, core::RelationDomain::kAir, from.id, to.id}, 2});
    }
  }
  c.relations.push_back(
      {{core::Capability::kGateway, core::RelationDomain::kAir, c.authorities[0].id, c.authorities[1].id}, 1});
  c.timing = {
      .clock_error_ms = 2'000, .delivery_ms = 10'000, .decision_ms = 5'000, .crew_ms = 30'000, .standby_ms = 60'000};
  return c;
}

geo::Volume4d volume(const Box& box, UtcMs from, UtcMs to) {
  return {.outline = square(box.south, box.west, box.north, box.east),
          .band = {cm_from_flight_level(box.level_low), cm_from_flight_level(box.level_high),
                   geo::VerticalReference::kFlightLevel},
          .window = {from, to}};
}

PlannedLeg leg(std::string_view zone, int level, UtcMs from) {
  const int west = west_of(zone);
  return {.volumes = {volume({3040, west + 20, 3060, west + 80, level, level + 10}, from, from + 5 * 60'000)},
          .zone = ZoneId::trusted(zone)};
}

World::World(core::Charter the_charter) : charter(std::move(the_charter)) {
  for (const core::Authority& a : charter.authorities) join(a.id.str(), charter, {});
}

void World::join(std::string_view authority, const core::Charter& joined, std::vector<core::Charter> former) {
  Node& node = nodes_[authority_id(authority)];
  node.founding = joined;
  node.former = std::move(former);
  auto made = Coalition::make(config(authority));
  EXPECT_INVARIANT(made.has_value());
  node.coalition = std::move(*made);
  node.coalition->found(now, node.record);
}

CoalitionConfig World::config(std::string_view authority) {
  const Node& node = nodes_.at(authority_id(authority));
  const auto* kept = &node.bodies;
  CoalitionConfig out{.machine = {.self = authority_id(authority),
                                  .charter = node.founding,
                                  .charter_text = {},
                                  .ovn_secret = {},
                                  .limits = {},
                                  .texts = {}},
                      .former = node.former,
                      .quota = {}};
  out.machine.texts = [kept](const std::string& hash) -> Result<std::string> {
    const auto found = kept->find(*EntryHash::from_hex(hash));
    if (found == kept->end()) return fail(ErrorCode::kNotFound, "no body " + hash);
    return found->second;
  };
  return out;
}

Result<ActOutcome> World::act(std::string_view authority, Act act, std::string_view second) {
  Node& node = nodes_.at(authority_id(authority));
  auto done = node.coalition->act({.cmd = CommandId::trusted(fmt::format("c{}", next_command_++)),
                                   .by = core::Subject::trusted(fmt::format("officer@{}", authority)),
                                   .second = core::Subject::trusted(second),
                                   .act = std::move(act)},
                                  now, node.record);
  if (done) {
    for (const std::string& body : done->bodies) node.bodies[log::sha256(body)] = body;
  }
  keep(node);
  return done;
}

Result<core::Outcome> World::command(std::string_view authority, core::Action action, std::string_view by) {
  Node& node = nodes_.at(authority_id(authority));
  auto done = node.coalition->execute({.id = CommandId::trusted(fmt::format("c{}", next_command_++)),
                                       .by = {core::Subject::trusted(by), true},
                                       .action = std::move(action)},
                                      now, node.record);
  node.coalition->speak(now, node.record);
  keep(node);
  return done;
}

void World::keep(Node& node) {
  for (SealedShare& share : node.coalition->take_bodies()) node.bodies[share.hash] = std::move(share.bytes);
  for (const EntryHash& body : node.coalition->take_doomed_bodies()) {
    const auto kept = node.bodies.find(body);
    if (kept != node.bodies.end() && node.coalition->may_destroy_body(body, kept->second)) node.bodies.erase(kept);
    node.coalition->body_destroyed(body, now, node.record);
  }
}

bool World::pull_bodies(const AuthorityId& reader, const AuthorityId& author) {
  Node& to = nodes_.at(reader);
  const Node& from = nodes_.at(author);
  bool any = false;
  for (const WantedBody& wanted : to.coalition->wanted_bodies()) {
    const auto body = from.bodies.find(wanted.body);
    if (wanted.peer != author || body == from.bodies.end() || !from.coalition->may_serve_body(wanted.body, reader)) {
      continue;
    }
    any = true;
    to.received.push_back(body->second);
    to.bodies[wanted.body] = body->second;
    static_cast<void>(to.coalition->learn_body(body->second));
  }
  keep(to);
  return any;
}

bool World::pull_log(const AuthorityId& reader, const LogName& log) {
  Node& to = nodes_.at(reader);
  const auto& read = to.coalition->peer_logs();
  const auto at = read.find(log);
  const std::uint64_t from = at == read.end() ? 0 : at->second.size;
  std::vector<std::string> fresh;
  std::uint64_t index = 0;
  for (const Written& written : nodes_.at(log.author).record) {
    if (written.log != log) continue;
    if (index++ >= from) fresh.push_back(written.line);
  }
  if (fresh.empty()) return false;
  if (!to.coalition->begin_reading(log.author, now, to.record)) {
    keep(to);
    return false;
  }
  // The root of a log that nobody doubts here: a name for its size.
  to.coalition->read(log, fresh, index, log::sha256(fmt::format("{}", index)), now, to.record);
  keep(to);
  return true;
}

void World::give(std::string_view reader, const LogName& log, const std::vector<std::string>& lines) {
  Node& to = nodes_.at(authority_id(reader));
  const auto& read = to.coalition->peer_logs();
  const auto at = read.find(log);
  const std::uint64_t size = (at == read.end() ? 0 : at->second.size) + lines.size();
  EXPECT_INVARIANT(to.coalition->begin_reading(log.author, now, to.record));
  to.coalition->read(log, lines, size, log::sha256(fmt::format("{}", size)), now, to.record);
  keep(to);
}

bool World::pull_all(const AuthorityId& reader, const AuthorityId& author) {
  // Who is asked answers members, and who asks reads members.
  if (!nodes_.at(reader).coalition->is_member(author) || !nodes_.at(author).coalition->is_member(reader)) return false;
  if (cut_.contains({reader, author}) || cut_.contains({author, reader})) return false;
  const bool members = pull_log(reader, {author, LogName::Kind::kMembers, {}});
  const bool pair = pull_log(reader, {author, LogName::Kind::kPair, reader});
  return pull_bodies(reader, author) || members || pair;
}

void World::pull(std::string_view reader, std::string_view author) {
  pull_all(authority_id(reader), authority_id(author));
}

void World::settle() {
  bool more = true;
  for (int round = 0; more; ++round) {
    EXPECT_INVARIANT(round < 1'000);
    more = false;
    for (auto& [reader, node] : nodes_) {
      for (auto& [author, other] : nodes_) more = (reader != author && pull_all(reader, author)) || more;
    }
  }
}

void World::observe_clock(std::string_view authority, bool fit) {
  Node& node = nodes_.at(authority_id(authority));
  node.coalition->judge_clock(fit, fit ? "synchronised" : "not synchronised", now, node.record);
}

void World::advance(DurationMs d) {
  now = now + d;
  for (auto& [id, node] : nodes_) {
    node.coalition->tick(now, node.record);
    keep(node);
  }
}

const Flight& World::file(std::string_view authority, std::string_view id, std::vector<PlannedLeg> legs) {
  const auto filed = act(authority, FileFlight{{.alternate = {},
                                                .call_sign = std::string(id),
                                                .domain = core::Domain::kAir,
                                                .flight = FlightId::trusted(id),
                                                .gate_leg = {},
                                                .legs = std::move(legs),
                                                .principal = {}}});
  if (!filed) fmt::print("{}\n", filed.error().text());
  EXPECT_INVARIANT(filed.has_value());
  settle();
  return flight(authority, id);
}

const Flight& World::flight(std::string_view authority, std::string_view id) {
  const Flight* found = at(authority).flights().find(FlightId::trusted(id));
  EXPECT_INVARIANT(found != nullptr);
  return *found;
}

std::unique_ptr<Coalition> World::replayed(std::string_view authority) {
  auto out = Coalition::make(config(authority));
  EXPECT_INVARIANT(out.has_value());
  for (const Written& written : record(authority)) {
    const Status applied = (*out)->apply(written.log, written.line);
    if (!applied) fmt::print("{}\n", applied.error().text());
    EXPECT_INVARIANT(applied.has_value());
  }
  EXPECT_INVARIANT((*out)->settle().has_value());
  for (const auto& [log, peer] : nodes_.at(authority_id(authority)).coalition->peer_logs()) {
    (*out)->note_head(log, peer.size, peer.root);
  }
  for (const auto& [hash, body] : bodies(authority)) static_cast<void>((*out)->learn_body(body));
  return std::move(*out);
}

std::vector<std::string> World::said(std::string_view authority) const {
  std::vector<std::string> out;
  for (const Written& written : record(authority)) {
    if (written.log.author != authority_id(authority) || !is_coordination_line(written.line)) continue;
    const auto entry = read_entry(written.line);
    if (entry) out.emplace_back(type_name(entry->body));
  }
  return out;
}

std::unique_ptr<Coalition> World::expect_comes_back(std::string_view authority) {
  EXPECT_EQ(replayed(authority)->state_hash(), at(authority).state_hash()) << authority;
  auto again = Coalition::read_snapshot({.machine = {.self = authority_id(authority), .charter = charter}, .quota = {}},
                                        at(authority).write_snapshot());
  EXPECT_TRUE(again.has_value()) << again.error().text();
  if (!again) return nullptr;
  EXPECT_EQ((*again)->state_hash(), at(authority).state_hash()) << authority;
  return std::move(*again);
}

}  // namespace tansiq::coordination::testing
