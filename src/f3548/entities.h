// What the registry holds: operational intent references, constraint references, subscriptions, availability. Each is
// described as core/record.h wants it, so that the state can be written and read.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>

#include "core/record.h"
#include "f3548/area.h"
#include "f3548/uuid.h"

namespace tansiq::core {

template <>
struct Codec<f3548::Uuid> {
  static void write(log::JcsWriter& out, const f3548::Uuid& value) { out.string(value.str()); }
  static Result<f3548::Uuid> read(const log::JcsValue& v) { return detail::read_text(v, f3548::Uuid::parse); }
};
template <>
struct Codec<f3548::Moment> {
  static void write(log::JcsWriter& out, const f3548::Moment& value) { out.string(value.text()); }
  static Result<f3548::Moment> read(const log::JcsValue& v) { return detail::read_text(v, f3548::Moment::parse); }
};
template <>
struct Codec<f3548::Cells> {
  static void write(log::JcsWriter& out, const f3548::Cells& value) { out.string(value.text()); }
  static Result<f3548::Cells> read(const log::JcsValue& v) { return detail::read_text(v, f3548::Cells::parse); }
};

}  // namespace tansiq::core

namespace tansiq::f3548 {

using core::field;

enum class IntentState : std::uint8_t { kAccepted, kActivated, kNonconforming, kContingent };
constexpr std::array<std::string_view, 4> enum_names(IntentState) {
  return {"Accepted", "Activated", "Nonconforming", "Contingent"};
}
enum class Availability : std::uint8_t { kUnknown, kNormal, kDown };
constexpr std::array<std::string_view, 3> enum_names(Availability) { return {"Unknown", "Normal", "Down"}; }

struct Intent {
  Uuid id;
  std::string manager;
  IntentState state = IntentState::kAccepted;
  std::int64_t version = 0;
  std::string url;
  Cells cells;
  Band band;
  Window window;
  std::optional<Uuid> subscription;
  std::optional<Uuid> suffix;     ///< Asked for: the OVN is then `<id>_<suffix>`.
  std::uint64_t changed_seq = 0;  ///< The entry that made this version.

  mutable std::string ovn;         ///< Worked out when first asked for: `Registry::ovn`.
  mutable std::uint64_t mark = 0;  ///< Of the index.
};

struct Constraint {
  Uuid id;
  std::string manager;
  std::int64_t version = 0;
  std::string url;
  Cells cells;
  Band band;
  Window window;
  std::uint64_t changed_seq = 0;

  mutable std::string ovn;
  mutable std::uint64_t mark = 0;
};

struct Subscription {
  Uuid id;
  std::string manager;
  std::string url;
  Cells cells;
  Band band;
  Window window;
  bool notify_intents = false;
  bool notify_constraints = false;
  bool implicit = false;
  std::int64_t index = 0;         ///< Notifications so far.
  std::uint64_t changed_seq = 0;  ///< The entry of the last change but of the index.
  std::set<Uuid> dependents;      ///< Intents that it is attached to.

  mutable std::uint64_t mark = 0;
};

struct UssStanding {
  Availability availability = Availability::kUnknown;
  std::uint64_t changed_seq = 0;
};

}  // namespace tansiq::f3548
