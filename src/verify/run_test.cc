#include "verify/run.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <iterator>

#include "base/temporary_folder.h"
#include "log/export.h"
#include "log/memory_log.h"
#include "verify/options.h"

namespace tansiq::verify {
namespace {

namespace fs = std::filesystem;

class RunTest : public ::testing::Test {
 protected:
  void SetUp() override {
    for (int i = 0; i < 300; ++i) log_.append("{\"seq\":" + std::to_string(i) + "}\n");
    ASSERT_TRUE(log_.sign(key_));
    ASSERT_TRUE(log::export_log(log_, folder_ / "log"));
    vkey_ = key_.verifier().text();
  }

  int run_with(std::vector<std::string> arguments) {
    std::vector<const char*> pointers;
    for (const std::string& argument : arguments) pointers.push_back(argument.c_str());
    const auto options = parse_options(pointers);
    if (!options) return kExitUsage;
    out_.clear();
    err_.clear();
    return run(*options, {[this](std::string_view text) { out_ += text; },
                          [this](std::string_view text) { err_ += text; }, true});
  }
  void write(const std::string& file, std::string_view text) { std::ofstream(folder_ / file) << text; }

  log::SignerKey key_ = *log::SignerKey::generate("a.example/log", log::KeyType::kEd25519);
  log::MemoryLog log_;
  const TemporaryFolder scratch_;
  const fs::path folder_ = scratch_.path();
  std::string vkey_, out_, err_;
};

TEST_F(RunTest, good_log_exits_0) {
  const std::string log = (folder_ / "log").string();
  EXPECT_EQ(run_with({log, "--key", vkey_}), 0) << out_ << err_;
  EXPECT_NE(out_.find("GOOD"), std::string::npos);
  EXPECT_NE(err_.find("300 of 300"), std::string::npos) << "progress";
  write("keys", "# the log\n\n" + vkey_ + "\n");
  EXPECT_EQ(run_with({"--key-file=" + (folder_ / "keys").string(), "--json", "--", log}), 0);
  EXPECT_EQ(out_.substr(0, 24), "{\"authorship\":\"verified\"");
  EXPECT_EQ(run_with({log, "-q"}), 0);
  EXPECT_EQ(out_ + err_, "");
}

// Else the author's signature would pass unchecked.
TEST_F(RunTest, a_key_file_without_a_key_is_refused) {
  write("keys", "# comes later\n\n");
  EXPECT_NE(run_with({(folder_ / "log").string(), "--key-file", (folder_ / "keys").string()}), 0);
  EXPECT_NE(err_.find("holds no verifier key"), std::string::npos) << err_;
}

TEST_F(RunTest, damage_exits_1_and_says_where) {
  const auto file = folder_ / "log" / "tile/entries/000";
  std::fstream bundle(file, std::ios::in | std::ios::out | std::ios::binary);
  bundle.seekp(5);
  bundle.put('X');
  bundle.close();
  EXPECT_EQ(run_with({(folder_ / "log").string(), "--key", vkey_}), 1);
  EXPECT_NE(out_.find("tile/entries/000, entry 0, byte 5: byte 3 of the entry was changed: with 65 there"),
            std::string::npos)
      << out_;
}

TEST_F(RunTest, a_fork_leaves_evidence) {
  log::MemoryLog other;
  for (int i = 0; i < 100; ++i) other.append("{\"other\":" + std::to_string(i) + "}\n");
  ASSERT_TRUE(other.sign(key_));
  write("older", *other.checkpoint());
  const std::string evidence = (folder_ / "evidence.json").string();
  EXPECT_EQ(run_with({(folder_ / "log").string(), "--key", vkey_, "--since", (folder_ / "older").string(), "--evidence",
                      evidence}),
            1);
  EXPECT_TRUE(fs::exists(evidence));
  // Beside the caller, as most would say it.
  fs::current_path(folder_);
  EXPECT_EQ(run_with({"log", "--key", vkey_, "--since", "older", "--evidence", "beside.json"}), 1) << err_;
  EXPECT_TRUE(fs::exists(folder_ / "beside.json"));
  fs::current_path("/");
}

TEST_F(RunTest, mistakes_of_the_caller_have_their_own_codes) {
  const std::string log = (folder_ / "log").string();
  EXPECT_EQ(run_with({}), 64);
  EXPECT_EQ(run_with({log, "--what"}), 64);
  EXPECT_EQ(run_with({log, log}), 64);
  EXPECT_EQ(run_with({log, "--key"}), 64);
  EXPECT_EQ(run_with({log, "--json=yes"}), 64);
  EXPECT_EQ(run_with({log, "--threads", "0"}), 64);
  EXPECT_EQ(run_with({log, "--key", "nonsense"}), 65);
  EXPECT_EQ(run_with({(folder_ / "nothing").string()}), 66);
  EXPECT_NE(err_.find("checkpoint"), std::string::npos);
  EXPECT_EQ(run_with({log, "--key-file", (folder_ / "nothing").string()}), 66);
}

TEST_F(RunTest, a_bundle_is_a_file) {
  const std::string bundle = std::string(TANSIQ_SOURCE_DIR) + "/tests/golden/v1/bundle/members.bundle";
  EXPECT_EQ(run_with({bundle}), 0) << out_ << err_;
  EXPECT_NE(out_.find("whose the keys are it cannot prove"), std::string::npos) << out_;
  EXPECT_EQ(run_with({bundle, "--language", "ru"}), 0);
  EXPECT_NE(out_.find("НЕ ДОКАЗАНО"), std::string::npos);
  EXPECT_EQ(run_with({bundle, "--json"}), 0);
  EXPECT_EQ(out_.substr(0, 16), "{\"attachments\":[");
  EXPECT_EQ(run_with({bundle, "-q"}), 0);
  EXPECT_EQ(out_ + err_, "");
  EXPECT_EQ(run_with({bundle, "--key", vkey_}), 1) << "signed by nobody who was given";
  EXPECT_NE(out_.find("none of the keys that you gave has signed this log"), std::string::npos) << out_;
}

TEST_F(RunTest, one_changed_byte_of_a_bundle_exits_1) {
  std::ifstream in(std::string(TANSIQ_SOURCE_DIR) + "/tests/golden/v1/bundle/members.bundle", std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  ASSERT_FALSE(bytes.empty());
  bytes.back() ^= 1;
  write("changed", bytes);
  EXPECT_EQ(run_with({(folder_ / "changed").string()}), 1);
  EXPECT_NE(out_.find("attachment watch.tsr"), std::string::npos) << out_;
  write("nothing", "");
  EXPECT_EQ(run_with({(folder_ / "nothing").string()}), 1);
}

TEST_F(RunTest, options_of_the_other_kind_are_refused) {
  write("bundle", "x");
  const std::string bundle = (folder_ / "bundle").string();
  const std::string log = (folder_ / "log").string();
  EXPECT_EQ(run_with({bundle, "--since", bundle}), kExitUsage);
  EXPECT_EQ(run_with({bundle, "--any-content"}), kExitUsage);
  EXPECT_EQ(run_with({log, "--charter", bundle}), kExitUsage);
  EXPECT_EQ(run_with({log, "--language", "fr"}), kExitUsage);
  EXPECT_EQ(run_with({log, "--all"}), kExitUsage);
  EXPECT_EQ(run_with({bundle, "--language", "de"}), kExitUsage);
  EXPECT_EQ(run_with({bundle, "--charter", bundle}), 65) << "no charter";
  EXPECT_EQ(run_with({bundle, "--charter", (folder_ / "none").string()}), 66);
}

}  // namespace
}  // namespace tansiq::verify
