// `tansiq feed` and `tansiq record`, as a person calls them, from file to file.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/temporary_folder.h"
#include "cli/commands.h"
#include "surveillance/replay.h"

namespace tansiq::cli {
namespace {

constexpr std::string_view kColumns = "time=t,id=i,latitude=a,longitude=o,baro_altitude=b:ft,speed=s:kt";

std::string bytes_of(const std::string& path) {
  std::ostringstream out;
  out << std::ifstream(path, std::ios::binary).rdbuf();
  return out.str();
}

/// Two craft over ten minutes.
std::string csv() {
  std::string out = "t,i,a,o,b,s\n";
  for (int i = 0; i < 60; ++i) {
    for (const char* craft : {"4840d6", "3c4591"}) {
      out +=
          std::to_string(1'767'355'200 + 10 * i) + "," + craft + ",50." + std::to_string(100 + i) + ",8.1,35000,400\n";
    }
  }
  return out;
}

class FeedTest : public ::testing::Test {
 protected:
  void SetUp() override { std::ofstream(file("in.csv"), std::ios::binary) << csv(); }
  [[nodiscard]] std::string file(std::string_view name) const { return folder_.file(name); }
  [[nodiscard]] int feed(const std::string& from, std::vector<std::string> more, const std::string& to) const {
    std::vector<std::string> words{"feed", file(from), "--to", "file:" + file(to), "--speed", "0"};
    words.insert(words.end(), more.begin(), more.end());
    return run_program(words);
  }
  [[nodiscard]] int feed_csv(const std::string& as, const std::string& to) const {
    return feed("in.csv", {"--as", as, "--columns", std::string(kColumns), "--ids", "icao"}, to);
  }

 private:
  TemporaryFolder folder_;
};

TEST_F(FeedTest, WhatIsFedIsRecordedAndFedAgainByteForByte) {
  for (const char* as : {"cat021", "cat062", "beast", "cot", "sbs"}) {
    SCOPED_TRACE(as);
    const std::string name(as);
    ASSERT_EQ(feed_csv(name, name), 0);
    const std::string format = name.starts_with("cat") ? "asterix" : name;
    ASSERT_EQ(run_program({"record", "--source", "file:" + file(name), "--as", format, "--out", file(name + ".tsr")}),
              0);
    ASSERT_EQ(feed(name + ".tsr", {}, name + "-again"), 0);
    EXPECT_EQ(bytes_of(file(name + "-again")), bytes_of(file(name)));
    EXPECT_FALSE(bytes_of(file(name)).empty());
  }
}

TEST_F(FeedTest, ARecordingIsSentInAnotherFormat) {
  ASSERT_EQ(feed_csv("sbs", "lines"), 0);
  ASSERT_EQ(run_program({"record", "--source", "file:" + file("lines"), "--as", "sbs", "--out", file("r.tsr")}), 0);
  ASSERT_EQ(feed("r.tsr", {"--as", "cot"}, "events"), 0);
  const std::string events = bytes_of(file("events"));
  std::size_t count = 0;
  for (std::size_t at = events.find("</event>"); at != std::string::npos; at = events.find("</event>", at + 1)) ++count;
  EXPECT_EQ(count, 120U) << "one for each line with a position";
  EXPECT_THAT(events, ::testing::HasSubstr("2026-01-02T12:09:50Z")) << "a file keeps the times of the traffic";
}

TEST_F(FeedTest, SaysNoWithAReason) {
  EXPECT_NE(feed("in.csv", {}, "x"), 0) << "only a recording can be sent as it is";
  EXPECT_NE(feed("absent", {"--as", "cot"}, "x"), 0);
  EXPECT_NE(feed("in.csv", {"--as", "cat048", "--columns", std::string(kColumns)}, "x"), 0)
      << "a radar stands somewhere";
  EXPECT_NE(feed("in.csv", {"--as", "cot", "--only", "a"}, "x"), 0) << "a CSV file has no sources";
  EXPECT_EQ(feed_csv("aivdm", "none"), 1) << "aircraft have no MMSI: nothing was sent";
  ASSERT_EQ(feed_csv("sbs", "lines"), 0);
  EXPECT_NE(feed_csv("sbs", "lines"), 0) << "nothing is written over";
  EXPECT_NE(run_program({"record", "--source", "udp:1", "--as", "sbs", "--out", file("r")}), 0);
  EXPECT_NE(run_program({"record", "--source", "udp://:1", "--as", "csv", "--out", file("r")}), 0);
}

}  // namespace
}  // namespace tansiq::cli
