// Recordings in memory and chunks at random, for tests.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "base/random.h"
#include "surveillance/decoding_testlib.h"
#include "surveillance/recording.h"

namespace tansiq::surveillance::testing {

/// A chunk with bytes of its own.
struct OwnedChunk {
  UtcMs received;
  std::uint32_t source = 0;
  std::uint16_t connection = 0;
  ChunkKind kind = ChunkKind::kStream;
  std::string bytes;

  OwnedChunk() = default;
  OwnedChunk(const Chunk& chunk)  // NOLINT: the same, kept
      : received(chunk.received),
        source(chunk.source),
        connection(chunk.connection),
        kind(chunk.kind),
        bytes(as_text(chunk.bytes)) {}
  [[nodiscard]] Chunk view() const { return {received, source, connection, kind, as_bytes(bytes)}; }
  friend bool operator==(const OwnedChunk&, const OwnedChunk&) = default;
};

/// Gives a text in pieces of `step` octets at most.
inline RecordingReader::Read reading(std::string_view text, std::size_t step = 1'000) {
  return [text, step](std::span<std::uint8_t> into) mutable -> Result<std::size_t> {
    const std::size_t size = std::min({text.size(), into.size(), step});
    std::copy_n(text.begin(), size, into.begin());
    text.remove_prefix(size);
    return size;
  };
}

inline RecordingHead test_head() {
  return {kNoon, 0x0123456789ABCDEF, {source_of(Speaks::kAivdm), source_of(Speaks::kSbs), source_of(Speaks::kBeast)}};
}

inline OwnedChunk random_chunk(SeededRandom& random, UtcMs received) {
  OwnedChunk out;
  out.received = received;
  out.source = static_cast<std::uint32_t>(random.between(0, 2));
  out.connection = static_cast<std::uint16_t>(random.between(0, kConnectionsPerSourceMax - 1));
  out.kind = static_cast<ChunkKind>(random.between(1, 6));
  if (out.kind == ChunkKind::kDatagram || out.kind == ChunkKind::kStream) {
    const std::int64_t size = random.one_in(50) ? static_cast<std::int64_t>(kChunkBytesMax) : random.between(0, 90);
    for (std::int64_t i = 0; i < size; ++i) {
      // Marks among them: what looks like the beginning of a record.
      out.bytes += random.one_in(9) ? "\xD5TR1" : std::string(1, static_cast<char>(random.between(0, 255)));
    }
    out.bytes.resize(std::min(out.bytes.size(), kChunkBytesMax));
  }
  return out;
}

struct ReadBack {
  std::vector<OwnedChunk> chunks;
  std::vector<std::uint64_t> sequences;
  RecordingFaults faults;
  std::uint64_t whole_bytes = 0;
};

/// Reads a recording to its end.
ReadBack read_back(std::string_view file, std::size_t step = 1'000);
/// A file of chunks, and where each record begins; the last place is the end.
std::string file_of(const std::vector<OwnedChunk>& chunks, std::vector<std::size_t>* places = nullptr);

}  // namespace tansiq::surveillance::testing
