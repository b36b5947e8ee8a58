// The registry's state as lines of canonical JSON, and the way back.
//
// One line for what is bounded (`uss`, `suffixes`, `reports`), then one a subscription, an intent, a constraint, each
// in the order of its ids: a line is read and dropped before the next, however large the whole is. Indices, dependents
// and timers follow from these.
#include <fmt/format.h>

#include <utility>

#include "base/foreign_text.h"
#include "core/jcs_read.h"
#include "core/record.h"
#include "f3548/lines.h"
#include "f3548/registry_impl.h"

namespace tansiq::f3548 {
namespace {

struct UssRow {
  Availability availability = Availability::kUnknown;
  std::uint64_t seq = 0;
  std::string uss;
  static constexpr auto fields() {
    return field_list(field("availability", &UssRow::availability), field("seq", &UssRow::seq),
                      field("uss", &UssRow::uss));
  }
};
struct SuffixRow {
  Uuid intent;
  Uuid suffix;
  UtcMs time;
  static constexpr auto fields() {
    return field_list(field("intent", &SuffixRow::intent), field("suffix", &SuffixRow::suffix),
                      field("time_ms", &SuffixRow::time));
  }
};
struct CountRow {
  std::uint64_t reports = 0;
  static constexpr auto fields() { return field_list(field("reports", &CountRow::reports)); }
};

}  // namespace

void Registry::write_state(std::string& out) const {
  write_row(out, "count", CountRow{reports_});
  for (const auto& [uss, standing] : uss_) {
    write_row(out, "uss", UssRow{standing.availability, standing.changed_seq, uss});
  }
  for (const auto& [key, time] : suffixes_) write_row(out, "suffix", SuffixRow{key.first, key.second, time});
  for (const auto& [id, subscription] : subscriptions_) write_row(out, "subscription", subscription);
  for (const auto& [id, intent] : intents_) write_row(out, "intent", intent);
  for (const auto& [id, constraint] : constraints_) write_row(out, "constraint", constraint);
}

Status Registry::read_state(std::string_view text) {
  const auto corrupt = [](std::string message) { return fail(ErrorCode::kCorrupt, std::move(message)); };
  used_ = true;
  return read_rows(text, [&](std::string_view kind, const log::JcsValue& row) -> Status {
    if (kind == "count") {
      reports_ = TRY(core::read_fields<CountRow>(row)).reports;
    } else if (kind == "uss") {
      const auto r = TRY(core::read_fields<UssRow>(row));
      uss_[r.uss] = {r.availability, r.seq};
      down_ += r.availability == Availability::kDown ? 1 : 0;
    } else if (kind == "suffix") {
      const auto r = TRY(core::read_fields<SuffixRow>(row));
      remember_suffix(r.intent, r.suffix, r.time);
    } else if (kind == "subscription") {
      auto subscription = TRY(core::read_fields<Subscription>(row));
      if (subscriptions_.contains(subscription.id)) return corrupt("a subscription stands twice");
      add(std::move(subscription));
    } else if (kind == "intent") {
      auto intent = TRY(core::read_fields<Intent>(row));
      if (intents_.contains(intent.id)) return corrupt("an intent stands twice");
      if (intent.subscription) {
        if (!subscriptions_.contains(*intent.subscription)) return corrupt("an intent's subscription is not there");
        attach(*intent.subscription, intent.id);
      }
      add(std::move(intent));
    } else if (kind == "constraint") {
      auto constraint = TRY(core::read_fields<Constraint>(row));
      if (constraints_.contains(constraint.id)) return corrupt("a constraint stands twice");
      Constraint& stands = constraints_[constraint.id];
      stands = std::move(constraint);
      enter(constraint_index_, stands);
      constraint_ends_.insert({stands.window.end.ceil(), stands.id});
    } else {
      return corrupt(fmt::format("there are no rows \"{}\"", foreign_text(kind, kQuotedBytesMax)));
    }
    return {};
  });
}

}  // namespace tansiq::f3548
