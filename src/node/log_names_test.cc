#include "node/log_names.h"

#include <gtest/gtest.h>

#include "log/checkpoint.h"

namespace tansiq::node {
namespace {

core::Authority authority(const std::vector<std::string>& keys) {
  return {.id = AuthorityId::trusted("us"), .name = "US", .keys = keys};
}

TEST(LogNames, FollowFromTheMainLog) {
  EXPECT_EQ(members_origin("us.example/main"), "us.example/members");
  EXPECT_EQ(pair_origin("us.example/main", AuthorityId::trusted("fr")), "us.example/with/fr");
  EXPECT_EQ(members_origin("us.example/air/main"), "us.example/air/members");
}

TEST(LogNames, RefuseWhatLeavesNoName) {
  EXPECT_EQ(members_origin("main").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(members_origin("/main").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(members_origin("us.example/members").error().code, ErrorCode::kInvalid);
  EXPECT_EQ(pair_origin("us.example/main", AuthorityId::trusted("F_R")).error().code, ErrorCode::kInvalid);
}

TEST(LogNames, TheSameKeySignsEachLogUnderItsOwnName) {
  const auto main = *log::SignerKey::generate("us.example/main", log::KeyType::kEd25519);
  const auto other = *log::SignerKey::generate("us.example/chief", log::KeyType::kEd25519);
  const auto us = authority({main.verifier().text(), other.verifier().text()});
  EXPECT_EQ(main_origin(us), "us.example/main");
  const std::string origin = *members_origin("us.example/main");
  const auto keys = log_keys(us, origin);
  ASSERT_TRUE(keys);
  ASSERT_EQ(keys->size(), 1U);  // a key of another name signs no log
  const auto signer = main.renamed(origin);
  ASSERT_TRUE(signer);
  EXPECT_EQ(signer->verifier(), keys->front());

  const log::Hash root = log::sha256(std::string_view("tree"));
  const auto note = log::sign_checkpoint({.origin = origin, .size = 3, .root = root, .extensions = {}}, *signer);
  ASSERT_TRUE(note);
  EXPECT_TRUE(log::open_checkpoint(*note, *keys));
  // The line of one log does not pass under another's name.
  EXPECT_FALSE(log::open_checkpoint(*note, *log_keys(us, "us.example/with/fr")));
}

TEST(LogNames, AnAuthorityWithoutAKeyHasNoLog) {
  EXPECT_FALSE(main_origin(authority({})));
  EXPECT_FALSE(main_origin(authority({"nonsense"})));
  const auto cosigner = *log::SignerKey::generate("us.example/main", log::KeyType::kEd25519Cosignature);
  EXPECT_FALSE(log_keys(authority({cosigner.verifier().text()}), "us.example/members"));
}

TEST(LogNames, KeysOfTheStoreAreShortAndDiffer) {
  const std::string origin = "us.example/" + std::string(240, 'x');
  const auto fr = AuthorityId::trusted("fr");
  EXPECT_LE(receipt_meta_key(origin, fr).size(), 128U);
  EXPECT_NE(receipt_meta_key(origin, fr), receipt_meta_key(origin, AuthorityId::trusted("uk")));
  EXPECT_NE(receipt_meta_key(origin, fr), receipt_meta_key("us.example/members", fr));
  EXPECT_NE(fork_meta_key(origin), fork_meta_key("us.example/members"));
}

}  // namespace
}  // namespace tansiq::node
