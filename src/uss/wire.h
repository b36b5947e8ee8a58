// What suppliers and registries of F3548 say to each other, read once at the border: references, details, notices,
// telemetry, answers of a registry. Lenient as the standard is (undeclared members are ignored, `null` is absent),
// strict in what is declared: a missing member, a wrong type and a value out of range fail with a place and a sentence.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "geo/volume.h"
#include "uss/canonical.h"
#include "uss/records.h"

namespace tansiq::uss {

/// What stands where a registry tells no OVN.
inline constexpr std::string_view kHiddenOvn = "Available from USS";
inline constexpr std::size_t kVerticesPerIntentMax = 10'000;
inline constexpr std::size_t kVolumesMax = 1'000;
inline constexpr std::size_t kUrlBytesMax = 2'000;
inline constexpr std::size_t kManagerBytesMax = 500;
/// Of one answer of a registry.
inline constexpr std::size_t kListedMax = 10'000;

/// A reference to an operational intent, or to a constraint (then without state and subscription).
struct Reference {
  Uuid id;
  std::string manager;
  std::int64_t version = 0;
  std::optional<IntentState> state;
  Moment start;
  Moment end;
  std::string url;
  std::string ovn;  ///< Empty where it is not told.
  std::optional<Uuid> subscription;
  /// Of details, as far as the registry was given one: an extension of ours.
  std::optional<log::Hash> details;
};

/// The volumes of an intent or a constraint, and how the text that they came in hashes.
struct Details {
  std::vector<geo::Volume4d> volumes;  ///< Closed bounds made half-open, outward.
  std::vector<geo::Volume4d> off_nominal;
  std::int64_t priority = 0;
  std::string text;  ///< Canonical.
  log::Hash hash;
};

/// An intent or constraint with its details.
struct Full {
  Reference reference;
  Details details;
};

/// A notice: `full` is absent when it is over.
struct Notice {
  Kind kind = Kind::kIntent;
  Uuid id;
  std::optional<Full> full;
  std::vector<Subscriber> subscriptions;
};

/// One entry of `subscribers` of a registry's answer.
struct Address {
  std::string url;
  std::vector<Subscriber> subscribers;
};
/// The answer to a change.
struct Changed {
  Reference reference;
  std::vector<Address> subscribers;
  /// Of the list, those that are not in `subscribers`: beyond kListedMax, or with a URL that is too long, or not what
  /// the standard says. The change has happened; that one of those to be told cannot be told does not undo it.
  std::size_t passed_over = 0;
};

struct Telemetry {
  Moment measured;
  Moment next;
  std::string text;  ///< The object `telemetry`, canonical.
};

[[nodiscard]] Result<Reference> read_reference(const JsonValue& value, Kind kind);
/// `kind` decides which rules hold; those of an intent depend on its state too. `text` is the value's canonical one.
[[nodiscard]] Result<Details> read_details(const JsonValue& value, std::string_view text, Kind kind,
                                           std::optional<IntentState> state);
/// An object with `reference` and `details`.
[[nodiscard]] Result<Full> read_full(const JsonValue& value, std::string_view text, Kind kind);
/// The answer to a question for details: `{"operational_intent":{…}}`.
[[nodiscard]] Result<Full> read_served(const Message& message, Kind kind);
[[nodiscard]] Result<Notice> read_notice(const Message& message, Kind kind);
[[nodiscard]] Result<Changed> read_changed(const JsonValue& value);
/// `missing_operational_intents` of a 409, its first kListedMax: whoever proves to know of these is told of the others.
/// Empty where there is none.
[[nodiscard]] Result<std::vector<Reference>> read_missing(const JsonValue& value);
/// A VehicleTelemetry, beside the time of the next: the body of our own way in.
[[nodiscard]] Result<Telemetry> read_telemetry(const Message& message);
[[nodiscard]] Status check_report(const JsonValue& value);

/// `http://` only where `allow_http`. No user, no fragment. Fails with `kInvalid`.
[[nodiscard]] Status check_base_url(std::string_view url, bool allow_http);

}  // namespace tansiq::uss
