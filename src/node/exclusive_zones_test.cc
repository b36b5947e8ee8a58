// F3548 and native intents in one exclusive zone: whoever comes second is refused, whatever he knows.
#include "node/exclusive_zones.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>

#include "base/bytes.h"
#include "base/file.h"
#include "base/units.h"
#include "node/default_charter.h"
#include "node/f3548_testlib.h"
#include "node/main_audit.h"
#include "store/sqlite_reader.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

/// A circle of 300 m on the centre line of K1 (default_charter.h), where `volume_json` places its own; or in zone ZA or
/// ZB of two nodes.
std::string in_zone(double lat = 35.0, double lng = 34.2, int low_m = 6'100, int high_m = 6'300) {
  return fmt::format(
      R"({{"volume":{{"outline_circle":{{"center":{{"lat":{},"lng":{}}},"radius":{{"value":300,"units":"M"}}}},)"
      R"("altitude_lower":{{"value":{},"reference":"W84","units":"M"}},)"
      R"("altitude_upper":{{"value":{},"reference":"W84","units":"M"}}}},)"
      R"("time_start":{{"value":"2026-11-22T10:10:00Z","format":"RFC3339"}},)"
      R"("time_end":{{"value":"2026-11-22T10:25:00Z","format":"RFC3339"}}}})",
      lat, lng, low_m, high_m);
}

class ExclusiveZone : public F3548Suite, public ::testing::Test {
 protected:
  ExclusiveZone() : F3548Suite(Served::kAlone) {}
  net::ClientResponse file(int n, const std::string& more = "", const std::string& v = in_zone()) {
    return put(intent(n), intent_body(more, "Accepted", v), n % 2 == 1 ? alpha : bravo);
  }
  /// A native intent over the same place and time.
  net::ClientResponse file_natively(const std::string& id) {
    return node.put("/v1/intents/" + id, create_json("cmd-" + id, volume_json(10, 15)), node.token("fr-ops"));
  }
  std::string ovn(int n) { return at(get(intent(n), n % 2 == 1 ? alpha : bravo), "operational_intent_reference.ovn"); }

  TestNode& node = dss.alone();
};

TEST_F(ExclusiveZone, ANativeIntentIsInTheWayOfAReference) {
  ASSERT_EQ(file_natively("i1").status, 201);
  const auto refused = file(1);
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(at(refused, "message"), HasSubstr("zone K1 is exclusive, and one intent is in the way there"));
  EXPECT_EQ(get(intent(1), alpha).status, 404);
}

TEST_F(ExclusiveZone, AReferenceIsInTheWayOfANativeIntentUntilItIsDeleted) {
  ASSERT_EQ(file(1).status, 201);
  const auto refused = file_natively("i1");
  EXPECT_EQ(refused.status, 409) << refused.body;
  ASSERT_EQ(erase(intent(1) + "/" + ovn(1), alpha).status, 200);
  EXPECT_EQ(file_natively("i2").status, 201);
}

TEST_F(ExclusiveZone, KnowingOfAnotherReferenceIsNotEnough) {
  ASSERT_EQ(file(1).status, 201);
  const auto refused = file(2, fmt::format(R"(,"key":["{}"])", ovn(1)));
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_EQ(at(refused, "missing_operational_intents[0].id"), uuid(1));
}

TEST_F(ExclusiveZone, AnUpdateIsNotInItsOwnWayAndTakesItsSpaceAlong) {
  ASSERT_EQ(file(1).status, 201);
  const std::string elsewhere = in_zone(34.93, 33.2);
  const auto moved = put(intent(1) + "/" + ovn(1), intent_body("", "Accepted", elsewhere), alpha);
  ASSERT_EQ(moved.status, 200) << moved.body;
  EXPECT_EQ(file_natively("i1").status, 201) << "where it was is free";
}

TEST_F(ExclusiveZone, WhatIsOffNominalSaysWhereItIs) {
  ASSERT_EQ(file(1, new_subscription()).status, 201);
  ASSERT_EQ(file(2, fmt::format(R"(,"key":["{}"])", ovn(1)), in_zone(34.93, 33.2)).status, 201);
  const std::string conformance = token("bravo", {kSc, kCmsa});
  const auto declared =
      put(intent(2) + "/" + ovn(2), intent_body(new_subscription(), "Nonconforming", in_zone()), conformance);
  EXPECT_EQ(declared.status, 200) << declared.body;
}

TEST_F(ExclusiveZone, FlyingUnderItIsNoBusinessOfTheZone) {
  ASSERT_EQ(file_natively("i1").status, 201);
  EXPECT_EQ(file(1, "", in_zone(35.0, 34.2, 100, 220)).status, 201);
}

TEST_F(ExclusiveZone, EveryCheckBeforeTheKeyComesFirst) {
  ASSERT_EQ(file_natively("i1").status, 201);
  EXPECT_EQ(put(intent(1) + "/x", intent_body("", "Accepted", in_zone()), alpha).status, 400);
  ASSERT_EQ(file(1, "", in_zone(34.93, 33.2)).status, 201);
  EXPECT_EQ(put(intent(1) + "/" + ovn(1), intent_body("", "Accepted", in_zone()), bravo).status, 403);
}

TEST_F(ExclusiveZone, TooManyVerticesAreRefused) {
  std::string vertices;
  for (int i = 0; i < 500; ++i) {
    const double angle = 2 * 3.14159265358979 * i / 500;
    vertices += fmt::format(R"({}{{"lat":{:.7f},"lng":{:.7f}}})", i == 0 ? "" : ",", 35.0 + 0.01 * std::sin(angle),
                            34.2 + 0.01 * std::cos(angle));
  }
  std::string detailed = in_zone();
  const std::size_t from = detailed.find("\"outline_circle\""), to = detailed.find(",\"altitude_lower\"");
  detailed.replace(from, to - from, fmt::format(R"("outline_polygon":{{"vertices":[{}]}})", vertices));
  const auto refused = file(1, "", detailed);
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(at(refused, "message"), HasSubstr("400 vertices"));
}

TEST_F(ExclusiveZone, MoreCirclesThanAnEntryHoldsAreRefused) {
  // Where K1 and K3 cross each counts twice.
  std::string many = in_zone(34.986, 34.0);
  for (int i = 0; i < 199; ++i) many += "," + in_zone(34.986, 34.0);
  const auto refused = file(1, "", many);
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_THAT(at(refused, "message"), HasSubstr("exclusive zones"));
  EXPECT_EQ(file(1, "", in_zone(34.986, 34.0)).status, 201);
}

TEST_F(ExclusiveZone, NoHeightOrTimeLeadsPastIt) {
  ASSERT_EQ(file_natively("i1").status, 201);
  EXPECT_EQ(file(1, "", in_zone(35.0, 34.2, -8'000, 6'300)).status, 409);
  EXPECT_EQ(file(1, "", in_zone(35.0, 34.2, 6'100, 100'000)).status, 409);
  std::string endless = in_zone();
  const std::string end = "2026-11-22T10:25:00Z";
  endless.replace(endless.find(end), end.size(), "9999-12-31T23:59:59.9999Z");
  EXPECT_EQ(file(1, "", endless).status, 400) << "longer than anything is planned ahead";
}

TEST_F(ExclusiveZone, AnOutlineWithoutAreaIsRefusedThereAndNotElsewhere) {
  const auto line = [](double lat, double lng) {
    std::string out = in_zone(lat, lng);
    const std::size_t from = out.find("\"outline_circle\""), to = out.find(",\"altitude_lower\"");
    return out.replace(from, to - from,
                       fmt::format(R"("outline_polygon":{{"vertices":[{{"lat":{0},"lng":{1}}},{{"lat":{2},"lng":{1}}},)"
                                   R"({{"lat":{3},"lng":{1}}}]}})",
                                   lat, lng, lat + 0.001, lat + 0.002));
  };
  const auto refused = file(1, "", line(35.0, 34.2));
  EXPECT_EQ(refused.status, 400) << refused.body;
  EXPECT_EQ(file(1, "", line(46.5, 6.6)).status, 201);
}

TEST_F(ExclusiveZone, AnOfficerReleasesWhatAnOffNominalIntentTakes) {
  ASSERT_EQ(file(1, new_subscription()).status, 201);
  const std::string officer = node.token("officer", {"coordination.act"});
  const std::string path = "/v1/f3548/intents/" + uuid(1) + "/release";
  const auto release = [&](const std::string& body) { return node.post(path, body, officer); };
  const std::string body = R"({"zone":"K1","reason":"its operator says that it has landed"})";
  EXPECT_EQ(release(body).status, 409) << "it is on its plan";
  const std::string conformance = token("alpha", {kSc, kCmsa});
  ASSERT_EQ(put(intent(1) + "/" + ovn(1), intent_body(new_subscription(), "Contingent", in_zone()), conformance).status,
            200);
  EXPECT_EQ(file_natively("i1").status, 409);
  EXPECT_EQ(node.post(path, body, node.token("fr-ops")).status, 403) << "an officer's business";
  EXPECT_EQ(release(R"({"zone":"K1"})").status, 400);
  EXPECT_EQ(release(R"({"zone":"K1","reason":""})").status, 400);
  EXPECT_EQ(release(R"({"zone":"K1","reason":"r","from":"yesterday"})").status, 400);
  EXPECT_EQ(release(R"({"zone":"K2","reason":"r"})").status, 404);
  const std::string before = ovn(1);
  const auto released = release(body);
  ASSERT_EQ(released.status, 200) << released.body;
  EXPECT_EQ(at(released, "from"), "2026-11-22T10:00:00Z");
  EXPECT_EQ(release(body).status, 404) << "nothing is left";
  EXPECT_EQ(ovn(1), before) << "the reference is its manager's";
  EXPECT_EQ(file_natively("i2").status, 201);
  const auto mark = node.node().state_mark();
  node.restart();
  EXPECT_EQ(node.node().state_mark(), mark);
}

TEST_F(ExclusiveZone, ARestartKeepsWhatIsBooked) {
  ASSERT_EQ(file(1).status, 201);
  const auto mark = node.node().state_mark();
  node.restart();  // From the snapshot that a stop leaves.
  EXPECT_EQ(node.node().state_mark(), mark);
  EXPECT_EQ(file_natively("i1").status, 409);
  ASSERT_TRUE(node.stop().has_value());
  for (const auto& file : std::filesystem::recursive_directory_iterator(node.folder())) {
    if (file.path().string().contains("snapshot") && file.is_regular_file()) std::filesystem::remove(file.path());
  }
  node.restart();
  EXPECT_EQ(node.node().open_report().from_snapshot, 0U);
  EXPECT_EQ(file_natively("i2").status, 409);
  ASSERT_EQ(erase(intent(1) + "/" + ovn(1), alpha).status, 200);
  EXPECT_EQ(file_natively("i3").status, 201);
}

TEST_F(ExclusiveZone, AnAuditOfTheLogAloneSeesWhatIsBooked) {
  ASSERT_EQ(file(1).status, 201);
  ASSERT_EQ(file_natively("i1").status, 409);
  ASSERT_EQ(erase(intent(1) + "/" + ovn(1), alpha).status, 200);
  ASSERT_EQ(file_natively("i2").status, 201);
  ASSERT_EQ(file(3, "", in_zone(34.93, 33.2)).status, 201);
  const auto mark = node.node().state_mark();
  ASSERT_TRUE(node.stop().has_value());
  const auto note = read_file(node.folder() / "data" / "charter.note", 1U << 20);
  ASSERT_TRUE(note.has_value()) << note.error().text();
  const auto opened = core::open_charter(*note);
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  core::MachineConfig config;
  config.self = AuthorityId::trusted(kDefaultAuthority);
  config.charter = opened->charter;
  config.charter_text = opened->text;
  auto audit = MainAudit::make(config);
  ASSERT_TRUE(audit.has_value()) << audit.error().text();
  const auto reader = store::SqliteReader::open(node.folder() / "data", store::system_files());
  ASSERT_TRUE(reader.has_value()) << reader.error().text();
  std::size_t entries = 0;
  const Status read = (*reader)->sequence(0, *(*reader)->next_seq(), [&](const store::StoredEntry& stored) -> Status {
    const auto difference = audit->check(as_text(stored.bytes));
    if (!difference) return std::unexpected(difference.error());
    if (*difference) ADD_FAILURE() << (*difference)->recorded << (*difference)->decided;
    ++entries;
    return {};
  });
  ASSERT_TRUE(read.has_value()) << read.error().text();
  EXPECT_GE(entries, 6U) << "genesis, three of the registry, two of the machine";
  EXPECT_EQ(to_hex(audit->state_hash()), mark.state_hash);
}

TEST(ExclusiveZones, TheDecidingThreadComparesWhatWasPreparedBefore) {
  const AuthorityId self = AuthorityId::trusted(kDefaultAuthority);
  const UtcMs now = kTestStart;
  const auto state = State::make({.machine = {self, default_charter("vkey", now), {}, {}, {}}});
  ASSERT_TRUE(state.has_value()) << state.error().text();
  const auto circle = [&](std::int32_t lat_e7, std::int32_t lng_e7) {
    return geo::Volume4d{geo::Circle{{lat_e7, lng_e7}, 300'00},
                         {6'100'00, 6'300'00, geo::VerticalReference::kWgs84},
                         {now + 600'000, now + 1'200'000}};
  };
  f3548::PutIntent request;
  request.id = *f3548::Uuid::parse(uuid(1));
  request.state = f3548::IntentState::kContingent;  // Off-nominal: where it is, is taken as said.
  request.extent.volumes = {circle(350'000'000, 342'000'000)};
  const f3548::Caller caller{.manager = "alpha"};
  ReadyShares ready;
  const ExactShapes shapes(request.extent.volumes);
  const auto in_k1 = ask_exclusive_zones(*state, request, shapes, caller, now, &ready);
  ASSERT_TRUE(in_k1.has_value()) << in_k1.error().message;
  ASSERT_EQ(in_k1->size(), 1U);
  EXPECT_EQ(in_k1->front().zone.str(), "K1");
  EXPECT_EQ(in_k1->front().volumes, request.extent.volumes);
  // What is to be booked goes along, and is what was prepared: shapes are shared, not made again.
  EXPECT_EQ(ready.id, request.id);
  ASSERT_EQ(ready.zones.size(), 1U);
  ASSERT_EQ(ready.zones.at(in_k1->front().zone).size(), 1U);
  EXPECT_EQ(&ready.zones.at(in_k1->front().zone).front().shape.impl(), &shapes.all().front().prepared->shape.impl());
  // Shapes of elsewhere show that nothing is prepared anew from the volumes.
  const auto elsewhere =
      ask_exclusive_zones(*state, request, ExactShapes({circle(100'000'000, 100'000'000)}), caller, now);
  ASSERT_TRUE(elsewhere.has_value()) << elsewhere.error().message;
  EXPECT_TRUE(elsewhere->empty());
}

class ExclusiveZonesOfTwo : public F3548Suite, public ::testing::Test {
 protected:
  ExclusiveZonesOfTwo() : F3548Suite(Served::kByTurns) {}
};

TEST_F(ExclusiveZonesOfTwo, InTheZoneOfAnotherNobodyHereDecides) {
  const auto refused = put(intent(1), intent_body("", "Accepted", in_zone(25, 15)), alpha);
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(at(refused, "message"), HasSubstr("zone ZB is exclusive, and b decides there: plan with it"));
  EXPECT_EQ(put(intent(2), intent_body("", "Accepted", in_zone(25, 5)), alpha).status, 201);
}

TEST_F(ExclusiveZonesOfTwo, AZoneIsNotRedrawnUnderAReference) {
  ASSERT_EQ(put(intent(1), intent_body("", "Accepted", in_zone(25, 5)), alpha).status, 201);
  core::Charter next = dss.pair().founding();
  next.version = 2;
  next.valid_from = dss.clock().now() + 5 * 60'000;
  for (core::Zone& zone : next.zones) {
    if (zone.id.str() == "ZA") zone.band.upper_cm = cm_from_flight_level(400);
  }
  const std::string note = *dss.pair().sign(next, {0, 1});
  const auto refused = dss.pair().act(0, {.cmd = CommandId::trusted("adopt"),
                                          .by = core::Subject::trusted("officer@a"),
                                          .second = core::Subject::trusted("chief@a"),
                                          .act = coordination::AdoptCharter{coordination::NoteText{note}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().message, HasSubstr(uuid(1)));
  EXPECT_THAT(refused.error().message, HasSubstr("of alpha"));
}

TEST_F(ExclusiveZonesOfTwo, NothingIsGrantedBeyondTheMomentOfAnAdoptedCharter) {
  core::Charter next = dss.pair().founding();
  next.version = 2;
  next.valid_from = dss.clock().now() + 2 * 86'400'000;
  for (core::Zone& zone : next.zones) {
    if (zone.id.str() == "ZA") zone.band.upper_cm = cm_from_flight_level(400);
  }
  const std::string note = *dss.pair().sign(next, {0, 1});
  const auto adopted = dss.pair().act(0, {.cmd = CommandId::trusted("adopt"),
                                          .by = core::Subject::trusted("officer@a"),
                                          .second = core::Subject::trusted("chief@a"),
                                          .act = coordination::AdoptCharter{coordination::NoteText{note}}});
  ASSERT_TRUE(adopted.has_value()) << adopted.error().text();
  std::string late = in_zone(25, 5);
  const std::string end = "2026-11-22T10:25:00Z";
  late.replace(late.find(end), end.size(), "2026-11-25T10:00:00Z");
  const auto refused = put(intent(1), intent_body("", "Accepted", late), alpha);
  EXPECT_EQ(refused.status, 409) << refused.body;
  EXPECT_THAT(at(refused, "message"), HasSubstr("nothing is granted there beyond 2026-11-24T10:00:00Z"));
  EXPECT_EQ(put(intent(1), intent_body("", "Accepted", in_zone(25, 5)), alpha).status, 201);
}

}  // namespace
}  // namespace tansiq::node
