// Versions of the charter beside a founding one: whose keys may be trusted for being there.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "base/file.h"
#include "base/limits.h"
#include "base/temporary_folder.h"
#include "node/coalition_figures.h"
#include "node/data_dir.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

class VersionsBesideTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto started = LoopbackCoalition::start(folder_.path(), 2);
    ASSERT_TRUE(started.has_value()) << started.error().text();
    coalition_ = std::move(*started);
    ASSERT_TRUE(coalition_->stop(0).has_value());
    data_ = coalition_->config(0).data_dir;
    founding_ = *read_file(data_ / "charter.note", kNoteBytesMax);
    next_ = coalition_->founding();
    next_.version = 2;
    next_.valid_from = next_.valid_from + 86'400'000;
  }
  void keep(const std::string& note) const { std::ofstream(version_path(data_, 2), std::ios::binary) << note; }

  TemporaryFolder folder_;
  std::unique_ptr<LoopbackCoalition> coalition_;
  std::filesystem::path data_;
  std::string founding_;
  core::Charter next_;
};

TEST_F(VersionsBesideTest, ASuccessorIsTaken) {
  EXPECT_TRUE(versions_beside(data_, founding_)->later.empty());
  keep(*coalition_->sign(next_, {0, 1}));
  const auto found = versions_beside(data_, founding_);
  ASSERT_TRUE(found.has_value()) << found.error().text();
  ASSERT_EQ(found->later.size(), 1U);
  EXPECT_EQ(found->later[0].version, 2);
}

/// Whoever hands over a folder could name keys of his own in it.
TEST_F(VersionsBesideTest, OneThatItsMembersHaveNotSignedIsRefused) {
  const auto forger = log::SignerKey::generate("b.tansiq.test/main", log::KeyType::kEd25519);
  ASSERT_TRUE(forger.has_value());
  next_.authorities[1].keys = {forger->verifier().text()};
  keep(*coalition_->sign(next_, {0}));
  const auto refused = versions_beside(data_, founding_);
  ASSERT_FALSE(refused.has_value());
  EXPECT_THAT(refused.error().text(), HasSubstr("charter-2.note"));
  EXPECT_THAT(refused.error().text(), HasSubstr("sign"));
}

}  // namespace
}  // namespace tansiq::node
