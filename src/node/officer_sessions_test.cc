// Who is signed in, who guesses, and what a request must bring.
#include "node/officer_sessions.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/temporary_folder.h"
#include "node/officer_door.h"
#include "node/officer_guard.h"
#include "node/officer_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const AuthorityId kUs = AuthorityId::trusted("us");

// Guessing
// ---------------------------------------------------------------------------------------------------------------------

constexpr GuardLimits kGuard{.account_free = 3,
                             .network_free = 6,
                             .wait_ms = 1'000,
                             .wait_ms_max = 60'000,
                             .forget_ms = 1'000'000,
                             .entries_max = 8};

TEST(GuessGuard, WaitsTwiceAsLongWithEachFailureAndNeverForGood) {
  GuessGuard guard(kGuard);
  std::int64_t now = 1'000;
  for (unsigned i = 0; i < 2; ++i) {
    EXPECT_FALSE(guard.failed("duty", "n", now));
    EXPECT_TRUE(guard.may_try("duty", "other", now).has_value());
  }
  EXPECT_TRUE(guard.failed("duty", "n", now)) << "said once: it waits from now on";
  DurationMs expected = 1'000;
  for (unsigned i = 0; i < 12; ++i) {
    EXPECT_EQ(guard.wait("duty", now), expected);
    const Status may = guard.may_try("duty", "other", now);
    ASSERT_FALSE(may.has_value());
    EXPECT_EQ(may.error().code, ErrorCode::kRateLimited);
    now += expected;
    EXPECT_TRUE(guard.may_try("duty", "other", now).has_value()) << "another try is always to be had";
    (void)guard.failed("duty", "another", now);
    expected = std::min<DurationMs>(2 * expected, kGuard.wait_ms_max);
  }
  guard.lift("duty");
  EXPECT_TRUE(guard.may_try("duty", "other", now).has_value());
}

TEST(GuessGuard, ASuccessForgivesTheAccountAndNotTheNetwork) {
  GuessGuard guard(kGuard);
  for (unsigned i = 0; i < kGuard.network_free; ++i) {
    // Between guesses at others the guesser signs in under an account of his own.
    (void)guard.failed(fmt::format("other{}", i), "n", 0);
    guard.succeeded("guesser");
  }
  EXPECT_FALSE(guard.may_try("guesser", "n", 0).has_value());
  EXPECT_TRUE(guard.may_try("guesser", "elsewhere", 0).has_value());
  GuessGuard fresh(kGuard);
  (void)fresh.failed("duty", "n", 0);
  (void)fresh.failed("duty", "n", 0);
  fresh.succeeded("duty");
  EXPECT_FALSE(fresh.failed("duty", "n", 0)) << "counted anew";
}

TEST(GuessGuard, RemembersABoundedNumberAndLastWhoGuessesMost) {
  GuessGuard guard(kGuard);
  for (unsigned i = 0; i < 4; ++i) (void)guard.failed("duty", "n", 0);
  for (unsigned i = 0; i < 1'000; ++i) (void)guard.failed(fmt::format("x{}", i), fmt::format("n{}", i), 0);
  EXPECT_LE(guard.entries(), 2 * kGuard.entries_max);
  EXPECT_GT(guard.wait("duty", 0), 0) << "a flood of names does not set a guesser free";
  (void)guard.failed("y", "m", kGuard.forget_ms);
  EXPECT_EQ(guard.entries(), 2U) << "after so long all is forgotten";
}

// Sessions
// ---------------------------------------------------------------------------------------------------------------------

class Sessions : public ::testing::Test {
 protected:
  Sessions() : book(std::move(*OfficerBook::open(folder.path()))) {
    EXPECT_TRUE(book->add("duty", OfficerRole::kOfficer, secret, Provisional::kNo).has_value());
    EXPECT_TRUE(book->add("chief", OfficerRole::kSupervisor, secret, Provisional::kNo).has_value());
  }
  std::string open(const std::string& name = "duty") {
    auto key = open_key(secret, kTestPassword);
    EXPECT_TRUE(key.has_value());
    return sessions.open(*book->find(name), std::move(*key));
  }

  TemporaryFolder folder;
  OfficerSecret secret = test_secret();
  std::unique_ptr<OfficerBook> book;
  std::int64_t now = 1'000;
  OfficerSessions sessions{*book, {}, [this] { return now; }};
};

TEST_F(Sessions, EverySignInHasAnIdOfItsOwn) {
  const std::string first = open();
  const std::string second = open();
  EXPECT_NE(first, second);
  EXPECT_EQ(first.size(), 43U);
  ASSERT_TRUE(sessions.find(first).has_value());
  EXPECT_EQ(sessions.find(first)->name, "duty");
  EXPECT_THAT(sessions.find(first)->session, Not(HasSubstr(first.substr(0, 8)))) << "what logs show opens nothing";
  for (const std::string& id :
       {std::string(), first.substr(1), first + "A", std::string(43, 'A'), OfficerSessions::csrf_token(first)}) {
    EXPECT_FALSE(sessions.find(id).has_value()) << id;
  }
  sessions.end(first);
  EXPECT_FALSE(sessions.find(first).has_value());
  EXPECT_TRUE(sessions.find(second).has_value());
}

TEST_F(Sessions, AreOverAfterHalfAnHourWithoutUseAndAfterTwelveHoursAnyway) {
  const std::string idle = open();
  now += sessions.limits().idle_ms;
  EXPECT_FALSE(sessions.find(idle).has_value());
  const std::string busy = open();
  const std::int64_t begun = now;
  while (now - begun < sessions.limits().absolute_ms - 60'000) {
    ASSERT_TRUE(sessions.find(busy).has_value()) << now - begun;
    now += 60'000;
  }
  EXPECT_EQ(sessions.find(busy)->remaining_ms, 60'000);
  now += 60'000;
  EXPECT_FALSE(sessions.find(busy).has_value());
  EXPECT_EQ(sessions.size(), 0U);
}

TEST_F(Sessions, EndWhenItsAccountMayDoMoreOrLess) {
  const std::vector<std::function<Status()>> changes{
      [&] { return book->change("duty", OfficerRole::kObserver, {}); },
      [&] { return book->change("duty", OfficerRole::kOfficer, {}); },  // more, too
      [&] { return book->change("duty", {}, true); },
      [&] { return book->change("duty", {}, false); },
      [&] { return book->set_secret("duty", book->find("duty")->epoch, secret, Provisional::kNo); },
      [&] { return book->remove("duty"); }};
  for (const auto& change : changes) {
    const std::string id = open();
    const std::string other = open("chief");
    ASSERT_TRUE(change().has_value());
    EXPECT_FALSE(sessions.find(id).has_value());
    EXPECT_TRUE(sessions.find(other).has_value());
  }
  ASSERT_TRUE(book->add("duty", OfficerRole::kOfficer, secret, Provisional::kNo).has_value());
  const std::string id = open();
  ASSERT_TRUE(book->remove("duty").has_value());
  ASSERT_TRUE(book->add("duty", OfficerRole::kSupervisor, secret, Provisional::kNo).has_value());
  EXPECT_FALSE(sessions.find(id).has_value()) << "another account of the same name";
}

TEST_F(Sessions, OneAccountHasABoundedNumber) {
  const std::string other = open("chief");
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < sessions.limits().per_account_max; ++i) {
    ids.push_back(open());
    ++now;
  }
  ASSERT_TRUE(sessions.find(ids[0]).has_value());  // used: the second is now the one that was used least recently
  (void)open();
  EXPECT_TRUE(sessions.find(ids[0]).has_value());
  EXPECT_FALSE(sessions.find(ids[1]).has_value());
  EXPECT_TRUE(sessions.find(other).has_value());
  EXPECT_EQ(sessions.size(), sessions.limits().per_account_max + 1);
}

// The door
// ---------------------------------------------------------------------------------------------------------------------

/// Tokens as a doorkeeper takes them: the subject stands in the token, and everything is granted.
class EveryToken final : public net::Authenticator {
 public:
  Result<net::Principal> authenticate(const net::Request& request) const override {
    const std::string_view token = TRY(net::bearer_token(request));
    if (token.starts_with("tso1.")) return fail(ErrorCode::kUnauthenticated, "not of ours");
    net::Principal out;
    out.subject = token;
    out.scopes = {"admin", "intents.read", "session", "acts.confirm", "watch.keep", "officers.manage"};
    return out;
  }
};

class Door : public Sessions {
 protected:
  static net::Request request(net::Method method, const net::Headers& headers, bool tls = true) {
    net::Request out = net::make_request(method, "/v1/watch");
    out.headers = headers;
    auto connection = std::make_shared<net::ConnectionInfo>();
    connection->address = "127.0.0.1";
    connection->tls = tls;
    out.connection = std::move(connection);
    return out;
  }
  static std::string cookie(const std::string& id, bool tls = true) {
    return (tls ? "__Host-tansiq-session=" : "tansiq-session=") + id;
  }
  /// What a page of this node sends with a write.
  net::Headers write(const std::string& id) const {
    return {{"Host", "us.example:7463"},
            {"Cookie", cookie(id)},
            {"Origin", "https://us.example:7463"},
            {"Tansiq-CSRF", OfficerSessions::csrf_token(id)}};
  }
  ErrorCode code(net::Method method, const net::Headers& headers, bool tls = true) const {
    const auto principal = door.authenticate(request(method, headers, tls));
    return principal ? ErrorCode::kInternal : principal.error().code;
  }
  static constexpr ErrorCode kLetIn = ErrorCode::kInternal;

  EveryToken tokens;
  ManualClock clock{UtcMs{1'000'000}};
  OfficerDoor door{tokens, sessions, *book, {}, kUs, clock};
};

TEST_F(Door, ASessionIsItsAccountAtThisAuthority) {
  const auto who = door.authenticate(request(net::Method::kGet, {{"Cookie", "theme=dark; " + cookie(open())}}));
  ASSERT_TRUE(who.has_value()) << who.error().text();
  EXPECT_EQ(who->subject, "duty@us");
  EXPECT_TRUE(who->has("coordination.act"));
  EXPECT_TRUE(who->has("acts.confirm"));
  EXPECT_FALSE(who->has("officers.manage"));
  EXPECT_FALSE(who->has("admin"));
  EXPECT_EQ(who->expires, clock.now() + sessions.limits().absolute_ms);
  const auto program =
      door.authenticate(request(net::Method::kPost, {{"Authorization", "Bearer tso1." + open("chief")}}));
  ASSERT_TRUE(program.has_value()) << "nothing sends that header by itself: " << program.error().text();
  EXPECT_EQ(program->subject, "chief@us");
  EXPECT_TRUE(program->has("officers.manage"));
}

TEST_F(Door, ScopesGoByRole) {
  EXPECT_EQ(scopes_of(OfficerRole::kSupervisor, true), (std::set<std::string, std::less<>>{"session"}));
  const auto observer = scopes_of(OfficerRole::kObserver, false);
  for (const char* writes : {"intents.file", "measures.manage", "coordination.act", "picture.act", "talks.write",
                             "acts.confirm", "watch.keep", "officers.manage", "admin"}) {
    EXPECT_FALSE(observer.contains(writes)) << writes;
  }
  EXPECT_TRUE(observer.contains("talks.read"));
  EXPECT_TRUE(scopes_of(OfficerRole::kOfficer, false).contains("talks.write"));
  EXPECT_FALSE(scopes_of(OfficerRole::kOfficer, false).contains("officers.manage"));
}

TEST_F(Door, AWriteByCookieMustComeFromAPageOfThisNode) {
  const std::string id = open();
  EXPECT_EQ(code(net::Method::kPost, write(id)), kLetIn);
  const auto but = [&](std::string_view name, std::string_view value) {
    net::Headers headers = write(id);
    headers.set(name, value);
    return code(net::Method::kPost, headers);
  };
  const auto without = [&](std::string_view name) {
    net::Headers headers;
    const net::Headers all = write(id);
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (all.name(i) != name) headers.add(all.name(i), all.value(i));
    }
    return code(net::Method::kPost, headers);
  };
  EXPECT_EQ(without("Tansiq-CSRF"), ErrorCode::kForbidden);
  EXPECT_EQ(without("Origin"), ErrorCode::kForbidden);
  EXPECT_EQ(without("Host"), ErrorCode::kForbidden);
  EXPECT_EQ(but("Tansiq-CSRF", ""), ErrorCode::kForbidden);
  EXPECT_EQ(but("Tansiq-CSRF", OfficerSessions::csrf_token(open("chief"))), ErrorCode::kForbidden) << "another's";
  for (const char* origin : {"https://evil.example", "null", "https://us.example", "http://us.example:7463",
                             "https://us.example:7463.evil.example", "https://us.example:7464"}) {
    EXPECT_EQ(but("Origin", origin), ErrorCode::kForbidden) << origin;
  }
  net::Headers twice = write(id);
  twice.add("Origin", "https://us.example:7463");
  EXPECT_EQ(code(net::Method::kPost, twice), ErrorCode::kForbidden);
  for (const net::Method method : {net::Method::kPut, net::Method::kPatch, net::Method::kDelete}) {
    EXPECT_EQ(code(method, {{"Cookie", cookie(id)}}), ErrorCode::kForbidden);
  }
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie(id)}}), kLetIn);
}

TEST_F(Door, ACookieOfTheOtherKindOrTwiceIsNone) {
  const std::string id = open();
  const std::string planted = open("chief");
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie(id, false)}}), ErrorCode::kUnauthenticated)
      << "under TLS only what no subdomain can plant";
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie(id, false)}}, false), kLetIn);
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie(id, true)}}, false), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie(planted) + "; " + cookie(id)}}), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie(planted)}, {"Cookie", cookie(id)}}),
            ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(net::Method::kGet, {{"Cookie", cookie("")}}), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(net::Method::kGet, {}), ErrorCode::kUnauthenticated);
}

TEST_F(Door, ATokenIsNoOfficer) {
  const auto by_token = [&](const std::string& subject) {
    return door.authenticate(
        request(net::Method::kPost, {{"Authorization", "Bearer " + subject}, {"Cookie", cookie(open("chief"))}}));
  };
  const auto watch = by_token("us:watch");
  ASSERT_TRUE(watch.has_value()) << "where there is a token the cookie plays no part";
  EXPECT_EQ(watch->subject, "us:watch");
  for (const auto scope : {kSessionScope, kActsConfirmScope, kWatchScope, kOfficersScope}) {
    EXPECT_FALSE(watch->has(scope)) << scope;
  }
  EXPECT_FALSE(by_token("duty@us").has_value()) << "an issuer of tokens does not speak for an officer";
  EXPECT_TRUE(by_token("duty@fr").has_value());
  EXPECT_FALSE(by_token("somebody@us").has_value()) << "nor for one who is no more, or not yet";
}

TEST_F(Door, SignInsFromOtherSitesAreSeen) {
  EXPECT_TRUE(check_origin(request(net::Method::kPost, {{"Host", "a"}}), false).has_value()) << "a program";
  EXPECT_FALSE(check_origin(request(net::Method::kPost, {{"Host", "a"}, {"Origin", "https://b"}}), false).has_value());
  // In clear text a proxy that speaks TLS may stand before the node.
  EXPECT_TRUE(
      check_origin(request(net::Method::kPost, {{"Host", "a"}, {"Origin", "https://a"}}, false), true).has_value());
}

TEST_F(Door, CookiesAreOutOfReachOfScripts) {
  const std::string tls = session_cookie("ID", true, 60'000);
  for (const char* part :
       {"__Host-tansiq-session=ID;", "HttpOnly", "SameSite=Strict", "Secure", "Path=/;", "Max-Age=60;"}) {
    EXPECT_THAT(tls, HasSubstr(part));
  }
  EXPECT_THAT(tls, Not(HasSubstr("Domain")));
  EXPECT_THAT(session_cookie("ID", false, 60'000), Not(HasSubstr("__Host-"))) << "browsers refuse it without Secure";
  EXPECT_THAT(ended_cookie(true), HasSubstr("Max-Age=0;"));
}

}  // namespace
}  // namespace tansiq::node
