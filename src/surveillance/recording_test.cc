// A recording gives back what was put in; whatever happens to the file, it never gives anything else.
#include "surveillance/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "base/temporary_folder.h"
#include "surveillance/recording_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::file_of;
using ::testing::HasSubstr;
using testing::kNoon;
using testing::OwnedChunk;
using testing::random_chunk;
using testing::read_back;
using testing::ReadBack;
using testing::reading;
using testing::test_head;

std::vector<OwnedChunk> random_chunks(SeededRandom& random, std::int64_t most = 30) {
  std::vector<OwnedChunk> out;
  for (std::int64_t i = random.between(1, most); i > 0; --i) {
    out.push_back(random_chunk(random, kNoon + random.between(-5'000, 5'000)));
  }
  return out;
}

RC_GTEST_PROP(RecordingFormat, GivesBackWhatWasPutIn, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const std::vector<OwnedChunk> chunks = random_chunks(random);
  const std::string file = file_of(chunks);
  const ReadBack back = read_back(file, static_cast<std::size_t>(random.between(1, 70'000)));
  RC_ASSERT(back.chunks == chunks);
  RC_ASSERT(back.faults == RecordingFaults());
  RC_ASSERT(back.whole_bytes == file.size());
}

/// The format of stored files, octet for octet; the checksums were computed by another program, from the document.
TEST(RecordingFormat, IsWhatTheDocumentSays) {
  RecordingHead head{kNoon, 0xA1B2C3D4E5F60718, {}};
  std::string file;
  ASSERT_TRUE(append_recording_head(file, head));
  EXPECT_EQ(file,
            "tansiq-recording 1 34d51dae\n"
            "{\"made_ms\":1767355200000,\"salt\":\"a1b2c3d4e5f60718\",\"sources\":[]}\n");
  head.run = 0x1B2;
  head.picture = R"({"tracks_max":7})";
  head.file = 3;
  head.program = "1.2.0";
  file.clear();
  ASSERT_TRUE(append_recording_head(file, head));
  EXPECT_EQ(file.substr(file.find('\n') + 1),
            "{\"file\":3,\"made_ms\":1767355200000,\"picture\":{\"tracks_max\":7},\"program\":\"1.2.0\","
            "\"run\":\"00000000000001b2\",\"salt\":\"a1b2c3d4e5f60718\",\"sources\":[]}\n");
  const auto read = RecordingReader::open(testing::reading(file));
  ASSERT_TRUE(read) << read.error().text();
  EXPECT_EQ(read->head().file, 3U);
  EXPECT_EQ(read->head().program, "1.2.0");
  head = {kNoon, 0xA1B2C3D4E5F60718, {}};
  std::string record;
  append_record(record, head.salt, 0x0102030405060708, {kNoon, 0x1112, 3, ChunkKind::kStream, as_bytes("xyz")});
  EXPECT_EQ(to_hex(as_bytes(record)),
            "d5545231"
            "00000003"
            "0102030405060708"
            "0000019b7e943200"
            "1112"
            "0003"
            "02"
            "000000"
            "4d2314bb"
            "92d45cb5"
            "78797a");
}

/// Octets are overwritten in place, as a failing disk does: exactly the records that were not touched are read.
RC_GTEST_PROP(RecordingDamage, ExactlyTheUntouchedRecordsAreRead, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const std::vector<OwnedChunk> chunks = random_chunks(random);
  std::vector<std::size_t> places;
  std::string file = file_of(chunks, &places);
  std::set<std::size_t> touched;
  for (std::int64_t n = random.between(1, 6); n > 0; --n) {
    auto at = static_cast<std::size_t>(
        random.between(static_cast<std::int64_t>(places.front()), static_cast<std::int64_t>(file.size()) - 1));
    for (std::int64_t size = random.between(1, 50); size > 0 && at < file.size(); --size, ++at) {
      const char before = file[at];
      file[at] = random.one_in(2) ? '\0' : static_cast<char>(random.between(0, 255));
      if (file[at] == before) continue;
      touched.insert(static_cast<std::size_t>(std::upper_bound(places.begin(), places.end(), at) - places.begin()) - 1);
    }
  }
  std::vector<OwnedChunk> expected;
  std::vector<std::uint64_t> sequences;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    if (touched.contains(i)) continue;
    expected.push_back(chunks[i]);
    sequences.push_back(i + 1);
  }
  const ReadBack back = read_back(file, static_cast<std::size_t>(random.between(1, 70'000)));
  RC_ASSERT(back.sequences == sequences);
  RC_ASSERT(back.chunks == expected);
  // Missing are those that are touched and have one behind them; all octets of the touched are accounted for.
  const std::uint64_t last = sequences.empty() ? 0 : sequences.back();
  RC_ASSERT(back.faults.missing == last - sequences.size());
  std::uint64_t octets = 0;
  for (const std::size_t i : touched) octets += places[i + 1] - places[i];
  RC_ASSERT(back.faults.damaged_bytes + back.faults.torn_bytes == octets);
  RC_ASSERT((back.faults.damaged_runs != 0 || back.faults.torn_bytes != 0) == !touched.empty());
}

/// Octets are lost, doubled, put in: what is read was written, in its order.
RC_GTEST_PROP(RecordingDamage, NothingIsReadThatWasNotWritten, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const std::vector<OwnedChunk> chunks = random_chunks(random);
  std::vector<std::size_t> places;
  std::string file = file_of(chunks, &places);
  const auto place = [&] {
    return static_cast<std::size_t>(
        random.between(static_cast<std::int64_t>(places.front()), static_cast<std::int64_t>(file.size())));
  };
  for (std::int64_t n = random.between(1, 4); n > 0; --n) {
    switch (random.between(0, 3)) {
      case 0:
        file.erase(place(), static_cast<std::size_t>(random.between(1, 200)));
        break;
      case 1:
        file.insert(place(), file.substr(place(), static_cast<std::size_t>(random.between(1, 400))));
        break;
      case 2:
        file.insert(place(), std::string(static_cast<std::size_t>(random.between(1, 100)), '\xD5'));
        break;
      default:
        file.resize(place());
    }
    if (file.size() < places.front()) file.resize(places.front());
  }
  const ReadBack back = read_back(file, 4'096);
  std::uint64_t last = 0;
  for (std::size_t i = 0; i < back.chunks.size(); ++i) {
    RC_ASSERT(back.sequences[i] > last);
    last = back.sequences[i];
    RC_ASSERT(last <= chunks.size());
    RC_ASSERT(back.chunks[i] == chunks[last - 1]);
  }
}

TEST(RecordingDamage, WhatASourceSentIsNoRecord) {
  // A source that sends a recording: of another file, and of this very file.
  RecordingHead other = test_head();
  other.salt ^= 1;
  std::string inner;
  append_record(inner, other.salt, 100, {kNoon, 0, 0, ChunkKind::kStream, as_bytes("forged")});
  std::string copy;
  append_record(copy, test_head().salt, 1, {kNoon, 0, 0, ChunkKind::kStream, as_bytes("repeated")});
  OwnedChunk first;
  first.received = kNoon;
  first.bytes = "first";
  OwnedChunk carrier = first;
  carrier.bytes = inner + copy + inner;
  OwnedChunk last = first;
  last.bytes = "last";
  std::vector<std::size_t> places;
  std::string file = file_of({first, carrier, last}, &places);
  file[places[1]] ^= 1;  // The carrier's mark: its bytes lie open.
  EXPECT_EQ(read_back(file).chunks, (std::vector<OwnedChunk>{first, last}));
}

TEST(RecordingDamage, AMarkEverywhereCostsNoMoreThanItsLength) {
  OwnedChunk flood;
  flood.received = kNoon;
  while (flood.bytes.size() + 4 <= kChunkBytesMax) flood.bytes += "\xD5TR1";
  std::vector<std::size_t> places;
  std::string file = file_of(std::vector<OwnedChunk>(20, flood), &places);
  for (std::size_t i = 0; i + 1 < places.size(); i += 2) file[places[i] + 20] ^= 1;
  const ReadBack back = read_back(file, 65'536);
  EXPECT_EQ(back.chunks.size(), 10U);
  EXPECT_EQ(back.faults.damaged_runs, 10U);
}

TEST(RecordingDamage, ATornEndIsToldFromDamage) {
  SeededRandom random(5);
  std::vector<OwnedChunk> chunks = random_chunks(random, 5);
  OwnedChunk end;
  end.received = kNoon;
  end.bytes = "the last words";
  chunks.push_back(end);
  std::vector<std::size_t> places;
  const std::string file = file_of(chunks, &places);
  const std::size_t begin = places[places.size() - 2];
  for (std::size_t size = begin; size < file.size(); ++size) {
    const ReadBack back = read_back(std::string_view(file).substr(0, size));
    EXPECT_EQ(back.chunks.size(), chunks.size() - 1);
    EXPECT_EQ(back.faults, (RecordingFaults{0, 0, 0, size - begin})) << size;
    EXPECT_EQ(back.whole_bytes, begin);
  }
  std::string damaged = file;
  damaged[begin + 5] ^= 1;
  EXPECT_EQ(read_back(damaged).faults, (RecordingFaults{1, file.size() - begin, 0, 0}))
      << "a whole one that is damaged";
  EXPECT_EQ(RecordingFaults().text(), "");
  EXPECT_EQ((RecordingFaults{2, 80, 1, 7}).text(),
            "2 damaged places (80 octets) passed over, 1 record missing, the last record is not whole (7 octets)");
}

TEST(RecordingHeads, AreRefusedWithAReason) {
  const std::string good = file_of({});
  const auto refused = [](std::string_view file) {
    const auto reader = RecordingReader::open(reading(file));
    return reader ? std::string("(accepted)") : reader.error().text();
  };
  EXPECT_EQ(refused(good), "(accepted)");
  EXPECT_THAT(refused("!AIVDM,1,1"), HasSubstr("is no recording: it begins otherwise"));
  EXPECT_THAT(refused(""), HasSubstr("is no recording: it ends within its head"));
  for (std::size_t size = 0; size < good.size(); size += 13) {
    EXPECT_THAT(refused(std::string_view(good).substr(0, size)), HasSubstr("it ends within its head"));
  }
  std::string other = good;
  other[17] = '2';
  EXPECT_THAT(refused(other), HasSubstr("version 1 is"));
  for (std::size_t at = 19; at < good.size() - 1; ++at) {
    other = good;
    other[at] ^= 1;
    EXPECT_NE(refused(other), "(accepted)") << at;
  }
  std::vector<SourceConfig> twice(2, testing::source_of(Speaks::kAivdm));
  std::string text;
  EXPECT_FALSE(append_recording_head(text, {kNoon, 1, twice}));
}

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream out;
  out << in.rdbuf();
  return out.str();
}

TEST(RecordingWriter, WritesTheFormat) {
  const TemporaryFolder folder;
  const std::string path = folder.file("a.tsr");
  SeededRandom random(7);
  const std::vector<OwnedChunk> chunks = random_chunks(random);
  {
    auto writer = RecordingWriter::create(path, test_head()).value();
    for (const OwnedChunk& chunk : chunks) ASSERT_TRUE(writer.append(chunk.view()));
    ASSERT_TRUE(writer.sync());
    EXPECT_EQ(writer.bytes(), std::filesystem::file_size(path));
    EXPECT_EQ(writer.records(), chunks.size());
  }
  EXPECT_EQ(bytes_of(path), file_of(chunks));
  EXPECT_EQ(RecordingWriter::create(path, test_head()).error().code, ErrorCode::kConflict) << "never written over";
  EXPECT_EQ(std::filesystem::status(path).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  const std::string fresh = folder.file("b.tsr");
  RecordingHead no_salt = test_head();
  no_salt.salt = 0;
  EXPECT_NE(RecordingWriter::create(fresh, no_salt).value().head().salt, 0U);
}

TEST(RecordingWriter, RefusesWhatNoRecordHolds) {
  const TemporaryFolder folder;
  auto writer = RecordingWriter::create(folder.file("a.tsr"), test_head()).value();
  const std::string big(kChunkBytesMax + 1, 'x');
  EXPECT_FALSE(writer.append({kNoon, 3, 0, ChunkKind::kStream, {}})) << "there are three sources";
  EXPECT_FALSE(writer.append({kNoon, 0, kConnectionsPerSourceMax, ChunkKind::kStream, {}}));
  EXPECT_FALSE(writer.append({kNoon, 0, 0, ChunkKind::kStream, as_bytes(big)}));
  EXPECT_FALSE(writer.append({kNoon, 0, 0, ChunkKind::kUp, as_bytes("x")}));
  EXPECT_FALSE(writer.append({kUtcMax + 1, 0, 0, ChunkKind::kStream, {}}));
  EXPECT_EQ(writer.records(), 0U);
}

/// After a crash at any octet of what was being written, the file that goes on is that which never tore.
TEST(RecordingWriter, GoesOnBehindTheLastWholeRecord) {
  const TemporaryFolder folder;
  SeededRandom random(11);
  const std::vector<OwnedChunk> chunks = random_chunks(random, 6);
  std::vector<std::size_t> places;
  const std::string file = file_of(chunks, &places);
  const std::size_t begin = places[places.size() - 2];
  for (std::size_t size = begin; size <= file.size(); size += 7) {
    const std::string path = folder.file("torn-" + std::to_string(size));
    std::ofstream(path, std::ios::binary) << file.substr(0, size);
    {
      auto writer = RecordingWriter::resume(path).value();
      EXPECT_EQ(writer.cut_bytes(), size == file.size() ? 0 : size - begin);
      if (size != file.size()) {
        ASSERT_TRUE(writer.append(chunks.back().view()));
      }
    }
    EXPECT_EQ(bytes_of(path), file);
  }
  EXPECT_EQ(RecordingWriter::resume(folder.file("absent")).error().code, ErrorCode::kNotFound);
}

}  // namespace
}  // namespace tansiq::surveillance
