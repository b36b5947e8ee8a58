// The registry's state as lines of canonical JSON, and the way back.
//
// One line for what is bounded (`uss`, `suffixes`, `reports`), then one a subscription, an intent, a constraint, each
// in the order of its ids: a line is read and dropped before the next, however large the whole is. Indices, dependents
// and timers follow from these.
#include <fmt/format.h>

#include <utility>

#include "core/jcs_read.h"
#include "core/record.h"
#include "f3548/registry_impl.h"

namespace tansiq::f3548 {
namespace {

struct UssRow {
  Availability availability = Availability::kUnknown;
  std::uint64_t seq = 0;
  std::string uss;
  static constexpr auto fields() {
    return std::tuple(field("availability", &UssRow::availability), field("seq", &UssRow::seq),
                      field("uss", &UssRow::uss));
  }
};
struct SuffixRow {
  Uuid intent;
  Uuid suffix;
  UtcMs time;
  static constexpr auto fields() {
    return std::tuple(field("intent", &SuffixRow::intent), field("suffix", &SuffixRow::suffix),
                      field("time_ms", &SuffixRow::time));
  }
};
struct CountRow {
  std::uint64_t reports = 0;
  static constexpr auto fields() { return std::tuple(field("reports", &CountRow::reports)); }
};
struct IntentRow {
  Cells cells;
  Moment end;
  Uuid id;
  std::optional<std::int64_t> lower;
  std::string manager;
  std::uint64_t seq = 0;
  Moment start;
  IntentState state = IntentState::kAccepted;
  std::optional<Uuid> subscription;
  std::optional<Uuid> suffix;
  std::optional<std::int64_t> upper;
  std::string url;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return std::tuple(field("cells", &IntentRow::cells), field("end", &IntentRow::end), field("id", &IntentRow::id),
                      field("lower_cm", &IntentRow::lower), field("manager", &IntentRow::manager),
                      field("seq", &IntentRow::seq), field("start", &IntentRow::start),
                      field("state", &IntentRow::state), field("subscription", &IntentRow::subscription),
                      field("suffix", &IntentRow::suffix), field("upper_cm", &IntentRow::upper),
                      field("url", &IntentRow::url), field("version", &IntentRow::version));
  }
};
struct ConstraintRow {
  Cells cells;
  Moment end;
  Uuid id;
  std::optional<std::int64_t> lower;
  std::string manager;
  std::uint64_t seq = 0;
  Moment start;
  std::optional<std::int64_t> upper;
  std::string url;
  std::int64_t version = 0;
  static constexpr auto fields() {
    return std::tuple(field("cells", &ConstraintRow::cells), field("end", &ConstraintRow::end),
                      field("id", &ConstraintRow::id), field("lower_cm", &ConstraintRow::lower),
                      field("manager", &ConstraintRow::manager), field("seq", &ConstraintRow::seq),
                      field("start", &ConstraintRow::start), field("upper_cm", &ConstraintRow::upper),
                      field("url", &ConstraintRow::url), field("version", &ConstraintRow::version));
  }
};
struct SubscriptionRow {
  Cells cells;
  Moment end;
  Uuid id;
  bool implicit = false;
  std::int64_t index = 0;
  std::optional<std::int64_t> lower;
  std::string manager;
  bool notify_constraints = false;
  bool notify_intents = false;
  std::uint64_t seq = 0;
  Moment start;
  std::optional<std::int64_t> upper;
  std::string url;
  static constexpr auto fields() {
    return std::tuple(field("cells", &SubscriptionRow::cells), field("end", &SubscriptionRow::end),
                      field("id", &SubscriptionRow::id), field("implicit", &SubscriptionRow::implicit),
                      field("index", &SubscriptionRow::index), field("lower_cm", &SubscriptionRow::lower),
                      field("manager", &SubscriptionRow::manager),
                      field("notify_constraints", &SubscriptionRow::notify_constraints),
                      field("notify_intents", &SubscriptionRow::notify_intents), field("seq", &SubscriptionRow::seq),
                      field("start", &SubscriptionRow::start), field("upper_cm", &SubscriptionRow::upper),
                      field("url", &SubscriptionRow::url));
  }
};

template <class Row>
void write_line(std::string& out, std::string_view kind, const Row& row) {
  log::JcsWriter writer(out);
  writer.begin_object().key(kind);
  core::write_fields(writer, row);
  writer.end_object();
  out += '\n';
}

}  // namespace

void Registry::write_state(std::string& out) const {
  write_line(out, "count", CountRow{reports_});
  for (const auto& [uss, standing] : uss_) {
    write_line(out, "uss", UssRow{standing.availability, standing.changed_seq, uss});
  }
  for (const auto& [key, time] : suffixes_) write_line(out, "suffix", SuffixRow{key.first, key.second, time});
  for (const auto& [id, s] : subscriptions_) {
    write_line(
        out, "subscription",
        SubscriptionRow{s.cells, s.window.end, id, s.implicit, s.index, s.band.lower, s.manager, s.notify_constraints,
                        s.notify_intents, s.changed_seq, s.window.start, s.band.upper, s.url});
  }
  for (const auto& [id, i] : intents_) {
    write_line(out, "intent",
               IntentRow{i.cells, i.window.end, id, i.band.lower, i.manager, i.changed_seq, i.window.start, i.state,
                         i.subscription, i.suffix, i.band.upper, i.url, i.version});
  }
  for (const auto& [id, c] : constraints_) {
    write_line(out, "constraint",
               ConstraintRow{c.cells, c.window.end, id, c.band.lower, c.manager, c.changed_seq, c.window.start,
                             c.band.upper, c.url, c.version});
  }
}

Status Registry::read_state(std::string_view text) {
  const auto corrupt = [](std::string message) { return fail(ErrorCode::kCorrupt, std::move(message)); };
  used_ = true;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return corrupt("the state is cut off");
    const auto document = TRY(log::JcsDocument::parse(text.substr(0, end)));
    text.remove_prefix(end + 1);
    const log::JcsValue root = document.root();
    if (root.kind() != log::JcsValue::Kind::kObject || root.size() != 1) return corrupt("a line is no row");
    const std::string_view kind = root.name(0);
    const log::JcsValue row = root[0];
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
      auto r = TRY(core::read_fields<SubscriptionRow>(row));
      if (subscriptions_.contains(r.id)) return corrupt("a subscription stands twice");
      add(Subscription{r.id,
                       std::move(r.manager),
                       std::move(r.url),
                       std::move(r.cells),
                       {r.lower, r.upper},
                       {r.start, r.end},
                       r.notify_intents,
                       r.notify_constraints,
                       r.implicit,
                       r.index,
                       r.seq,
                       {}});
    } else if (kind == "intent") {
      auto r = TRY(core::read_fields<IntentRow>(row));
      if (intents_.contains(r.id)) return corrupt("an intent stands twice");
      if (r.subscription) {
        if (!subscriptions_.contains(*r.subscription)) return corrupt("an intent's subscription is not there");
        attach(*r.subscription, r.id);
      }
      add(Intent{r.id,
                 std::move(r.manager),
                 r.state,
                 r.version,
                 std::move(r.url),
                 std::move(r.cells),
                 {r.lower, r.upper},
                 {r.start, r.end},
                 r.subscription,
                 r.suffix,
                 r.seq,
                 {}});
    } else if (kind == "constraint") {
      auto r = TRY(core::read_fields<ConstraintRow>(row));
      if (constraints_.contains(r.id)) return corrupt("a constraint stands twice");
      Constraint& stands = constraints_[r.id];
      stands = {r.id,
                std::move(r.manager),
                r.version,
                std::move(r.url),
                std::move(r.cells),
                {r.lower, r.upper},
                {r.start, r.end},
                r.seq,
                {}};
      constraint_index_.insert(stands);
      constraint_ends_.insert({stands.window.end.ceil(), r.id});
    } else {
      return corrupt(fmt::format("there are no rows \"{}\"", kind.substr(0, 64)));
    }
  }
  return {};
}

}  // namespace tansiq::f3548
