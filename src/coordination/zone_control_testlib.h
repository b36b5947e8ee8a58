// What the tests of zone control share: a charter of three, and parties that write entries and read each other's.
#pragma once

#include <string>
#include <vector>

#include "coordination/zone_control.h"

namespace tansiq::coordination::zone_testing {

inline constexpr UtcMs kNoon{1'795'348'800'000};
[[nodiscard]] constexpr UtcMs at_minute(std::int64_t after_noon) { return kNoon + after_noon * 60'000; }
inline constexpr DurationMs kError = 2'000;

[[nodiscard]] inline AuthorityId authority(std::string_view id) { return AuthorityId::trusted(id); }
[[nodiscard]] inline ZoneId zone(std::string_view id) { return ZoneId::trusted(id); }

/// Zone K1 of `us`, tenants `fr` and `ru`; K2 of `fr` without tenants; D1 disputed; W the background, of `us`.
[[nodiscard]] core::Charter three_party_charter();

/// A window of flight `flight` of `home`, [from, to) in minutes after noon.
[[nodiscard]] AdoptedWindow window(std::string_view flight, std::int64_t from_minute, std::int64_t to_minute,
                                   std::string_view home = "fr");

/// An entry as its author wrote it.
struct Written {
  AuthorityId author;
  EntryHash hash;
  UtcMs time;
  Body body;
};

/// An authority's zone control, with all that it has written.
class Party {
 public:
  explicit Party(std::string_view id, const core::Charter& charter = three_party_charter());

  /// Writes and applies.
  Written write(Body body, UtcMs now);
  /// Writes all that is owed now; how many entries.
  std::size_t tick(UtcMs now);
  std::optional<Oddity> read(const Written& entry);
  void read_all(const Party& other);
  /// Both steps of giving a zone away.
  Written give(const Result<ClosingPlan>& plan, UtcMs now);
  [[nodiscard]] ControlState state(std::string_view zone_id = "K1") const;
  [[nodiscard]] std::string state_text() const;
  /// The newest entry of this type.
  template <class T>
  [[nodiscard]] const T& last() const {
    for (auto entry = log.rbegin();; ++entry) {
      if (const T* body = std::get_if<T>(&entry->body)) return *body;
    }
  }

  AuthorityId id;
  ZoneControl control;
  std::vector<Written> log;
  std::vector<Adoption> adopted;
};

}  // namespace tansiq::coordination::zone_testing
