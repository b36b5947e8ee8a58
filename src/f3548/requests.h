// What a client asks of the registry, once its JSON has been read and its geometry done, and what it is answered.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "f3548/area.h"
#include "f3548/entities.h"

namespace tansiq::f3548 {

/// Who asks. `manager` is the subject of the token, compared byte by byte.
struct Caller {
  std::string manager;
  bool strategic_coordination = false;
  bool conformance_monitoring = false;
  bool constraint_processing = false;
};

/// OVNs that a client presents. Made outside the deciding thread: sorting a million of them is not its business.
///
/// Ordered by their first eight bytes as one number, which is the order of the texts as far as those go: in a busy cell
/// every write looks up hundreds of OVNs, and nearly all differ there. Texts are compared only where they do not, so a
/// key made of equal beginnings costs what comparing texts costs, and no more.
class KeyRing {
 public:
  KeyRing() = default;
  explicit KeyRing(std::vector<std::string> ovns);
  [[nodiscard]] bool has(std::string_view ovn) const;

 private:
  struct Row {
    std::uint64_t front = 0;  ///< The first eight bytes, big-endian; zeros behind a shorter text.
    std::uint32_t at = 0;     ///< In ovns_.
  };
  [[nodiscard]] static std::uint64_t front_of(std::string_view ovn);

  std::vector<std::string> ovns_;
  std::vector<Row> rows_;
};

struct NewSubscription {
  std::string url;
  bool notify_constraints = false;
};

struct PutIntent {
  Uuid id;
  std::optional<std::string> ovn;  ///< Set: an update. May be empty, which is wrong.
  Extent extent;                   ///< With all bounds.
  IntentState state = IntentState::kAccepted;
  std::string url;
  KeyRing key;
  std::optional<Uuid> subscription;
  std::optional<NewSubscription> new_subscription;
  std::optional<Uuid> suffix;
  std::optional<core::EntryHash> details = {};
};
/// What an officer of the zone gives free (`Registry::release_share`).
struct ReleaseShare {
  Uuid id;
  ZoneId zone;
  UtcMs from;
  std::string by;
  std::string reason;
};
struct PutConstraint {
  Uuid id;
  std::optional<std::string> ovn;
  Extent extent;  ///< With times.
  std::string url;
};
struct PutSubscription {
  Uuid id;
  std::optional<std::string> version;  ///< Set: an update.
  Extent extent;
  std::string url;
  bool notify_intents = false;
  bool notify_constraints = false;
};

/// One entry of `subscribers`: whom the writer must tell, by URL.
struct Notice {
  struct Subscriber {
    Uuid id;
    std::int64_t index = 0;
  };
  std::string url;
  std::vector<Subscriber> subscriptions;
};

/// An answer other than 2xx. The lists are those of an AirspaceConflictResponse; pointers as below.
struct Refused {
  int status = 400;
  std::string message;
  std::vector<const Intent*> missing_intents;
  std::vector<const Constraint*> missing_constraints;
};
template <class T>
using Answer = std::expected<T, Refused>;

// Answers hold pointers into the registry, valid until it changes again; what was deleted stays readable until then.
// `entry` is the line to make durable before the answer leaves.

struct IntentChanged {
  std::string entry;
  const Intent* intent = nullptr;
  std::vector<Notice> notices;
};
struct ConstraintChanged {
  std::string entry;
  const Constraint* constraint = nullptr;
  std::vector<Notice> notices;
};
struct SubscriptionChanged {
  std::string entry;
  const Subscription* subscription = nullptr;
  std::vector<const Intent*> intents;          ///< Where it asks for them.
  std::vector<const Constraint*> constraints;  ///< Likewise.
};
struct AvailabilityAnswer {
  std::string entry;  ///< Empty where nothing changed.
  std::string uss;
  Availability availability = Availability::kUnknown;
  std::string version;  ///< Empty where nothing is recorded.
};
struct Reported {
  std::string entry;
  std::string id;
};

}  // namespace tansiq::f3548
