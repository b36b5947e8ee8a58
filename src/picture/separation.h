// Which minima hold between two craft: by the zone that both are in, by whose they are, else by what they are.
//
//   Separation rules(options);
//   TRY_VOID(rules.set_zones(zones));                 // of the charter: each with its minima
//   rules.between(a, b);                              // a, b: Standing, kept up to date by rules.zone_of(motion)
//
// In this order: minima stated for the two authorities; those of the zone that both craft are in, where it states any;
// those of the kind of craft. What a pair of authorities agrees on holds wherever they meet. Never wider than
// `widest()`, by which the neighbourhood of a craft is searched (ConflictWatch).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "core/names.h"
#include "geo/index.h"
#include "picture/closest.h"

namespace tansiq::picture {

inline constexpr std::size_t kAgreedMinimaMax = 256;

/// By name, in either order.
struct AgreedMinima {
  std::string first;
  std::string second;
  core::Domain domain = core::Domain::kAir;
  double horizontal_m = 0;
  std::optional<double> vertical_m;  ///< Air only.
  friend bool operator==(const AgreedMinima&, const AgreedMinima&) = default;
};
/// At most `kAgreedMinimaMax`, of two different authorities, once for each domain, with distances. Fails with
/// `kInvalid`, `kTooLarge`; `where` is the key.
[[nodiscard]] Status check(const std::vector<AgreedMinima>& agreed);

struct SeparationOptions {
  PairMinima air{9'260, 304.8, 120};         ///< 5 NM, 1,000 ft, two minutes.
  PairMinima drones{250, 30.0, 60};          ///< Between two unmanned aircraft.
  PairMinima sea{926, std::nullopt, 1'200};  ///< 0.5 NM, twenty minutes.
  std::vector<AgreedMinima> agreed;
};

/// A zone as far as tracks need it.
struct ZoneSpace {
  std::string id;
  core::Domain domain = core::Domain::kAir;
  std::optional<geo::Volume4d> volume;  ///< Absent: the background, everywhere else.
  geo::Minima minima;
};

class Separation {
 public:
  explicit Separation(SeparationOptions options);

  /// What holds from now on. Fails with `kInvalid` when an outline is none; then nothing has changed.
  [[nodiscard]] Status set_zones(std::vector<ZoneSpace> zones);

  /// What is known of a craft, for `between`.
  struct Standing {
    core::Domain domain = core::Domain::kAir;
    bool unmanned = false;
    std::uint32_t zone = kNoZone;
    std::string authority;  ///< Empty: unknown.
  };
  static constexpr std::uint32_t kNoZone = 0xFFFFFFFF;

  /// In which zone a craft is; kNoZone outside of all. O(log zones).
  [[nodiscard]] std::uint32_t zone_of(core::Domain domain, const Motion& motion) const;
  [[nodiscard]] const ZoneSpace* zone(std::uint32_t number) const {
    return number < zones_.size() ? &zones_[number] : nullptr;
  }
  /// Of two craft of one domain.
  [[nodiscard]] PairMinima between(const Standing& a, const Standing& b) const;
  /// At least as wide as any of the domain.
  [[nodiscard]] PairMinima widest(core::Domain domain) const;

 private:
  [[nodiscard]] PairMinima of_kind(const Standing& a, const Standing& b) const;

  SeparationOptions options_;
  std::map<std::pair<std::string, std::string>, const AgreedMinima*> air_;
  std::map<std::pair<std::string, std::string>, const AgreedMinima*> sea_;
  std::vector<ZoneSpace> zones_;
  geo::VolumeIndex index_;
};

}  // namespace tansiq::picture
