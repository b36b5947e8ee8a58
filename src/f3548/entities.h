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
#include <vector>

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

/// What an intent uses of an exclusive zone, as its volumes were stated: what is granted there is kept exactly.
struct ZoneShare {
  std::vector<geo::Volume4d> volumes;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("volumes", &ZoneShare::volumes), field("zone", &ZoneShare::zone));
  }
  friend bool operator==(const ZoneShare&, const ZoneShare&) = default;
};

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
  std::optional<Uuid> suffix;  ///< Asked for: the OVN is then `<id>_<suffix>`.
  /// As the manager gave it: whoever is served other details can show it.
  std::optional<core::EntryHash> details = {};
  std::uint64_t changed_seq = 0;          ///< The entry that made this version.
  std::vector<ZoneShare> exclusive = {};  ///< Empty, as a rule.
  /// When, as far as this registry was there; long ago for what came from a state. Not of the state: nothing that is
  /// answered depends on it, only how soon (turns.h).
  UtcMs changed = kUtcMin;

  mutable std::string ovn;         ///< Worked out when first asked for: `Registry::ovn`.
  mutable std::uint64_t mark = 0;  ///< Of the index.

  static constexpr auto fields() {
    return field_list(
        field("cells", &Intent::cells), field("details_sha256", &Intent::details),
        field("end", &Intent::window, &Window::end), field("exclusive", &Intent::exclusive), field("id", &Intent::id),
        field("lower_cm", &Intent::band, &Band::lower), field("manager", &Intent::manager),
        field("seq", &Intent::changed_seq), field("start", &Intent::window, &Window::start),
        field("state", &Intent::state), field("subscription", &Intent::subscription), field("suffix", &Intent::suffix),
        field("upper_cm", &Intent::band, &Band::upper), field("url", &Intent::url), field("version", &Intent::version));
  }
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

  static constexpr auto fields() {
    return field_list(field("cells", &Constraint::cells), field("end", &Constraint::window, &Window::end),
                      field("id", &Constraint::id), field("lower_cm", &Constraint::band, &Band::lower),
                      field("manager", &Constraint::manager), field("seq", &Constraint::changed_seq),
                      field("start", &Constraint::window, &Window::start),
                      field("upper_cm", &Constraint::band, &Band::upper), field("url", &Constraint::url),
                      field("version", &Constraint::version));
  }
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
  std::set<Uuid> dependents;      ///< Intents that it is attached to. Follows from them.

  mutable std::uint64_t mark = 0;

  static constexpr auto fields() {
    return field_list(field("cells", &Subscription::cells), field("end", &Subscription::window, &Window::end),
                      field("id", &Subscription::id), field("implicit", &Subscription::implicit),
                      field("index", &Subscription::index), field("lower_cm", &Subscription::band, &Band::lower),
                      field("manager", &Subscription::manager),
                      field("notify_constraints", &Subscription::notify_constraints),
                      field("notify_intents", &Subscription::notify_intents), field("seq", &Subscription::changed_seq),
                      field("start", &Subscription::window, &Window::start),
                      field("upper_cm", &Subscription::band, &Band::upper), field("url", &Subscription::url));
  }
};

struct UssStanding {
  Availability availability = Availability::kUnknown;
  std::uint64_t changed_seq = 0;
};

}  // namespace tansiq::f3548
