// Accounts and the watch as they are kept; the secret of one officer.
#include "node/officer_book.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sodium.h>

#include <filesystem>
#include <fstream>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "node/officer_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

template <class T>
ErrorCode code(const Result<T>& result) {
  EXPECT_FALSE(result.has_value());
  return result ? ErrorCode::kInternal : result.error().code;
}

class Officers : public ::testing::Test {
 protected:
  Officers() { reopen(); }
  void reopen() {
    auto opened = OfficerBook::open(folder.path());
    ASSERT_TRUE(opened.has_value()) << opened.error().text();
    book = std::move(*opened);
  }
  void add(const std::string& name, OfficerRole role = OfficerRole::kOfficer,
           Provisional provisional = Provisional::kNo) {
    const Status added = book->add(name, role, secret, provisional);
    ASSERT_TRUE(added.has_value()) << added.error().text();
  }
  [[nodiscard]] std::vector<std::string> on_watch() const {
    std::vector<std::string> out;
    for (const WatchKeeper& keeper : book->watch()) out.push_back(keeper.name);
    return out;
  }
  [[nodiscard]] std::string text() const { return read_file(folder.file("officers.json"), 1U << 20).value_or(""); }
  void write(const std::string& content, std::filesystem::perms mode = std::filesystem::perms::owner_read |
                                                                       std::filesystem::perms::owner_write) const {
    std::ofstream(folder.file("officers.json"), std::ios::trunc) << content;
    std::filesystem::permissions(folder.file("officers.json"), mode);
  }

  TemporaryFolder folder;
  OfficerSecret secret = test_secret();
  std::unique_ptr<OfficerBook> book;
};

TEST_F(Officers, WhatIsSaidIsThereAfterARestart) {
  EXPECT_TRUE(book->empty());
  add("chief", OfficerRole::kSupervisor);
  add("duty");
  add("night", OfficerRole::kOfficer, Provisional::kYes);
  ASSERT_TRUE(book->take_watch("duty", UtcMs{5'000}).has_value());
  ASSERT_TRUE(book->offer_watch("duty", "chief").has_value());
  ASSERT_TRUE(book->change("night", OfficerRole::kObserver, true).has_value());
  const auto accounts = book->accounts();
  const auto watch = book->watch();
  reopen();
  EXPECT_EQ(book->accounts(), accounts);
  EXPECT_EQ(book->watch(), watch);
  EXPECT_EQ(book->find("duty")->secret, secret);
  EXPECT_EQ(book->watch().front().offered, "chief");
}

TEST_F(Officers, TheFileIsForTheOwnerOnlyAndHoldsNoSecret) {
  add("duty");
  const auto mode = std::filesystem::status(folder.file("officers.json")).permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
  EXPECT_THAT(text(), HasSubstr("$argon2id$"));
  EXPECT_THAT(text(), Not(HasSubstr(kTestPassword)));
  const std::string good = text();
  write(good, std::filesystem::perms::owner_read | std::filesystem::perms::group_read);
  EXPECT_EQ(code(OfficerBook::open(folder.path())), ErrorCode::kForbidden);
}

TEST_F(Officers, WhatThisProgramDoesNotWriteIsRefused) {
  add("duty");
  ASSERT_TRUE(book->take_watch("duty", UtcMs{5'000}).has_value());
  const std::string good = text();
  const auto refused = [&](const std::string& from, const std::string& to) {
    std::string bad = good;
    const auto at = bad.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    bad.replace(at, from.size(), to);
    write(bad);
    EXPECT_EQ(code(OfficerBook::open(folder.path())), ErrorCode::kCorrupt) << to;
  };
  refused(R"("version":1)", R"("version":2)");
  refused(R"("role":"officer")", R"("role":"minister")");
  refused(R"("revision":1)", R"("revision":0)");               // an epoch beyond it
  refused(R"("watch":)", R"("wards":[],"watch":)");            // an unknown member
  refused(R"("disabled":false)", R"("disabled":true)");        // on watch, and may not act
  refused(R"("passes":1)", R"("passes":2)");                   // the hash is at another cost
  refused(R"("memory_kib":8)", R"("memory_kib":4000000000)");  // more memory than there is
  refused("$argon2id$v=19", "$argon2id$v=99");
  write(good.substr(0, good.size() / 2));
  EXPECT_EQ(code(OfficerBook::open(folder.path())), ErrorCode::kCorrupt);
  write(good);
  reopen();
}

TEST_F(Officers, NamesAreOfOneKind) {
  for (const std::string bad : {"", "Duty", "duty officer", "-duty", "дежурный", "duty@us", "a\nb", "../duty",
                                "abcdefghijklmnopqrstuvwxyzabcdefg"}) {
    EXPECT_EQ(code(book->add(bad, OfficerRole::kOfficer, secret, Provisional::kNo)), ErrorCode::kInvalid) << bad;
  }
  add("duty.1");
  EXPECT_EQ(code(book->add("duty.1", OfficerRole::kOfficer, secret, Provisional::kNo)), ErrorCode::kConflict);
  EXPECT_EQ(code(book->change("nobody", OfficerRole::kOfficer, {})), ErrorCode::kNotFound);
  EXPECT_EQ(code(book->remove("nobody")), ErrorCode::kNotFound);
}

TEST_F(Officers, ThereAreNoMoreThanSoMany) {
  for (std::size_t i = 0; i < kOfficersMax; ++i) add("o" + std::to_string(i));
  EXPECT_EQ(code(book->add("one-more", OfficerRole::kOfficer, secret, Provisional::kNo)), ErrorCode::kTooLarge);
  reopen();
  EXPECT_EQ(book->accounts().size(), kOfficersMax);
}

TEST_F(Officers, AnEpochIsNeverGivenTwice) {
  add("duty");
  const auto first = book->find("duty")->epoch;
  ASSERT_TRUE(book->change("duty", OfficerRole::kObserver, {}).has_value());
  const auto second = book->find("duty")->epoch;
  EXPECT_GT(second, first);
  ASSERT_TRUE(book->change("duty", OfficerRole::kObserver, false).has_value());
  EXPECT_EQ(book->find("duty")->epoch, second) << "nothing has changed";
  ASSERT_TRUE(book->remove("duty").has_value());
  reopen();
  add("duty");
  EXPECT_GT(book->find("duty")->epoch, second) << "another account under an old name is another account";
  EXPECT_EQ(code(book->set_secret("duty", second, secret, Provisional::kNo)), ErrorCode::kVersionMismatch);
}

TEST_F(Officers, TheLastSupervisorStays) {
  add("chief", OfficerRole::kSupervisor);
  add("deputy", OfficerRole::kSupervisor);
  ASSERT_TRUE(book->change("deputy", {}, true).has_value());
  EXPECT_EQ(code(book->change("chief", OfficerRole::kOfficer, {})), ErrorCode::kWrongState);
  EXPECT_EQ(code(book->change("chief", {}, true)), ErrorCode::kWrongState);
  EXPECT_EQ(code(book->remove("chief")), ErrorCode::kWrongState);
  ASSERT_TRUE(book->change("deputy", {}, false).has_value());
  EXPECT_TRUE(book->remove("chief").has_value());
}

// The watch
// ---------------------------------------------------------------------------------------------------------------------

TEST_F(Officers, WhoHandsOverStaysUntilTheOtherHasTakenIt) {
  add("duty");
  add("night");
  EXPECT_FALSE(book->attended());
  EXPECT_EQ(code(book->offer_watch("duty", "night")), ErrorCode::kWrongState);
  ASSERT_TRUE(book->take_watch("duty", UtcMs{1}).has_value());
  EXPECT_EQ(code(book->offer_watch("duty", "duty")), ErrorCode::kInvalid);
  EXPECT_EQ(code(book->offer_watch("duty", "nobody")), ErrorCode::kNotFound);
  ASSERT_TRUE(book->offer_watch("duty", "night").has_value());
  EXPECT_THAT(on_watch(), ElementsAre("duty")) << "an offer is no watch";
  ASSERT_TRUE(book->take_watch("night", UtcMs{2}).has_value());
  EXPECT_THAT(on_watch(), ElementsAre("night"));
  EXPECT_EQ(code(book->leave_watch("duty")), ErrorCode::kWrongState);
  EXPECT_EQ(*book->leave_watch("night"), WatchEnd::kNobodyLeft);
  EXPECT_FALSE(book->attended());
}

TEST_F(Officers, NobodyIsOnWatchWhoMayNotAct) {
  add("chief", OfficerRole::kSupervisor);
  add("guest", OfficerRole::kObserver);
  add("fresh", OfficerRole::kOfficer, Provisional::kYes);
  EXPECT_EQ(code(book->take_watch("guest", UtcMs{1})), ErrorCode::kForbidden);
  EXPECT_EQ(code(book->take_watch("fresh", UtcMs{1})), ErrorCode::kForbidden);
  EXPECT_EQ(code(book->take_watch("nobody", UtcMs{1})), ErrorCode::kNotFound);
  ASSERT_TRUE(book->take_watch("chief", UtcMs{1}).has_value());
  EXPECT_EQ(code(book->offer_watch("chief", "guest")), ErrorCode::kForbidden);
  for (const auto& leave : std::vector<std::function<Status()>>{
           [&] { return book->change("duty", OfficerRole::kObserver, {}); },
           [&] { return book->change("duty", {}, true); },
           [&] { return book->set_secret("duty", book->find("duty")->epoch, secret, Provisional::kYes); },
           [&] { return book->remove("duty"); }}) {
    if (book->find("duty")) {
      ASSERT_TRUE(book->remove("duty").has_value());
    }
    add("duty");
    ASSERT_TRUE(book->take_watch("duty", UtcMs{1}).has_value());
    ASSERT_TRUE(book->offer_watch("chief", "duty").has_value());
    ASSERT_TRUE(leave().has_value());
    EXPECT_THAT(on_watch(), ElementsAre("chief"));
    EXPECT_EQ(book->watch().front().offered, "") << "nobody is left to take it";
    reopen();
  }
}

TEST_F(Officers, AWatchDoesNotLastForEver) {
  add("duty");
  add("night");
  ASSERT_TRUE(book->take_watch("duty", UtcMs{0}).has_value());
  ASSERT_TRUE(book->take_watch("night", UtcMs{1}).has_value());
  EXPECT_THAT(*book->end_long_watches(UtcMs{kWatchMsMax - 1}), ElementsAre());
  EXPECT_THAT(*book->end_long_watches(UtcMs{kWatchMsMax}), ElementsAre("duty"));
  EXPECT_THAT(on_watch(), ElementsAre("night"));
}

// The secret
// ---------------------------------------------------------------------------------------------------------------------

TEST(OfficerSecret, ThePasswordAloneOpensTheKey) {
  const OfficerSecret secret = test_secret();
  EXPECT_TRUE(password_fits(&secret, kTestPassword, kTestCost));
  EXPECT_FALSE(password_fits(&secret, "correct horse batterz", kTestCost));
  EXPECT_FALSE(password_fits(&secret, "", kTestCost));
  const auto key = open_key(secret, kTestPassword);
  ASSERT_TRUE(key.has_value());
  const auto signature = key->sign("I agree");
  EXPECT_TRUE(officer_signature_fits(secret.public_key, "I agree", signature));
  EXPECT_FALSE(officer_signature_fits(secret.public_key, "I disagree", signature));
  EXPECT_EQ(code(open_key(secret, "correct horse batterz")), ErrorCode::kUnauthenticated);
  EXPECT_NE(test_secret().public_key, secret.public_key) << "everybody has a key of his own";
}

TEST(OfficerSecret, AKeyPutUnderAnotherNameIsFound) {
  OfficerSecret secret = test_secret();
  const OfficerSecret other = test_secret();
  secret.key_box = other.key_box;
  secret.key_salt = other.key_salt;
  EXPECT_EQ(code(open_key(secret, kTestPassword)), ErrorCode::kCorrupt);
}

TEST(OfficerSecret, AChangedPasswordKeepsTheKey) {
  const OfficerSecret before = test_secret();
  EXPECT_EQ(code(change_secret(before, "not the password", "another good one", kTestCost)),
            ErrorCode::kUnauthenticated);
  const auto after = change_secret(before, kTestPassword, "another good one", kTestCost);
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->public_key, before.public_key);
  EXPECT_NE(after->key_salt, before.key_salt);
  EXPECT_TRUE(open_key(*after, "another good one").has_value());
  EXPECT_FALSE(open_key(*after, kTestPassword).has_value());
  EXPECT_FALSE(password_fits(&*after, kTestPassword, kTestCost));
}

TEST(OfficerSecret, WhoIsNobodyCostsTheSameWork) {
  // The stand-in must be a hash that is really computed: libsodium answers at once for what it cannot read.
  EXPECT_FALSE(password_fits(nullptr, kTestPassword, kTestCost));
  const std::string nobody = stand_in_hash(PasswordCost{});
  EXPECT_EQ(crypto_pwhash_str_needs_rehash(nobody.c_str(), PasswordCost{}.passes,
                                           static_cast<std::size_t>(PasswordCost{}.memory_kib) * 1'024),
            0);
}

TEST(OfficerSecret, PasswordsHaveARule) {
  EXPECT_TRUE(check_password_rule("twelve chars", "duty").has_value());
  EXPECT_TRUE(check_password_rule("двенадцать букв", "duty").has_value());
  for (const std::string& bad : {std::string(), std::string("eleven char"), std::string("шесть букв"),
                                 std::string("dutydutydutyduty"), std::string(20, 'x'), std::string(257, 'a') + "b",
                                 std::string("line\nfeed in it"), std::string("not utf-8 \xff\xfe\xfd")}) {
    EXPECT_FALSE(check_password_rule(bad, "duty").has_value()) << bad;
  }
}

}  // namespace
}  // namespace tansiq::node
