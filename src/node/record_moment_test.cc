// Up to where the record stood at a moment, against looking at every entry.
#include "node/record_moment.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "node/peer_testlib.h"

namespace tansiq::node {
namespace {

constexpr const char* kMain = "us.example/main";
constexpr UtcMs kFarOff{1'000'000'000};

/// A record that is written line by line. What stands in the log of a peer bears the peer's clock.
class RecordMomentTest : public ::testing::Test {
 protected:
  struct Written {
    bool own = false;
    UtcMs time;
  };
  void write(const std::string& origin, std::int64_t time_ms) {
    const std::string line = fmt::format("{{\"time_ms\":{}}}\n", time_ms);
    const store::NewEntry entries[] = {{store_.own_log(origin), as_bytes(line)}};
    const auto done = store_.store().append({.entries = entries});
    ASSERT_TRUE(done) << done.error().text();
    written_.push_back({origin.starts_with("us."), UtcMs{time_ms}});
  }
  Result<RecordMoment> at(std::int64_t time_ms, UtcMs now = kFarOff) {
    return record_moment(*store_.reader(), kMain, UtcMs{time_ms}, now);
  }
  /// The slow way.
  [[nodiscard]] std::uint64_t end_at(std::int64_t time_ms) const {
    std::uint64_t end = 0;
    for (std::size_t i = 0; i < written_.size(); ++i) {
      if (written_[i].own && written_[i].time.ms <= time_ms) end = i + 1;
    }
    return end;
  }

  test::PeerStore store_{"us"};
  std::vector<Written> written_;
};

TEST_F(RecordMomentTest, BeforeTheRecordThereIsNothing) {
  EXPECT_EQ(at(5).error().code, ErrorCode::kNotFound);
  write(kMain, 10);
  EXPECT_EQ(at(9).error().code, ErrorCode::kNotFound);
  ASSERT_TRUE(at(10));
  EXPECT_EQ(at(10)->end_seq, 1U);
}

TEST_F(RecordMomentTest, WhatAPeerSaidCountsFromTheNextOwnEntryOn) {
  write(kMain, 10);
  write("fr.example/members", 5'000);  // Its clock is elsewhere.
  write("us.example/with/fr", 20);
  write("fr.example/members", 1);
  EXPECT_EQ(at(19)->end_seq, 1U);
  EXPECT_EQ(at(20)->end_seq, 3U);
  EXPECT_EQ(at(20)->last, UtcMs{20});
  EXPECT_EQ(at(30)->end_seq, 3U);
  EXPECT_EQ(at(30, UtcMs{30})->end_seq, 4U) << "of the present all counts";
}

TEST_F(RecordMomentTest, AgreesWithLookingAtEveryEntry) {
  std::mt19937 random(7);
  std::int64_t clock = 100;
  write(kMain, clock);
  for (int i = 0; i < 400; ++i) {
    clock += static_cast<std::int64_t>(random() % 3);
    const auto which = random() % 4;
    if (which == 0) {
      write("fr.example/with/us", static_cast<std::int64_t>(random() % 2'000));
    } else {
      write(which == 1 ? kMain : which == 2 ? "us.example/members" : "us.example/with/fr", clock);
    }
  }
  for (std::int64_t time = 100; time <= clock + 1; ++time) {
    const auto moment = at(time);
    ASSERT_TRUE(moment) << moment.error().text();
    EXPECT_EQ(moment->end_seq, end_at(time)) << time;
  }
}

}  // namespace
}  // namespace tansiq::node
