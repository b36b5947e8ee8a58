#include "uss/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/limits.h"
#include "geo/conflict.h"
#include "uss/drift.h"
#include "uss/uss_testlib.h"

namespace tansiq::uss {
namespace {

using namespace test;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

JsonDocument json(const std::string& text) {
  auto document = JsonDocument::parse(text);
  EXPECT_TRUE(document) << text;
  return std::move(*document);
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Message message(const std::string& text) {
  auto out = Message::parse(text);
  EXPECT_TRUE(out) << text;
  return std::move(*out);
}

Result<Notice> notice(const std::string& text) { return read_notice(message(text), Kind::kIntent); }

TEST(Wire, ANoticeIsReadWhole) {
  const auto read = notice(notice_json(7, full_json(reference_json(7, 3))));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->id, id(7));
  EXPECT_THAT(read->subscriptions, ElementsAre(Subscriber{3, id(500)}));
  ASSERT_TRUE(read->full);
  EXPECT_EQ(read->full->reference.version, 3);
  EXPECT_EQ(read->full->reference.manager, "alpha");
  EXPECT_EQ(read->full->reference.ovn, "ovn-of-7-version-3");
  ASSERT_EQ(read->full->details.volumes.size(), 1U);
  const geo::Volume4d& volume = read->full->details.volumes[0];
  EXPECT_EQ(volume.outline, geo::Outline(geo::Circle{{465'000'000, 66'000'000}, 300'00}));
  EXPECT_EQ(volume.band, (geo::LevelBand{400'00, 520'00, geo::VerticalReference::kWgs84}));
  EXPECT_EQ(volume.window, (geo::TimeWindow{kNow, kNow + 60 * kMinute}));
  const auto over = notice(notice_json(7, ""));
  ASSERT_TRUE(over);
  EXPECT_FALSE(over->full);
}

/// Each row spoils one thing of a good notice, and names what must be complained about.
TEST(Wire, EveryMemberIsJudged) {
  const std::string good = notice_json(7, full_json(reference_json(7)));
  ASSERT_TRUE(notice(good));
  struct Row {
    std::string_view from, to, place;
  };
  const Row rows[] = {
      {R"("operational_intent_id":"00000000-0000-4000-8000-000000000007",)", "", "operational_intent_id"},
      {R"("operational_intent_id":"00000000-0000-4000-8000-000000000007")", R"("operational_intent_id":null)",
       "operational_intent_id"},
      {R"("operational_intent_id":"00000000-0000-4000-8000-000000000007")", R"("operational_intent_id":7)",
       "operational_intent_id"},
      {R"("operational_intent_id":"00000000-0000-4000-8000-000000000007")", R"("operational_intent_id":"x")",
       "operational_intent_id"},
      {R"("operational_intent_id":"00000000-0000-4000-8)", R"("operational_intent_id":"00000000-0000-1000-8)",
       "version 4"},
      {R"("operational_intent_id":"00000000-0000-4000-8000-000000000007")",
       R"("operational_intent_id":"00000000-0000-4000-8000-000000000008")", "the notice of"},
      {R"("subscriptions":[{)", R"("subscriptions":{},"x":[{)", "subscriptions"},
      {R"([{"subscription_id":"00000000-0000-4000-8000-0000000001f4","notification_index":3}])", "[]", "subscriptions"},
      {R"("notification_index":3)", R"("notification_index":-1)", "notification_index"},
      {R"("notification_index":3)", R"("notification_index":2147483648)", "notification_index"},
      {R"("notification_index":3)", R"("notification_index":"3")", "notification_index"},
      {R"("subscription_id":"00000000-0000-4000-8000-0000000001f4")", R"("subscription_id":"")", "subscription_id"},
      {R"("reference":{)", R"("reference":[],"x":{)", "reference"},
      {R"("manager":"alpha",)", "", "manager"},
      {R"("manager":"alpha")", R"("manager":"")", "manager"},
      {R"("uss_availability":"Unknown")", R"("uss_availability":"Asleep")", "uss_availability"},
      {R"("version":1)", R"("version":0)", "version"},
      {R"("version":1)", R"("version":1.5)", "version"},
      {R"("version":1)", R"("version":2147483648)", "version"},
      {R"("state":"Accepted")", R"("state":"Ended")", "state"},
      {R"("state":"Accepted")", R"("state":"Nonconforming")", "off_nominal_volumes"},
      {R"("format":"RFC3339")", R"("format":"UNIX")", "format"},
      {R"("value":"2026-11-22T10:00:00Z")", R"("value":"noon")", "value"},
      {R"("value":"2026-11-22T10:00:00Z")", R"("value":"2026-11-22T12:00:00Z")", "ends before"},
      {R"("uss_base_url":"https://alpha.example",)", "", "uss_base_url"},
      {R"("ovn":"ovn-of-7-version-1")", R"("ovn":"Available from USS")", "reference.ovn"},
      {R"("ovn":"ovn-of-7-version-1")", R"("ovn":5)", "ovn"},
      {R"("details":{)", R"("details":null,"x":{)", "details"},
      {R"("volumes":[{)", R"("volumes":[],"x":[{)", "volumes"},
      {R"("volumes":[{)", R"("volumes":7,"x":[{)", "volumes"},
      {R"("off_nominal_volumes":[])", R"("off_nominal_volumes":{})", "off_nominal_volumes"},
      {R"("priority":0)", R"("priority":"high")", "priority"},
      {R"("priority":0)", R"("priority":0.5)", "priority"},
      {R"("outline_circle":{)", R"("outline_square":{)", "outline_polygon or outline_circle is missing"},
      {R"("outline_circle":{)", R"("outline_polygon":{"vertices":[]},"outline_circle":{)", "not both"},
      {R"("outline_circle":{)", R"("outline_polygon":{"vertices":[{"lat":1,"lng":2}]},"x":{)", "vertices"},
      {R"("center":{)", R"("centre":{)", "center"},
      {R"("lat":46.5)", R"("lat":90.5)", "lat"},
      {R"("lng":6.6)", R"("lng":-181)", "lng"},
      {R"("radius":{"value":300)", R"("radius":{"value":0)", "radius"},
      {R"("radius":{"value":300,"units":"M")", R"("radius":{"value":300,"units":"FT")", "units"},
      {R"("altitude_lower":{"value":400)", R"("altitude_lower":{"value":600)", "lower limit 600"},
      {R"("altitude_lower":{"value":400,"reference":"W84")", R"("altitude_lower":{"value":400,"reference":"SFC")",
       "reference"},
      {R"("altitude_upper":{"value":520)", R"("altitude_upper":{"value":100001)", "altitude_upper"},
      {R"("altitude_upper":{"value":520,"reference":"W84","units":"M"})", R"("altitude_upper":null)", "altitude_upper"},
  };
  for (const Row& row : rows) {
    const auto read = notice(replaced(good, row.from, row.to));
    ASSERT_FALSE(read) << row.from << " -> " << row.to;
    EXPECT_EQ(read.error().code, ErrorCode::kInvalid) << read.error().text();
    EXPECT_THAT(read.error().text(), HasSubstr(row.place)) << row.from << " -> " << row.to;
  }
  EXPECT_TRUE(notice(replaced(good, R"("priority":0)", R"("priority":null,"else":[1])"))) << "lenient where it may be";
}

TEST(Wire, AVolumeGrowsWhereItMust) {
  const auto details = [](const std::string& volume) {
    const Message of = message(details_json(volume));
    return read_details(of.root(), of.text(), Kind::kIntent, IntentState::kAccepted);
  };
  const auto flat = details(replaced(volume_json(), R"("value":520)", R"("value":400)"));
  ASSERT_TRUE(flat);
  EXPECT_EQ(flat->volumes[0].band.upper_cm, 400'01) << "closed bands that meet themselves";
  const auto fine = details(replaced(replaced(volume_json(), R"("value":300)", R"("value":300.001)"), R"("value":520)",
                                     R"("value":520.001)"));
  ASSERT_TRUE(fine);
  EXPECT_EQ(std::get<geo::Circle>(fine->volumes[0].outline).radius_cm, 300'01);
  EXPECT_EQ(fine->volumes[0].band.upper_cm, 520'01);
  const auto deep = details(replaced(volume_json(), R"("value":400)", R"("value":-8000)"));
  ASSERT_TRUE(deep);
  EXPECT_EQ(deep->volumes[0].band.lower_cm, geo::kHeightUnboundedLow);
  const auto instants = details(replaced(volume_json(), "2026-11-22T11:00:00Z", "2026-11-22T11:00:00.0000001Z"));
  ASSERT_TRUE(instants);
  EXPECT_EQ(instants->volumes[0].window.end, kNow + 60 * kMinute + 1);
}

TEST(Wire, AMomentAndTheHighestBandAreVolumes) {
  const auto first = [](const std::string& volume) {
    const Message of = message(details_json(volume));
    const auto details = read_details(of.root(), of.text(), Kind::kIntent, IntentState::kAccepted);
    EXPECT_TRUE(details) << details.error().text();
    const geo::Volume4d out = details ? details->volumes.at(0) : geo::Volume4d{};
    EXPECT_TRUE(geo::prepare(out)) << geo::prepare(out).error().text();
    return out;
  };
  const geo::Volume4d moment = first(volume_json(0, 60, 60));
  EXPECT_EQ(moment.window.start, kNow + 60 * kMinute);
  EXPECT_EQ(moment.window.end, kNow + 60 * kMinute + 1);
  const geo::Volume4d last =
      first(replaced(volume_json(), time_json(minutes(60)).substr(10, 20), "9999-12-31T23:59:59.9999Z"));
  EXPECT_EQ(last.window.end, kUtcMax);
  const geo::Volume4d high = first(
      replaced(replaced(volume_json(), R"("value":520)", R"("value":100000)"), R"("value":400)", R"("value":100000)"));
  EXPECT_EQ(high.band.lower_cm, kHeightCmMax - 1);
  EXPECT_EQ(high.band.upper_cm, kHeightCmMax);
  const Message backwards = message(details_json(volume_json(0, 60, 59)));
  EXPECT_FALSE(read_details(backwards.root(), backwards.text(), Kind::kIntent, IntentState::kAccepted));
}

TEST(Wire, AConstraintNeedsNoHeights) {
  const std::string volume =
      replaced(replaced(volume_json(), R"("altitude_lower":{"value":400,"reference":"W84","units":"M"},)", ""),
               R"(,"altitude_upper":{"value":520,"reference":"W84","units":"M"})", "");
  std::string text = fmt::format(
      R"({{"constraint_id":"{}","subscriptions":[{{"subscription_id":"{}","notification_index":1}}],"constraint":{}}})",
      id(9).str(), id(500).str(),
      full_json(reference_json(9), fmt::format(R"({{"volumes":[{}],"type":"x"}})", volume)));
  text = replaced(text, R"("state":"Accepted",)", "");
  const auto read = read_notice(message(text), Kind::kConstraint);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_FALSE(read->full->reference.state);
  EXPECT_EQ(read->full->details.volumes[0].band.lower_cm, geo::kHeightUnboundedLow);
}

TEST(Wire, ARegistrysAnswersAreRead) {
  const auto changed = read_changed(
      json(fmt::format(R"({{"operational_intent_reference":{},"subscribers":[{{"uss_base_url":"https://b.example",)"
                       R"("subscriptions":[{{"subscription_id":"{}","notification_index":1}}]}}]}})",
                       reference_json(1, 2, "alpha", fmt::format(R"(,"details_sha256":"{}")", hash("x").hex())),
                       id(5).str()))
          .root());
  ASSERT_TRUE(changed) << changed.error().text();
  EXPECT_EQ(changed->reference.details, hash("x"));
  ASSERT_EQ(changed->subscribers.size(), 1U);
  EXPECT_EQ(changed->subscribers[0].url, "https://b.example");
  const auto missing =
      read_missing(json(fmt::format(R"({{"message":"x","missing_operational_intents":[{}]}})",
                                    replaced(reference_json(3), "ovn-of-3-version-1", "Available from USS")))
                       .root());
  ASSERT_TRUE(missing) << missing.error().text();
  ASSERT_EQ(missing->size(), 1U);
  EXPECT_EQ((*missing)[0].ovn, "");
  EXPECT_TRUE(read_missing(json(R"({"message":"OVN is not current"})").root())->empty());
  EXPECT_FALSE(read_changed(json("{}").root()));
}

TEST(Wire, OfALongListOfMissingOnesTheFirstAreRead) {
  std::string many = reference_json(1);
  for (std::size_t n = 1; n < kListedMax + 5; ++n) many += "," + reference_json(n + 1);
  const auto missing = read_missing(json(fmt::format(R"({{"missing_operational_intents":[{}]}})", many)).root());
  ASSERT_TRUE(missing) << missing.error().text();
  ASSERT_EQ(missing->size(), kListedMax);
  EXPECT_EQ(missing->back().id, id(kListedMax));
}

TEST(Wire, SubscribersOutOfTheOrdinaryArePassedOverAndCounted) {
  const auto address = [](std::string_view url) {
    return fmt::format(R"({{"uss_base_url":"{}","subscriptions":[{{"subscription_id":"{}","notification_index":1}}]}})",
                       url, id(5).str());
  };
  const auto read = [](const std::string& subscribers) {
    return read_changed(
        json(fmt::format(R"({{"operational_intent_reference":{},"subscribers":[{}]}})", reference_json(1), subscribers))
            .root());
  };
  const auto odd =
      read(address("https://b.example") + "," + address("https://" + std::string(2'000, 'x')) +
           R"(,{"uss_base_url":"https://c.example","subscriptions":[]},7,)" + address("https://d.example"));
  ASSERT_TRUE(odd) << odd.error().text();
  ASSERT_EQ(odd->subscribers.size(), 2U);
  EXPECT_EQ(odd->subscribers[1].url, "https://d.example");
  EXPECT_EQ(odd->passed_over, 3U);
  std::string many = address("https://b.example");
  for (std::size_t i = 0; i < kListedMax; ++i) many += "," + address("https://b.example");
  const auto long_one = read(many);
  ASSERT_TRUE(long_one) << long_one.error().text();
  EXPECT_EQ(long_one->subscribers.size(), kListedMax);
  EXPECT_EQ(long_one->passed_over, 1U);
  EXPECT_FALSE(read_changed(
      json(fmt::format(R"({{"operational_intent_reference":{},"subscribers":7}})", reference_json(1))).root()));
}

TEST(Wire, TelemetryAndReportsAreJudged) {
  const std::string good = fmt::format(
      R"({{"telemetry":{{"time_measured":{},"position":{{"longitude":6.6,"latitude":46.5,)"
      R"("altitude":{{"value":450,"reference":"W84","units":"M"}},"accuracy_h":"HA10m","accuracy_v":"VA10m"}},)"
      R"("velocity":{{"speed":12.5,"units_speed":"MetersPerSecond","track":90}}}}}})",
      time_json(minutes(1)));
  ASSERT_TRUE(read_telemetry(message(good)));
  for (const auto& [from, to] :
       {std::pair(R"("longitude":6.6)", R"("longitude":181)"),
        std::pair(R"("accuracy_h":"HA10m")", R"("accuracy_h":"10m")"), std::pair(R"("speed":12.5)", R"("speed":-1)"),
        std::pair(R"("track":90)", R"("track":361)"), std::pair(R"("accuracy_h":"HA10m",)", R"("extrapolated":true,)"),
        std::pair(R"("units_speed":"MetersPerSecond",)", "")}) {
    EXPECT_FALSE(read_telemetry(message(replaced(good, from, to)))) << to;
  }
  const std::string report = fmt::format(
      R"({{"exchange":{{"url":"https://a.example","method":"GET","recorder_role":"Client","request_time":{}}}}})",
      time_json(minutes(1)));
  EXPECT_TRUE(check_report(json(report).root()));
  EXPECT_FALSE(check_report(json("{}").root()));
  EXPECT_FALSE(check_report(json(replaced(report, "Client", "Bystander")).root()));
}

TEST(Wire, BaseUrlsAreHttpsButInTests) {
  EXPECT_TRUE(check_base_url("https://a.example/uss", false));
  EXPECT_TRUE(check_base_url("http://127.0.0.1:8082", true));
  EXPECT_FALSE(check_base_url("http://127.0.0.1:8082", false));
  for (const auto* bad : {"", "ftp://a.example", "https://", "https:///x", "https://me@a.example", "https://a b",
                          "https://a.example/#x"}) {
    EXPECT_FALSE(check_base_url(bad, true)) << bad;
  }
}

// What differs
// -------------------------------------------------------------------------------------------------------------------

Full served(const std::string& reference, const std::string& details = details_json()) {
  return read_served(message(fmt::format(R"({{"operational_intent":{}}})", full_json(reference, details))),
                     Kind::kIntent)
      .value();
}
Reference recorded(const std::string& text) { return read_reference(json(text).root(), Kind::kIntent).value(); }

TEST(Drift, EqualIsNoIncident) {
  const Full full = served(reference_json(1));
  EXPECT_TRUE(differences(recorded(reference_json(1)), full, nullptr).empty());
  Other known{.last = learned(1, 1), .gone = false, .changed = kNow};
  known.last.details = full.details.hash;
  EXPECT_TRUE(differences(recorded(reference_json(1)), full, &known).empty());
  EXPECT_TRUE(differences(recorded(reference_json(1, 1, "alpha",
                                                  fmt::format(R"(,"details_sha256":"{}")", full.details.hash.hex()))),
                          full, nullptr)
                  .empty());
}

TEST(Drift, EachDifferenceIsSaid) {
  const Reference registry =
      recorded(reference_json(1, 1, "alpha", fmt::format(R"(,"details_sha256":"{}")", hash("registered").hex())));
  const auto only = [](const std::vector<std::string>& said, std::string_view word) {
    return said.size() == 1 && said[0].find(word) != std::string::npos;
  };
  const Reference plain = recorded(reference_json(1));
  EXPECT_TRUE(only(differences(registry, served(reference_json(1)), nullptr), "details: the registry has"));
  EXPECT_TRUE(only(differences(plain, served(reference_json(2)), nullptr), "id"));
  EXPECT_TRUE(only(differences(plain, served(reference_json(1, 2)), nullptr), "version"));
  EXPECT_TRUE(only(differences(plain, served(reference_json(1, 1, "mallory")), nullptr), "manager"));
  EXPECT_TRUE(only(differences(plain, served(replaced(reference_json(1), "Accepted", "Activated")), nullptr), "state"));
  EXPECT_TRUE(only(differences(plain, served(replaced(reference_json(1), "11:00", "10:59")), nullptr), "time_end"));
  EXPECT_TRUE(only(differences(plain, served(reference_json(1), details_json(volume_json(0, 0, 61))), nullptr),
                   "reach beyond"));
  const std::string last_moment = volume_json() + "," + volume_json(0, 60, 60);
  EXPECT_TRUE(differences(plain, served(reference_json(1), details_json(last_moment)), nullptr).empty());
  EXPECT_TRUE(only(differences(plain, served(reference_json(1), details_json(volume_json(0, 61, 61))), nullptr),
                   "reach beyond"));
  Other before{.last = learned(1, 1, "told before"), .gone = false, .changed = kNow};
  EXPECT_TRUE(only(differences(plain, served(reference_json(1)), &before), "before"));
  before.last.version = 2;
  EXPECT_TRUE(differences(plain, served(reference_json(1)), &before).empty()) << "another version may differ";
}

TEST(Wire, WhatIsQuotedIsCutBetweenCharacters) {
  const std::string url = "x" + std::string(62, 'x') + "é and more";
  const Status good = check_base_url(url, false);
  ASSERT_FALSE(good);
  EXPECT_THAT(good.error().message, HasSubstr(url.substr(0, 63) + "...\""));
  const auto id = Uuid::parse(url);
  ASSERT_FALSE(id);
  EXPECT_THAT(id.error().message, HasSubstr(url.substr(0, 63) + "...\""));
  const auto kind = core::parse_enum<Kind>(url);
  ASSERT_FALSE(kind);
  EXPECT_THAT(kind.error().message, HasSubstr(url.substr(0, 63) + "...\""));
}

}  // namespace
}  // namespace tansiq::uss
