#include "log/charter_succession.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "log/bundle_report.h"
#include "log/bundle_testlib.h"
#include "log/note.h"

namespace tansiq::log {
namespace {

using testing::CharterMaker;
using testing::CharterParty;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CharterSuccessionTest : public ::testing::Test {
 protected:
  /// Of the next version, signed by these.
  CharterSuccession judged(const std::vector<const SignerKey*>& signers) const {
    const auto step = charter_succession(old.note({&us.key, &fr.key}), next.note(signers));
    EXPECT_TRUE(step.has_value()) << step.error().text();
    return step.value_or(CharterSuccession{});
  }

  CharterParty us{"us", 1}, fr{"fr", 2}, de{"de", 3};
  CharterMaker old{{us, fr}, 1};
  CharterMaker next{{us, fr}, 2};
};

TEST_F(CharterSuccessionTest, AVersionThatChangesNothingNeedsTheOwnersAlone) {
  const CharterSuccession step = judged({&us.key, &fr.key});
  EXPECT_TRUE(step.proved()) << step.fault;
  EXPECT_THAT(step.concerned, IsEmpty());
  EXPECT_THAT(judged({&us.key}).missing, ElementsAre("fr")) << "it owns a zone";
}

TEST_F(CharterSuccessionTest, AKeyRollsOverBySigningWithTheOldOne) {
  const SignerKey fresh = testing::charter_key("fr", 7);
  next.parties[1].keys = {fresh.verifier().text()};
  EXPECT_TRUE(judged({&us.key, &fr.key, &fresh}).proved());
  const CharterSuccession taken = judged({&us.key, &fresh});
  EXPECT_FALSE(taken.proved()) << "whoever puts in a key of his own must not vouch for it with that";
  EXPECT_THAT(taken.concerned, ElementsAre("fr"));
  EXPECT_THAT(taken.missing, ElementsAre("fr"));
}

TEST_F(CharterSuccessionTest, WhoJoinsSignsWithHisOwnKey) {
  next.parties.push_back(de);
  EXPECT_THAT(judged({&us.key, &fr.key}).missing, ElementsAre("de"));
  EXPECT_TRUE(judged({&us.key, &fr.key, &de.key}).proved());
}

TEST_F(CharterSuccessionTest, WhoIsStruckOutNeedNotAgree) {
  next.parties.pop_back();
  const CharterSuccession step = judged({&us.key});
  EXPECT_THAT(step.concerned, ElementsAre("us"));
  EXPECT_TRUE(step.proved());
}

TEST_F(CharterSuccessionTest, WhatConcernsAllNeedsAll) {
  next.timing = R"({"clock_error_ms":1})";
  EXPECT_THAT(judged({&us.key, &fr.key}).concerned, ElementsAre("fr", "us"));
}

TEST_F(CharterSuccessionTest, SomeThingsNoSignatureAllows) {
  const auto fault = [&] { return judged({&us.key, &fr.key}).fault; };
  next.id = "other";
  EXPECT_THAT(fault(), HasSubstr("another charter"));
  next = CharterMaker{{us, fr}, 3};
  EXPECT_THAT(fault(), HasSubstr("numbers"));
  next = CharterMaker{{us, fr}, 2};
  next.from_ms = old.from_ms;
  EXPECT_THAT(fault(), HasSubstr("begins no later"));
  next = CharterMaker{{us, fr}, 2};
  next.domain = "sea";
  EXPECT_THAT(fault(), HasSubstr("from air to sea"));
  next = CharterMaker{{us, fr}, 2};
  next.parties[1].keys = {testing::charter_key("fr", 7, "fr.elsewhere/main").verifier().text()};
  EXPECT_THAT(fault(), HasSubstr("the logs of fr"));
}

TEST_F(CharterSuccessionTest, WhatIsNoCharterFails) {
  EXPECT_FALSE(charter_succession("nonsense", next.note({&us.key})).has_value());
  EXPECT_FALSE(charter_succession(old.note({&us.key}), next.note({&de.key})).has_value()) << "signed by a stranger";
}

// --- in a bundle: two versions, the logs signed under the second -----------------------------------------------------

class BundledCharters : public CharterSuccessionTest {
 protected:
  BundledCharters() {
    // The names of keys in the world of bundles; `fr` has rolled over to the key that it signs its log with there.
    us = CharterParty{"us", 2};
    fr = CharterParty{"fr", 9};
    now = CharterParty{"fr", 1};
    old = CharterMaker{{us, fr}, 1};
    next = CharterMaker{{us, now}, 2};
    for (CharterMaker* charter : {&old, &next}) {
      charter->parties[0].cosigner = world.us.cosigner.verifier().text();
      charter->parties[1].cosigner = world.fr.cosigner.verifier().text();
    }
  }
  BundleReport report(const std::string& first, const std::string& second, bool trust_first) {
    std::erase_if(world.parts, [](const BundlePart& part) { return part.kind == BundleKind::kCharter; });
    world.parts.insert(world.parts.begin(), {{.kind = BundleKind::kCharter, .name = "1", .content = first},
                                             {.kind = BundleKind::kCharter, .name = "2", .content = second}});
    VerifyBundleOptions options;
    if (trust_first) options.charters.push_back(first);
    return testing::verify_bytes(testing::bundle_bytes(world.parts), options);
  }

  testing::BundleWorld world;
  CharterParty now{"fr", 1};
};

TEST_F(BundledCharters, ALaterVersionThatFollowsOneThatIsGivenCountsAsGiven) {
  const BundleReport good =
      report(old.note({&us.key, &fr.key}), next.note({&us.key, &fr.key, &now.key}), /*trust_first=*/true);
  EXPECT_TRUE(good.good()) << good.findings.front().detail;
  ASSERT_EQ(good.charters.size(), 2U);
  EXPECT_TRUE(good.charters[0].given);
  EXPECT_FALSE(good.charters[1].given);
  EXPECT_TRUE(good.charters[1].vouched);
  ASSERT_TRUE(good.charters[1].follows.has_value());
  EXPECT_THAT(good.charters[1].follows->step.concerned, ElementsAre("fr"));
  const std::string text = bundle_text(good, {});
  EXPECT_THAT(text, HasSubstr("Version 2 of the charter follows version 1 as its rules say"));
  EXPECT_THAT(text, HasSubstr("Version 2 counts as given"));
}

TEST_F(BundledCharters, OneThatDoesNotFollowVouchesForNothing) {
  const BundleReport forged = report(old.note({&us.key, &fr.key}), next.note({&us.key, &now.key}), true);
  EXPECT_FALSE(forged.good());
  EXPECT_FALSE(forged.charters[1].vouched);
  ASSERT_FALSE(forged.findings.empty());
  EXPECT_EQ(forged.findings[0].fault, BundleFault::kNotVouched);
  // With nothing to trust all fits together, and it is said that the one is not proved to follow the other.
  const BundleReport alone = report(old.note({&us.key, &fr.key}), next.note({&us.key, &now.key}), false);
  EXPECT_TRUE(alone.good());
  for (const std::string language : {"ar", "en", "fr", "ru"}) {
    EXPECT_THAT(bundle_text(alone, {.language = *parse_language(language)}), HasSubstr("fr"));
  }
  EXPECT_THAT(bundle_text(alone, {}), HasSubstr("it needs a signature of fr that is not there"));
  EXPECT_THAT(bundle_json(alone),
              HasSubstr(R"("follows":{"concerned":["fr"],"missing":["fr"],"proved":false,"version":1})"));
}

TEST_F(BundledCharters, AVersionWithoutTheOneBeforeIsSaidToBe) {
  const std::string note = next.note({&us.key, &now.key});
  std::erase_if(world.parts, [](const BundlePart& part) { return part.kind == BundleKind::kCharter; });
  world.parts.insert(world.parts.begin(), {.kind = BundleKind::kCharter, .name = "2", .content = note});
  const BundleReport alone = testing::verify_bytes(testing::bundle_bytes(world.parts));
  EXPECT_TRUE(alone.good());
  EXPECT_THAT(bundle_text(alone, {}), HasSubstr("That version 2 of the charter follows the one before it"));
}

}  // namespace
}  // namespace tansiq::log
