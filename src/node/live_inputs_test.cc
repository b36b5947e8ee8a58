// Sources over real sockets, into reports: as a node's picture will read them.
#include "node/live_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "base/eventually.h"
#include "base/temporary_folder.h"
#include "net/outlet.h"
#include "surveillance/decoding.h"

namespace tansiq::node {
namespace {

using surveillance::ChunkKind;
using surveillance::SourceConfig;
using surveillance::Speaks;
using ::testing::HasSubstr;

constexpr UtcMs kNoon{1'767'355'200'000};
constexpr std::string_view kLine =
    "MSG,3,1,1,4840D6,1,2026/01/02,12:00:00.000,2026/01/02,12:00:00.000,,10000,,,50.1,8.1,,,0,0,0,0\r\n";

SourceConfig source(std::string name, std::string_view url, Speaks format = Speaks::kSbs) {
  SourceConfig out;
  out.name = std::move(name);
  out.format = format;
  out.transport = surveillance::parse_transport(url).value();
  return out;
}

std::unique_ptr<net::Outlet> outlet_to(const LiveInputs& inputs, std::size_t i, net::EndpointKind kind) {
  return net::Outlet::open({.kind = kind, .host = "127.0.0.1", .port = inputs.port(i)}).value();
}

/// Takes until so many chunks with bytes have come.
std::vector<InputChunk> take(LiveInputs& inputs, std::size_t speaking) {
  std::vector<InputChunk> out;
  const auto count = [&] {
    std::size_t n = 0;
    for (const InputChunk& chunk : out) n += chunk.bytes.empty() ? 0U : 1U;
    return n;
  };
  EXPECT_TRUE(eventually([&] { return count() >= speaking || !inputs.take(out, 64, 10) || count() >= speaking; }));
  return out;
}

class Counting final : public surveillance::Sink {
 public:
  void report(const surveillance::Report&) override { ++reports; }
  void status(const surveillance::SensorStatus&) override {}
  void identity(const surveillance::Identity&) override {}
  void text(const surveillance::Text&) override {}
  std::uint64_t reports = 0;
};

TEST(LiveInputs, BytesBecomeReportsWithTheTimeTheyCame) {
  const ManualClock clock(kNoon);
  auto inputs = LiveInputs::start({source("a", "udp://:0"), source("b", "tcp-listen://:0")}, clock).value();
  ASSERT_TRUE(outlet_to(*inputs, 0, net::EndpointKind::kUdp)->send(as_bytes(kLine)));
  const auto stream = outlet_to(*inputs, 1, net::EndpointKind::kTcp);
  ASSERT_TRUE(stream->send(as_bytes(kLine)));
  const std::vector<InputChunk> chunks = take(*inputs, 2);
  for (std::uint32_t i = 0; i < 2; ++i) {
    Counting sink;
    const auto decoding = surveillance::Decoding::make(inputs->config(i), surveillance::SourceId{i}, sink).value();
    for (const InputChunk& chunk : chunks) {
      EXPECT_EQ(chunk.received, kNoon);
      if (chunk.source == i) decoding->take(chunk.view());
    }
    EXPECT_EQ(sink.reports, 1U);
  }
  const auto states = inputs->states();
  EXPECT_EQ(states[0].name, "a");
  EXPECT_EQ(states[1].socket.connections, 1U);
  EXPECT_EQ(states[1].queue.taken, 1U);
}

TEST(LiveInputs, TimesNeverGoBack) {
  ManualClock clock(kNoon);
  auto inputs = LiveInputs::start({source("a", "udp://:0")}, clock).value();
  const auto outlet = outlet_to(*inputs, 0, net::EndpointKind::kUdp);
  ASSERT_TRUE(outlet->send(as_bytes("x")));
  ASSERT_EQ(take(*inputs, 1).back().received, kNoon);
  clock.set(kNoon - 3'600'000);
  ASSERT_TRUE(outlet->send(as_bytes("x")));
  EXPECT_EQ(take(*inputs, 1).back().received, kNoon);
}

TEST(LiveInputs, ASourceThatIsSilentIsSeen) {
  ManualClock clock(kNoon);
  SourceConfig never = source("never", "udp://:0");
  never.silent_after_ms = 0;
  auto inputs = LiveInputs::start({source("a", "udp://:0"), never}, clock).value();
  EXPECT_FALSE(inputs->states()[0].silent_since);
  clock.advance(59'999);
  EXPECT_FALSE(inputs->states()[0].silent_since);
  clock.advance(1);
  EXPECT_EQ(inputs->states()[0].silent_since, kNoon) << "never heard: since the start";
  ASSERT_TRUE(outlet_to(*inputs, 0, net::EndpointKind::kUdp)->send(as_bytes("x")));
  (void)take(*inputs, 1);
  EXPECT_FALSE(inputs->states()[0].silent_since);
  EXPECT_TRUE(inputs->states()[0].heard);
  clock.advance(60'000);
  EXPECT_EQ(inputs->states()[0].silent_since, kNoon + 60'000);
  EXPECT_FALSE(inputs->states()[1].silent_since) << "0 is never";
}

TEST(LiveInputs, AFloodLosesItsOwnAndTheQuietOneIsHeard) {
  const ManualClock clock(kNoon);
  LiveInputsOptions options;
  options.queue.chunks_max = 16;
  auto inputs =
      LiveInputs::start({source("flood", "udp://:0"), source("quiet", "tcp-listen://:0")}, clock, options).value();
  const auto flood = outlet_to(*inputs, 0, net::EndpointKind::kUdp);
  const std::string noise(1'400, 'n');
  // Nobody takes: the queue of the flood fills, and what comes then is counted.
  ASSERT_TRUE(
      eventually([&] { return flood->send(as_bytes(noise)) && inputs->states()[0].queue.overload_chunks > 100; }));
  const auto quiet = outlet_to(*inputs, 1, net::EndpointKind::kTcp);
  ASSERT_TRUE(quiet->send(as_bytes(kLine)));
  ASSERT_TRUE(eventually([&] { return inputs->states()[1].queue.taken == 1; }));
  const LiveInputState state = inputs->states()[0];
  EXPECT_EQ(state.queue.waiting_chunks, 16U);
  EXPECT_EQ(state.queue.overload_bytes, state.queue.overload_chunks * noise.size());
  EXPECT_EQ(inputs->states()[1].queue.overload_chunks, 0U);
  EXPECT_EQ(take(*inputs, 17).back().source, 1U);
}

TEST(LiveInputs, AFileIsWholeHoweverSlowlyItIsTaken) {
  const TemporaryFolder folder;
  const std::string path = folder.file("lines");
  std::string text;
  for (int i = 0; i < 5'000; ++i) text += kLine;
  std::ofstream(path, std::ios::binary) << text;
  const ManualClock clock(kNoon);
  LiveInputsOptions options;
  options.queue.chunks_max = 1;
  auto inputs = LiveInputs::start({source("file", "file:" + path)}, clock, options).value();
  std::string read;
  bool ended = false;
  ASSERT_TRUE(eventually([&] {
    std::vector<InputChunk> out;
    (void)inputs->take(out, 1, 1);
    for (const InputChunk& chunk : out) {
      read += as_text(chunk.bytes);
      ended |= chunk.kind == ChunkKind::kDown;
    }
    return ended;
  }));
  EXPECT_EQ(read, text);
  EXPECT_EQ(inputs->states()[0].socket.state, net::InputState::kEnded);
}

TEST(LiveInputs, StopsAndGivesWhatItHad) {
  const ManualClock clock(kNoon);
  auto inputs = LiveInputs::start({source("a", "udp://:0")}, clock).value();
  ASSERT_TRUE(outlet_to(*inputs, 0, net::EndpointKind::kUdp)->send(as_bytes("x")));
  ASSERT_TRUE(eventually([&] { return inputs->states()[0].queue.taken == 1; }));
  inputs->stop();
  std::vector<InputChunk> out;
  while (inputs->take(out, 1, 0)) {
  }
  ASSERT_EQ(out.size(), 3U);
  EXPECT_EQ(out[0].kind, ChunkKind::kUp);
  EXPECT_EQ(out[1].kind, ChunkKind::kDatagram);
  EXPECT_EQ(out[2].kind, ChunkKind::kDown);
}

TEST(LiveInputs, APeerIsHeardThroughTheSameQueueAndMissedOnlyOnceHeard) {
  ManualClock clock(kNoon);
  const SourceConfig us = surveillance::peer_source(AuthorityId::trusted("us"));
  LiveInputsOptions options;
  options.queue.chunks_max = 4;
  auto inputs = LiveInputs::start({source("a", "udp://:0"), us}, clock, options).value();
  clock.advance(3'600'000);
  EXPECT_TRUE(inputs->states()[0].silent_since);
  EXPECT_FALSE(inputs->states()[1].silent_since) << "nobody waits for a peer that never told anything";
  inputs->hear_failed(1, "nobody there");
  EXPECT_EQ(inputs->states()[1].socket.failures, 1U);
  EXPECT_EQ(inputs->states()[1].socket.error, "nobody there");
  inputs->hear(1, ChunkKind::kUp, {});
  for (int i = 0; i < 10; ++i) inputs->hear(1, ChunkKind::kStream, as_bytes("<event"));
  inputs->hear(1, ChunkKind::kDown, {});
  std::vector<InputChunk> chunks = take(*inputs, 4);
  // The other source may say that it is up at any moment.
  std::erase_if(chunks, [](const InputChunk& chunk) { return chunk.source == 0; });
  EXPECT_EQ(chunks.front().kind, ChunkKind::kUp);
  EXPECT_EQ(chunks.front().source, 1U);
  EXPECT_EQ(chunks.back().received, kNoon + 3'600'000);
  const LiveInputState state = inputs->states()[1];
  EXPECT_EQ(state.queue.overload_chunks, 6U);
  EXPECT_EQ(state.socket.pieces, 10U);
  EXPECT_EQ(state.socket.bytes, 60U);
  EXPECT_EQ(state.socket.state, net::InputState::kConnecting);
  clock.advance(60'000);
  EXPECT_EQ(inputs->states()[1].silent_since, kNoon + 3'600'000);
  // It leaves the charter.
  inputs->forget(1);
  EXPECT_FALSE(inputs->states()[1].silent_since);
  chunks.clear();
  EXPECT_TRUE(eventually([&] {
    (void)inputs->take(chunks, 64, 10);
    return std::ranges::any_of(
        chunks, [](const InputChunk& chunk) { return chunk.source == 1 && chunk.kind == ChunkKind::kDown; });
  })) << "so that a recording knows of it";
}

TEST(LiveInputs, APeerMayBeAddedWhileOthersAreHeard) {
  const ManualClock clock(kNoon);
  auto inputs = LiveInputs::start({source("a", "udp://:0")}, clock).value();
  const SourceConfig us = surveillance::peer_source(AuthorityId::trusted("us"));
  const auto added = inputs->add_peer(us);
  ASSERT_TRUE(added.has_value()) << added.error().text();
  EXPECT_EQ(*added, 1U);
  EXPECT_EQ(inputs->count(), 2U);
  EXPECT_EQ(inputs->config(1).name, "peer-us");
  EXPECT_EQ(inputs->states()[1].name, "peer-us");
  EXPECT_FALSE(inputs->states()[1].heard);
  inputs->hear(1, ChunkKind::kUp, {});
  inputs->hear(1, ChunkKind::kStream, as_bytes("<event"));
  for (const InputChunk& chunk : take(*inputs, 1)) {
    if (!chunk.bytes.empty()) {
      EXPECT_EQ(chunk.source, 1U);
    }
  }
  EXPECT_EQ(inputs->states()[1].queue.taken, 1U);
  EXPECT_THAT(inputs->add_peer(us).error().text(), HasSubstr("two sources are called 'peer-us'"));
  EXPECT_THAT(inputs->add_peer(source("b", "udp://:0")).error().text(), HasSubstr("only peers"));
  EXPECT_EQ(inputs->count(), 2U);
  for (std::size_t i = 2; i < surveillance::kSourcesMax; ++i) {
    ASSERT_TRUE(inputs->add_peer(surveillance::peer_source(AuthorityId::trusted("p" + std::to_string(i)))));
  }
  EXPECT_THAT(inputs->add_peer(surveillance::peer_source(AuthorityId::trusted("more"))).error().text(),
              HasSubstr("more than 256 sources"));
}

TEST(LiveInputs, WhoFollowsAClockThatWasSetBackTakesWhatWaitsAsOfNow) {
  ManualClock clock(kNoon);
  auto inputs =
      LiveInputs::start({source("a", "udp://:0"), surveillance::peer_source(AuthorityId::trusted("us"))}, clock)
          .value();
  const auto outlet = outlet_to(*inputs, 0, net::EndpointKind::kUdp);
  ASSERT_TRUE(outlet->send(as_bytes("x")));
  inputs->hear(1, ChunkKind::kUp, {});
  inputs->hear(1, ChunkKind::kStream, as_bytes("<event"));
  ASSERT_TRUE(eventually([&] { return inputs->states()[0].queue.taken == 1; }));
  clock.set(kNoon - 3'600'000);
  EXPECT_EQ(inputs->follow_clock(), kNoon - 3'600'000);
  ASSERT_TRUE(outlet->send(as_bytes("y")));
  for (const InputChunk& chunk : take(*inputs, 3)) EXPECT_EQ(chunk.received, kNoon - 3'600'000);
  clock.advance(60'000);
  EXPECT_EQ(inputs->states()[0].silent_since, kNoon - 3'600'000) << "not an hour later than that";
  EXPECT_FALSE(inputs->states()[1].silent_since) << "nobody waits for it until it speaks again";
}

TEST(LiveInputs, SaysWhatCannotBe) {
  const ManualClock clock(kNoon);
  EXPECT_THAT(LiveInputs::start({source("a", "udp://:0"), source("a", "udp://:0")}, clock).error().text(),
              HasSubstr("two sources are called 'a'"));
  EXPECT_THAT(LiveInputs::start({surveillance::peer_source(AuthorityId::trusted("us")), source("a", "udp://:0")}, clock)
                  .error()
                  .text(),
              HasSubstr("peers stand behind all other sources"));
  EXPECT_THAT(LiveInputs::start({source("a", "file:/nowhere/at/all")}, clock).error().text(),
              HasSubstr("file /nowhere/at/all: cannot read the file"));
}

}  // namespace
}  // namespace tansiq::node
