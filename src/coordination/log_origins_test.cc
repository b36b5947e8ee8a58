#include "coordination/log_origins.h"

#include <gtest/gtest.h>

namespace tansiq::coordination {
namespace {

core::Authority authority(std::string_view id, std::string_view key_name) {
  const auto key = log::SignerKey::from_seed(key_name, log::KeyType::kEd25519, Bytes(32, std::uint8_t{7}));
  return {AuthorityId::trusted(id), std::string(id), {key->verifier().text()}};
}

TEST(LogOrigins, FollowFromTheMainLog) {
  core::Charter charter;
  charter.authorities = {authority("us", "us.example/main"), authority("fr", "fr.example/main")};
  const auto origins = Origins::make(charter);
  ASSERT_TRUE(origins.has_value()) << origins.error().text();
  const LogName pair{AuthorityId::trusted("us"), LogName::Kind::kPair, AuthorityId::trusted("fr")};
  EXPECT_EQ(origins->origin(pair), "us.example/with/fr");
  EXPECT_EQ(origins->log("us.example/with/fr"), pair);
  EXPECT_EQ(origins->log("fr.example/members"), (LogName{AuthorityId::trusted("fr"), LogName::Kind::kMembers, {}}));
  EXPECT_EQ(origins->log("ru.example/members"), std::nullopt);
}

TEST(LogOrigins, OneKeySignsThemUnderTheirOwnNames) {
  const core::Authority us = authority("us", "us.example/main");
  const auto keys = log_keys(us, "us.example/members");
  ASSERT_TRUE(keys.has_value());
  ASSERT_EQ(keys->size(), 1U);
  EXPECT_EQ(keys->front().name(), "us.example/members");
  EXPECT_NE(keys->front().id(), log::VerifierKey::parse(us.keys.front())->id()) << "the name is part of the id";
}

TEST(LogOrigins, NeedAPathAndNamesOfTheirOwn) {
  EXPECT_EQ(members_origin("us.example").error().text(),
            "origin: the main log is called \"us.example\", which leaves no name for the others: call it "
            "\"<host>/main\"");
  EXPECT_FALSE(members_origin("us.example/members").has_value());
  core::Charter charter;
  charter.authorities = {authority("us", "a.example/main"), authority("fr", "a.example/main")};
  EXPECT_EQ(Origins::make(charter).error().message, "two logs are called \"a.example/main\"");
}

}  // namespace
}  // namespace tansiq::coordination
