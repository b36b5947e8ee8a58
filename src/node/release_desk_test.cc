#include "node/release_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tansiq::node {
namespace {

using surveillance::IdKind;
using surveillance::Report;
using ::testing::HasSubstr;
using ::testing::Not;

const AuthorityId kUs = AuthorityId::trusted("us");
constexpr UtcMs kNoon{1'767'355'200'000};

/// A question whose answer is kept.
struct Asked {
  explicit Asked(DurationMs wait_ms = 0, AuthorityId peer = kUs) {
    question.exchange =
        std::make_shared<net::Exchange>(net::make_request(net::Method::kPost, kTracksPath),
                                        [to = answer](net::Response response) { *to = std::move(response); });
    question.peer = std::move(peer);
    question.question = {.after = UtcMs{0}, .wait_ms = wait_ms};
  }
  [[nodiscard]] bool answered() const { return answer->has_value(); }
  [[nodiscard]] int status() const { return answered() ? (*answer)->status : 0; }
  [[nodiscard]] std::string body() const { return answered() ? (*answer)->body : std::string(); }
  std::shared_ptr<std::optional<net::Response>> answer = std::make_shared<std::optional<net::Response>>();
  PeerQuestion question;
};

/// A desk with a picture of two aircraft, whose real time stands still.
class ReleaseDeskTest : public ::testing::Test, public picture::PictureListener {
 protected:
  ReleaseDeskTest() {
    for (int s = 0; s < 5; ++s) {
      now_ = now_ + 1'000;
      for (const std::uint32_t address : {0x4840D6U, 0x3C6444U}) {
        Report r;
        r.domain = surveillance::Domain::kAir;
        r.id = {IdKind::kIcao, address};
        r.received = r.time = now_;
        r.position = geo::LatLng{350'000'000, 360'000'000 + 1'000 * s + static_cast<std::int32_t>(address)};
        picture_.report(r);
      }
      picture_.advance(now_);
    }
  }
  void track_changed(const picture::TrackChange&, const picture::Track&) override {}
  void alert_changed(const picture::AlertChange&) override {}
  void report_taken(const Report& report, const picture::Track& track) override {
    desk_.release().heard(report, track);
  }
  static RecordedPermit live() {
    RecordedPermit out;
    out.member = out.air = true;
    return out;
  }
  /// Permits whatever was asked for with `permit`.
  void answer(const RecordedPermit& permit) {
    const auto tokens = std::exchange(tokens_, {});
    for (const ReleaseDesk::Token& token : tokens) desk_.permitted(picture_, now_ + 1, token, permit);
  }
  void pass(DurationMs ms) { real_ += std::chrono::milliseconds(ms); }

  ReleaseDesk::Steady::time_point real_{};
  std::vector<ReleaseDesk::Token> tokens_;
  ReleaseDesk desk_{{.self = AuthorityId::trusted("fr"),
                     .rules = {{.to = "us", .all = true}},
                     .started = kNoon,
                     .permit =
                         [this](const ReleaseDesk::Token& token) {
                           tokens_.push_back(token);
                           return true;
                         },
                     .real = [this] { return real_; }}};
  picture::Picture picture_{{}, this};
  UtcMs now_ = kNoon;
};

TEST_F(ReleaseDeskTest, ALaterQuestionTakesThePlaceOfTheOneBefore) {
  Asked first(20'000);
  Asked second(20'000);
  desk_.ask(first.question);
  desk_.round();
  desk_.ask(second.question);
  EXPECT_EQ(first.status(), 409);
  desk_.round();
  ASSERT_EQ(tokens_.size(), 2U);
  answer(live());
  EXPECT_THAT(second.body(), HasSubstr("ICAO-4840D6"));
}

// Else it would be answered when its time is over: the moment that it knows lies ahead.
TEST_F(ReleaseDeskTest, WhoWaitsWhileThePictureBeginsAnewIsToldOfItAtOnce) {
  Asked one(20'000);
  one.question.question.after = now_ + 3'600'000;
  desk_.ask(one.question);
  desk_.round();
  EXPECT_TRUE(tokens_.empty());
  desk_.begin_anew(kNoon + -1);
  desk_.round();
  EXPECT_TRUE(tokens_.empty()) << "the next picture has nothing yet";
  Report r;
  r.domain = surveillance::Domain::kAir;
  r.id = {IdKind::kIcao, 0x4840D6};
  r.position = geo::LatLng{350'000'000, 360'000'000 + 0x4840D6};
  for (int s = 0; s < 5; ++s) {
    now_ = now_ + 1'000;
    r.received = r.time = now_;
    r.position->lng_e7 += 1'000;
    picture_.report(r);
  }
  desk_.round();
  ASSERT_EQ(tokens_.size(), 1U);
  answer(live());
  EXPECT_THAT(one.body(), HasSubstr("ICAO-4840D6"));
}

// Before, such a peer's question was a question to the core thread five times a second.
TEST_F(ReleaseDeskTest, WhomTheRecordAllowsNothingIsLookedUpOnceASecond) {
  RecordedPermit nothing;
  nothing.member = true;
  Asked one(20'000);
  desk_.ask(one.question);
  std::size_t looked_up = 0;
  for (int i = 0; i < 50; ++i) {  // Ten seconds.
    desk_.round();
    looked_up += tokens_.size();
    answer(nothing);
    pass(200);
  }
  EXPECT_FALSE(one.answered());
  EXPECT_LE(looked_up, 10U);
  EXPECT_GE(looked_up, 9U);
  // Nor when its questions do not wait.
  Asked hasty;
  desk_.ask(hasty.question);
  desk_.round();
  answer(nothing);
  Asked again;
  desk_.ask(again.question);
  desk_.round();
  EXPECT_TRUE(tokens_.empty());
  pass(1'000);
  desk_.round();
  ASSERT_EQ(tokens_.size(), 1U);
  answer(live());
  EXPECT_THAT(again.body(), HasSubstr("ICAO-4840D6"));
}

TEST_F(ReleaseDeskTest, WhatWaitsIsDroppedAndAPermitThatComesLaterTellsNothing) {
  Asked one(20'000);
  desk_.ask(one.question);
  desk_.round();
  ASSERT_EQ(tokens_.size(), 1U);
  desk_.drop({ErrorCode::kUnavailable, "the charter is changing", {}});
  EXPECT_EQ(one.status(), 503);
  answer(live());
  Asked next(20'000);
  desk_.ask(next.question);
  EXPECT_FALSE(next.answered());
}

TEST_F(ReleaseDeskTest, OfAGroupWhoseIntentIsWithheldTheGuideIsNotTold) {
  picture::Group group;
  group.id = "tf-473";
  group.name = "x";
  group.guide = {IdKind::kIcao, 0x4840D6};
  group.shapes = {{.ahead_m = 1'000, .astern_m = 1'000, .port_m = 1'000, .starboard_m = 1'000}};
  ASSERT_TRUE(picture_.put_group(group).has_value());
  const auto told = [this](const std::string& withheld) {
    Asked asked;
    desk_.ask(asked.question);
    desk_.round();
    RecordedPermit permit = live();
    permit.withheld = {withheld};
    answer(permit);
    return asked.body();
  };
  EXPECT_THAT(told("group-tf-473-sea-1795341600000"), Not(HasSubstr("4840D6")));
  EXPECT_THAT(told("group-tf-473-sea-1795341600000"), HasSubstr("3C6444"));
  EXPECT_THAT(told("group-tf-473-air-7"), Not(HasSubstr("4840D6")));
  EXPECT_THAT(told("group-tf-4731-sea-7"), HasSubstr("4840D6"));
  EXPECT_THAT(told("group-tf-473-sea-x"), HasSubstr("4840D6"));
}

TEST(QuestionBox, HoldsOneOfEachPeerAndIsComeForOnce) {
  QuestionBox box;
  Asked first;
  Asked second;
  Asked other(0, AuthorityId::trusted("ru"));
  EXPECT_TRUE(box.put(first.question));
  EXPECT_FALSE(box.put(second.question)) << "somebody comes for them already";
  EXPECT_FALSE(box.put(other.question));
  EXPECT_EQ(first.status(), 409);
  EXPECT_EQ(box.take().size(), 2U);
  EXPECT_TRUE(box.take().empty());
  EXPECT_TRUE(box.put(second.question));
}

TEST(ReleaseRemarks, WhatTheCharterHasNotIsSaidAndNoReasonNotToStart) {
  core::Charter charter;
  charter.authorities.emplace_back().id = AuthorityId::trusted("fr");
  charter.authorities.emplace_back().id = kUs;
  charter.zones.emplace_back().id = ZoneId::trusted("background");
  const std::vector<picture::ReleaseRule> rules{
      {.to = "us", .area = "own-zones"}, {.to = "us", .area = "K9"}, {.to = "ru"}, {.to = "us", .area = "background"}};
  EXPECT_TRUE(check_release(rules, AuthorityId::trusted("fr")).has_value());
  const auto remarks = release_remarks(rules, std::vector{charter});
  ASSERT_EQ(remarks.size(), 3U);
  EXPECT_THAT(remarks[0], HasSubstr("release[1].area: 'K9'"));
  EXPECT_THAT(remarks[1], HasSubstr("release[2].to: 'ru'"));
  EXPECT_THAT(remarks[2], HasSubstr("release[3].area: 'background'"));
  EXPECT_EQ(check_release(rules, kUs).error().where, "release[0].to");
}

TEST_F(ReleaseDeskTest, APreviewIsWhatWouldBeToldAndTellsNobody) {
  const auto seen = desk_.preview(picture_, now_ + 1, kUs, live(), 10);
  EXPECT_EQ(seen.reports.size(), 2U);
  EXPECT_FALSE(seen.more);
  EXPECT_EQ(desk_.release().counters().told, 0U);
  const auto some = desk_.preview(picture_, now_ + 1, kUs, live(), 1);
  EXPECT_EQ(some.reports.size(), 1U);
  EXPECT_TRUE(some.more);
  RecordedPermit frozen = live();
  frozen.air = false;
  EXPECT_TRUE(desk_.preview(picture_, now_ + 1, kUs, frozen, 10).reports.empty());
  RecordedPermit stranger = live();
  stranger.member = false;
  EXPECT_TRUE(desk_.preview(picture_, now_ + 1, kUs, stranger, 10).reports.empty());
  Asked us;
  desk_.ask(std::move(us.question));
  desk_.round();
  answer(live());
  EXPECT_EQ(desk_.release().counters().told, 2U) << "it is told all the same, and all of it";
}

}  // namespace
}  // namespace tansiq::node
