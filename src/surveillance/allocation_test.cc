// Decoders allocate nothing for a record: counted, by the operators of the whole test program.
#include <gtest/gtest.h>

#include <atomic>
#include <cstdlib>
#include <new>
#include <string>

#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_encode.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/ais_encode.h"
#include "surveillance/asterix_decoder.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/intake.h"
#include "surveillance/sbs_decoder.h"
#include "surveillance/surveillance_testlib.h"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TANSIQ_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TANSIQ_COUNTS_ALLOCATIONS 0
#else
#define TANSIQ_COUNTS_ALLOCATIONS 1
#endif
#else
#define TANSIQ_COUNTS_ALLOCATIONS 1
#endif

#if TANSIQ_COUNTS_ALLOCATIONS
namespace {
std::atomic<std::uint64_t> allocations{0};
}

void* operator new(std::size_t size) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace tansiq::surveillance {
namespace {

using testing::kNoon;

class Counting final : public Sink {
 public:
  void report(const Report&) override { ++seen; }
  void status(const SensorStatus&) override { ++seen; }
  void identity(const Identity&) override { ++seen; }
  void text(const Text&) override { ++seen; }
  std::uint64_t seen = 0;
};

Report craft() {
  Report r;
  r.domain = Domain::kAir;
  r.id = {IdKind::kIcao, 0x4840D6};
  r.system = 0x1902;
  r.track = TrackNumber{0x1902, 12};
  r.basis = TimeBasis::kTimeOfDay;
  r.time = kNoon;
  r.position = geo::LatLng{500'000'000, 80'000'000};
  r.polar = Polar{10'000'000, 90'000};
  r.pressure_cm = 1'000'000;
  r.speed_cm_s = 20'000;
  r.course_mdeg = 90'000;
  r.call_sign.assign("TEST12");
  return r;
}

/// Feeds the stream in odd pieces, once to begin with, then counting.
template <class Decoder>
void expect_none(Decoder& decoder, const std::string& stream) {
  Counting sink;
  Intake intake(sink);
  const auto feed = [&] {
    for (std::size_t at = 0; at < stream.size(); at += 777) {
      decoder.feed(as_bytes(std::string_view(stream).substr(at, 777)), kNoon, intake);
    }
  };
  feed();
  const std::uint64_t before = allocations.load();
  for (int i = 0; i < 10; ++i) feed();
  EXPECT_EQ(allocations.load(), before);
  EXPECT_GT(sink.seen, 0U);
}

TEST(Allocation, BeastTakesNone) {
  std::string stream;
  for (int i = 0; i < 50; ++i) {
    put_beast_squitter(stream, encode_airborne_position(craft(), i % 2 != 0).value(), kNoon);
    put_beast_squitter(stream, encode_velocity(craft()).value(), kNoon);
  }
  AdsbDecoder decoder({});
  expect_none(decoder, stream);
}

TEST(Allocation, AsterixTakesNone) {
  std::string stream;
  for (const int category : {21, 48, 62}) {
    AsterixEncoder encoder(static_cast<std::uint8_t>(category));
    for (int i = 0; i < 10; ++i) ASSERT_TRUE(encoder.add(craft()));
    stream += as_text(encoder.take());
  }
  AsterixOptions options;
  options.radars.push_back({0x1902, {500'000'000, 80'000'000}, 0});
  AsterixDecoder decoder(std::move(options));
  expect_none(decoder, stream);
}

TEST(Allocation, AisTakesNone) {
  std::string stream;
  AisEncoder encoder;
  Report r = craft();
  r.id = {IdKind::kMmsi, 227'006'760};
  Identity ship;
  ship.id = r.id;
  for (int i = 0; i < 50; ++i) {
    ASSERT_TRUE(encoder.class_a(r, stream));
    ASSERT_TRUE(encoder.voyage(ship, stream));
  }
  AisDecoder decoder(SourceId{1});
  expect_none(decoder, stream);
}

TEST(Allocation, SbsTakesNone) {
  std::string stream;
  for (int i = 0; i < 50; ++i) {
    stream +=
        "MSG,3,1,1,4840D6,1,2026/01/02,11:59:58.250,2026/01/02,11:59:58.300,,38000,,,52.25720,3.91937,,,0,0,0,0\r\n";
  }
  SbsDecoder decoder({});
  expect_none(decoder, stream);
}

}  // namespace
}  // namespace tansiq::surveillance
#endif
