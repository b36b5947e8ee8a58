// What the tests of decoders share: a sink that remembers, and the folder of recordings.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "surveillance/report.h"

namespace tansiq::surveillance::testing {

struct Said {
  std::vector<Report> reports;
  std::vector<SensorStatus> statuses;
  std::vector<Identity> identities;
  std::vector<Text> texts;
};

class Remembering final : public Sink, public Said {
 public:
  void report(const Report& r) override { reports.push_back(r); }
  void status(const SensorStatus& s) override { statuses.push_back(s); }
  void identity(const Identity& i) override { identities.push_back(i); }
  void text(const Text& t) override { texts.push_back(t); }
  void clear() { static_cast<Said&>(*this) = {}; }
};

/// 2026-01-02T12:00:00Z: when test bytes are received unless a test says otherwise.
inline constexpr UtcMs kNoon{1'767'355'200'000};

/// The text of a file below TANSIQ_SHARED; nothing where it is absent.
inline std::optional<std::string> shared_file(std::string_view path) {
  const char* root = std::getenv("TANSIQ_SHARED");  // NOLINT(concurrency-mt-unsafe)
  const std::string folder = root != nullptr ? root : std::string(TANSIQ_SOURCE_DIR) + "/../shared";
  std::ifstream in(folder + "/" + std::string(path), std::ios::binary);
  if (!in) return std::nullopt;
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// Do two reports say the same? `received` and `source` are the reader's, not the format's.
inline bool same_statement(const Report& a, const Report& b) {
  return a.format == b.format && a.domain == b.domain && a.basis == b.basis && a.emergency == b.emergency &&
         a.flags == b.flags && a.id == b.id && a.track == b.track && a.system == b.system && a.time == b.time &&
         a.position == b.position && a.polar == b.polar && a.accuracy_cm == b.accuracy_cm &&
         a.pressure_cm == b.pressure_cm && a.geometric_cm == b.geometric_cm && a.speed_cm_s == b.speed_cm_s &&
         a.course_mdeg == b.course_mdeg && a.heading_mdeg == b.heading_mdeg && a.climb_cm_s == b.climb_cm_s &&
         a.mode_3a == b.mode_3a && a.nav_status == b.nav_status && a.rate_of_turn == b.rate_of_turn &&
         a.emitter == b.emitter && a.quality == b.quality && a.call_sign == b.call_sign && a.uid == b.uid &&
         a.kind == b.kind && a.stale == b.stale;
}

}  // namespace tansiq::surveillance::testing
