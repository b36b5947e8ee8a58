#include "coordination/disclosure_content.h"

#include <gtest/gtest.h>

#include "coordination/coalition_testlib.h"

namespace tansiq::coordination {
namespace {

const AuthorityId kFr = AuthorityId::trusted("fr");
const AuthorityId kRu = AuthorityId::trusted("ru");
const AuthorityId kUs = AuthorityId::trusted("us");

OwnSource source() {
  return {.source = "flight M1",
          .call_sign = "MIRAGE1",
          .domain = core::RelationDomain::kAir,
          .state = "filed",
          .changed = testing::kNoon,
          .volumes = {testing::volume({3010, 4010, 3020, 4020, 200, 210}, testing::minutes(3), testing::minutes(9))}};
}

ShareContent content(ShareLevel level) {
  ShareContent out = content_at(source(), level, {});
  out.as_of = testing::kNoon;
  out.from = kUs;
  out.to = kFr;
  out.onward = {kRu};
  out.share = ShareId::trusted("s-1");
  return out;
}

TEST(DisclosureContent, EachLevelTellsWhatItMay) {
  const ShareContent busy = content(ShareLevel::kBusy);
  const ShareContent coarse = content(ShareLevel::kCoarse);
  for (const ShareContent& less : {busy, coarse}) {
    EXPECT_FALSE(less.call_sign || less.source || less.state || less.tracks);
    EXPECT_NE(less.volumes, source().volumes);
    EXPECT_EQ(less.volumes.size(), 1U);
  }
  EXPECT_NE(busy.volumes, coarse.volumes);
  const ShareContent full = content(ShareLevel::kFull);
  EXPECT_EQ(full.call_sign, "MIRAGE1");
  EXPECT_EQ(full.source, "flight M1");
  EXPECT_EQ(full.state, "filed");
  EXPECT_EQ(full.volumes, source().volumes);
  EXPECT_FALSE(full.tracks);
  EXPECT_TRUE(content(ShareLevel::kLive).tracks);
  EXPECT_TRUE(content(ShareLevel::kNone).volumes.empty());
}

TEST(DisclosureContent, AnOpeningIsVerified) {
  const ShareKey key = ShareKey::derive(log::sha256("secret").view());
  const SealedShare sealed = seal(content(ShareLevel::kFull), key);
  EXPECT_EQ(sealed.hash, log::sha256(sealed.bytes));
  const auto opened = open_share(sealed.hash, sealed.bytes);
  ASSERT_TRUE(opened.has_value()) << opened.error().text();
  EXPECT_EQ(*opened, content(ShareLevel::kFull));
  // Another salt, another content, another commitment: no opening.
  for (const std::size_t at : {std::size_t{0}, kShareSaltBytes + 3}) {
    std::string other = sealed.bytes;
    other[at] = static_cast<char>(other[at] ^ 1);
    EXPECT_EQ(open_share(sealed.hash, other).error().code, ErrorCode::kCorrupt);
  }
  EXPECT_EQ(open_share(log::sha256("other"), sealed.bytes).error().code, ErrorCode::kCorrupt);
  EXPECT_EQ(open_share(sealed.hash, "").error().code, ErrorCode::kMalformed);
}

TEST(DisclosureContent, AGuessIsNoUseWithoutTheSalt) {
  const ShareContent guessed = content(ShareLevel::kCoarse);
  const SealedShare sealed = seal(guessed, ShareKey::derive(log::sha256("secret").view()));
  EXPECT_NE(seal(guessed, ShareKey::derive(log::sha256("another").view())).hash, sealed.hash);
  EXPECT_NE(log::sha256(sealed.bytes.substr(kShareSaltBytes)), sealed.hash);
  // The same content is sealed to the same hash: that is how a change is found.
  EXPECT_EQ(seal(guessed, ShareKey::derive(log::sha256("secret").view())).hash, sealed.hash);
}

TEST(DisclosureContent, IdsCannotBeJoined) {
  const ShareKey key = ShareKey::derive(log::sha256("secret").view());
  EXPECT_EQ(share_id(key, "flight M1", kFr), share_id(key, "flight M1", kFr));
  EXPECT_NE(share_id(key, "flight M1", kFr), share_id(key, "flight M1", kRu));
  EXPECT_NE(share_id(key, "flight M1", kFr), share_id(key, "flight M2", kFr));
  EXPECT_TRUE(ShareId::parse(share_id(key, "flight M1", kFr).str()).has_value());
}

}  // namespace
}  // namespace tansiq::coordination
