// How much is taken away from what an authority shows of its own use of air and sea, as members of a charter agree:
// data, not code. Levels `full` and `live` take nothing away; `busy` and `coarse` each have one Coarsening.
//
//   {"busy":{"delay_ms":120000,"grid_e7":5000000,"level_step_cm":304800,"time_step_ms":1800000},"coarse":{…}}
//
// Everything is rounded outward, so what is shown contains what is meant (coordination/disclosure_coarse.h).
#pragma once

#include <cstdint>
#include <tuple>

#include "base/time.h"
#include "core/record.h"

namespace tansiq::core {

struct Coarsening {
  /// What is shown has stood unchanged for so long: nobody learns at this level where somebody has just turned.
  DurationMs delay_ms = 120'000;
  std::int64_t grid_e7 = 1'000'000;     ///< Side of a grid cell in 1e-7 degree; a whole number of them makes 180°.
  std::int64_t level_step_cm = 30'480;  ///< Bands are rounded outward to multiples of this.
  DurationMs time_step_ms = 300'000;    ///< So are windows, from 1970-01-01T00:00Z.
  static constexpr auto fields() {
    return field_list(field("delay_ms", &Coarsening::delay_ms), field("grid_e7", &Coarsening::grid_e7),
                      field("level_step_cm", &Coarsening::level_step_cm),
                      field("time_step_ms", &Coarsening::time_step_ms));
  }
  /// Fails with `kInvalid`.
  [[nodiscard]] Status check() const;
  friend bool operator==(const Coarsening&, const Coarsening&) = default;
};

struct DisclosureTerms {
  /// Half a degree, 10,000 ft, half an hour. Its delay is no shorter than that of `coarse`: who may see less does not
  /// see it sooner.
  Coarsening busy = {.delay_ms = 120'000, .grid_e7 = 5'000'000, .level_step_cm = 304'800, .time_step_ms = 1'800'000};
  Coarsening coarse = {};  ///< A tenth of a degree, 1,000 ft, five minutes.
  static constexpr auto fields() {
    return field_list(field("busy", &DisclosureTerms::busy), field("coarse", &DisclosureTerms::coarse));
  }
  [[nodiscard]] Status check() const;
  friend bool operator==(const DisclosureTerms&, const DisclosureTerms&) = default;
};

}  // namespace tansiq::core
