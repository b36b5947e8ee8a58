// What holds for every source, whatever format it speaks.
#include "surveillance/decoding.h"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/decoding_testlib.h"

namespace tansiq::surveillance {
namespace {

using testing::kEverySpeech;
using testing::kNoon;
using testing::number_of;
using testing::preamble;
using testing::Remembering;
using testing::same_statement;
using testing::source_of;
using testing::statement;

/// A source under test, and what it said.
struct Bench {
  explicit Bench(const SourceConfig& config) : decoding(Decoding::make(config, SourceId{7}, sink).value()) {}

  void take(ChunkKind kind, std::string_view bytes = {}, std::uint16_t connection = 0, UtcMs received = kNoon) {
    decoding->take({received, 0, connection, kind, as_bytes(bytes)});
  }
  void stream(std::string_view bytes, std::uint16_t connection = 0) { take(ChunkKind::kStream, bytes, connection); }
  /// The numbers of statements heard with a position, each as often as it was.
  [[nodiscard]] std::multiset<std::uint32_t> heard() const {
    std::multiset<std::uint32_t> out;
    for (const Report& report : sink.reports) {
      if (report.position) out.insert(number_of(report));
    }
    return out;
  }

  Remembering sink;
  std::unique_ptr<Decoding> decoding;
};

TEST(Decoding, EveryFormatIsReadOverEveryTransport) {
  for (const Speaks format : kEverySpeech) {
    SCOPED_TRACE(name_of(format));
    Bench stream(source_of(format));
    stream.take(ChunkKind::kUp);
    stream.stream(preamble(format) + statement(format, 0) + statement(format, 1));
    EXPECT_EQ(stream.heard(), (std::multiset<std::uint32_t>{0, 1}));
    EXPECT_EQ(stream.sink.reports[0].source, SourceId{7});
    Bench datagrams(source_of(format));
    datagrams.take(ChunkKind::kUp);
    datagrams.take(ChunkKind::kDatagram, preamble(format) + statement(format, 0));
    datagrams.take(ChunkKind::kDatagram, statement(format, 1));
    EXPECT_EQ(datagrams.heard(), (std::multiset<std::uint32_t>{0, 1}));
    EXPECT_EQ(datagrams.decoding->counters().reports, datagrams.sink.reports.size());
    EXPECT_EQ(datagrams.decoding->counters().rejected_sum(), 0U);
  }
}

TEST(Decoding, AConnectionSaysNothingAboutAnother) {
  for (const Speaks format : kEverySpeech) {
    SCOPED_TRACE(name_of(format));
    Bench bench(source_of(format));
    // Two streams, cut in their middle and interleaved.
    const std::string one = preamble(format) + statement(format, 0);
    const std::string two = preamble(format) + statement(format, 1);
    const std::size_t cut = preamble(format).size() + 9;
    bench.stream(one.substr(0, cut), 0);
    bench.stream(two.substr(0, cut), 1);
    bench.stream(one.substr(cut), 0);
    bench.stream(two.substr(cut), 1);
    EXPECT_EQ(bench.heard(), (std::multiset<std::uint32_t>{0, 1}));
    EXPECT_EQ(bench.decoding->counters().rejected_sum(), 0U);
  }
}

TEST(Decoding, AConnectionBeyondTheBoundIsCounted) {
  Bench bench(source_of(Speaks::kAivdm));
  bench.stream(statement(Speaks::kAivdm, 0), kConnectionsPerSourceMax);
  EXPECT_EQ(bench.decoding->counters().of(Reject::kNoRoom), 1U);
  EXPECT_TRUE(bench.sink.reports.empty());
}

TEST(Decoding, AHalfIsNotContinuedByAnotherConnection) {
  for (const Speaks format : kEverySpeech) {
    SCOPED_TRACE(name_of(format));
    Bench bench(source_of(format));
    const std::string whole = statement(format, 0);
    bench.stream(preamble(format) + whole.substr(0, whole.size() / 2));
    bench.take(ChunkKind::kDown);
    bench.take(ChunkKind::kUp);
    bench.stream(preamble(format) + statement(format, 1));
    EXPECT_EQ(bench.heard(), (std::multiset<std::uint32_t>{1}));
  }
}

TEST(Decoding, AFileEndsItsLastLine) {
  for (const Speaks format : {Speaks::kSbs, Speaks::kAivdm, Speaks::kCsv}) {
    SCOPED_TRACE(name_of(format));
    for (const bool file : {true, false}) {
      SourceConfig config = source_of(format);
      if (file) config.transport = parse_transport("file:x").value();
      Bench bench(config);
      std::string text = preamble(format) + statement(format, 0);
      while (text.ends_with('\n') || text.ends_with('\r')) text.pop_back();
      bench.stream(text);
      EXPECT_TRUE(bench.heard().empty());
      bench.take(ChunkKind::kDown);
      EXPECT_EQ(bench.heard().size(), file ? 1U : 0U) << "a connection that breaks has not ended its line";
    }
  }
}

TEST(Decoding, AFileMayBeOldAndAConnectionNot) {
  for (const bool file : {true, false}) {
    SourceConfig config = source_of(Speaks::kCsv);
    if (file) config.transport = parse_transport("file:x").value();
    Bench bench(config);
    const UtcMs later = kNoon + 365LL * 86'400'000;
    bench.take(ChunkKind::kStream, preamble(Speaks::kCsv) + statement(Speaks::kCsv, 0), 0, later);
    EXPECT_EQ(bench.sink.reports.size(), file ? 1U : 0U);
    EXPECT_EQ(bench.decoding->counters().of(Reject::kTooOld), file ? 0U : 1U);
    config.old_ms = 60'000;
    Bench strict(config);
    strict.take(ChunkKind::kStream, preamble(Speaks::kCsv) + statement(Speaks::kCsv, 0), 0, later);
    EXPECT_TRUE(strict.sink.reports.empty()) << "what is set holds for files too";
  }
}

TEST(Decoding, WhatLiesTooFarAwayIsRefused) {
  for (const Speaks format : kEverySpeech) {
    SCOPED_TRACE(name_of(format));
    SourceConfig config = source_of(format);
    config.place = geo::LatLng{500'000'000, 80'000'000};
    Bench near(config);
    near.stream(preamble(format) + statement(format, 0));
    EXPECT_EQ(near.heard().size(), 1U);
    config.place = geo::LatLng{-400'000'000, 80'000'000};
    Bench far(config);
    far.stream(preamble(format) + statement(format, 0));
    EXPECT_TRUE(far.heard().empty());
    EXPECT_GE(far.decoding->counters().of(Reject::kInconsistent), 1U);
  }
}

TEST(Decoding, RadarsReachTheDecoder) {
  Report plot;
  plot.time = plot.received = kNoon;
  plot.domain = Domain::kAir;
  plot.system = 0x1902;
  plot.polar = Polar{5'000'000, 90'000};
  plot.track = TrackNumber{0x1902, 5};
  AsterixEncoder encoder(48);
  ASSERT_TRUE(encoder.add(plot));
  const Bytes block = encoder.take();
  SourceConfig config = source_of(Speaks::kAsterix);
  Bench blind(config);
  blind.take(ChunkKind::kDatagram, as_text(block));
  ASSERT_EQ(blind.sink.reports.size(), 1U);
  EXPECT_FALSE(blind.sink.reports[0].position);
  config.radars.push_back({0x1902, {500'000'000, 80'000'000}, 0});
  Bench sees(config);
  sees.take(ChunkKind::kDatagram, as_text(block));
  ASSERT_EQ(sees.sink.reports.size(), 1U);
  EXPECT_TRUE(sees.sink.reports[0].position);
}

TEST(Decoding, EditionsReachTheDecoder) {
  // The last bit of 080 in edition 1.20 was spare in 1.19: of the two, one refuses a record that has an item beyond it.
  SourceConfig config = source_of(Speaks::kAsterix);
  config.editions = {{62, "1.18"}};
  Remembering sink;
  EXPECT_FALSE(Decoding::make(config, SourceId{1}, sink)) << "no such edition is read";
  config.editions = {{62, "1.19"}};
  EXPECT_TRUE(Decoding::make(config, SourceId{1}, sink));
}

// Losses --------------------------------------------------------------------------------------------------------------

/// Cuts statements into pieces, loses some of the pieces, marks the gaps. Whatever is heard was said, in that form: a
/// joint of two halves never makes a third statement.
RC_GTEST_PROP(DecodingGap, NothingIsHeardThatWasNotSaid, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const Speaks format = kEverySpeech.at(static_cast<std::size_t>(random.between(0, 5)));
  const unsigned count = static_cast<unsigned>(random.between(1, 30));
  std::string text;
  for (unsigned i = 0; i < count; ++i) text += statement(format, i);
  Bench whole(source_of(format));
  whole.stream(preamble(format) + text);
  std::map<std::uint32_t, std::vector<Report>> said;
  for (const Report& report : whole.sink.reports) said[number_of(report)].push_back(report);

  Bench lossy(source_of(format));
  lossy.stream(preamble(format));
  bool lost = false;
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), static_cast<std::size_t>(random.between(1, 200)));
    if (random.one_in(4)) {
      lost = true;
    } else {
      if (lost) lossy.take(ChunkKind::kGap);
      lost = false;
      lossy.stream(text.substr(0, size));
    }
    text.erase(0, size);
  }
  for (const Report& report : lossy.sink.reports) {
    const auto known = said.find(number_of(report));
    RC_ASSERT(known != said.end());
    RC_ASSERT(std::any_of(known->second.begin(), known->second.end(),
                          [&](const Report& each) { return same_statement(each, report) || !report.position; }));
  }
}

TEST(DecodingGap, TheNextWholeStatementIsHeard) {
  for (const Speaks format : kEverySpeech) {
    const std::string lost = statement(format, 0);
    for (std::size_t cut = 1; cut < lost.size(); ++cut) {
      SCOPED_TRACE(std::string(name_of(format)) + " cut at " + std::to_string(cut));
      Bench bench(source_of(format));
      bench.stream(preamble(format) + lost.substr(0, cut));
      bench.take(ChunkKind::kGap);
      bench.stream(lost.substr(cut + 1));
      // More than one: who searches may spend a few on finding its way, ASTERIX up to its longest block.
      const unsigned more = format == Speaks::kAsterix ? 8'192 / static_cast<unsigned>(lost.size()) + 2 : 3;
      for (unsigned i = 1; i <= more; ++i) bench.stream(statement(format, i));
      EXPECT_EQ(bench.heard().count(more), 1U);
      EXPECT_EQ(bench.heard().count(0), 0U);
    }
  }
}

// Faults --------------------------------------------------------------------------------------------------------------

/// Damages bytes as networks and broken senders do.
std::string damaged(std::string text, SeededRandom& random) {
  const auto place = [&] {
    return static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(text.size())));
  };
  for (std::int64_t n = random.between(1, 8); n > 0; --n) {
    switch (random.between(0, 5)) {
      case 0:
        if (!text.empty()) text[place() % text.size()] ^= static_cast<char>(1U << random.between(0, 7));
        break;
      case 1:
        text.erase(place(), static_cast<std::size_t>(random.between(1, 40)));
        break;
      case 2: {
        const std::size_t at = place();
        text.insert(at, text.substr(place(), 60));
        break;
      }
      case 3:
        text.insert(place(), std::string(static_cast<std::size_t>(random.between(1, 3'000)),
                                         static_cast<char>(random.between(0, 255))));
        break;
      case 4: {
        std::string noise;
        for (std::int64_t i = random.between(1, 300); i > 0; --i) noise += static_cast<char>(random.between(0, 255));
        text.insert(place(), noise);
        break;
      }
      default:
        text.resize(place());
    }
  }
  return text;
}

RC_GTEST_PROP(DecodingFault, DamageIsCountedAndTheNextConnectionIsHeard, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const Speaks format = kEverySpeech.at(static_cast<std::size_t>(random.between(0, 5)));
  Bench bench(source_of(format));
  Bench twin(source_of(format));
  const auto both = [&](ChunkKind kind, std::string_view bytes = {}) {
    bench.take(kind, bytes);
    twin.take(kind, bytes);
  };
  std::string text = preamble(format);
  for (unsigned i = 0; i < 10; ++i) text += statement(format, i);
  text = damaged(text, random);
  const ChunkKind kind = random.one_in(2) ? ChunkKind::kStream : ChunkKind::kDatagram;
  while (!text.empty()) {
    const std::size_t size = std::min(text.size(), static_cast<std::size_t>(random.between(1, 2'000)));
    both(kind, std::string_view(text).substr(0, size));
    text.erase(0, size);
  }
  both(ChunkKind::kDown);
  both(ChunkKind::kUp);
  both(ChunkKind::kStream, preamble(format) + statement(format, 20));
  RC_ASSERT(bench.heard().count(20) == 1U);
  // The same chunks, the same words.
  RC_ASSERT(bench.sink.reports.size() == twin.sink.reports.size());
  for (std::size_t i = 0; i < bench.sink.reports.size(); ++i) {
    RC_ASSERT(same_statement(bench.sink.reports[i], twin.sink.reports[i]));
  }
  const DecodeCounters counters = bench.decoding->counters();
  RC_ASSERT(counters.rejected == twin.decoding->counters().rejected);
  RC_ASSERT(counters.reports == bench.sink.reports.size());
}

TEST(DecodingFault, EndlessUnitsAreCountedAndPassedOver) {
  for (const Speaks format : kEverySpeech) {
    SCOPED_TRACE(name_of(format));
    Bench bench(source_of(format));
    bench.stream(preamble(format));
    std::string begin = statement(format, 0);
    begin.resize(begin.size() / 2);
    bench.stream(begin);
    const std::string filler(16'384, format == Speaks::kAsterix ? '\xFF' : 'A');
    for (int i = 0; i < 64; ++i) bench.stream(filler);  // 1 MiB without an end
    bench.stream(format == Speaks::kCot ? "</event>" : "\n");
    EXPECT_GE(bench.decoding->counters().rejected_sum(), 1U);
    for (unsigned i = 1; i < 4; ++i) bench.stream(statement(format, i));
    EXPECT_EQ(bench.heard().count(3), 1U) << "the stream is found again";
  }
}

TEST(DecodingFault, FutureRepeatedAndLateStatementsAreCounted) {
  for (const Speaks format : {Speaks::kAsterix, Speaks::kCot, Speaks::kCsv, Speaks::kSbs}) {
    SCOPED_TRACE(name_of(format));
    Bench bench(source_of(format));
    const std::string text = statement(format, 0);
    bench.take(ChunkKind::kStream, preamble(format) + text, 0, kNoon - 10'000);
    EXPECT_EQ(bench.decoding->counters().of(Reject::kFutureDated), 1U);
    EXPECT_TRUE(bench.sink.reports.empty());
    bench.stream(text);
    bench.stream(text);
    EXPECT_EQ(bench.decoding->counters().of(Reject::kDuplicate), 1U);
    EXPECT_EQ(bench.sink.reports.size(), 1U);
    bench.take(ChunkKind::kStream, text, 0, kNoon + 3'600'000);
    EXPECT_EQ(bench.decoding->counters().of(Reject::kTooOld), 1U);
  }
}

// Silence -------------------------------------------------------------------------------------------------------------

/// Against the definition, looked up in the whole history each time.
RC_GTEST_PROP(SourceSilence, IsWhatTheHistorySays, (std::uint64_t seed)) {
  SeededRandom random(seed);
  std::vector<SourceConfig> configs;
  for (const Speaks format : {Speaks::kBeast, Speaks::kAivdm, Speaks::kCsv}) {
    configs.push_back(source_of(format));
    configs.back().silent_after_ms = random.between(0, 2) * 1'000;
  }
  configs.back().transport = parse_transport("file:x").value();
  configs.push_back(peer_source(AuthorityId::trusted("us")));
  configs.back().silent_after_ms = 1'000;
  SilenceWatch watch(configs, kNoon);
  std::vector<Chunk> history;
  UtcMs now = kNoon;
  for (int i = 0; i < 60; ++i) {
    now = now + random.between(0, 700);
    Chunk chunk{now,
                static_cast<std::uint32_t>(random.between(0, 4)),
                0,
                random.one_in(5) ? ChunkKind::kDown : ChunkKind::kStream,
                {}};
    if (chunk.kind == ChunkKind::kStream) chunk.bytes = as_bytes("x");
    watch.heard(chunk);
    history.push_back(chunk);
    std::optional<UtcMs> next;
    for (std::uint32_t source = 0; source < 4; ++source) {
      UtcMs last = kNoon;
      bool ended = source == 3;  // Until it is heard, nobody waits for a peer,
      bool up = false;
      for (const Chunk& each : history) {
        if (each.source != source) continue;
        if (!each.bytes.empty()) last = each.received;
        if (!each.bytes.empty() && source == 3) ended = false;
        // nor when it ends though it was not there.
        if (each.kind == ChunkKind::kDown && source == 3 && !up) ended = true;
        up = each.kind != ChunkKind::kDown;
        ended |= source == 2 && each.kind == ChunkKind::kDown;
      }
      const DurationMs after = configs[source].silent_after_ms;
      const bool silent = after != 0 && !ended && now - last >= after;
      RC_ASSERT(watch.silent_since(source, now) == (silent ? std::optional(last) : std::nullopt));
      if (after != 0 && !ended && !silent && (!next || last + after < *next)) next = last + after;
    }
    RC_ASSERT(watch.next_silence(now) == next);
  }
}

}  // namespace
}  // namespace tansiq::surveillance
