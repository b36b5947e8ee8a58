#include "net/file_watch.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "net/net_testlib.h"

namespace tansiq::net {
namespace {

void write(const std::string& file, std::string_view text) { std::ofstream(file) << text; }

TEST(FileWatch, SeesEveryWayOfReplacing) {
  const TemporaryFolder directory;
  const std::string a = directory.file("a");
  const std::string b = directory.file("b");
  write(a, "1");
  FileWatch watch({a, b});
  EXPECT_FALSE(watch.changed());
  write(a, "12");  // in place
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
  write(directory.file("new"), "12");
  std::filesystem::rename(directory.file("new"), a);  // renamed over, same size
  EXPECT_TRUE(watch.changed());
  write(b, "x");  // appears
  EXPECT_TRUE(watch.changed());
  std::filesystem::remove(b);
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
}

TEST(FileWatch, FollowsSymbolicLinks) {
  const TemporaryFolder directory;
  write(directory.file("one"), "1");
  write(directory.file("two"), "2");
  const std::string link = directory.file("link");
  std::filesystem::create_symlink(directory.file("one"), link);
  FileWatch watch({link});
  std::filesystem::remove(link);
  std::filesystem::create_symlink(directory.file("two"), link);
  EXPECT_TRUE(watch.changed());
  EXPECT_FALSE(watch.changed());
}

TEST(FileWatch, OfNothingSeesNothing) { EXPECT_FALSE(FileWatch().changed()); }

}  // namespace
}  // namespace tansiq::net
