// Sign-in links, and who waits for whose wrong passwords: what a known device has of its own, and what a restart keeps.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "node/officer_desk.h"
#include "node/officer_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const AuthorityId kUs = AuthorityId::trusted("us");
constexpr DurationMs kMinute = 60'000;

template <class T>
ErrorCode code(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

class LinkDesk : public ::testing::Test {
 protected:
  LinkDesk() {
    open();
    for (const auto& [name, role] : std::map<std::string, OfficerRole>{
             {"chief", OfficerRole::kSupervisor}, {"duty", OfficerRole::kOfficer}, {"night", OfficerRole::kOfficer}}) {
      EXPECT_TRUE(desk->book().add(name, role, secret, Provisional::kNo).has_value());
    }
  }
  /// Also a restart of the node.
  void open() {
    desk.reset();
    auto opened = OfficerDesk::open({.data_dir = folder.path(),
                                     .self = kUs,
                                     .clock = &clock,
                                     .cost = kTestCost,
                                     .guard = {.account_free = 3, .network_free = 5},
                                     .steady_ms = [this] { return now.load(); }});
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    desk = std::move(*opened);
  }
  void pass(DurationMs d) {
    now += d;
    clock.advance(d);
  }
  OfficerDesk::Opened sign_in(const std::string& name, const std::string& network = "n") {
    auto opened = desk->sign_in(name, kTestPassword, network, {});
    EXPECT_TRUE(opened.has_value()) << opened.error().text();
    return opened ? std::move(*opened) : OfficerDesk::Opened{};
  }
  Result<OfficerDesk::Opened> wrong(const std::string& name, const std::string& network,
                                    const std::string& device = {}) {
    return desk->sign_in(name, "not the password", network, {}, device);
  }
  std::string link(const SignedIn& maker, const std::string& name, std::optional<OfficerRole> role = {},
                   DurationMs for_ms = 5 * kMinute) {
    auto made = desk->make_link(maker, name, role, for_ms);
    EXPECT_TRUE(made.has_value()) << made.error().text();
    return made ? made->secret : std::string();
  }

  TemporaryFolder folder;
  ManualClock clock{UtcMs{1'000'000'000}};
  std::atomic<std::int64_t> now{1'000};
  OfficerSecret secret = test_secret();
  std::unique_ptr<OfficerDesk> desk;
};

// Links
// ---------------------------------------------------------------------------------------------------------------------

TEST_F(LinkDesk, ALinkOpensOneSessionOfItsOfficerOnce) {
  const auto first = sign_in("duty");
  const std::string one = link(first.who, "duty");
  EXPECT_EQ(one.size(), 43U);
  const auto opened = desk->use_link(one, "n", {});
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  EXPECT_NE(opened->id, first.id);
  EXPECT_EQ(opened->who.name, "duty");
  EXPECT_EQ(opened->who.role, OfficerRole::kOfficer);
  EXPECT_EQ(opened->who.key->public_key(), secret.public_key) << "he signs there, too";
  EXPECT_TRUE(desk->sessions().find(first.id).has_value()) << "the first screen goes on";
  EXPECT_EQ(code(desk->use_link(one, "n", {})), ErrorCode::kUnauthenticated);
}

TEST_F(LinkDesk, UsedOverAndWrongAreToldTheSame) {
  const auto first = sign_in("duty");
  const std::string used = link(first.who, "duty");
  ASSERT_TRUE(desk->use_link(used, "n", {}).has_value());
  const std::string over = link(first.who, "duty", {}, kMinute);
  pass(kMinute);
  const auto a = desk->use_link(used, "n", {});
  const auto b = desk->use_link(over, "n", {});
  const auto c = desk->use_link(std::string(43, 'A'), "n", {});
  EXPECT_EQ(code(a), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(b), ErrorCode::kUnauthenticated);
  EXPECT_EQ(b.error().text(), a.error().text());
  EXPECT_EQ(c.error().text(), a.error().text());
  const std::string late = link(first.who, "duty", {}, 1'000 * kMinute);
  pass(kSignInLinkMsMax);
  EXPECT_FALSE(desk->use_link(late, "n", {}).has_value()) << "never longer than ten minutes";
}

TEST_F(LinkDesk, ALinkAllowsNoMoreThanWhoMakesIt) {
  const auto duty = sign_in("duty");
  EXPECT_EQ(code(desk->make_link(duty.who, "duty", OfficerRole::kSupervisor, kMinute)), ErrorCode::kForbidden);
  EXPECT_EQ(code(desk->make_link(duty.who, "night", {}, kMinute)), ErrorCode::kForbidden);
  const auto seeing = desk->use_link(link(duty.who, "duty", OfficerRole::kObserver), "n", {});
  ASSERT_TRUE(seeing.has_value());
  EXPECT_EQ(seeing->who.role, OfficerRole::kObserver);
  EXPECT_FALSE(scopes_of(seeing->who.role, false).contains("coordination.act"));
  EXPECT_EQ(code(desk->make_link(seeing->who, "duty", OfficerRole::kOfficer, kMinute)), ErrorCode::kForbidden)
      << "and a link of that no more than it";
}

TEST_F(LinkDesk, NobodyActsByALinkInTheNameOfAnother) {
  const auto chief = sign_in("chief");
  EXPECT_EQ(code(desk->make_link(chief.who, "duty", OfficerRole::kOfficer, kMinute)), ErrorCode::kForbidden);
  EXPECT_EQ(code(desk->make_link(chief.who, "nobody", {}, kMinute)), ErrorCode::kNotFound);
  const auto opened = desk->use_link(link(chief.who, "duty"), "n", {});
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(opened->who.name, "duty");
  EXPECT_EQ(opened->who.role, OfficerRole::kObserver);
  EXPECT_EQ(opened->who.key, nullptr);
  const auto request = officer_request(core::Subject::trusted("duty@us"), "c1", "api.createIntent", "{}");
  EXPECT_EQ(code(desk->keep_act(request, opened->who)), ErrorCode::kForbidden);
  EXPECT_EQ(code(desk->ask(request, opened->who)), ErrorCode::kForbidden);
}

TEST_F(LinkDesk, AChainOfLinksOutlivesNoSignIn) {
  const DurationMs whole = desk->sessions().limits().absolute_ms;
  const auto first = sign_in("duty");
  // Kept in use until shortly before its end.
  while (now.load() < 1'000 + whole - 2 * kMinute) {
    pass(kMinute);
    ASSERT_TRUE(desk->sessions().find(first.id).has_value());
  }
  const auto late = desk->use_link(link(*desk->sessions().find(first.id), "duty"), "n", {});
  ASSERT_TRUE(late.has_value());
  EXPECT_LE(late->who.remaining_ms, 2 * kMinute);
  pass(2 * kMinute);
  EXPECT_FALSE(desk->sessions().find(late->id).has_value());
}

TEST_F(LinkDesk, AChangedAccountVoidsItsLinks) {
  const auto chief = sign_in("chief");
  const auto duty = sign_in("duty");
  const std::string own = link(duty.who, "duty");
  const std::string other = link(chief.who, "night");
  ASSERT_TRUE(desk->change("chief", "duty", OfficerRole::kObserver, {}).has_value());
  EXPECT_FALSE(desk->use_link(own, "n", {}).has_value());
  ASSERT_TRUE(desk->change_password("chief", kTestPassword, "another good one", "n").has_value());
  EXPECT_FALSE(desk->use_link(other, "n", {}).has_value()) << "nor does one outlive its maker's password";
  open();
  EXPECT_FALSE(desk->use_link(own, "n", {}).has_value()) << "a restart voids all";
}

// Whoever makes somebody open a link must not have him work under another account, nor know his session.
TEST_F(LinkDesk, ALinkTakesNobodyOverWhoIsSignedIn) {
  const auto duty = sign_in("duty");
  const auto night = sign_in("night");
  const std::string planted = link(night.who, "night");
  EXPECT_EQ(code(desk->use_link(planted, "n", duty.id)), ErrorCode::kWrongState);
  EXPECT_TRUE(desk->sessions().find(duty.id).has_value());
  const auto own = desk->use_link(link(duty.who, "duty"), "n", duty.id);
  ASSERT_TRUE(own.has_value());
  EXPECT_NE(own->id, duty.id) << "a new id, whatever the client brought";
  EXPECT_FALSE(desk->sessions().find(duty.id).has_value());
  const std::string made_up(43, 'A');
  const auto fresh = desk->use_link(link(own->who, "duty"), "n", made_up);
  ASSERT_TRUE(fresh.has_value());
  EXPECT_FALSE(desk->sessions().find(made_up).has_value());
}

TEST_F(LinkDesk, LinksThatWaitAreBounded) {
  const auto duty = sign_in("duty");
  for (std::size_t i = 0; i < kSignInLinksOfOneMax; ++i) (void)link(duty.who, "duty", {}, kMinute);
  EXPECT_EQ(code(desk->make_link(duty.who, "duty", {}, kMinute)), ErrorCode::kOverloaded);
  (void)link(sign_in("night").who, "night");
  pass(kMinute);
  (void)link(duty.who, "duty");
}

// Wrong passwords
// ---------------------------------------------------------------------------------------------------------------------

TEST_F(LinkDesk, WhoKnowsANameDoesNotKeepItsOwnerFromHisOwnConsole) {
  const std::string device = sign_in("duty").device;
  ASSERT_FALSE(device.empty());
  // From everywhere, his own network, too.
  for (int i = 0; i < 40; ++i) (void)wrong("duty", i % 2 == 0 ? "n" : fmt::format("n{}", i));
  EXPECT_EQ(code(desk->sign_in("duty", kTestPassword, "elsewhere", {})), ErrorCode::kRateLimited);
  const auto own = desk->sign_in("duty", kTestPassword, "n", {}, device);
  ASSERT_TRUE(own.has_value()) << own.error().text();
  EXPECT_TRUE(own->device.empty()) << "it has one";
  EXPECT_EQ(code(desk->sign_in("duty", kTestPassword, "elsewhere", {})), ErrorCode::kRateLimited)
      << "his success sets no guesser free";
}

TEST_F(LinkDesk, ADeviceIsOfOneNameAndHasNoMoreGuessesThanAnybody) {
  const std::string device = sign_in("duty").device;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(code(wrong("duty", "n", device)), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(desk->sign_in("duty", kTestPassword, "n", {}, device)), ErrorCode::kRateLimited);
  EXPECT_TRUE(desk->sign_in("duty", kTestPassword, "n", {}).has_value()) << "what it guesses is its own";
  for (int i = 0; i < 3; ++i) (void)wrong("night", fmt::format("m{}", i), device);
  EXPECT_EQ(code(desk->sign_in("night", kTestPassword, "x", {}, device)), ErrorCode::kRateLimited)
      << "another's cookie is none";
  std::string forged = device;
  forged.back() = forged.back() == 'A' ? 'Q' : 'A';
  EXPECT_EQ(code(desk->sign_in("night", kTestPassword, "x", {}, forged)), ErrorCode::kRateLimited);
  desk->unlock("chief", "duty");
  EXPECT_TRUE(desk->sign_in("duty", kTestPassword, "n", {}, device).has_value());
}

TEST_F(LinkDesk, ARestartSetsNoGuesserFreeAndKnowsItsDevices) {
  const std::string device = sign_in("night").device;
  for (int i = 0; i < 3; ++i) (void)wrong("duty", fmt::format("n{}", i));
  for (int i = 0; i < 5; ++i) (void)wrong(fmt::format("name{}", i), "guesser");
  open();
  EXPECT_EQ(code(desk->sign_in("duty", kTestPassword, "x", {})), ErrorCode::kRateLimited);
  EXPECT_EQ(code(desk->sign_in("night", kTestPassword, "guesser", {})), ErrorCode::kRateLimited);
  EXPECT_TRUE(desk->sign_in("night", kTestPassword, "guesser", {}, device).has_value());
  const std::string file = read_file(folder.file(std::string(kOfficerGuardName)), 1U << 20).value_or("");
  EXPECT_THAT(file, HasSubstr(R"("name":"duty")"));
  EXPECT_THAT(file, Not(HasSubstr("name1"))) << "it may be a password in the wrong field";
  const auto mode = std::filesystem::status(folder.file(std::string(kOfficerGuardName))).permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
  pass(1'000);
  EXPECT_TRUE(desk->sign_in("duty", kTestPassword, "x", {}).has_value()) << "and keeps nobody out for longer";
}

TEST_F(LinkDesk, AClockThatIsSetBackKeepsNobodyOutForEver) {
  for (int i = 0; i < 3; ++i) (void)wrong("duty", fmt::format("n{}", i));
  clock.advance(-500'000'000);
  open();
  EXPECT_EQ(code(desk->sign_in("duty", kTestPassword, "x", {})), ErrorCode::kRateLimited);
  now += GuardLimits().wait_ms_max;
  EXPECT_TRUE(desk->sign_in("duty", kTestPassword, "x", {}).has_value());
}

}  // namespace
}  // namespace tansiq::node
