// What the fuzzers of decoders share: a sink that aborts on a value that no report may hold.
#pragma once

#include <cstdint>
#include <cstdlib>

#include "surveillance/report.h"

namespace tansiq::surveillance {

inline constexpr UtcMs kFuzzNow{1'767'355'200'000};

class CheckingSink final : public Sink {
 public:
  void report(const Report& r) override {
    ++seen;
    expect_place(r.position);
    expect_angle(r.course_mdeg);
    expect_angle(r.heading_mdeg);
    if (r.polar) expect_angle(r.polar->azimuth_mdeg);
    if (r.speed_cm_s && *r.speed_cm_s < 0) std::abort();
    if (r.mode_3a && *r.mode_3a > 07777) std::abort();
    if (r.time < kUtcMin || r.time > kUtcMax) std::abort();
    last_report = r;
  }
  void status(const SensorStatus& s) override {
    ++seen;
    expect_place(s.position);
    if (s.time < kUtcMin || s.time > kUtcMax) std::abort();
  }
  void identity(const Identity& i) override {
    ++seen;
    if (i.id.kind == IdKind::kMmsi && i.id.number > 999'999'999) std::abort();
  }
  void text(const Text&) override { ++seen; }

  std::uint64_t seen = 0;
  Report last_report;

 private:
  static void expect_place(const std::optional<geo::LatLng>& place) {
    if (!place) return;
    if (place->lat_e7 < -900'000'000 || place->lat_e7 > 900'000'000) std::abort();
    if (place->lng_e7 < -1'800'000'000 || place->lng_e7 > 1'800'000'000) std::abort();
  }
  static void expect_angle(const std::optional<std::int32_t>& mdeg) {
    if (mdeg && (*mdeg < 0 || *mdeg >= 360'000)) std::abort();
  }
};

}  // namespace tansiq::surveillance
