// Two members of a charter that are data for those around the core: by which catalogue of numbered messages its members
// read, and how far a craft may be off its plan before it counts. The core keeps and signs them and decides nothing by
// them.
//
//   "catalogue":{"sha256":"…"}
//   "conformance":{"aircraft":{"clear_ms":20000,"clear_percent":80,"contingent_ms":120000,"lateral_m":200,
//                              "persist_ms":10000,"time_ms":60000,"vertical_cm":6000},"ship":{…},"uas":{…}}
//
// Both are optional: a charter without them has the text, and the hash, that it always had. Where tolerances are given
// they are given of all three kinds, in full, so that nobody has to know what another program would have taken.
#pragma once

#include <cstdint>

#include "base/time.h"
#include "core/record.h"

namespace tansiq::core {

/// The catalogue of numbered messages that all members read by (talks/catalogue.h): what is signed is a number, and
/// each side reads it in its own language, so all must have the same texts.
struct CatalogueTerms {
  log::Hash sha256;
  static constexpr auto fields() { return field_list(field("sha256", &CatalogueTerms::sha256)); }
  friend bool operator==(const CatalogueTerms&, const CatalogueTerms&) = default;
};

/// How far a craft of one kind may be off its plan, and for how long (picture/conformance.h).
struct ConformanceTolerance {
  DurationMs clear_ms = 20'000;        ///< A deviation ends when the craft has been well within for so long;
  std::int64_t clear_percent = 80;     ///< well within: of the tolerance. Below 100, so that nothing flickers.
  DurationMs contingent_ms = 120'000;  ///< Nonconforming for so long without a break becomes contingent.
  std::int64_t lateral_m = 200;        ///< Aside of the leg.
  DurationMs persist_ms = 10'000;      ///< Beyond a tolerance for so long before it counts.
  DurationMs time_ms = 60'000;         ///< Early or late.
  std::int64_t vertical_cm = 6'000;    ///< Above or below; of ships not judged.
  static constexpr auto fields() {
    return field_list(
        field("clear_ms", &ConformanceTolerance::clear_ms),
        field("clear_percent", &ConformanceTolerance::clear_percent),
        field("contingent_ms", &ConformanceTolerance::contingent_ms),
        field("lateral_m", &ConformanceTolerance::lateral_m), field("persist_ms", &ConformanceTolerance::persist_ms),
        field("time_ms", &ConformanceTolerance::time_ms), field("vertical_cm", &ConformanceTolerance::vertical_cm));
  }
  /// Fails with `kInvalid`.
  [[nodiscard]] Status check() const;
  friend bool operator==(const ConformanceTolerance&, const ConformanceTolerance&) = default;
};

struct ConformanceTerms {
  ConformanceTolerance aircraft = {};
  ConformanceTolerance ship = {.clear_ms = 120'000,
                               .contingent_ms = 1'800'000,
                               .lateral_m = 300,
                               .persist_ms = 60'000,
                               .time_ms = 300'000,
                               .vertical_cm = 0};
  ConformanceTolerance uas = {};  ///< Unmanned aircraft, as far as their sources say that they are.
  static constexpr auto fields() {
    return field_list(field("aircraft", &ConformanceTerms::aircraft), field("ship", &ConformanceTerms::ship),
                      field("uas", &ConformanceTerms::uas));
  }
  friend bool operator==(const ConformanceTerms&, const ConformanceTerms&) = default;
};

}  // namespace tansiq::core
