// What officers have signed: a chain that nobody can alter without their keys.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "base/file.h"
#include "base/temporary_folder.h"
#include "node/officer_evidence.h"
#include "node/officer_testlib.h"

namespace tansiq::node {
namespace {

using ::testing::HasSubstr;

const AuthorityId kUs = AuthorityId::trusted("us");
const core::Subject kDuty = core::Subject::trusted("duty@us");
const core::Subject kNight = core::Subject::trusted("night@us");

class ActsChain : public ::testing::Test {
 protected:
  static std::shared_ptr<const OfficerKey> key_of(const OfficerSecret& secret) {
    auto key = open_key(secret, kTestPassword);
    EXPECT_TRUE(key.has_value());
    return std::make_shared<const OfficerKey>(std::move(*key));
  }
  static OfficerRequest request(std::string_view cmd) {
    return officer_request(kDuty, cmd, "api.createIntent", R"({"path":"/v1/intents/i1"})");
  }
  std::unique_ptr<OfficerActs> open() {
    auto acts = OfficerActs::open(folder.path(), kUs);
    EXPECT_TRUE(acts.has_value()) << acts.error().text();
    return acts ? std::move(*acts) : nullptr;
  }
  /// An act of one, its entry, and an act of two.
  void write_three() {
    const auto acts = open();
    const auto one = acts->keep(request("c1"), duty, UtcMs{1'000});
    ASSERT_TRUE(one.has_value()) << one.error().text();
    ASSERT_TRUE(acts->keep_entry(*one, 17, log::sha256("the entry"), UtcMs{1'001}).has_value());
    const OfficerSignature asked = sign_act(*duty, request("c2"), kUs);
    ASSERT_TRUE(acts->keep_two(request("c2"), asked, kNight, night, UtcMs{1'002}).has_value());
  }
  [[nodiscard]] std::string text() const { return read_file(path(), 1U << 20).value_or(""); }
  void put(std::string_view content) const { std::ofstream(path(), std::ios::trunc | std::ios::binary) << content; }
  [[nodiscard]] std::filesystem::path path() const { return folder.file(std::string(kOfficerActsName)); }
  [[nodiscard]] std::vector<std::string> lines() const {
    std::vector<std::string> out;
    std::istringstream in(text());
    for (std::string line; std::getline(in, line);) out.push_back(line + "\n");
    return out;
  }
  [[nodiscard]] Result<std::vector<OfficerActLine>> read() const {
    std::vector<OfficerActLine> out;
    TRY(read_officer_acts(folder.path(), [&](const OfficerActLine& line) -> Status {
      out.push_back(line);
      return {};
    }));
    return out;
  }

  TemporaryFolder folder;
  std::shared_ptr<const OfficerKey> duty = key_of(test_secret());
  std::shared_ptr<const OfficerKey> night = key_of(test_secret());
};

TEST_F(ActsChain, SaysWhoAskedForWhatAndWhichEntryItLedTo) {
  write_three();
  const auto all = read();
  ASSERT_TRUE(all.has_value()) << all.error().text();
  ASSERT_EQ(all->size(), 3U);
  EXPECT_EQ((*all)[0].by, "duty@us");
  EXPECT_EQ((*all)[0].kind, "api.createIntent");
  EXPECT_EQ((*all)[0].cmd, "c1");
  EXPECT_EQ((*all)[0].key, duty->public_key());
  EXPECT_EQ((*all)[1].act, (*all)[0].line);
  EXPECT_EQ((*all)[1].seq, 17U);
  EXPECT_EQ((*all)[1].hash, log::sha256("the entry"));
  EXPECT_EQ((*all)[2].second, "night@us");
  EXPECT_EQ((*all)[2].second_key, night->public_key());
  const auto mode = std::filesystem::status(path()).permissions();
  EXPECT_EQ(mode & (std::filesystem::perms::group_all | std::filesystem::perms::others_all),
            std::filesystem::perms::none);
}

TEST_F(ActsChain, NoBitOfItCanBeAnother) {
  write_three();
  const std::string good = text();
  for (std::size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    put(changed);
    const auto all = read();
    // The last line feed is the end of the last line: without it that line is not there yet.
    const bool cut = at + 1 == good.size();
    EXPECT_TRUE(cut ? all && all->size() == 2 : !all) << "byte " << at << " of " << good.size();
  }
}

TEST_F(ActsChain, NoLineCanBeTakenOutMovedOrPutInTwice) {
  write_three();
  const std::vector<std::string> good = lines();
  ASSERT_EQ(good.size(), 3U);
  const std::vector<std::vector<std::size_t>> orders{{1, 2},    {0, 2},    {2},          {1, 0, 2},
                                                     {0, 2, 1}, {2, 0, 1}, {0, 0, 1, 2}, {0, 1, 1, 2}};
  for (const auto& order : orders) {
    std::string changed;
    for (const std::size_t line : order) changed += good[line];
    put(changed);
    const auto all = read();
    ASSERT_FALSE(all.has_value());
    EXPECT_EQ(all.error().code, ErrorCode::kCorrupt);
    EXPECT_THAT(all.error().where, HasSubstr("line "));
  }
}

TEST_F(ActsChain, GoesOnBehindARestartAndALineThatACrashCutShort) {
  write_three();
  const std::string good = text();
  put(good + lines()[0].substr(0, 40));
  EXPECT_EQ(read()->size(), 3U) << "whoever reads meanwhile passes it over";
  {
    const auto acts = open();
    EXPECT_EQ(text(), good) << "nothing was done on it";
    ASSERT_TRUE(acts->keep(request("c3"), duty, UtcMs{2'000}).has_value());
  }
  ASSERT_TRUE(open()->keep(request("c4"), night, UtcMs{2'001}).has_value());
  const auto all = read();
  ASSERT_TRUE(all.has_value()) << all.error().text();
  EXPECT_EQ(all->size(), 5U);
}

TEST_F(ActsChain, AnEntryIsTiedByTheOfficerWhoseActItWas) {
  {
    const auto acts = open();
    auto one = acts->keep(request("c1"), duty, UtcMs{1'000});
    ASSERT_TRUE(one.has_value());
    one->key = night;
    ASSERT_TRUE(acts->keep_entry(*one, 17, {}, UtcMs{1'001}).has_value());
  }
  const auto all = read();
  ASSERT_FALSE(all.has_value());
  EXPECT_THAT(all.error().message, HasSubstr("another key"));
}

// As it was written before there was a chain; still signed, and from the first new line on in its place.
TEST_F(ActsChain, LinesOfOlderProgramsStandAtItsBeginning) {
  const OfficerRequest old = request("c0");
  const OfficerSignature by = sign_act(*duty, old, kUs);
  const OfficerSignature second = sign_act(*night, old, kUs);
  const std::string line =
      fmt::format(R"({{"at_ms":5,"by":"duty@us","by_key":"{}","by_signature":"{}","request":{},"second":"night@us",)"
                  R"("second_key":"{}","second_signature":"{}"}})"
                  "\n",
                  to_hex(by.key), to_base64(by.signature), old.text, to_hex(second.key), to_base64(second.signature));
  put(line);
  write_three();
  const auto all = read();
  ASSERT_TRUE(all.has_value()) << all.error().text();
  EXPECT_FALSE(all->front().chained);
  EXPECT_TRUE(all->back().chained);
  const std::string whole = text();
  std::string without;
  for (const std::string& one : lines()) without += one == line ? "" : one;
  put(without);
  EXPECT_FALSE(read().has_value()) << "the first new line stands behind it";
  put(whole + line);
  EXPECT_FALSE(read().has_value()) << "and none of them comes later";
}

}  // namespace
}  // namespace tansiq::node
