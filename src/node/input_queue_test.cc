// The queue between inputs and picture: bounded for each source, honest about what it dropped.
#include "node/input_queue.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <string>
#include <thread>

#include "base/random.h"

namespace tansiq::node {
namespace {

using surveillance::Chunk;
using surveillance::ChunkKind;

constexpr UtcMs kNoon{1'767'355'200'000};

Chunk stream(std::uint32_t source, std::string_view bytes, std::uint16_t connection = 0) {
  return {kNoon, source, connection, ChunkKind::kStream, as_bytes(bytes)};
}

std::vector<InputChunk> all(InputQueue& queue) {
  std::vector<InputChunk> out;
  while (queue.take(out, 1, 0) && !(queue.counters(0).waiting_chunks == 0 && queue.counters(1).waiting_chunks == 0)) {
  }
  (void)queue.take(out, 1'000'000, 0);
  return out;
}

std::string text_of(const std::vector<InputChunk>& chunks) {
  std::string out;
  for (const InputChunk& chunk : chunks) {
    out +=
        std::to_string(chunk.source) + std::string(name_of(chunk.kind)) + ":" + std::string(as_text(chunk.bytes)) + " ";
  }
  return out;
}

TEST(InputQueue, AFloodingSourceLosesItsOwnNewest) {
  InputQueue queue(2, {.chunks_max = 2, .bytes_max = 100, .marks_max = 10});
  EXPECT_TRUE(queue.push(stream(0, "a")));
  EXPECT_TRUE(queue.push(stream(0, "b")));
  EXPECT_FALSE(queue.push(stream(0, "c")));
  EXPECT_FALSE(queue.push(stream(0, "d")));
  EXPECT_TRUE(queue.push(stream(1, "other")));
  EXPECT_EQ(queue.counters(0).overload_chunks, 2U);
  EXPECT_EQ(queue.counters(0).overload_bytes, 2U);
  EXPECT_EQ(queue.counters(1).overload_chunks, 0U);
  EXPECT_EQ(text_of(all(queue)), "0stream:a 0stream:b 1stream:other ");
  EXPECT_TRUE(queue.push(stream(0, "e")));
  EXPECT_TRUE(queue.push(stream(0, "f", 1)));
  EXPECT_EQ(text_of(all(queue)), "0gap: 0stream:e 0stream:f ") << "only the connection that lost something has a gap";
}

TEST(InputQueue, BytesAreBoundedToo) {
  InputQueue queue(1, {.chunks_max = 100, .bytes_max = 10, .marks_max = 10});
  EXPECT_TRUE(queue.push(stream(0, "123456")));
  EXPECT_FALSE(queue.push(stream(0, "12345")));
  EXPECT_TRUE(queue.push(stream(0, "1234")));
  EXPECT_EQ(queue.counters(0).waiting_bytes, 10U);
}

TEST(InputQueue, WhoWaitsLosesNothing) {
  InputQueue queue(2, {.chunks_max = 1, .bytes_max = 10, .marks_max = 10});
  EXPECT_TRUE(queue.offer(stream(0, "a")));
  EXPECT_FALSE(queue.offer(stream(0, "b")));
  EXPECT_EQ(queue.counters(0).overload_chunks, 0U);
  EXPECT_EQ(text_of(all(queue)), "0stream:a ");
  EXPECT_TRUE(queue.offer(stream(0, "b")));
  EXPECT_EQ(text_of(all(queue)), "0stream:b ") << "without a gap";
}

TEST(InputQueue, UnknownSourcesAndConnectionsAreRefused) {
  InputQueue queue(1, {});
  EXPECT_FALSE(queue.push(stream(1, "x")));
  EXPECT_FALSE(queue.push(stream(0, "x", surveillance::kConnectionsPerSourceMax)));
}

TEST(InputQueue, ClosesWhenAllIsTaken) {
  InputQueue queue(2, {});
  EXPECT_TRUE(queue.push(stream(0, "x")));
  queue.close();
  EXPECT_FALSE(queue.push(stream(0, "y")));
  std::vector<InputChunk> out;
  EXPECT_TRUE(queue.take(out, 10, 0));
  EXPECT_EQ(out.size(), 1U);
  EXPECT_FALSE(queue.take(out, 10, 0));
}

TEST(InputQueue, WakesWhoWaits) {
  InputQueue queue(1, {});
  std::vector<InputChunk> out;
  std::thread taker([&] {
    while (out.empty() && queue.take(out, 10, 600'000)) {
    }
  });
  EXPECT_TRUE(queue.push(stream(0, "x")));
  taker.join();
  EXPECT_EQ(out.size(), 1U);
}

/// For each connection what is taken is what was pushed, but for holes, and each hole is told of before the next byte.
RC_GTEST_PROP(InputQueue, NoHoleIsSilent, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const InputQueueLimits limits{.chunks_max = static_cast<std::size_t>(random.between(1, 5)),
                                .bytes_max = static_cast<std::size_t>(random.between(1, 40)),
                                .marks_max = static_cast<std::size_t>(random.between(5, 8))};
  InputQueue queue(2, limits);
  using Place = std::pair<std::uint32_t, std::uint16_t>;
  std::map<Place, unsigned> next;  // Numbers of chunks, pushed.
  std::map<Place, int> expected;   // The next number that has no hole before it; -1: any.
  std::map<std::uint32_t, std::uint64_t> lost;
  const auto taken = [&](const InputChunk& chunk) {
    const Place place{chunk.source, chunk.connection};
    if (chunk.kind != ChunkKind::kStream) {
      expected[place] = -1;
      return;
    }
    const int number = std::stoi(std::string(as_text(chunk.bytes)));
    if (expected.contains(place) && expected[place] >= 0) RC_ASSERT(number == expected[place]);
    expected[place] = number + 1;
  };
  for (const std::uint32_t source : {0U, 1U}) {
    for (const std::uint16_t connection : {std::uint16_t{0}, std::uint16_t{1}}) expected[{source, connection}] = 0;
  }
  for (int i = 0; i < 200; ++i) {
    const Place place{static_cast<std::uint32_t>(random.between(0, 1)),
                      static_cast<std::uint16_t>(random.between(0, 1))};
    if (random.one_in(4)) {
      std::vector<InputChunk> out;
      (void)queue.take(out, static_cast<std::size_t>(random.between(1, 6)), 0);
      for (const InputChunk& chunk : out) taken(chunk);
    } else if (random.one_in(6)) {
      (void)queue.push({kNoon, place.first, place.second, random.one_in(2) ? ChunkKind::kUp : ChunkKind::kDown, {}});
    } else {
      const std::string text = std::to_string(next[place]++);
      if (!queue.push(stream(place.first, text, place.second))) ++lost[place.first];
    }
    for (const std::uint32_t source : {0U, 1U}) {
      const InputQueueCounters counters = queue.counters(source);
      RC_ASSERT(counters.waiting_chunks <= limits.chunks_max);
      RC_ASSERT(counters.waiting_bytes <= limits.bytes_max);
      RC_ASSERT(counters.overload_chunks == lost[source]);
    }
  }
  std::vector<InputChunk> out;
  (void)queue.take(out, 1'000, 0);
  RC_ASSERT(out.size() <= 2 * (limits.chunks_max + limits.marks_max));
  for (const InputChunk& chunk : out) taken(chunk);
}

}  // namespace
}  // namespace tansiq::node
