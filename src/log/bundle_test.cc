#include "log/bundle.h"

#include <gtest/gtest.h>

#include <fstream>

#include "base/temporary_folder.h"
#include "log/bundle_testlib.h"
#include "log/log_testlib.h"

namespace tansiq::log {
namespace {

using testing::bundle_bytes;
using testing::reading;

BundleManifest two_sections() {
  return {
      .made = {1'000},
      .sections = {{BundleKind::kCharter, "1", 3, sha256("abc")}, {BundleKind::kAttachment, "track", 0, sha256("")}}};
}

TEST(BundleManifest, HasOneSpelling) {
  const auto line = write_bundle_manifest(two_sections());
  ASSERT_TRUE(line);
  EXPECT_EQ(line->substr(0, 65), R"({"made_ms":1000,"sections":[{"bytes":3,"kind":"charter","name":"1)");
  EXPECT_EQ(read_bundle_manifest(*line), two_sections());
  EXPECT_EQ(bundle_first_line(*line).size(), kBundleFirstLineBytes);
  EXPECT_FALSE(read_bundle_manifest(" " + *line));
  EXPECT_FALSE(read_bundle_manifest(line->substr(0, line->size() - 1)));
}

TEST(BundleManifest, RefusesOtherOrdersNamesAndSums) {
  const auto refused = [](auto&& change) {
    BundleManifest manifest = two_sections();
    change(manifest);
    return !write_bundle_manifest(manifest);
  };
  EXPECT_FALSE(refused([](BundleManifest&) {}));
  EXPECT_TRUE(refused([](BundleManifest& m) { std::swap(m.sections[0], m.sections[1]); }));
  EXPECT_TRUE(refused([](BundleManifest& m) { m.sections.insert(m.sections.begin(), m.sections[0]); }));
  EXPECT_FALSE(refused([](BundleManifest& m) { m.sections.push_back(m.sections[1]); })) << "attachments in any order";
  EXPECT_TRUE(refused([](BundleManifest& m) { m.sections[0].name = ""; }));
  EXPECT_TRUE(refused([](BundleManifest& m) { m.sections[0].name = "a\nb"; }));
  EXPECT_TRUE(refused([](BundleManifest& m) { m.sections[1].bytes = (1ULL << 53) - 1; })) << "the sum is beyond 2^53";
  EXPECT_TRUE(refused([](BundleManifest& m) { m.made = {kUtcMax.ms + 1}; }));
  EXPECT_TRUE(refused([](BundleManifest& m) { m.sections.assign(kBundleSectionsMax + 1, m.sections[1]); }));
}

TEST(BundleLine, ReadsWhatItWrites) {
  const testing::BundleWorld world;
  std::string text;
  const EntryLine entry{.index = 7, .line = "{\"a\":\"\xd9\x85\"}\n", .size = 9, .proof = {sha256("x"), sha256("y")}};
  ASSERT_TRUE(append_line(text, entry));
  const auto read = read_entry_line(text);
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->index, 7U);
  EXPECT_EQ(read->line, entry.line);
  EXPECT_EQ(read->size, 9U);
  EXPECT_EQ(read->proof, entry.proof);
  EXPECT_FALSE(append_line(text, EntryLine{.index = 0, .line = "\xff", .size = 1, .proof = {}})) << "no text";
  EXPECT_FALSE(append_line(text, CheckpointLine{.note = "\xff", .proof = {}})) << "no text";
  // A stranger's line with a name that JSON cannot hold must not keep anybody from showing the checkpoint.
  std::string quoted;
  const std::string note = "o\n\n\u2014 a AAAAAAA=\n";
  ASSERT_TRUE(append_line(quoted, CheckpointLine{.note = note + "\u2014 x\uFDD0y AAAAAAA=\n", .proof = {}}));
  EXPECT_EQ(read_checkpoint_line(quoted)->note, note);
  EXPECT_FALSE(read_entry_line(R"({"index":0,"line":"","proof":["x"],"size":1})"
                               "\n"));
  EXPECT_FALSE(read_entry_line(R"({"index":-1,"line":"","proof":[],"size":1})"
                               "\n"));
  EXPECT_FALSE(read_tree_line(R"({"proof":[],"size":1,"to":1})"
                              "\n"));
  EXPECT_FALSE(read_checkpoint_line(R"({"note":"","other":1})"
                                    "\n"));
}

TEST(BundleFileReader, GivesBackWhatWasWritten) {
  const testing::BundleWorld world;
  const std::string bytes = bundle_bytes(world.parts);
  for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, bytes.size()}) {
    auto reader = BundleFileReader::open(reading(bytes, piece));
    ASSERT_TRUE(reader) << reader.error().text();
    EXPECT_EQ(reader->stated_hash(), reader->manifest_hash());
    std::size_t at = 0;
    while (*reader->begin()) {
      const BundlePart& part = world.parts.at(at++);
      EXPECT_EQ(reader->section().name, part.name);
      std::string content;
      if (part.kind == BundleKind::kAttachment) {
        for (ByteView got = *reader->piece(); !got.empty(); got = *reader->piece()) content += as_text(got);
      } else {
        for (auto line = *reader->line(); line; line = *reader->line()) content += *line;
      }
      EXPECT_EQ(content, part.content);
      EXPECT_EQ(*reader->end(), reader->section().sha256);
    }
    EXPECT_EQ(at, world.parts.size());
    EXPECT_TRUE(*reader->at_end());
    EXPECT_EQ(reader->offset(), bytes.size());
  }
}

TEST(BundleFileReader, SectionsMayBePassedOver) {
  const testing::BundleWorld world;
  const std::string bytes = bundle_bytes(world.parts);
  auto reader = BundleFileReader::open(reading(bytes));
  ASSERT_TRUE(reader);
  std::size_t sections = 0;
  while (*reader->begin()) sections += 1;
  EXPECT_EQ(sections, world.parts.size());
  EXPECT_TRUE(*reader->at_end());
}

// A manifest that promises more than there is: nothing is set aside for it.
TEST(BundleFileReader, TrustsNoLength) {
  const BundleManifest huge{.made = {}, .sections = {{BundleKind::kEntries, "a", std::uint64_t{1} << 52, Hash{}}}};
  const std::string manifest = *write_bundle_manifest(huge);
  const std::string bytes = bundle_first_line(manifest) + manifest + "{}\n{}";
  auto reader = BundleFileReader::open(reading(bytes));
  ASSERT_TRUE(reader && *reader->begin());
  EXPECT_EQ(**reader->line(), "{}\n");
  const auto short_line = reader->line();
  ASSERT_FALSE(short_line);
  EXPECT_EQ(short_line.error().code, ErrorCode::kCorrupt);

  std::string endless = bundle_first_line(manifest) + manifest;
  endless.append(kBundleLineBytesMax + 10, 'x');
  auto other = BundleFileReader::open(reading(endless, endless.size()));
  ASSERT_TRUE(other && *other->begin());
  const auto long_line = other->line();
  ASSERT_FALSE(long_line);
  EXPECT_EQ(long_line.error().code, ErrorCode::kTooLarge);
}

TEST(BundleFileReader, RefusesOtherFiles) {
  const auto code = [](std::string_view bytes) {
    const auto reader = BundleFileReader::open(reading(bytes));
    return reader ? std::string("read") : reader.error().where.substr(0, 8);
  };
  EXPECT_EQ(code(""), "head");
  EXPECT_EQ(code("PK\x03\x04"), "head");
  EXPECT_EQ(code(std::string(10'000'000, 'x')), "head");
  const std::string digits(64, 'a');
  EXPECT_EQ(code("tansiq bundle 2 " + digits + "\n"), "head");
  EXPECT_EQ(code("tansiq bundle 1 " + std::string(64, 'A') + "\n"), "head");
  EXPECT_EQ(code("tansiq bundle 1 " + digits + "\n"), "manifest");
  EXPECT_EQ(code("tansiq bundle 1 " + digits + "\n{}\n"), "manifest");
}

TEST(WriteBundle, CopiesFilesAndOverwritesNothing) {
  const TemporaryFolder folder;
  const auto file = folder.path() / "recording";
  testing::write_whole(file, std::string(3'000'000, 'r'));
  const std::vector<BundlePart> parts{{BundleKind::kAttachment, "recording", {}, file}};
  const auto path = folder.path() / "bundle";
  const auto written = write_bundle(path, parts, {.made = {5}, .progress = {}});
  ASSERT_TRUE(written) << written.error().text();
  EXPECT_EQ(written->bytes, std::filesystem::file_size(path));
  EXPECT_EQ(written->manifest.sections[0].sha256, sha256(std::string(3'000'000, 'r')));
  EXPECT_TRUE(testing::verify_bytes(testing::read_whole(path)).good());

  const auto again = write_bundle(path, parts, {.made = {5}, .progress = {}});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, ErrorCode::kConflict);
  const std::vector<BundlePart> missing{{BundleKind::kAttachment, "x", {}, folder.path() / "nothing"}};
  EXPECT_EQ(write_bundle(folder.path() / "other", missing, {}).error().code, ErrorCode::kNotFound);
  const std::vector<BundlePart> device{{BundleKind::kAttachment, "x", {}, "/dev/zero"}};
  EXPECT_EQ(write_bundle(folder.path() / "other", device, {}).error().code, ErrorCode::kInvalid);
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder.path())) files += entry.exists() ? 1U : 0U;
  EXPECT_EQ(files, 2U) << "nothing half written is left";
}

TEST(QuotedHashes, AreWordsOf64Digits) {
  const std::string hex = sha256("x").hex();
  EXPECT_EQ(quoted_hashes("{\"a\":\"" + hex + "\"}"), std::vector<std::string_view>{hex});
  EXPECT_EQ(quoted_hashes(hex), std::vector<std::string_view>{hex});
  EXPECT_TRUE(quoted_hashes("{\"a\":\"" + hex + "0\"}").empty());
  EXPECT_TRUE(quoted_hashes(hex.substr(1)).empty());
}

}  // namespace
}  // namespace tansiq::log
