// Bodies of the registry's entries. They stand in the log `main`, which the own authority alone reads (ADR 13).
//
// `notified` is the number of subscriptions whose index the change raised: which ones follows from the state, by the
// rule of this format version, and a replay that counts others is corrupt.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "f3548/entities.h"

namespace tansiq::f3548 {

struct ImplicitSubscription {
  Uuid id;
  bool notify_constraints = false;
  std::string url;
  static constexpr auto fields() {
    return field_list(field("id", &ImplicitSubscription::id),
                      field("notify_constraints", &ImplicitSubscription::notify_constraints),
                      field("url", &ImplicitSubscription::url));
  }
  friend bool operator==(const ImplicitSubscription&, const ImplicitSubscription&) = default;
};

/// An operational intent reference is created (version 1) or replaced.
struct IntentPut {
  static constexpr std::string_view kType = "f3548.intent_put";
  Cells cells;
  /// Where the manager gave it: the registry never sees what it is the hash of.
  std::optional<core::EntryHash> details = {};
  Moment end;
  std::vector<ZoneShare> exclusive;
  Uuid id;
  std::optional<ImplicitSubscription> implicit;
  std::optional<std::int64_t> lower;
  std::string manager;
  std::uint64_t notified = 0;
  Moment start;
  IntentState state = IntentState::kAccepted;
  std::optional<Uuid> subscription;
  std::optional<Uuid> suffix;
  std::optional<std::int64_t> upper;
  std::string url;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return field_list(
        field("cells", &IntentPut::cells), field("details_sha256", &IntentPut::details), field("end", &IntentPut::end),
        field("exclusive", &IntentPut::exclusive), field("id", &IntentPut::id), field("implicit", &IntentPut::implicit),
        field("lower_cm", &IntentPut::lower), field("manager", &IntentPut::manager),
        field("notified", &IntentPut::notified), field("start", &IntentPut::start), field("state", &IntentPut::state),
        field("subscription", &IntentPut::subscription), field("suffix", &IntentPut::suffix),
        field("upper_cm", &IntentPut::upper), field("url", &IntentPut::url), field("version", &IntentPut::version));
  }
  friend bool operator==(const IntentPut&, const IntentPut&) = default;
};

struct IntentDeleted {
  static constexpr std::string_view kType = "f3548.intent_deleted";
  Uuid id;
  std::string manager;
  std::uint64_t notified = 0;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return field_list(field("id", &IntentDeleted::id), field("manager", &IntentDeleted::manager),
                      field("notified", &IntentDeleted::notified), field("version", &IntentDeleted::version));
  }
  friend bool operator==(const IntentDeleted&, const IntentDeleted&) = default;
};

/// An officer of whoever decides in an exclusive zone has given free what an off-nominal intent takes there from a
/// moment on. The reference itself stays as it is: it is its manager's.
struct ShareReleased {
  static constexpr std::string_view kType = "f3548.share_released";
  std::string by;  ///< The officer.
  UtcMs from;
  Uuid id;
  std::string reason;
  std::int64_t version = 0;  ///< Of the intent; its next version says anew what it takes.
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("by", &ShareReleased::by), field("from_ms", &ShareReleased::from),
                      field("id", &ShareReleased::id), field("reason", &ShareReleased::reason),
                      field("version", &ShareReleased::version), field("zone", &ShareReleased::zone));
  }
  friend bool operator==(const ShareReleased&, const ShareReleased&) = default;
};

struct ConstraintPut {
  static constexpr std::string_view kType = "f3548.constraint_put";
  Cells cells;
  Moment end;
  Uuid id;
  std::optional<std::int64_t> lower;
  std::string manager;
  std::uint64_t notified = 0;
  Moment start;
  std::optional<std::int64_t> upper;
  std::string url;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return field_list(field("cells", &ConstraintPut::cells), field("end", &ConstraintPut::end),
                      field("id", &ConstraintPut::id), field("lower_cm", &ConstraintPut::lower),
                      field("manager", &ConstraintPut::manager), field("notified", &ConstraintPut::notified),
                      field("start", &ConstraintPut::start), field("upper_cm", &ConstraintPut::upper),
                      field("url", &ConstraintPut::url), field("version", &ConstraintPut::version));
  }
  friend bool operator==(const ConstraintPut&, const ConstraintPut&) = default;
};

struct ConstraintDeleted {
  static constexpr std::string_view kType = "f3548.constraint_deleted";
  Uuid id;
  std::string manager;
  std::uint64_t notified = 0;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return field_list(field("id", &ConstraintDeleted::id), field("manager", &ConstraintDeleted::manager),
                      field("notified", &ConstraintDeleted::notified), field("version", &ConstraintDeleted::version));
  }
  friend bool operator==(const ConstraintDeleted&, const ConstraintDeleted&) = default;
};

/// A subscription is created or replaced by its owner; an implicit one is explicit from then on.
struct SubscriptionPut {
  static constexpr std::string_view kType = "f3548.subscription_put";
  Cells cells;
  Moment end;
  Uuid id;
  std::optional<std::int64_t> lower;
  std::string manager;
  bool notify_constraints = false;
  bool notify_intents = false;
  Moment start;
  std::optional<std::int64_t> upper;
  std::string url;
  static constexpr auto fields() {
    return field_list(
        field("cells", &SubscriptionPut::cells), field("end", &SubscriptionPut::end), field("id", &SubscriptionPut::id),
        field("lower_cm", &SubscriptionPut::lower), field("manager", &SubscriptionPut::manager),
        field("notify_constraints", &SubscriptionPut::notify_constraints),
        field("notify_intents", &SubscriptionPut::notify_intents), field("start", &SubscriptionPut::start),
        field("upper_cm", &SubscriptionPut::upper), field("url", &SubscriptionPut::url));
  }
  friend bool operator==(const SubscriptionPut&, const SubscriptionPut&) = default;
};

struct SubscriptionDeleted {
  static constexpr std::string_view kType = "f3548.subscription_deleted";
  Uuid id;
  std::string manager;
  static constexpr auto fields() {
    return field_list(field("id", &SubscriptionDeleted::id), field("manager", &SubscriptionDeleted::manager));
  }
  friend bool operator==(const SubscriptionDeleted&, const SubscriptionDeleted&) = default;
};

struct AvailabilitySet {
  static constexpr std::string_view kType = "f3548.availability_set";
  Availability availability = Availability::kUnknown;
  std::string manager;  ///< Who said so.
  std::string uss;      ///< Of whom.
  static constexpr auto fields() {
    return field_list(field("availability", &AvailabilitySet::availability),
                      field("manager", &AvailabilitySet::manager), field("uss", &AvailabilitySet::uss));
  }
  friend bool operator==(const AvailabilitySet&, const AvailabilitySet&) = default;
};

/// A report of an exchange that went wrong. It stands in the store as a body, by its hash.
struct Report {
  static constexpr std::string_view kType = "f3548.report";
  std::string id;
  std::string manager;
  core::EntryHash sha256;
  static constexpr auto fields() {
    return field_list(field("id", &Report::id), field("manager", &Report::manager), field("sha256", &Report::sha256));
  }
  friend bool operator==(const Report&, const Report&) = default;
};

/// What had long run out is forgotten. Tells nobody.
struct Purged {
  static constexpr std::string_view kType = "f3548.purged";
  std::vector<Uuid> constraints;
  std::vector<Uuid> intents;
  std::vector<Uuid> subscriptions;
  static constexpr auto fields() {
    return field_list(field("constraints", &Purged::constraints), field("intents", &Purged::intents),
                      field("subscriptions", &Purged::subscriptions));
  }
  friend bool operator==(const Purged&, const Purged&) = default;
};

}  // namespace tansiq::f3548
