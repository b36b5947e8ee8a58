// What somebody means to do, as far as the picture compares it with tracks: an intent with its legs in order.
//
// The picture's own view of an operational intent, so that it depends on nothing that decides: whoever wires it makes
// one of each live intent. What an intent does not say is absent.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "core/craft.h"
#include "core/names.h"
#include "geo/index.h"
#include "picture/motion.h"
#include "surveillance/report.h"

namespace tansiq::picture {

struct Leg {
  geo::Volume4d volume;
  bool confirmed = true;  ///< By the owner of the zone.
  std::string zone;       ///< May be empty.
  friend bool operator==(const Leg&, const Leg&) = default;
};

struct Plan {
  std::string intent;
  std::string manager;
  std::string call_sign;
  /// Who flies it, as far as it was said; a code says who it is while it is lent. At most core::kCraftMax.
  std::vector<core::Craft> craft;
  surveillance::Domain domain = surveillance::Domain::kAir;
  core::IntentState state = core::IntentState::kAccepted;
  std::vector<Leg> legs;  ///< In the order in which they are used.

  /// A flight that is coordinated leg by leg, ours (`flight:…`) or another's (`leg:…`): no id of an intent has a colon.
  /// Such a flight can be declared contingent, and there is no nonconforming in its life.
  [[nodiscard]] bool leg_by_leg() const { return intent.find(':') != std::string::npos; }
  /// How many craft fly it: one where nothing was said.
  [[nodiscard]] std::size_t seats() const { return craft.empty() ? 1 : craft.size(); }
  /// What is known of the one in a seat.
  [[nodiscard]] core::Craft in_seat(std::size_t seat) const { return craft.empty() ? core::Craft() : craft[seat]; }
};

/// A plan whose legs have been checked and prepared.
struct PreparedPlan {
  Plan plan;
  std::vector<geo::PreparedVolume> legs;
  UtcMs first;  ///< Earliest start of its legs,
  UtcMs last;   ///< and latest end.
  /// Of the legs: another one whenever they are others. What was found of a leg by its place in the list holds only
  /// under the same edition.
  std::uint64_t edition = 0;
};

/// A place and a height as a volume, for questions to geo. Absent heights: the whole band. Nothing where the place has
/// no shape.
[[nodiscard]] std::optional<geo::PreparedVolume> spot_of(const Motion& motion);

inline constexpr std::size_t kPlansMax = 20'000;
/// Plans of one call sign or code that are compared with one track; what is beyond is counted.
inline constexpr std::size_t kNamesakesMax = 16;
inline constexpr std::size_t kPlansNearMax = 64;

/// The plans that tracks are compared with, found by what identifies them and by where and when they are.
class PlanBook {
 public:
  /// New, or in place of the one with the same intent. Fails with `kInvalid` when it has no leg, no intent id, or a leg
  /// that is no volume (`where`: `legs[3].volume…`), or craft that cannot be, `kTooLarge` beyond `kVolumesPerIntentMax`
  /// legs, `kOverloaded` when the book is full; the book is then as it was.
  [[nodiscard]] Status put(Plan plan);
  /// True when it was there.
  bool erase(std::string_view intent);
  /// Valid until the book changes.
  [[nodiscard]] const PreparedPlan* find(std::string_view intent) const;
  [[nodiscard]] std::size_t size() const { return plans_.size(); }

  /// Those that the address, call sign or code is that of, at most `kNamesakesMax` of each kind, each once, in order of
  /// intent. `cut` is raised by one for each kind of which there were more.
  struct Names {
    std::optional<std::uint32_t> icao;
    std::optional<std::uint32_t> mmsi;
    std::string_view call_sign;
    std::optional<std::uint16_t> mode_3a;
  };
  void named(const Names& names, std::vector<const PreparedPlan*>& out, std::uint64_t& cut) const;
  /// Those with a leg around the spot at `t`, grown by `minima`, each once, in order of intent. `cut` as above, when
  /// there are more than `kPlansNearMax` legs; nothing is then returned, since none would be the only one.
  void near(const geo::PreparedVolume& spot, UtcMs t, const geo::Minima& minima, std::vector<const PreparedPlan*>& out,
            std::uint64_t& cut) const;

 private:
  using Number = std::uint32_t;
  struct Stored {
    PreparedPlan prepared;
    Number number = 0;
    std::vector<geo::VolumeIndex::Handle> handles;
  };
  using Lists = std::map<std::uint32_t, std::vector<Number>>;
  static void add(Lists& lists, std::uint32_t key, Number number);
  static void remove(Lists& lists, std::uint32_t key, Number number);

  std::map<std::string, Stored, std::less<>> plans_;
  std::map<Number, const PreparedPlan*> by_number_;
  Number last_number_ = 0;
  std::uint64_t last_edition_ = 0;
  Lists by_icao_;
  Lists by_mmsi_;
  Lists by_code_;
  std::map<std::string, std::vector<Number>, std::less<>> by_call_sign_;
  geo::VolumeIndex legs_;
};

/// As call signs are compared: letters upper, no blanks, hyphens or dots.
[[nodiscard]] std::string plain_call_sign(std::string_view text);

}  // namespace tansiq::picture
