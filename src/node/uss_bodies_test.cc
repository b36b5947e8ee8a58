// Which bodies are of what others sent, and which of them something still refers to. How they go: uss_node_test.cc.
#include "node/uss_bodies.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "uss/uss_testlib.h"

namespace tansiq::node {
namespace {

using namespace uss::test;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

struct Record {
  uss::Ledger ledger;
  std::string say(uss::Body body) {
    auto line = ledger.say(std::move(body), {.seq = ++seq, .time = kNow});
    EXPECT_TRUE(line) << line.error().text();
    return line ? *line : std::string();
  }
  std::uint64_t seq = 0;
};

uss::Learned noticed(std::uint64_t n, std::int64_t version, std::string_view details, std::string_view raw) {
  uss::Learned out = learned(n, version, details);
  out.how = uss::How::kNotice;
  out.notice = hash(raw);
  return out;
}

TEST(UssBodies, AreThoseThatOthersSent) {
  Record record;
  const auto bodies = [&](uss::Body body) {
    const auto quoted = quoted_bodies(record.say(std::move(body)));
    EXPECT_TRUE(quoted) << quoted.error().text();
    EXPECT_EQ(quoted->time, kNow);
    return quoted->bodies;
  };
  EXPECT_THAT(bodies(learned(1, 1, "details")), ElementsAre(hash("details")));
  EXPECT_THAT(bodies(noticed(1, 2, "more", "raw")), ElementsAre(hash("more"), hash("raw")));
  EXPECT_THAT(bodies(uss::Gone{.id = id(1), .kind = uss::Kind::kIntent, .manager = "alpha", .notice = hash("over")}),
              ElementsAre(hash("over")));
  EXPECT_THAT(bodies(uss::Reported{.id = "r-1", .manager = "alpha", .report = hash("report")}),
              ElementsAre(hash("report")));
  EXPECT_THAT(bodies(uss::DriftFound{.id = id(2),
                                     .manager = "alpha",
                                     .served = hash("served"),
                                     .url = "https://alpha.example",
                                     .version = 1,
                                     .what = "differs"}),
              ElementsAre(hash("served")));
  EXPECT_THAT(bodies(registered(7, 1)), IsEmpty()) << "our own";
  EXPECT_FALSE(quoted_bodies("{}"));
}

TEST(UssBodies, WhatTheLedgerRefersToIsNeeded) {
  Record record;
  record.say(noticed(1, 1, "old details", "old notice"));
  record.say(noticed(1, 2, "new details", "new notice"));
  record.say(uss::Reported{.id = "r-1", .manager = "alpha", .report = hash("report")});
  const auto unneeded = [&] {
    return unneeded_bodies(record.ledger, {hash("old details"), hash("new details"), hash("old notice"),
                                           hash("new notice"), hash("report"), hash("report"), hash("served")});
  };
  EXPECT_THAT(unneeded(),
              UnorderedElementsAre(hash("old details"), hash("old notice"), hash("report"), hash("served")));
  // The same details are another's newest too, or ours, or those of an incident.
  record.say(learned(2, 1, "old details"));
  uss::Registered ours = registered(7, 1);
  ours.details = hash("report");
  record.say(ours);
  record.say(uss::DriftFound{.id = id(3),
                             .manager = "alpha",
                             .served = hash("served"),
                             .url = "https://alpha.example",
                             .version = 1,
                             .what = "differs"});
  EXPECT_THAT(unneeded(), ElementsAre(hash("old notice")));
}

}  // namespace
}  // namespace tansiq::node
