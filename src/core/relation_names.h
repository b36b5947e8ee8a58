// Words of relations between authorities, and the bounds that members of a charter agree on. The charter states both;
// the protocol that lives by them is in coordination/.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "base/ids.h"
#include "base/time.h"
#include "core/record.h"

namespace tansiq::core {

/// Where two authorities may meet.
enum class RelationDomain : std::uint8_t { kAir, kSea, kTalks, kInformation };
constexpr std::array<std::string_view, 4> enum_names(RelationDomain) { return {"air", "sea", "talks", "information"}; }

/// What is granted. Which capabilities a domain has, and their levels, is in relation.h.
enum class Capability : std::uint8_t {
  kRequest,     ///< air, sea: legs in the grantor's zones. Levels 0, 1.
  kGateway,     ///< air, sea: filing through the grantor. Levels 0, 1.
  kDisclosure,  ///< air, sea: what of the grantor's own use is shown. Levels none 0, busy, coarse, full, live 4.
  kTracks,      ///< air, sea: tracks may be sent. Levels 0, 1.
  kCentres,     ///< talks: between centres on watch. Levels 0, 1.
  kChiefs,      ///< talks: between chiefs of staff.
  kMinistries,  ///< talks: between ministries.
  kReports,     ///< information: reports and assessments may be sent. Levels 0, 1.
};
constexpr std::array<std::string_view, 8> enum_names(Capability) {
  return {"request", "gateway", "disclosure", "tracks", "centres", "chiefs", "ministries", "reports"};
}

/// One relation: what `from` grants to `to`.
struct Edge {
  Capability capability = Capability::kRequest;
  RelationDomain domain = RelationDomain::kAir;
  AuthorityId from;
  AuthorityId to;
  static constexpr auto fields() {
    return field_list(field("capability", &Edge::capability), field("domain", &Edge::domain),
                      field("from", &Edge::from), field("to", &Edge::to));
  }
  friend auto operator<=>(const Edge&, const Edge&) = default;
};

/// What a charter grants from the start (agreement 0). Whatever it does not name is at level 0.
struct InitialRelation {
  Edge edge;
  std::int64_t level = 0;
  static constexpr auto fields() {
    return field_list(field("edge", &InitialRelation::edge), field("level", &InitialRelation::level));
  }
  friend bool operator==(const InitialRelation&, const InitialRelation&) = default;
};

/// Whether a domain has a capability, and its highest level there; 0 where it has not.
[[nodiscard]] constexpr std::int64_t level_max(RelationDomain domain, Capability capability) {
  const bool use = domain == RelationDomain::kAir || domain == RelationDomain::kSea;
  switch (capability) {
    case Capability::kRequest:
    case Capability::kGateway:
    case Capability::kTracks:
      return use ? 1 : 0;
    case Capability::kDisclosure:
      return use ? 4 : 0;
    case Capability::kCentres:
    case Capability::kChiefs:
    case Capability::kMinistries:
      return domain == RelationDomain::kTalks ? 1 : 0;
    case Capability::kReports:
      return domain == RelationDomain::kInformation ? 1 : 0;
  }
  return 0;
}

/// Agreed bounds of clocks, links and people (docs/coordination.md, section 2). The same for all members of a charter.
struct Timing {
  DurationMs clock_error_ms = 2'000;  ///< ε: largest error of any node's or crew's clock against UTC.
  DurationMs delivery_ms = 10'000;    ///< Dm: one way, from durable at the author to durable at the reader.
  DurationMs decision_ms = 5'000;     ///< Do: an owner's time to answer a request.
  DurationMs crew_ms = 30'000;        ///< Dc: to reach the crew and have it read back.
  DurationMs standby_ms = 60'000;     ///< Ds: by how much STANDBY moves a due time, once.
  friend bool operator==(const Timing&, const Timing&) = default;
  static constexpr auto fields() {
    return field_list(field("clock_error_ms", &Timing::clock_error_ms), field("crew_ms", &Timing::crew_ms),
                      field("decision_ms", &Timing::decision_ms), field("delivery_ms", &Timing::delivery_ms),
                      field("standby_ms", &Timing::standby_ms));
  }
  [[nodiscard]] Status check() const;

  /// T1: how long a hold must last when `remaining` legs are still to be asked for, this one included.
  [[nodiscard]] DurationMs hold_ms(std::int64_t remaining) const {
    return remaining * (2 * delivery_ms + decision_ms) + 2 * delivery_ms + 2 * clock_error_ms;
  }
  /// T2: how much later than the end of a hold a window may begin at the earliest.
  [[nodiscard]] DurationMs hold_to_window_ms() const { return delivery_ms + crew_ms + 2 * clock_error_ms; }
  /// T2: how long before its first window a flight of `legs` legs must be filed.
  [[nodiscard]] DurationMs lead_ms(std::int64_t legs) const {
    return legs * (2 * delivery_ms + decision_ms) + 3 * delivery_ms + crew_ms + 4 * clock_error_ms;
  }
};

}  // namespace tansiq::core
