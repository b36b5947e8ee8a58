#include "surveillance/decoding_testlib.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "surveillance/adsb_encode.h"
#include "surveillance/ais_encode.h"
#include "surveillance/asterix_encode.h"
#include "surveillance/cot_encode.h"
#include "surveillance/decimal.h"

namespace tansiq::surveillance::testing {
namespace {

constexpr std::uint32_t kFirst = 100'001;  // Has as many digits, decimal, as any of the first 800,000.

Report craft(unsigned i) {
  Report r;
  r.time = r.received = kNoon;
  r.position = geo::LatLng{500'000'000 + static_cast<std::int32_t>(i % 1'000) * 1'000, 80'000'000};
  r.pressure_cm = 300'000;
  r.speed_cm_s = 10'000;
  r.course_mdeg = 90'000;
  return r;
}

}  // namespace

SourceConfig source_of(Speaks format) {
  SourceConfig out;
  out.name = name_of(format);
  out.format = format;
  out.transport = parse_transport("tcp-listen://127.0.0.1:0").value();
  if (format == Speaks::kCsv) out.columns = "time=t,id=i,latitude=a,longitude=o";
  return out;
}

std::string preamble(Speaks format) { return format == Speaks::kCsv ? "i,t,a,o\n" : ""; }

std::string statement(Speaks format, unsigned i) {
  Report r = craft(i);
  std::string out;
  switch (format) {
    case Speaks::kAsterix: {
      r.system = 0x0102;
      r.basis = TimeBasis::kTimeOfDay;
      r.id = {IdKind::kIcao, kFirst + i};
      r.domain = Domain::kAir;
      AsterixEncoder encoder(21);
      EXPECT_TRUE(encoder.add(r));
      const Bytes block = encoder.take();
      return std::string(as_text(block));
    }
    case Speaks::kBeast:
      r.id = {IdKind::kIcao, kFirst + i};
      put_beast_squitter(out, encode_airborne_position(r, false).value(), r.time);
      put_beast_squitter(out, encode_airborne_position(r, true).value(), r.time);
      return out;
    case Speaks::kSbs:
      return fmt::format(
          "MSG,3,1,1,{:06X},1,2026/01/02,12:00:00.000,2026/01/02,12:00:00.000,,10000,,,50.1,8.1,,,0,0,0,0\r\n",
          kFirst + i);
    case Speaks::kAivdm:
      r.id = {IdKind::kMmsi, 200'000'000 + kFirst + i};
      EXPECT_TRUE(AisEncoder().class_a(r, out));
      return out;
    case Speaks::kCot:
      r.id = {IdKind::kIcao, kFirst + i};
      r.domain = Domain::kAir;
      r.basis = TimeBasis::kFull;
      EXPECT_TRUE(append_cot_event(r, out));
      return out;
    case Speaks::kCsv:
      return fmt::format("{:06},{},50.1,8.1\n", kFirst + i, kNoon.ms / 1'000);
  }
  return out;
}

std::uint32_t number_of(const Report& report) {
  if (report.id.kind == IdKind::kMmsi) return report.id.number - 200'000'000 - kFirst;
  if (report.id.kind != IdKind::kUid) return report.id.number - kFirst;
  return parse_digits(report.uid.view()).value_or(0) - kFirst;
}

}  // namespace tansiq::surveillance::testing
