#include "cli/context.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <csignal>
#include <fstream>

#include "base/temporary_folder.h"

namespace tansiq::cli {
namespace {

namespace fs = std::filesystem;

using ::testing::HasSubstr;

class WriteText : public ::testing::Test {
 protected:
  [[nodiscard]] fs::path file(std::string_view name) const { return folder_.path() / name; }
  [[nodiscard]] static std::string text_of(const fs::path& file) {
    return read_text(file.string(), 1'000).value_or("");
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(folder_.path()), fs::directory_iterator()));
  }
  TemporaryFolder folder_;
};

TEST_F(WriteText, ANewFileIsNobodysLoss) {
  ASSERT_TRUE(write_text(file("a"), "one", 0600, /*replace=*/false));
  EXPECT_EQ(text_of(file("a")), "one");
  EXPECT_EQ(fs::status(file("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const Status again = write_text(file("a"), "two", 0600, /*replace=*/false);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  EXPECT_EQ(text_of(file("a")), "one");
}

TEST_F(WriteText, ReplacesWholeAndLeavesNothingBeside) {
  ASSERT_TRUE(write_text(file("a"), "one", 0600, /*replace=*/true));
  ASSERT_TRUE(write_text(file("a"), "two", 0644, /*replace=*/true));
  EXPECT_EQ(text_of(file("a")), "two");
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(fs::status(file("a")).permissions(), fs::perms::owner_read | fs::perms::owner_write) << "as it was";
}

TEST_F(WriteText, AnothersFileBesideIsLeftAlone) {
  ASSERT_TRUE(write_text(file("a"), "one", 0600, /*replace=*/true));
  std::ofstream(file("a.new")) << "a proposal";
  ASSERT_TRUE(write_text(file("a"), "two", 0600, /*replace=*/true));
  EXPECT_EQ(text_of(file("a.new")), "a proposal");
}

// A limit of the process stands for a disk that is full.
TEST_F(WriteText, WhatStandsThereStaysWhenTheNewCannotBeWritten) {
  ASSERT_TRUE(write_text(file("a"), "one", 0600, /*replace=*/true));
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit four_bytes{.rlim_cur = 4, .rlim_max = before.rlim_max};
  const auto handler = std::signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &four_bytes), 0);
  const Status replaced = write_text(file("a"), "two and more", 0600, /*replace=*/true);
  const Status made = write_text(file("b"), "two and more", 0600, /*replace=*/false);
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  std::signal(SIGXFSZ, handler);
  for (const Status& status : {replaced, made}) {
    ASSERT_FALSE(status);
    EXPECT_EQ(status.error().code, ErrorCode::kIo);
    EXPECT_THAT(status.error().text(), HasSubstr("cannot be written"));
  }
  EXPECT_EQ(text_of(file("a")), "one");
  EXPECT_EQ(files(), 1U);
}

TEST_F(WriteText, ALinkStaysALink) {
  ASSERT_TRUE(write_text(file("a"), "one", 0600, /*replace=*/true));
  fs::create_symlink("a", file("link"));
  ASSERT_TRUE(write_text(file("link"), "two", 0600, /*replace=*/true));
  EXPECT_TRUE(fs::is_symlink(file("link")));
  EXPECT_EQ(text_of(file("a")), "two");
  fs::create_symlink("not there yet", file("ahead"));
  ASSERT_TRUE(write_text(file("ahead"), "three", 0600, /*replace=*/true));
  EXPECT_TRUE(fs::is_symlink(file("ahead")));
  EXPECT_EQ(text_of(file("not there yet")), "three");
}

TEST_F(WriteText, ADeviceIsWrittenTo) {
  EXPECT_TRUE(write_text("/dev/null", "one", 0600, /*replace=*/true));
  const Status full = write_text("/dev/full", "one", 0600, /*replace=*/true);
  ASSERT_FALSE(full);
  EXPECT_EQ(full.error().code, ErrorCode::kIo);
  EXPECT_THAT(full.error().text(), HasSubstr("/dev/full"));
}

}  // namespace
}  // namespace tansiq::cli
