// Officers at work: signing in and guessing, the alarm of the watch, acts that wait for a second officer.
#include "node/officer_desk.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <future>
#include <sstream>

#include "base/file.h"
#include "base/logging.h"
#include "base/temporary_folder.h"
#include "log/jcs.h"
#include "node/officer_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const AuthorityId kUs = AuthorityId::trusted("us");
constexpr const char* kOther = "another good one";

template <class T>
ErrorCode code(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

coordination::ActCommand command(const std::string& id, const std::string& by = "duty@us") {
  return {CommandId::trusted(id), core::Subject::trusted(by), {}, coordination::AcceptRelation{}};
}

class Desk : public ::testing::Test {
 protected:
  Desk() {
    auto opened = OfficerDesk::open({.data_dir = folder.path(),
                                     .self = kUs,
                                     .clock = &clock,
                                     .cost = kTestCost,
                                     .guard = {.account_free = 3, .network_free = 5},
                                     .steady_ms = [this] { return now.load(); },
                                     .on_watch_changed = [this](bool attended) { told.push_back(attended); }});
    EXPECT_TRUE(opened.has_value());
    desk = std::move(*opened);
    for (const auto& [name, role] : std::map<std::string, OfficerRole>{{"chief", OfficerRole::kSupervisor},
                                                                       {"duty", OfficerRole::kOfficer},
                                                                       {"guest", OfficerRole::kObserver},
                                                                       {"night", OfficerRole::kOfficer}}) {
      EXPECT_TRUE(desk->book().add(name, role, secret, Provisional::kNo).has_value());
    }
  }
  auto sign_in(const std::string& name, const std::string& password = kTestPassword, const std::string& network = "n",
               const std::string& former = {}) {
    return desk->sign_in(name, password, network, former);
  }
  /// As if he had just signed in.
  SignedIn as(const std::string& name) {
    auto key = open_key(secret, kTestPassword);
    EXPECT_TRUE(key.has_value());
    SignedIn out;
    out.name = name;
    out.key = std::make_shared<const OfficerKey>(std::move(*key));
    return out;
  }
  std::string ask(const std::string& name, const std::string& id) {
    auto asked = desk->ask(officer_request(command(id, name + "@us")), as(name));
    EXPECT_TRUE(asked.has_value());
    return asked ? asked->id : std::string();
  }
  PendingState state(const std::string& id) { return desk->pending().find(id, now)->state; }

  TemporaryFolder folder;
  ManualClock clock{UtcMs{1'000'000}};
  std::atomic<std::int64_t> now{1'000};
  std::vector<bool> told;
  OfficerSecret secret = test_secret();
  std::unique_ptr<OfficerDesk> desk;
};

// Signing in
// ---------------------------------------------------------------------------------------------------------------------

TEST_F(Desk, WrongUnknownAndDisabledAreToldTheSame) {
  ASSERT_TRUE(desk->book().change("night", {}, true).has_value());
  const auto wrong = sign_in("duty", "not the password", "a");
  const auto unknown = sign_in("nobody", kTestPassword, "b");
  const auto disabled = sign_in("night", kTestPassword, "c");
  EXPECT_EQ(code(wrong), ErrorCode::kUnauthenticated);
  EXPECT_EQ(unknown.error().text(), wrong.error().text());
  EXPECT_EQ(disabled.error().text(), wrong.error().text());
  const auto good = sign_in("duty");
  ASSERT_TRUE(good.has_value()) << good.error().text();
  EXPECT_EQ(good->who.name, "duty");
  EXPECT_EQ(good->who.key->public_key(), secret.public_key) << "his key is open";
}

TEST_F(Desk, WhoGuessesWaitsUntilASupervisorLiftsIt) {
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(code(sign_in("duty", "not the password", fmt::format("n{}", i))), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(sign_in("duty")), ErrorCode::kRateLimited) << "the right password, too: else it would tell";
  EXPECT_TRUE(sign_in("night").has_value());
  desk->unlock("chief", "duty");
  EXPECT_TRUE(sign_in("duty").has_value());
  for (int i = 0; i < 3; ++i) (void)sign_in("duty", "not the password", fmt::format("n{}", i));
  now += 1'000;
  EXPECT_TRUE(sign_in("duty").has_value()) << "or until it is over";
}

TEST_F(Desk, NamesThatNobodyHasWaitLikeOthers) {
  for (int i = 0; i < 3; ++i) (void)sign_in("nobody", "not the password", fmt::format("n{}", i));
  EXPECT_EQ(code(sign_in("nobody")), ErrorCode::kRateLimited);
}

TEST_F(Desk, ANetworkWaitsWhateverNamesItTries) {
  for (int i = 0; i < 5; ++i) (void)sign_in(fmt::format("name{}", i), "not the password", "n");
  EXPECT_EQ(code(sign_in("duty")), ErrorCode::kRateLimited);
  EXPECT_TRUE(sign_in("duty", kTestPassword, "elsewhere").has_value());
}

TEST_F(Desk, ASignInEndsTheSessionThatTheClientBrought) {
  const auto first = sign_in("duty");
  const auto second = sign_in("duty", kTestPassword, "n", first->id);
  EXPECT_NE(first->id, second->id);
  EXPECT_FALSE(desk->sessions().find(first->id).has_value());
  const auto third = sign_in("duty", "not the password", "n", second->id);
  EXPECT_TRUE(desk->sessions().find(second->id).has_value()) << "who fails to sign in signs nobody out";
}

TEST_F(Desk, ANewPasswordTakesTheOldOneAndEndsAllSessions) {
  const auto first = sign_in("duty");
  EXPECT_EQ(code(desk->change_password("duty", "not the password", kOther, "n")), ErrorCode::kUnauthenticated);
  EXPECT_EQ(code(desk->change_password("duty", kTestPassword, "short", "n")), ErrorCode::kInvalid);
  EXPECT_EQ(code(desk->change_password("duty", kTestPassword, kTestPassword, "n")), ErrorCode::kInvalid);
  const auto changed = desk->change_password("duty", kTestPassword, kOther, "n");
  ASSERT_TRUE(changed.has_value()) << changed.error().text();
  EXPECT_FALSE(desk->sessions().find(first->id).has_value());
  EXPECT_TRUE(desk->sessions().find(changed->id).has_value());
  EXPECT_EQ(changed->who.key->public_key(), secret.public_key) << "the same personal key";
  EXPECT_EQ(code(sign_in("duty")), ErrorCode::kUnauthenticated);
  EXPECT_TRUE(sign_in("duty", kOther).has_value());
}

TEST_F(Desk, APasswordThatASupervisorChoseIsGoodForChoosingAnother) {
  ASSERT_TRUE(desk->add("chief", "fresh", OfficerRole::kOfficer, kTestPassword).has_value());
  ASSERT_TRUE(desk->reset_password("chief", "duty", kOther).has_value());
  EXPECT_EQ(code(desk->reset_password("chief", "chief", kOther)), ErrorCode::kForbidden);
  EXPECT_NE(desk->book().find("duty")->secret.public_key, secret.public_key)
      << "nobody else can open the old key, so there is a new one";
  for (const auto& [name, password] : std::map<std::string, std::string>{{"fresh", kTestPassword}, {"duty", kOther}}) {
    const auto opened = sign_in(name, password);
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(opened->who.provisional);
    const auto own = desk->change_password(name, password, "chosen by myself", "n");
    ASSERT_TRUE(own.has_value());
    EXPECT_FALSE(own->who.provisional);
  }
}

TEST_F(Desk, OnePasswordIsWorkedOnAtATimeAndFewWait) {
  desk->start();
  std::promise<void> go;
  std::shared_future<void> gone = go.get_future().share();
  std::atomic<int> at_once{0};
  std::atomic<int> most{0};
  const auto work = [&] {
    most = std::max(most.load(), ++at_once);
    gone.wait();
    --at_once;
  };
  for (std::size_t i = 0; i < kPasswordWorkOfNetworkMax; ++i) ASSERT_TRUE(desk->on_passwords("n", work).has_value());
  EXPECT_EQ(code(desk->on_passwords("n", work)), ErrorCode::kOverloaded) << "of one network";
  Status last;
  std::size_t taken = kPasswordWorkOfNetworkMax;
  for (std::size_t i = 0; i < 2 * kPasswordWorkMax; ++i) {
    last = desk->on_passwords(fmt::format("n{}", i), work);
    if (last) ++taken;
  }
  EXPECT_EQ(code(last), ErrorCode::kOverloaded);
  EXPECT_LE(taken, kPasswordWorkMax + 1) << "what waits, and what is under way";
  std::promise<void> written;
  ASSERT_TRUE(desk->on_writing([&] { written.set_value(); }).has_value());
  written.get_future().wait();  // Although passwords wait.
  go.set_value();
  std::promise<void> end;
  Status pushed;
  do {
    pushed = desk->on_passwords("end", [&] { end.set_value(); });
  } while (!pushed);
  end.get_future().wait();
  EXPECT_EQ(most.load(), 1);
  desk->stop();
  EXPECT_EQ(code(desk->on_passwords("n", work)), ErrorCode::kUnavailable);
  EXPECT_EQ(code(desk->on_writing([] {})), ErrorCode::kUnavailable);
}

// The watch
// ---------------------------------------------------------------------------------------------------------------------

TEST_F(Desk, UnattendedIsToldOnceItIsSo) {
  desk->start();
  EXPECT_THAT(told, ElementsAre(false)) << "at the start";
  EXPECT_THAT(desk->remark(), HasSubstr("nobody is on watch"));
  ASSERT_TRUE(desk->take_watch("duty").has_value());
  ASSERT_TRUE(desk->take_watch("duty").has_value());
  EXPECT_EQ(desk->remark(), "");
  ASSERT_TRUE(desk->offer_watch("duty", "night").has_value());
  ASSERT_TRUE(desk->take_watch("night").has_value());
  EXPECT_THAT(told, ElementsAre(false, true)) << "a hand-over is no gap";
  EXPECT_THAT(desk->metrics(), HasSubstr("tansiq_watch_attended 1\n"));
  ASSERT_TRUE(desk->leave_watch("night").has_value());
  EXPECT_THAT(told, ElementsAre(false, true, false));
  ASSERT_TRUE(desk->take_watch("duty").has_value());
  ASSERT_TRUE(desk->change("chief", "duty", {}, true).has_value());
  EXPECT_THAT(told, ElementsAre(false, true, false, true, false)) << "a disabled officer is not on watch";
  EXPECT_THAT(desk->metrics(), HasSubstr("tansiq_watch_attended 0\n"));
}

std::vector<std::string>* logged = nullptr;

TEST_F(Desk, TheLastOneWhoLeavesIsAnAlarm) {
  std::vector<std::string> seen;
  logged = &seen;
  set_log_sink([](std::string_view line) { logged->emplace_back(line); });
  const auto alarms = [&] {
    return std::ranges::count_if(seen, [](const std::string& line) {
      return line.find("watch.unattended") != std::string::npos && line.find("\"error\"") != std::string::npos;
    });
  };
  ASSERT_TRUE(desk->take_watch("duty").has_value());
  ASSERT_TRUE(desk->take_watch("night").has_value());
  ASSERT_TRUE(desk->leave_watch("duty").has_value());
  EXPECT_EQ(alarms(), 0) << "another is there";
  ASSERT_TRUE(desk->leave_watch("night").has_value());
  EXPECT_EQ(alarms(), 1);
  ASSERT_TRUE(desk->take_watch("duty").has_value());
  ASSERT_TRUE(desk->remove("chief", "duty").has_value());
  EXPECT_EQ(alarms(), 2);
  ASSERT_TRUE(desk->take_watch("night").has_value());
  clock.advance(kWatchMsMax);
  desk->round();
  EXPECT_EQ(alarms(), 3) << "who has gone home without a word";
  EXPECT_FALSE(desk->book().attended());
  desk->round();
  EXPECT_EQ(alarms(), 3);
  set_log_sink(nullptr);
  logged = nullptr;
}

// Two officers
// ---------------------------------------------------------------------------------------------------------------------

TEST_F(Desk, TheSecondIsWhoConfirmsAndAnotherThanTheFirst) {
  const std::string id = ask("duty", "c1");
  EXPECT_EQ(code(desk->confirm(id, as("duty"))), ErrorCode::kForbidden);
  EXPECT_EQ(code(desk->confirm(id, as("guest"))), ErrorCode::kForbidden);
  EXPECT_EQ(code(desk->confirm(id, as("nobody"))), ErrorCode::kForbidden);
  EXPECT_EQ(code(desk->confirm("0123456789abcdef0123456789abcdef", as("night"))), ErrorCode::kNotFound);
  EXPECT_EQ(state(id), PendingState::kWaiting);
  const auto ready = desk->confirm(id, as("night"));
  ASSERT_TRUE(ready.has_value()) << ready.error().text();
  EXPECT_EQ(ready->request.by.str(), "duty@us");
  EXPECT_EQ(ready->second.str(), "night@us");
  EXPECT_EQ(code(desk->confirm(id, as("chief"))), ErrorCode::kWrongState) << "it is handed over once";
  desk->pending().settle(id, true, "{}", now);
  EXPECT_EQ(state(id), PendingState::kDone);
  EXPECT_EQ(code(desk->confirm(id, as("chief"))), ErrorCode::kWrongState);
}

TEST_F(Desk, WhatBothHaveSignedIsKept) {
  const auto line = [&](std::size_t number) {
    const std::string text = read_file(folder.file("officer-acts.jsonl"), 1U << 20).value_or("");
    std::istringstream lines(text);
    std::string out;
    for (std::size_t i = 0; i <= number; ++i) std::getline(lines, out);
    return out;
  };
  ASSERT_TRUE(desk->confirm(ask("duty", "c1"), as("night")).has_value());
  ASSERT_TRUE(desk->confirm(ask("night", "c2"), as("chief")).has_value());
  const auto document = log::JcsDocument::parse(line(1));
  ASSERT_TRUE(document.has_value()) << document.error().text();
  const log::JcsValue root = document->root();
  EXPECT_EQ(root.at("by")->string().value(), "night@us");
  EXPECT_EQ(root.at("second")->string().value(), "chief@us");
  // What an outsider checks: the text is made of the line alone.
  const auto read = coordination::read_act(*root.at("request"), core::Subject::trusted("night@us"));
  ASSERT_TRUE(read.has_value()) << read.error().text();
  for (const std::string who : {"by", "second"}) {
    std::array<std::uint8_t, 32> key{};
    std::array<std::uint8_t, 64> signature{};
    std::ranges::copy(*from_hex(root.at(who + "_key")->string().value()), key.begin());
    std::ranges::copy(*from_base64(root.at(who + "_signature")->string().value()), signature.begin());
    EXPECT_EQ(key, secret.public_key);
    EXPECT_TRUE(officer_signature_fits(key, officer_act_text(officer_request(*read), kUs), signature));
    EXPECT_FALSE(
        officer_signature_fits(key, officer_act_text(officer_request(*read), AuthorityId::trusted("fr")), signature));
  }
  EXPECT_NE(line(0), line(1));
  const auto mode = std::filesystem::status(folder.file("officer-acts.jsonl")).permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

TEST_F(Desk, WhatCannotBeKeptIsNotDone) {
  std::filesystem::create_directory(folder.file("officer-acts.jsonl"));
  const std::string id = ask("duty", "c1");
  EXPECT_EQ(code(desk->confirm(id, as("night"))), ErrorCode::kIo);
  EXPECT_EQ(state(id), PendingState::kWaiting);
}

TEST_F(Desk, WhatIsNotConfirmedLapses) {
  const std::string id = ask("duty", "c1");
  now += kPendingActMs - 1;
  EXPECT_EQ(state(id), PendingState::kWaiting);
  now += 1;
  EXPECT_EQ(state(id), PendingState::kLapsed);
  EXPECT_EQ(code(desk->confirm(id, as("night"))), ErrorCode::kWrongState);
  now += kPendingActMs;
  EXPECT_EQ(code(desk->confirm(id, as("night"))), ErrorCode::kNotFound);
}

TEST_F(Desk, AnActGoesWithWhoAskedForIt) {
  const std::vector<std::function<Status()>> changes{
      [&] { return desk->change("chief", "duty", {}, true); },
      [&] { return desk->change("chief", "duty", OfficerRole::kObserver, false); },
      [&] { return desk->change("chief", "duty", OfficerRole::kSupervisor, {}); },
      [&] { return desk->reset_password("chief", "duty", kOther); }, [&] { return desk->remove("chief", "duty"); }};
  int n = 0;
  for (const auto& change : changes) {
    ASSERT_TRUE(desk->book().remove("duty").has_value());
    ASSERT_TRUE(desk->book().add("duty", OfficerRole::kOfficer, secret, Provisional::kNo).has_value());
    const std::string id = ask("duty", fmt::format("c{}", ++n));
    ASSERT_TRUE(change().has_value());
    EXPECT_EQ(code(desk->confirm(id, as("night"))), ErrorCode::kWrongState);
    EXPECT_EQ(state(id), PendingState::kFailed);
  }
}

TEST_F(Desk, ARefusedActIsNotDone) {
  const std::string id = ask("duty", "c1");
  ASSERT_TRUE(desk->pending().refuse(id, "night", "not without the minister", now).has_value());
  EXPECT_EQ(code(desk->confirm(id, as("chief"))), ErrorCode::kWrongState);
  EXPECT_EQ(desk->pending().find(id, now)->outcome, "not without the minister");
  const std::string other = ask("duty", "c2");
  EXPECT_TRUE(desk->pending().refuse(other, "duty", "", now).has_value()) << "who asked takes it back";
}

TEST_F(Desk, TheSameCommandIsTheSamePendingAct) {
  const std::string id = ask("duty", "c1");
  EXPECT_EQ(ask("duty", "c1"), id);
  auto other = command("c1");
  other.act = coordination::DeclareClock{};
  EXPECT_EQ(code(desk->ask(officer_request(other), as("duty"))), ErrorCode::kConflict);
  EXPECT_NE(ask("night", "c1"), id) << "command ids are of one subject";
}

TEST_F(Desk, WhatWaitsIsBounded) {
  for (std::size_t i = 0; i < kPendingActsOfOneMax; ++i) (void)ask("duty", fmt::format("c{}", i));
  EXPECT_EQ(code(desk->ask(officer_request(command("more")), as("duty"))), ErrorCode::kOverloaded);
  EXPECT_NE(ask("night", "c"), "");
  const auto fill = [&](std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      (void)desk->pending().ask(officer_request(command(fmt::format("d{}", i))),
                                fmt::format("o{}", i / kPendingActsOfOneMax), 1, {}, now);
    }
  };
  fill(2 * kPendingActsMax);
  EXPECT_EQ(desk->pending().waiting(now), kPendingActsMax);
  for (int i = 0; i < 6; ++i) {
    for (const PendingAct& act : desk->pending().list(now)) (void)desk->pending().refuse(act.id, "chief", "", now);
    fill(2 * kPendingActsMax);
  }
  EXPECT_LE(desk->pending().list(now).size(), kPendingActsMax + kSettledActsMax);
}

TEST_F(Desk, WhatTheCoreDidNotTakeWaitsOn) {
  const std::string id = ask("duty", "c1");
  ASSERT_TRUE(desk->confirm(id, as("night")).has_value());
  desk->pending().put_back(id);
  EXPECT_EQ(desk->confirm(id, as("chief"))->second.str(), "chief@us");
}

TEST(TwoOfficers, AreForWhatWidensOrBinds) {
  using namespace coordination;
  EXPECT_TRUE(needs_two_officers(ProposeRelation{}));
  EXPECT_TRUE(needs_two_officers(AcceptRelation{}));
  EXPECT_TRUE(needs_two_officers(AdoptCharter{}));
  EXPECT_TRUE(needs_two_officers(ResolveZone{}));
  EXPECT_TRUE(needs_two_officers(PassShare{}));
  EXPECT_TRUE(needs_two_officers(RevokeLeg{.emergency = true, .request = {}, .text = {}}));
  EXPECT_FALSE(needs_two_officers(RevokeLeg{}));
  EXPECT_TRUE(needs_two_officers(SetShareRule{.domain = {}, .onward = {kUs}, .recipient = {}}));
  EXPECT_FALSE(needs_two_officers(SetShareRule{}));
  ReviseReport report;
  EXPECT_FALSE(needs_two_officers(report)) << "for ourselves";
  report.report.releasable_to = {kUs};
  EXPECT_TRUE(needs_two_officers(report));
  EXPECT_TRUE(needs_two_officers(FileReport{report.report}));
  EXPECT_FALSE(needs_two_officers(FreezeRelation{})) << "whoever is on watch alone must be able to";
  EXPECT_FALSE(needs_two_officers(StepFlight{}));
}

}  // namespace
}  // namespace tansiq::node
