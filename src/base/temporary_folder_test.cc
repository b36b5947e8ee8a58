#include "base/temporary_folder.h"

#include <gtest/gtest.h>

#include <fstream>

namespace tansiq {
namespace {

namespace fs = std::filesystem;

TEST(TemporaryFolder, IsGoneWithAllThatIsInIt) {
  fs::path path;
  {
    const TemporaryFolder folder("purpose");
    path = folder.path();
    EXPECT_TRUE(fs::is_directory(path));
    EXPECT_EQ(path.filename().string().rfind("tansiq-purpose-", 0), 0U);
    EXPECT_NE(TemporaryFolder("purpose").path(), path);
    fs::create_directories(path / "a/b");
    std::ofstream(folder.file("a/b/c")) << "text";
    EXPECT_TRUE(fs::exists(path / "a/b/c"));
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST(TemporaryFolder, MovesAndIsKept) {
  const TemporaryFolder parent;
  auto made = TemporaryFolder::make("inner", parent.path());
  ASSERT_TRUE(made.has_value());
  const fs::path path = made->path();
  EXPECT_EQ(path.parent_path(), parent.path());
  {
    TemporaryFolder moved = std::move(*made);
    EXPECT_EQ(moved.path(), path);
    moved.keep();
  }
  EXPECT_TRUE(fs::exists(path));
  const auto nowhere = TemporaryFolder::make("inner", parent.path() / "nothing");
  ASSERT_FALSE(nowhere.has_value());
  EXPECT_EQ(nowhere.error().code, ErrorCode::kIo);
}

}  // namespace
}  // namespace tansiq
