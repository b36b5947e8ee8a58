#include "surveillance/surveillance_figures.h"

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "base/random.h"
#include "base/units.h"
#include "surveillance/adsb_decoder.h"
#include "surveillance/adsb_encode.h"
#include "surveillance/ais_decoder.h"
#include "surveillance/ais_encode.h"
#include "surveillance/asterix_decoder.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/cot_decoder.h"
#include "surveillance/cot_encode.h"
#include "surveillance/sbs_decoder.h"

namespace tansiq::surveillance {
namespace {

constexpr UtcMs kBegin{1'767'355'200'000};
constexpr std::size_t kPiece = 64U << 10;
constexpr std::size_t kCraft = 200;

class CountingSink final : public Sink {
 public:
  void report(const Report& r) override {
    ++seen;
    sum += r.id.number + static_cast<std::uint64_t>(r.time.ms);
  }
  void status(const SensorStatus&) override { ++seen; }
  void identity(const Identity&) override { ++seen; }
  void text(const Text&) override { ++seen; }

  std::uint64_t seen = 0;
  std::uint64_t sum = 0;
};

Report traffic(std::size_t i, SeededRandom& random) {
  Report r;
  const std::size_t craft = i % kCraft;
  r.basis = TimeBasis::kTimeOfDay;
  r.time = kBegin;
  r.position = geo::LatLng{500'000'000 + static_cast<std::int32_t>(craft) * 100'000,
                           80'000'000 + static_cast<std::int32_t>(random.between(0, 10'000))};
  r.speed_cm_s = static_cast<std::int32_t>(random.between(0, 25'000));
  r.course_mdeg = static_cast<std::int32_t>(random.between(0, 359'999));
  r.pressure_cm = static_cast<std::int32_t>(cm_from_flight_level(random.between(50, 400)));
  r.climb_cm_s = static_cast<std::int32_t>(random.between(-1'000, 1'000));
  r.mode_3a = static_cast<std::uint16_t>(random.between(0, 07777));
  r.call_sign.assign("TEST123");
  r.system = 0x1902;
  r.track = TrackNumber{0x1902, static_cast<std::uint16_t>(craft)};
  r.polar = Polar{static_cast<std::int32_t>(random.between(1'000'000, 20'000'000)),
                  static_cast<std::int32_t>(random.between(0, 359'999))};
  r.id = {IdKind::kIcao, 0x400000 + static_cast<std::uint32_t>(craft)};
  return r;
}

/// Feeds all bytes in pieces to a new decoder each round; units a second of the best.
template <class Make>
Result<double> best_of_three(const std::string& bytes, std::uint64_t units, std::uint64_t wanted, Make&& make) {
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    auto decoder = make();
    CountingSink sink;
    const auto start = std::chrono::steady_clock::now();
    for (std::size_t at = 0; at < bytes.size(); at += kPiece) {
      decoder->feed(as_bytes(std::string_view(bytes).substr(at, kPiece)), kBegin, sink);
    }
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    if (sink.seen != wanted) return fail(ErrorCode::kInternal, "not every unit came out as a report");
    best = std::max(best, static_cast<double>(units) / seconds);
  }
  return best;
}

Result<double> ais(std::size_t units, SeededRandom& random) {
  std::string bytes;
  AisEncoder encoder;
  std::uint64_t sentences = 0;
  std::uint64_t messages = 0;
  for (std::size_t i = 0; sentences < units; ++i, ++messages) {
    Report r = traffic(i, random);
    r.id = {IdKind::kMmsi, 227'000'000 + static_cast<std::uint32_t>(i % kCraft)};
    Identity ship;
    ship.id = r.id;
    ship.name.assign("EVER DIADEM");
    ship.destination.assign("NEW YORK");
    if (i % 20 == 0) {
      TRY_VOID(encoder.voyage(ship, bytes));
      ++sentences;
    } else if (i % 5 == 0) {
      TRY_VOID(encoder.class_b(r, bytes));
    } else {
      TRY_VOID(encoder.class_a(r, bytes));
    }
    ++sentences;
  }
  return best_of_three(bytes, sentences, messages, [] { return std::make_unique<AisDecoder>(SourceId{1}); });
}

Result<double> beast(std::size_t units, SeededRandom& random) {
  std::string bytes;
  for (std::size_t i = 0; i < units; ++i) {
    Report r = traffic(i, random);
    const bool odd = i / kCraft % 2 != 0;
    const std::size_t kind = i / kCraft % 5;
    const Result<Squitter> message = kind == 2   ? encode_velocity(r)
                                     : kind == 4 ? encode_identification(r)
                                                 : encode_airborne_position(r, odd);
    put_beast_squitter(bytes, TRY(Result<Squitter>(message)), kBegin);
  }
  return best_of_three(bytes, units, units, [] { return std::make_unique<AdsbDecoder>(AdsbOptions{}); });
}

Result<double> asterix_category(std::uint8_t category, std::size_t units, SeededRandom& random) {
  std::string bytes;
  AsterixEncoder encoder(category);
  for (std::size_t i = 0; i < units; ++i) {
    const Report r = traffic(i, random);
    if (encoder.add(r)) continue;
    bytes += as_text(encoder.take());
    TRY_VOID(encoder.add(r));
  }
  bytes += as_text(encoder.take());
  return best_of_three(bytes, units, units, [] {
    AsterixOptions options;
    options.radars.push_back({0x1902, {500'000'000, 80'000'000}, 30'000});
    return std::make_unique<AsterixDecoder>(std::move(options));
  });
}

Result<double> sbs(std::size_t units) {
  std::string bytes;
  for (std::size_t i = 0; i < units; ++i) {
    bytes +=
        "MSG,3,1,1,4840D6,1,2026/01/02,11:59:58.250,2026/01/02,11:59:58.300,,38000,,,52.25720,3.91937,,,0,0,0,0\r\n";
  }
  return best_of_three(bytes, units, units, [] { return std::make_unique<SbsDecoder>(SbsOptions{}); });
}

Result<double> cot(std::size_t units, SeededRandom& random) {
  std::string bytes;
  for (std::size_t i = 0; i < units; ++i) TRY_VOID(append_cot_event(traffic(i, random), bytes));
  return best_of_three(bytes, units, units, [] { return std::make_unique<CotDecoder>(CotOptions{}); });
}

}  // namespace

Result<DecodeFigures> measure_decoders(std::size_t units, std::uint64_t seed) {
  SeededRandom random(seed);
  DecodeFigures out;
  out.ais_sentences = TRY(ais(units, random));
  out.beast_messages = TRY(beast(units, random));
  out.asterix_048 = TRY(asterix_category(48, units, random));
  out.asterix_062 = TRY(asterix_category(62, units, random));
  out.asterix_021 = TRY(asterix_category(21, units, random));
  out.sbs_lines = TRY(sbs(units));
  out.cot_events = TRY(cot(units / 10 + 1, random));
  return out;
}

}  // namespace tansiq::surveillance
