#include "surveillance/recording_testlib.h"

#include <gtest/gtest.h>

namespace tansiq::surveillance::testing {

ReadBack read_back(std::string_view file, std::size_t step) {
  ReadBack out;
  auto reader = RecordingReader::open(reading(file, step));
  if (!reader) {
    ADD_FAILURE() << reader.error().text();
    return out;
  }
  while (true) {
    const auto record = reader->next();
    if (!record) ADD_FAILURE() << record.error().text();
    if (!record || !*record) break;
    out.chunks.emplace_back((*record)->chunk);
    out.sequences.push_back((*record)->sequence);
  }
  out.faults = reader->faults();
  out.whole_bytes = reader->whole_bytes();
  return out;
}

std::string file_of(const std::vector<OwnedChunk>& chunks, std::vector<std::size_t>* places) {
  const RecordingHead head = test_head();
  std::string out;
  EXPECT_TRUE(append_recording_head(out, head));
  std::uint64_t sequence = 0;
  for (const OwnedChunk& chunk : chunks) {
    if (places != nullptr) places->push_back(out.size());
    append_record(out, head.salt, ++sequence, chunk.view());
  }
  if (places != nullptr) places->push_back(out.size());
  return out;
}

}  // namespace tansiq::surveillance::testing
