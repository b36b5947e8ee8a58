// The ledger's state as lines of canonical JSON, and the way back. What follows from others (the queue, names) is not
// written.
#include <fmt/format.h>

#include <utility>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "f3548/lines.h"
#include "uss/ledger.h"

namespace tansiq::uss {
namespace {

struct CountRow {
  std::uint64_t reports = 0;
  static constexpr auto fields() { return field_list(field("reports", &CountRow::reports)); }
};
struct RegistryRow {
  std::string url;
  static constexpr auto fields() { return field_list(field("url", &RegistryRow::url)); }
};
struct LeftRow {
  Uuid id;
  IntentId intent;
  std::string registry;
  UtcMs until;
  static constexpr auto fields() {
    return field_list(field("id", &LeftRow::id), field("intent", &LeftRow::intent),
                      field("registry", &LeftRow::registry), field("until_ms", &LeftRow::until));
  }
};
struct SenderRow {
  UtcMs begun;
  std::uint64_t bytes = 0;
  std::string manager;
  std::uint64_t messages = 0;
  static constexpr auto fields() {
    return field_list(field("begun_ms", &SenderRow::begun), field("bytes", &SenderRow::bytes),
                      field("manager", &SenderRow::manager), field("messages", &SenderRow::messages));
  }
};
struct RegistrationRow {
  UtcMs changed;
  bool ended = false;
  Registered last;
  std::optional<bool> moved;  ///< Absent: it is not.
  std::uint64_t seq = 0;
  static constexpr auto fields() {
    return field_list(field("changed_ms", &RegistrationRow::changed), field("ended", &RegistrationRow::ended),
                      field("last", &RegistrationRow::last), field("moved", &RegistrationRow::moved),
                      field("seq", &RegistrationRow::seq));
  }
};
struct DeliveryRow {
  UtcMs changed;
  UtcMs expires;
  std::uint64_t id = 0;
  IntentId intent;
  UtcMs since;
  DeliveryState state = DeliveryState::kQueued;
  std::vector<Subscriber> subscribers;
  std::string url;
  std::string why;
  static constexpr auto fields() {
    return field_list(field("changed_ms", &DeliveryRow::changed), field("expires_ms", &DeliveryRow::expires),
                      field("id", &DeliveryRow::id), field("intent", &DeliveryRow::intent),
                      field("since_ms", &DeliveryRow::since), field("state", &DeliveryRow::state),
                      field("subscribers", &DeliveryRow::subscribers), field("url", &DeliveryRow::url),
                      field("why", &DeliveryRow::why));
  }
};
/// Of one that was heard of only when it was over, `last` is absent.
struct OtherRow {
  UtcMs changed;
  bool gone = false;
  Uuid id;
  Kind kind = Kind::kIntent;
  std::optional<Learned> last;
  std::string manager;
  static constexpr auto fields() {
    return field_list(field("changed_ms", &OtherRow::changed), field("gone", &OtherRow::gone),
                      field("id", &OtherRow::id), field("kind", &OtherRow::kind), field("last", &OtherRow::last),
                      field("manager", &OtherRow::manager));
  }
};
struct DriftRow {
  std::string by;
  DriftFound found;
  bool settled = false;
  UtcMs when;
  static constexpr auto fields() {
    return field_list(field("by", &DriftRow::by), field("found", &DriftRow::found),
                      field("settled", &DriftRow::settled), field("when_ms", &DriftRow::when));
  }
};

}  // namespace

void Ledger::write_state(std::string& out) const {
  f3548::write_row(out, "uss.count", CountRow{reports_});
  if (!registry_.empty()) f3548::write_row(out, "uss.registry", RegistryRow{registry_});
  for (const auto& [intent, r] : registrations_) {
    const std::optional<bool> moved = r.moved ? std::optional(true) : std::nullopt;
    f3548::write_row(out, "uss.registration", RegistrationRow{r.changed, r.ended, r.last, moved, r.seq});
  }
  for (const auto& [intent, tried] : tries_) f3548::write_row(out, "uss.try", tried);
  for (const auto& [id, d] : deliveries_) {
    f3548::write_row(out, "uss.delivery",
                     DeliveryRow{d.changed, d.expires, id, d.intent, d.since, d.state, d.subscribers, d.url, d.why});
  }
  for (const auto& [key, other] : others_) {
    OtherRow row{other.changed, other.gone, key.second, key.first, {}, other.last.manager};
    if (other.last.version > 0) row.last = other.last;
    f3548::write_row(out, "uss.other", row);
  }
  for (const auto& [key, drift] : drifts_) {
    f3548::write_row(out, "uss.drift", DriftRow{drift.by, drift.found, drift.settled, drift.when});
  }
  for (const auto& [key, left] : left_) {
    f3548::write_row(out, "uss.left", LeftRow{key.second, left.intent, key.first, left.until});
  }
  for (const auto& [name, of] : senders_) {
    f3548::write_row(out, "uss.sender", SenderRow{of.begun, of.bytes, name, of.messages});
  }
}

Status Ledger::read_state(std::string_view text) {
  const auto corrupt = [](std::string message) { return fail(ErrorCode::kCorrupt, std::move(message)); };
  used_ = true;
  return f3548::read_rows(text, [&](std::string_view kind, const log::JcsValue& row) -> Status {
    if (kind == "uss.count") {
      reports_ = TRY(core::read_fields<CountRow>(row)).reports;
    } else if (kind == "uss.registration") {
      auto r = TRY(core::read_fields<RegistrationRow>(row));
      const IntentId intent = r.last.intent;
      if (!by_uuid_.emplace(r.last.id, intent).second) return corrupt("an id stands twice");
      Registration of{std::move(r.last), r.ended, r.changed, r.seq, r.moved.value_or(false)};
      if (!registrations_.emplace(intent, std::move(of)).second) {
        return corrupt("a registration stands twice");
      }
    } else if (kind == "uss.registry") {
      if (!registry_.empty()) return corrupt("two registries count");
      registry_ = TRY(core::read_fields<RegistryRow>(row)).url;
    } else if (kind == "uss.left") {
      auto r = TRY(core::read_fields<LeftRow>(row));
      if (!left_.emplace(std::pair(std::move(r.registry), r.id), Left{std::move(r.intent), r.until}).second) {
        return corrupt("something was left twice");
      }
    } else if (kind == "uss.sender") {
      auto r = TRY(core::read_fields<SenderRow>(row));
      if (!senders_.emplace(std::move(r.manager), Sender{r.begun, r.messages, r.bytes}).second) {
        return corrupt("a sender stands twice");
      }
    } else if (kind == "uss.try") {
      auto tried = TRY(core::read_fields<Trying>(row));
      const IntentId intent = tried.intent;
      if (!tries_.emplace(intent, std::move(tried)).second) return corrupt("a try stands twice");
    } else if (kind == "uss.delivery") {
      auto r = TRY(core::read_fields<DeliveryRow>(row));
      if (!registrations_.contains(r.intent)) return corrupt("a delivery is of nothing that is registered");
      if (deliveries_.contains(r.id)) return corrupt("a delivery stands twice");
      const bool queued = r.state == DeliveryState::kQueued;
      if (queued && !queued_.emplace(std::pair(r.intent, r.url), r.id).second)
        return corrupt("two deliveries go one way");
      deliveries_[r.id] = {r.id,      r.intent, std::move(r.url), std::move(r.subscribers), r.since,
                           r.expires, r.state,  r.changed,        std::move(r.why)};
    } else if (kind == "uss.other") {
      auto r = TRY(core::read_fields<OtherRow>(row));
      Other other{.last = {}, .gone = r.gone, .changed = r.changed};
      if (r.last) {
        if (r.last->version <= 0) return corrupt("a version is not above 0");
        other.last = std::move(*r.last);
      }
      other.last.kind = r.kind;
      other.last.id = r.id;
      other.last.manager = std::move(r.manager);
      add_to(other.last.manager);
      if (!others_.emplace(std::pair(r.kind, r.id), std::move(other)).second) return corrupt("something stands twice");
    } else if (kind == "uss.drift") {
      auto r = TRY(core::read_fields<DriftRow>(row));
      const std::pair key(r.found.id, r.found.version);
      if (!drifts_.emplace(key, Drift{std::move(r.found), r.when, r.settled, std::move(r.by)}).second) {
        return corrupt("an incident stands twice");
      }
    } else {
      return corrupt(fmt::format("there are no rows \"{}\"", foreign_text(kind, kQuotedBytesMax)));
    }
    return {};
  });
}

}  // namespace tansiq::uss
