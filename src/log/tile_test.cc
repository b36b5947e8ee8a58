#include "log/tile.h"

#include <gtest/gtest.h>

#include "log/checkpoint.h"
#include "log/export.h"
#include "log/log_testlib.h"
#include "log/memory_log.h"

namespace tansiq::log {
namespace {

SignerKey test_signer() {
  return *SignerKey::from_seed("north.example/log1", KeyType::kEd25519,
                               *from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"));
}

// LOG-5
TEST(Tile, paths_have_one_spelling) {
  EXPECT_EQ(TileId::hashes(0, 0, 256).path(), "tile/0/000");
  EXPECT_EQ(TileId::hashes(0, 67, 256).path(), "tile/0/067");
  EXPECT_EQ(TileId::hashes(1, 1'234'067, 5).path(), "tile/1/x001/x234/067.p/5");
  EXPECT_EQ(TileId::entries(1'000, 255).path(), "tile/entries/x001/000.p/255");
  for (const std::uint64_t number : {0ULL, 999ULL, 1'000ULL, 999'999ULL, 1'000'000ULL, (1ULL << 55) - 1}) {
    for (const unsigned width : {1U, 255U, 256U}) {
      for (const TileId& id : {TileId::hashes(3, number, width), TileId::entries(number, width)}) {
        EXPECT_EQ(TileId::parse(id.path()), id) << id.path();
      }
    }
  }
  for (const char* const bad : {"",
                                "tile",
                                "tile/",
                                "tile/0",
                                "tile/0/",
                                "tile/0/00",
                                "tile/0/0000",
                                "tile/0/x000/000",
                                "tile/0/x001",
                                "tile/0/001/000",
                                "tile/0/x001/x000",
                                "tile/00/000",
                                "tile/64/000",
                                "tile/-1/000",
                                "tile/0/000.p/0",
                                "tile/0/000.p/256",
                                "tile/0/000.p/01",
                                "tile/0/000.p/",
                                "tile/0/000.p/1/2",
                                "tile/0/000/",
                                "/tile/0/000",
                                "tile/data/000",
                                "tile/0/x999/x999/x999/x999/x999/x999/999",
                                "tile/entries/1",
                                "tile/0/x001/../000"}) {
    EXPECT_FALSE(TileId::parse(bad)) << bad;
  }
}

TEST(Tile, paths_and_widths_of_the_vectors) {
  const auto vectors = testing::shared_json("data/tlog-vectors.json");
  if (!vectors) GTEST_SKIP() << "no " << testing::shared_folder() / "data/tlog-vectors.json";
  for (const auto& vector : vectors->at("tile_paths").as_array()) {
    EXPECT_EQ(TileId::hashes(vector.at("level").to_number<unsigned>(), vector.at("index").to_number<std::uint64_t>(),
                             vector.at("width").to_number<unsigned>())
                  .path(),
              testing::text_of(vector.at("path")));
  }
  for (const auto& [level, widths] : vectors->at("tile_widths").at("70000").as_object()) {
    const LevelTiles tiles = tiles_of_level(70'000, static_cast<unsigned>(std::stoul(std::string(level))));
    EXPECT_EQ(tiles.full, widths.as_array()[0].to_number<std::uint64_t>());
    EXPECT_EQ(tiles.partial, widths.as_array()[1].to_number<unsigned>());
  }
  EXPECT_TRUE(tiles_of_level(70'000, 3).empty());
  // Files of the trees of 3, 257 and 70,000 entries.
  MemoryLog log;
  std::map<std::string, std::string> hashes;
  for (const std::uint64_t size : {3ULL, 257ULL, 70'000ULL}) {
    while (log.size() < size) log.append("{\"n\":" + std::to_string(log.size()) + "}");
    ASSERT_TRUE(for_each_tile(size, [&](const TileId& id) -> Status {
      const Bytes bytes = TRY(fetch(log, id)).bytes;
      hashes[id.path() + " " + std::to_string(bytes.size())] = sha256(bytes).hex();
      return {};
    }));
  }
  for (const auto& vector : vectors->at("files").as_array()) {
    const std::string name =
        testing::text_of(vector.at("path")) + " " + std::to_string(vector.at("bytes").to_number<std::uint64_t>());
    ASSERT_TRUE(hashes.contains(name)) << name;
    EXPECT_EQ(hashes[name], testing::text_of(vector.at("sha256"))) << name;
  }
}

TEST(Bundle, reads_what_it_wrote_and_refuses_the_rest) {
  Bytes bundle;
  append_bundle_entry(bundle, as_bytes("{\"n\":0}"));
  append_bundle_entry(bundle, {});
  append_bundle_entry(bundle, Bytes(65'535, 'x'));
  EXPECT_EQ(to_hex(ByteView(bundle).first(9)), "00077b226e223a307d");
  const auto entries = read_bundle(bundle, 3);
  ASSERT_TRUE(entries);
  EXPECT_EQ(as_text((*entries)[0].bytes), "{\"n\":0}");
  EXPECT_EQ((*entries)[2].offset, 11U);
  EXPECT_FALSE(read_bundle(bundle, 2));
  EXPECT_FALSE(read_bundle(bundle, 4));
  for (std::size_t n = 0; n < 20; ++n) EXPECT_FALSE(read_bundle(ByteView(bundle).first(n), 3));
  EXPECT_EQ(cut_bundle(bundle, 2)->size(), 11U);
  EXPECT_FALSE(cut_bundle(Bytes{0}, 1));
}

TEST(Export, writes_a_folder_that_serves_the_same_log) {
  const TemporaryFolder folder;
  MemoryLog log;
  while (log.size() < 700) log.append("{\"n\":" + std::to_string(log.size()) + "}\n");
  ASSERT_TRUE(log.sign(test_signer()));
  const auto first = export_log(log, folder.path() / "out");
  ASSERT_TRUE(first) << first.error().text();
  EXPECT_EQ(first->written, 7U);  // three bundles, three tiles, one above
  while (log.size() < 1'500) log.append("{\"n\":" + std::to_string(log.size()) + "}\n");
  ASSERT_TRUE(log.sign(test_signer()));
  const auto second = export_log(log, folder.path() / "out");
  ASSERT_TRUE(second) << second.error().text();
  EXPECT_EQ(second->kept, 4U);  // two full bundles and tiles
  DirectorySource copy(folder.path() / "out");
  EXPECT_EQ(copy.checkpoint(), *log.checkpoint());
  ASSERT_TRUE(for_each_tile(log.size(), [&](const TileId& id) -> Status {
    EXPECT_EQ(fetch(copy, id)->bytes, fetch(log, id)->bytes) << id.path();
    return {};
  }));
  for (const auto& file : std::filesystem::recursive_directory_iterator(folder.path())) {
    EXPECT_NE(file.path().extension(), ".new");
  }
  // Never back, never another log.
  MemoryLog shorter;
  shorter.append("{}\n");
  ASSERT_TRUE(shorter.sign(test_signer()));
  EXPECT_EQ(export_log(shorter, folder.path() / "out").error().code, ErrorCode::kConflict);
  ASSERT_TRUE(shorter.sign(*SignerKey::generate("east.example/log", KeyType::kEd25519)));
  EXPECT_EQ(export_log(shorter, folder.path() / "out").error().code, ErrorCode::kConflict);
}

TEST(Source, falls_back_to_the_full_file) {
  const TemporaryFolder folder;
  MemoryLog log;
  while (log.size() < 256) log.append("{\"n\":" + std::to_string(log.size()) + "}\n");
  ASSERT_TRUE(log.sign(test_signer()));
  ASSERT_TRUE(export_log(log, folder.path()));
  DirectorySource source(folder.path());
  EXPECT_EQ(source.tile(0, 0, 5).error().code, ErrorCode::kNotFound);
  const auto tile = fetch(source, TileId::hashes(0, 0, 5));
  ASSERT_TRUE(tile);
  EXPECT_EQ(tile->bytes, *log.tile(0, 0, 5));
  EXPECT_TRUE(tile->file.full());
  EXPECT_EQ(fetch(source, TileId::entries(0, 5))->bytes, *log.entries(0, 5));
  EXPECT_EQ(fetch(source, TileId::entries(1, 5)).error().code, ErrorCode::kNotFound);
  // Proofs come from the files.
  const auto reader = subtree_reader_of(tile_hash_reader(source, 256));
  const auto proof = inclusion_proof(77, 256, reader);
  ASSERT_TRUE(proof);
  EXPECT_TRUE(verify_inclusion(leaf_hash(log.entry(77)), 77, 256, *proof, log.root()));
}

}  // namespace
}  // namespace tansiq::log
