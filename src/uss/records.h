// Bodies of the entries by which a node remembers what it does as a supplier (a USS of F3548) beside others. They stand
// in the log `main`, which the own authority alone reads (ADR 13).
//
// OVNs stand here as the registries gave them: of our own intents, because whoever forgets one cannot change what it
// has registered; of others', because they are the proof that we knew of them.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/record.h"
#include "f3548/entities.h"

namespace tansiq::uss {

using core::field;
using f3548::IntentState;
using f3548::Moment;
using f3548::Uuid;

enum class Kind : std::uint8_t { kIntent, kConstraint };
constexpr std::array<std::string_view, 2> enum_names(Kind) { return {"intent", "constraint"}; }

/// How something of another supplier came to be known.
enum class How : std::uint8_t { kNotice, kFetch };
constexpr std::array<std::string_view, 2> enum_names(How) { return {"notice", "fetch"}; }

/// What became of something that was left at a registry.
enum class Clearance : std::uint8_t {
  kDeleted,
  kAbsent,  ///< It was not there.
  kSame,    ///< The registry that counts now has the same one: the two are one DSS.
  kOver     ///< Nobody answered until its time was over.
};
constexpr std::array<std::string_view, 4> enum_names(Clearance) { return {"deleted", "absent", "same", "over"}; }

/// One of whom a registry's answer says that it wants to be told.
struct Subscriber {
  std::int64_t index = 0;
  Uuid subscription;
  static constexpr auto fields() {
    return field_list(field("index", &Subscriber::index), field("subscription", &Subscriber::subscription));
  }
  friend bool operator==(const Subscriber&, const Subscriber&) = default;
};

/// A registry is about to be asked for this, and may know it so from now on, or no more: durable before the request
/// leaves, so that whoever is asked for the details serves what the registry has, whatever became of the answer and of
/// the process. The details are kept as a body. `uss.registered` and `uss.ended` say how it came out.
struct Trying {
  static constexpr std::string_view kType = "uss.trying";
  std::optional<log::Hash> details;  ///< Absent: it is to be deleted.
  Uuid id;
  IntentId intent;
  std::int64_t native_version = 0;
  IntentState state = IntentState::kAccepted;
  std::string url;
  static constexpr auto fields() {
    return field_list(field("details_sha256", &Trying::details), field("id", &Trying::id),
                      field("intent", &Trying::intent), field("native_version", &Trying::native_version),
                      field("state", &Trying::state), field("url", &Trying::url));
  }
  friend bool operator==(const Trying&, const Trying&) = default;
};

/// A registry has confirmed a version of one of our intents. The details are kept as a body under their hash.
struct Registered {
  static constexpr std::string_view kType = "uss.registered";
  log::Hash details;
  Moment end;
  Uuid id;
  IntentId intent;
  std::int64_t native_version = 0;  ///< That these details say.
  std::string ovn;
  Moment start;
  IntentState state = IntentState::kAccepted;
  std::optional<Uuid> subscription;
  std::string url;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return field_list(field("details_sha256", &Registered::details), field("end", &Registered::end),
                      field("id", &Registered::id), field("intent", &Registered::intent),
                      field("native_version", &Registered::native_version), field("ovn", &Registered::ovn),
                      field("start", &Registered::start), field("state", &Registered::state),
                      field("subscription", &Registered::subscription), field("url", &Registered::url),
                      field("version", &Registered::version));
  }
  friend bool operator==(const Registered&, const Registered&) = default;
};

/// A registry knows it no more.
struct Ended {
  static constexpr std::string_view kType = "uss.ended";
  IntentId intent;
  static constexpr auto fields() { return field_list(field("intent", &Ended::intent)); }
  friend bool operator==(const Ended&, const Ended&) = default;
};

/// Somebody is to be told of the newest version of an intent, or of its end. The delivery is named by the number of
/// this entry. What was still owed at this address for the same intent goes into it.
struct ToTell {
  static constexpr std::string_view kType = "uss.to_tell";
  UtcMs expires;
  IntentId intent;
  std::vector<Subscriber> subscribers;
  std::string url;
  static constexpr auto fields() {
    return field_list(field("expires_ms", &ToTell::expires), field("intent", &ToTell::intent),
                      field("subscribers", &ToTell::subscribers), field("url", &ToTell::url));
  }
  friend bool operator==(const ToTell&, const ToTell&) = default;
};

struct Delivered {
  static constexpr std::string_view kType = "uss.delivered";
  std::uint64_t delivery = 0;
  static constexpr auto fields() { return field_list(field("delivery", &Delivered::delivery)); }
  friend bool operator==(const Delivered&, const Delivered&) = default;
};

struct GivenUp {
  static constexpr std::string_view kType = "uss.given_up";
  std::uint64_t delivery = 0;
  std::string why;
  static constexpr auto fields() {
    return field_list(field("delivery", &GivenUp::delivery), field("why", &GivenUp::why));
  }
  friend bool operator==(const GivenUp&, const GivenUp&) = default;
};

/// A person wants what was given up to be tried again.
struct Requeued {
  static constexpr std::string_view kType = "uss.requeued";
  core::Subject by;
  std::uint64_t delivery = 0;
  UtcMs expires;
  static constexpr auto fields() {
    return field_list(field("by", &Requeued::by), field("delivery", &Requeued::delivery),
                      field("expires_ms", &Requeued::expires));
  }
  friend bool operator==(const Requeued&, const Requeued&) = default;
};

/// A version of something of another supplier's, told to us or asked for. Details (and the notice as it came) are kept
/// as bodies under their hashes.
struct Learned {
  static constexpr std::string_view kType = "uss.learned";
  log::Hash details;
  Moment end;
  How how = How::kNotice;
  Uuid id;
  Kind kind = Kind::kIntent;
  std::string manager;
  std::optional<log::Hash> notice;
  std::string ovn;
  Moment start;
  std::optional<IntentState> state;  ///< Of intents.
  std::string url;
  std::int64_t version = 0;
  std::optional<std::uint64_t> bytes = {};  ///< Of the notice. Absent in entries of earlier programs.
  static constexpr auto fields() {
    return field_list(field("bytes", &Learned::bytes), field("details_sha256", &Learned::details),
                      field("end", &Learned::end), field("how", &Learned::how), field("id", &Learned::id),
                      field("kind", &Learned::kind), field("manager", &Learned::manager),
                      field("notice_sha256", &Learned::notice), field("ovn", &Learned::ovn),
                      field("start", &Learned::start), field("state", &Learned::state), field("url", &Learned::url),
                      field("version", &Learned::version));
  }
  friend bool operator==(const Learned&, const Learned&) = default;
};

/// Another supplier has told us that something of its own is over.
struct Gone {
  static constexpr std::string_view kType = "uss.gone";
  Uuid id;
  Kind kind = Kind::kIntent;
  std::string manager;
  log::Hash notice;
  std::optional<std::uint64_t> bytes = {};  ///< As of `Learned`.
  static constexpr auto fields() {
    return field_list(field("bytes", &Gone::bytes), field("id", &Gone::id), field("kind", &Gone::kind),
                      field("manager", &Gone::manager), field("notice_sha256", &Gone::notice));
  }
  friend bool operator==(const Gone&, const Gone&) = default;
};

/// Details that another supplier served differ from what the registry had recorded, or from what it had told us of the
/// same version: an incident. What was served is kept as a body.
struct DriftFound {
  static constexpr std::string_view kType = "uss.drift_found";
  Uuid id;
  std::string manager;
  log::Hash served;
  std::string url;
  std::int64_t version = 0;
  std::string what;
  static constexpr auto fields() {
    return field_list(field("id", &DriftFound::id), field("manager", &DriftFound::manager),
                      field("served_sha256", &DriftFound::served), field("url", &DriftFound::url),
                      field("version", &DriftFound::version), field("what", &DriftFound::what));
  }
  friend bool operator==(const DriftFound&, const DriftFound&) = default;
};

/// A person has looked into it: what was served counts as known.
struct DriftSettled {
  static constexpr std::string_view kType = "uss.drift_settled";
  core::Subject by;
  Uuid id;
  std::string text;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return field_list(field("by", &DriftSettled::by), field("id", &DriftSettled::id),
                      field("text", &DriftSettled::text), field("version", &DriftSettled::version));
  }
  friend bool operator==(const DriftSettled&, const DriftSettled&) = default;
};

/// Another supplier reports an exchange that went wrong. It is kept as a body of its own.
struct Reported {
  static constexpr std::string_view kType = "uss.reported";
  std::string id;
  std::string manager;
  log::Hash report;
  std::optional<std::uint64_t> bytes = {};  ///< As of `Learned`.
  static constexpr auto fields() {
    return field_list(field("bytes", &Reported::bytes), field("id", &Reported::id),
                      field("manager", &Reported::manager), field("report_sha256", &Reported::report));
  }
  friend bool operator==(const Reported&, const Reported&) = default;
};

/// What is long over is forgotten.
struct Forgotten {
  static constexpr std::string_view kType = "uss.forgotten";
  std::vector<Uuid> constraints;
  std::vector<std::uint64_t> deliveries;
  std::vector<Uuid> drifts;  ///< All of an id.
  std::vector<IntentId> intents;
  std::vector<Uuid> others;  ///< Intents of other suppliers.
  static constexpr auto fields() {
    return field_list(field("constraints", &Forgotten::constraints), field("deliveries", &Forgotten::deliveries),
                      field("drifts", &Forgotten::drifts), field("intents", &Forgotten::intents),
                      field("others", &Forgotten::others));
  }
  friend bool operator==(const Forgotten&, const Forgotten&) = default;
};

/// From here on this registry counts. What stands at the one before is left there, to be deleted, and what is wanted is
/// registered anew. The first of a record names the registry alone.
struct RegistryNamed {
  static constexpr std::string_view kType = "uss.registry_named";
  std::string url;
  static constexpr auto fields() { return field_list(field("url", &RegistryNamed::url)); }
  friend bool operator==(const RegistryNamed&, const RegistryNamed&) = default;
};

/// What was left at a registry is settled.
struct Cleared {
  static constexpr std::string_view kType = "uss.cleared";
  Clearance how = Clearance::kDeleted;
  Uuid id;
  IntentId intent;
  std::string registry;
  static constexpr auto fields() {
    return field_list(field("how", &Cleared::how), field("id", &Cleared::id), field("intent", &Cleared::intent),
                      field("registry", &Cleared::registry));
  }
  friend bool operator==(const Cleared&, const Cleared&) = default;
};

}  // namespace tansiq::uss
