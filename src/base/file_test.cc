#include "base/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "base/temporary_folder.h"

namespace tansiq {
namespace {

TEST(ReadFile, GivesAllBytesUpToTheBound) {
  const TemporaryFolder folder;
  const std::string text("a\0b\n", 4);
  std::ofstream(folder.file("f"), std::ios::binary) << text;
  EXPECT_EQ(read_file(folder.file("f"), 4).value(), text);
  const auto refused = read_file(folder.file("f"), 3);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::kTooLarge);
  EXPECT_EQ(refused.error().where, folder.file("f"));
  std::ofstream(folder.file("empty"), std::ios::binary);
  EXPECT_EQ(read_file(folder.file("empty"), 0).value(), "");
}

TEST(ReadFile, TakesNothingButFiles) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo(folder.file("pipe").c_str(), 0600), 0);
  for (const std::string& path : {folder.file("none"), folder.file("pipe"), folder.path().string()}) {
    const auto refused = read_file(path, 100);
    ASSERT_FALSE(refused.has_value()) << path;
    EXPECT_EQ(refused.error().code, ErrorCode::kNotFound) << path;
  }
}

}  // namespace
}  // namespace tansiq
