#include "log/verify.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>

#include "base/random.h"
#include "log/export.h"
#include "log/jcs.h"
#include "log/log_testlib.h"
#include "log/memory_log.h"
#include "log/verify_report.h"

namespace tansiq::log {
namespace {

std::string entry_line(std::uint64_t i, std::string_view kind = "test") {
  std::string line;
  JcsWriter w(line);
  w.begin_object().key("kind").string(kind).key("seq").integer(static_cast<std::int64_t>(i * 2));
  w.key("text")
      .string(std::string(i % 40, 'x'))
      .key("time_ms")
      .integer(1'700'000'000'000 + static_cast<std::int64_t>(i));
  w.end_object();
  return line + "\n";
}

// A signed log in a folder, and what is done to it.
class VerifyBase : public ::testing::Test {
 protected:
  explicit VerifyBase(std::uint64_t size) : kSize(size) {}

  static SignerKey signer() {
    return *SignerKey::from_seed("north.example/log1", KeyType::kEd25519,
                                 *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
  }

  MemoryLog& log() {
    static std::map<std::uint64_t, std::unique_ptr<MemoryLog>> logs;
    auto& log = logs[kSize];
    if (!log) {
      log = std::make_unique<MemoryLog>();
      for (std::uint64_t i = 0; i < kSize; ++i) log->append(entry_line(i));
      EXPECT_TRUE(log->sign(signer()));
    }
    return *log;
  }

  // Not by `export_log`, which syncs each file.
  void write_log() {
    ASSERT_TRUE(for_each_tile(kSize, [&](const TileId& id) -> Status {
      testing::write_whole(folder_.path() / id.path(), as_text(fetch(log(), id)->bytes));
      return {};
    }));
    testing::write_whole(folder_.path() / "checkpoint", *log().checkpoint());
  }
  void SetUp() override { write_log(); }

  VerifyReport verify(VerifyOptions options = {}) {
    if (options.keys.empty()) options.keys = {signer().verifier()};
    DirectorySource source(folder_.path());
    auto report = verify_log(source, options);
    EXPECT_TRUE(report) << report.error().text();
    const std::string json = to_json(*report);
    EXPECT_TRUE(JcsDocument::check(json.substr(0, json.size() - 1)));
    return *report;
  }

  // The report, which must hold exactly one finding of `kind` in `file`.
  Finding only_finding(FindingKind kind, const std::string& file, const VerifyOptions& options = {}) {
    const VerifyReport report = verify(options);
    EXPECT_EQ(report.findings.total(), 1U) << to_text(report);
    if (report.findings.kept().empty()) return {};
    const Finding finding = report.findings.kept()[0];
    EXPECT_EQ(to_text(finding.kind), to_text(kind)) << to_text(report);
    EXPECT_EQ(finding.file, file) << to_text(report);
    return finding;
  }

  void flip(const std::string& file, std::size_t at, unsigned char mask = 1) {
    std::string bytes = testing::read_whole(folder_.path() / file);
    bytes.at(at) = static_cast<char>(bytes.at(at) ^ mask);
    testing::write_whole(folder_.path() / file, bytes);
  }

  std::vector<BundleEntry> bundle_of(std::uint64_t number, Bytes& bytes) {
    DirectorySource source(folder_.path());
    const unsigned width = tiles_of_level(kSize, 0).width(number);
    bytes = *source.entries(number, width);
    return *read_bundle(bytes, width);
  }

  const std::uint64_t kSize;
  TemporaryFolder folder_;
};

class VerifySmall : public VerifyBase {
 protected:
  VerifySmall() : VerifyBase(1'000) {}
};
class VerifyLarge : public VerifyBase {  // tiles on three levels
 protected:
  VerifyLarge() : VerifyBase(66'000) {}
};

// LOG-6
TEST_F(VerifyLarge, a_good_log_is_good) {
  for (const unsigned threads : {1U, 2U, 4U}) {
    VerifyOptions options;
    options.threads = threads;
    std::uint64_t last = 0;
    options.progress = [this, &last](std::uint64_t done, std::uint64_t total) {
      EXPECT_GE(done, last);
      EXPECT_EQ(total, kSize);
      last = done;
    };
    const VerifyReport report = verify(options);
    EXPECT_TRUE(report.good()) << to_text(report);
    EXPECT_EQ(report.authorship, Authorship::kVerified);
    EXPECT_EQ(report.entries, kSize);
    EXPECT_EQ(last, kSize);
    EXPECT_EQ(report.computed_root, log().root());
    EXPECT_EQ(report.files, 1 + 258 + 258 + 2 + 1U);
  }
}

// LOG-7: one flipped byte anywhere is found, and its place is named to the byte.
TEST_F(VerifySmall, a_flipped_byte_in_an_entry_is_named) {
  Bytes bytes;
  for (const std::uint64_t number : {0ULL, 2ULL, 3ULL}) {
    const auto entries = bundle_of(number, bytes);
    for (const std::size_t slot : {std::size_t{0}, std::size_t{7}, entries.size() - 1}) {
      for (const std::size_t within : {std::size_t{0}, std::size_t{9}, entries[slot].bytes.size() - 1}) {
        const std::string file = TileId::entries(number, tiles_of_level(kSize, 0).width(number)).path();
        const std::size_t at = entries[slot].offset + 2 + within;
        flip(file, at, 0x10);
        const Finding finding = only_finding(FindingKind::kEntry, file);
        EXPECT_EQ(finding.entry, number * 256 + slot);
        ASSERT_TRUE(finding.bytes);
        EXPECT_EQ(*finding.bytes, (ByteRange{at, at + 1})) << finding.message;
        flip(file, at, 0x10);
      }
    }
  }
}

TEST_F(VerifySmall, a_changed_length_field_is_named) {
  Bytes bytes;
  for (const std::uint64_t number : {1ULL, 3ULL}) {
    const auto entries = bundle_of(number, bytes);
    const std::string file = TileId::entries(number, tiles_of_level(kSize, 0).width(number)).path();
    for (const std::size_t slot : {std::size_t{0}, std::size_t{100}, entries.size() - 1}) {
      for (const unsigned char mask : {std::uint8_t{0x01}, std::uint8_t{0x80}}) {
        for (const std::size_t half : {0U, 1U}) {
          flip(file, entries[slot].offset + half, mask);
          const Finding finding = only_finding(FindingKind::kEntryLength, file);
          EXPECT_EQ(finding.entry, number * 256 + slot);
          EXPECT_EQ(finding.bytes, (ByteRange{entries[slot].offset, entries[slot].offset + 2}));
          flip(file, entries[slot].offset + half, mask);
        }
      }
    }
  }
}

TEST_F(VerifyLarge, a_flipped_byte_in_a_tile_of_each_level_is_named) {
  for (const std::string file :
       {"tile/0/000", "tile/0/200", "tile/0/257.p/208", "tile/1/000", "tile/1/001.p/1", "tile/2/000.p/1"}) {
    const std::size_t size = testing::read_whole(folder_.path() / file).size();
    for (const std::size_t at : {std::size_t{0}, size / 2 + 5, size - 1}) {
      flip(file, at);
      const Finding finding = only_finding(FindingKind::kTile, file);
      EXPECT_EQ(finding.bytes, (ByteRange{at, at + 1}));
      flip(file, at);
    }
  }
}

TEST_F(VerifySmall, bundle_and_tile_changed_together_are_found) {
  const auto forge = [this](std::uint64_t number, std::size_t slot) {
    Bytes bytes;
    const auto entries = bundle_of(number, bytes);
    const unsigned width = tiles_of_level(kSize, 0).width(number);
    const std::size_t at = entries[slot].offset + 2 + 9;
    bytes[at] ^= 1;
    testing::write_whole(folder_.path() / TileId::entries(number, width).path(), as_text(bytes));
    const Hash forged = leaf_hash(entries[slot].bytes);
    const auto tile = folder_.path() / TileId::hashes(0, number, width).path();
    std::string hashes = testing::read_whole(tile);
    hashes.replace(slot * 32, 32, as_text(forged.view()));
    testing::write_whole(tile, hashes);
  };
  forge(2, 17);
  const Finding inner = only_finding(FindingKind::kChangedTogether, "tile/entries/002");
  EXPECT_EQ(inner.entry, 2 * 256U);
  EXPECT_EQ(inner.entry_last, 2 * 256U + 255);
  forge(2, 17);  // the same change again undoes it
  EXPECT_TRUE(verify().good());
  // On the right edge nothing stands above but the signed root.
  forge(3, 3);
  const VerifyReport report = verify();
  EXPECT_FALSE(report.good());
  EXPECT_EQ(report.findings.kept()[0].kind, FindingKind::kRoot) << to_text(report);
}

TEST_F(VerifyLarge, several_places_at_once_are_each_named) {
  flip("tile/entries/001", 40);
  flip("tile/0/001", 32 * 99);
  flip("tile/1/000", 32 * 7);
  flip("tile/entries/200", 100);
  const VerifyReport report = verify();
  std::vector<std::string> found;
  for (const Finding& finding : report.findings.kept()) {
    found.push_back(fmt::format("{} {}", to_text(finding.kind), finding.file));
  }
  std::sort(found.begin(), found.end());
  EXPECT_EQ(found, (std::vector<std::string>{"entry tile/entries/001", "entry tile/entries/200", "tile tile/0/001",
                                             "tile tile/1/000"}))
      << to_text(report);
}

TEST_F(VerifySmall, missing_short_and_long_files) {
  const auto cut = [this](const std::string& file, std::size_t size) {
    std::filesystem::resize_file(folder_.path() / file, size);
  };
  std::filesystem::remove(folder_.path() / "tile/1/000.p/3");
  only_finding(FindingKind::kMissing, "tile/1/000.p/3");
  write_log();
  std::filesystem::remove(folder_.path() / "tile/entries/001");
  EXPECT_EQ(verify().findings.kept()[0].file, "tile/entries/001");
  write_log();
  cut("tile/0/002", 8'000);
  EXPECT_EQ(only_finding(FindingKind::kTile, "tile/0/002").bytes, (ByteRange{8'000, 8'192}));
  write_log();
  Bytes bytes;
  const auto entries = bundle_of(1, bytes);
  cut("tile/entries/001", entries[200].offset + 5);
  const Finding early = only_finding(FindingKind::kBundle, "tile/entries/001");
  EXPECT_EQ(early.entry, 1 * 256U + 200);
  testing::write_whole(folder_.path() / "tile/entries/001", std::string(as_text(bytes)) + "more");
  const Finding late = only_finding(FindingKind::kBundle, "tile/entries/001");
  EXPECT_EQ(late.bytes, (ByteRange{bytes.size(), bytes.size() + 4}));
}

TEST_F(VerifySmall, the_checkpoint_itself) {
  const auto file = folder_.path() / "checkpoint";
  const std::string good = testing::read_whole(file);
  const auto edited = [&](std::string_view from, std::string_view to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    testing::write_whole(file, text);
  };
  edited("1000", "999");
  EXPECT_EQ(verify().findings.kept()[0].kind, FindingKind::kCheckpoint);
  EXPECT_EQ(verify().authorship, Authorship::kFailed);
  edited("\n1000\n", "\n01000\n");
  EXPECT_FALSE(verify().good());
  testing::write_whole(file, "nonsense");
  EXPECT_FALSE(verify().good());
  testing::write_whole(file, good);
  // Another key than the one we trust.
  VerifyOptions other;
  other.keys = {SignerKey::generate("north.example/log1", KeyType::kEd25519)->verifier()};
  EXPECT_EQ(verify(other).authorship, Authorship::kFailed);
  EXPECT_FALSE(verify(other).good());
  // Without a key the tree is checked, authorship is not.
  DirectorySource source(folder_.path());
  const auto report = verify_log(source, {});
  ASSERT_TRUE(report);
  EXPECT_TRUE(report->good());
  EXPECT_EQ(report->authorship, Authorship::kNotChecked);
  EXPECT_NE(to_text(*report).find("NOT CHECKED"), std::string::npos);
  std::filesystem::remove(file);
  EXPECT_EQ(verify_log(source, {}).error().code, ErrorCode::kNotFound);
}

TEST_F(VerifySmall, older_checkpoints) {
  const auto history = [](std::uint64_t size, std::uint64_t changed) {
    MemoryLog older;
    for (std::uint64_t i = 0; i < size; ++i) older.append(i == changed ? entry_line(i, "other") : entry_line(i));
    EXPECT_TRUE(older.sign(signer()));
    return *older.checkpoint();
  };
  VerifyOptions options;
  for (const std::uint64_t size : {1ULL, 255ULL, 256ULL, 257ULL, 999ULL}) options.older.push_back(history(size, ~0ULL));
  options.older.push_back(*log().checkpoint());
  const VerifyReport good = verify(options);
  EXPECT_TRUE(good.good()) << to_text(good);
  EXPECT_TRUE(std::ranges::all_of(good.older, &OlderCheckpoint::consistent));

  options.older = {history(300, 44)};
  const VerifyReport forked = verify(options);
  ASSERT_EQ(forked.findings.total(), 1U);
  EXPECT_EQ(forked.findings.kept()[0].kind, FindingKind::kFork);
  ASSERT_TRUE(forked.older[0].evidence);
  const std::vector keys{signer().verifier()};
  EXPECT_TRUE(check_evidence(*forked.older[0].evidence, keys));
  ForkEvidence altered = *forked.older[0].evidence;
  altered.proof[0].bytes[0] ^= 1;
  EXPECT_FALSE(check_evidence(altered, keys));

  options.older = {history(kSize + 1, ~0ULL)};
  const VerifyReport rolled = verify(options);
  EXPECT_EQ(rolled.findings.kept()[0].kind, FindingKind::kRolledBack);

  options.older = {"nonsense"};
  DirectorySource source(folder_.path());
  options.keys = keys;
  EXPECT_FALSE(verify_log(source, options));
}

TEST_F(VerifyLarge, random_single_byte_damage_is_always_found_and_named) {
  SeededRandom random(11);
  std::vector<std::string> files;
  ASSERT_TRUE(for_each_tile(kSize, [&](const TileId& id) -> Status {
    files.push_back(id.path());
    return {};
  }));
  for (int round = 0; round < 20; ++round) {
    const std::string& file =
        files[static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(files.size()) - 1))];
    const std::size_t size = testing::read_whole(folder_.path() / file).size();
    const auto at = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(size) - 1));
    const auto mask = static_cast<unsigned char>(random.between(1, 255));
    flip(file, at, mask);
    const VerifyReport report = verify();
    ASSERT_EQ(report.findings.total(), 1U) << file << " byte " << at << " mask " << +mask << "\n" << to_text(report);
    const Finding& finding = report.findings.kept()[0];
    EXPECT_EQ(finding.file, file);
    ASSERT_TRUE(finding.bytes);
    EXPECT_LE(finding.bytes->begin, at);
    EXPECT_GT(finding.bytes->end, at);
    EXPECT_LE(finding.bytes->end - finding.bytes->begin, 2U) << to_text(report);
    flip(file, at, mask);
  }
}

TEST(VerifyContent, canonical_form_sequence_and_time) {
  const auto key = SignerKey::generate("a.example/log", KeyType::kEd25519);
  const auto report_of = [&key](const std::vector<std::string>& lines, bool check = true) {
    MemoryLog log;
    for (const std::string& line : lines) log.append(line);
    EXPECT_TRUE(log.sign(*key));
    return *verify_log(log, {.keys = {key->verifier()}, .check_canonical = check});
  };
  EXPECT_TRUE(report_of({}).good());
  EXPECT_TRUE(report_of({"{}\n"}).good());
  const auto kinds = [](const VerifyReport& report) {
    std::string out;
    for (const Finding& finding : report.findings.kept()) {
      out += fmt::format("{}@{} ", to_text(finding.kind), finding.entry.value_or(999));
    }
    return out;
  };
  EXPECT_EQ(kinds(report_of({"{}\n", "{ }\n", "{}", "\n", ""})),
            "not_canonical@1 not_canonical@2 not_canonical@3 not_canonical@4 ");
  EXPECT_TRUE(report_of({"{ }\n", "anything"}, false).good());
  EXPECT_EQ(
      kinds(report_of({"{\"seq\":1}\n", "{\"seq\":3}\n", "{\"seq\":3}\n", "{\"seq\":2}\n", "{}\n", "{\"seq\":4}\n"})),
      "sequence@2 sequence@3 ");
  EXPECT_EQ(kinds(report_of({"{\"time_ms\":5}\n", "{\"time_ms\":5}\n", "{\"time_ms\":4}\n"})), "time@2 ");
  // Across the border of two bundles.
  std::vector<std::string> lines;
  for (int i = 0; i < 300; ++i) lines.push_back("{\"seq\":" + std::to_string(i == 256 ? 255 : i) + "}\n");
  EXPECT_EQ(kinds(report_of(lines)), "sequence@256 ");
  // Everything is counted, little is kept.
  const VerifyReport many = report_of(std::vector<std::string>(5'000, "nonsense"));
  EXPECT_EQ(many.findings.total(), 5'000U);
  EXPECT_EQ(many.findings.kept().size(), 32U);
}

TEST(VerifyReport, text_and_json) {
  MemoryLog log;
  log.append("{}\n");
  const auto key = SignerKey::generate("a.example/log", KeyType::kEd25519);
  ASSERT_TRUE(log.sign(*key));
  const auto report = verify_log(log, {.keys = {key->verifier()}});
  ASSERT_TRUE(report);
  EXPECT_NE(to_text(*report).find("GOOD"), std::string::npos);
  EXPECT_NE(to_text(*report).find("signed by a.example/log"), std::string::npos);
  EXPECT_EQ(exit_code(*report), 0);
  EXPECT_EQ(harmless("a\x1b[2J\x7f\u202e"), "a?[2J????");
}

TEST(Evidence, vectors) {
  const auto vectors = testing::shared_json("data/tlog-vectors.json");
  if (!vectors) GTEST_SKIP() << "no " << testing::shared_folder() / "data/tlog-vectors.json";
  const std::vector keys{*VerifierKey::parse(testing::text_of(vectors->at("keys").at("log").at("vkey")))};
  const auto& same = vectors->at("fork").at("same_size");
  const ForkEvidence first{testing::text_of(same.at("a_note_text")), testing::text_of(same.at("b_note_text")), {}, {}};
  EXPECT_TRUE(check_evidence(first, keys));
  EXPECT_FALSE(check_evidence({first.older_note, first.older_note, {}, {}}, keys));
  const auto& other = vectors->at("fork").at("different_size");
  ForkEvidence second{testing::text_of(other.at("a_note_text")),
                      testing::text_of(other.at("b_note_text")),
                      *Hash::from_hex(testing::text_of(other.at("old_root_in_b"))),
                      {}};
  for (const auto& hash : other.at("proof_in_b_3_to_5").as_array()) {
    second.proof.push_back(*Hash::from_hex(testing::text_of(hash)));
  }
  EXPECT_TRUE(check_evidence(second, keys));
  second.proof.pop_back();
  EXPECT_FALSE(check_evidence(second, keys));
}

}  // namespace
}  // namespace tansiq::log
