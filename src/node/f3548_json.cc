#include "node/f3548_json.h"

#include <fmt/format.h>

#include "log/jcs.h"

namespace tansiq::node {
namespace {

using f3548::Constraint;
using f3548::Intent;
using f3548::Moment;
using f3548::Registry;
using f3548::Subscription;
using log::JcsWriter;

void write_time(JcsWriter& w, std::string_view name, const Moment& moment) {
  w.key(name).begin_object().key("format").string("RFC3339").key("value").string(moment.text()).end_object();
}

struct Reader {
  const Registry& registry;
  std::string_view name;
};

void write(JcsWriter& w, const Reader& reader, const Intent& intent) {
  w.begin_object();
  if (intent.details) w.key("details_sha256").string(intent.details->hex());
  w.key("id").string(intent.id.str()).key("manager").string(intent.manager);
  w.key("ovn").string(intent.manager == reader.name ? std::string_view(reader.registry.ovn(intent)) : kHiddenOvn);
  w.key("state").string(core::to_text(intent.state));
  w.key("subscription_id").string(intent.subscription.value_or(f3548::kNoSubscription).str());
  write_time(w, "time_end", intent.window.end);
  write_time(w, "time_start", intent.window.start);
  w.key("uss_availability").string(core::to_text(reader.registry.availability(intent.manager)));
  w.key("uss_base_url").string(intent.url).key("version").integer(intent.version).end_object();
}

void write(JcsWriter& w, const Reader& reader, const Constraint& constraint) {
  w.begin_object().key("id").string(constraint.id.str()).key("manager").string(constraint.manager);
  w.key("ovn").string(constraint.manager == reader.name ? std::string_view(reader.registry.ovn(constraint))
                                                        : kHiddenOvn);
  write_time(w, "time_end", constraint.window.end);
  write_time(w, "time_start", constraint.window.start);
  w.key("uss_availability").string(core::to_text(reader.registry.availability(constraint.manager)));
  w.key("uss_base_url").string(constraint.url).key("version").integer(constraint.version).end_object();
}

void write(JcsWriter& w, const Reader& reader, const Subscription& subscription) {
  w.begin_object().key("dependent_operational_intents").begin_array();
  for (const f3548::Uuid& id : subscription.dependents) w.string(id.str());
  w.end_array().key("id").string(subscription.id.str());
  w.key("implicit_subscription").boolean(subscription.implicit);
  w.key("notification_index").integer(subscription.index);
  w.key("notify_for_constraints").boolean(subscription.notify_constraints);
  w.key("notify_for_operational_intents").boolean(subscription.notify_intents);
  write_time(w, "time_end", subscription.window.end);
  write_time(w, "time_start", subscription.window.start);
  w.key("uss_base_url").string(subscription.url);
  w.key("version").string(reader.registry.version(subscription)).end_object();
}

template <class Entity>
void write_list(JcsWriter& w, const Reader& reader, std::string_view name, const std::vector<const Entity*>& list) {
  w.key(name).begin_array();
  for (const Entity* one : list) write(w, reader, *one);
  w.end_array();
}

void write_subscribers(JcsWriter& w, const std::vector<f3548::Notice>& notices) {
  w.key("subscribers").begin_array();
  for (const f3548::Notice& notice : notices) {
    w.begin_object().key("subscriptions").begin_array();
    for (const auto& subscriber : notice.subscriptions) {
      w.begin_object().key("notification_index").integer(subscriber.index);
      w.key("subscription_id").string(subscriber.id.str()).end_object();
    }
    w.end_array().key("uss_base_url").string(notice.url).end_object();
  }
  w.end_array();
}

/// An object that `fill` writes the members of.
template <class Fill>
std::string object(Fill&& fill) {
  std::string out;
  JcsWriter w(out);
  w.begin_object();
  fill(w);
  w.end_object();
  return out;
}

/// A message may quote a part of what came, cut anywhere: what no record may hold is shown as `?`.
std::string clean(std::string_view message) {
  std::string out(message);
  if (log::check_jcs_text(out)) return out;
  for (char& c : out) {
    if (static_cast<unsigned char>(c) >= 0x80) c = '?';
  }
  return out;
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (static_cast<unsigned char>(c) < 0x20) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  out += '"';
}

/// Any JSON back to text. Depth is bounded by the parser's.
void append(std::string& out, const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull:
      out += "null";
      return;
    case JsonValue::Kind::kBoolean:
      out += *value.boolean() ? "true" : "false";
      return;
    case JsonValue::Kind::kNumber:
      if (const auto whole = value.integer()) {
        fmt::format_to(std::back_inserter(out), "{}", *whole);
      } else {
        fmt::format_to(std::back_inserter(out), "{}", *value.number());
      }
      return;
    case JsonValue::Kind::kString:
      append_text(out, *value.string());
      return;
    case JsonValue::Kind::kArray:
      out += '[';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        append(out, value[i]);
      }
      out += ']';
      return;
    case JsonValue::Kind::kObject:
      out += '{';
      for (std::size_t i = 0; i < value.size(); ++i) {
        if (i > 0) out += ',';
        append_text(out, value.name(i));
        out += ':';
        append(out, value[i]);
      }
      out += '}';
      return;
  }
}

}  // namespace

std::string F3548Json::intent(const Intent& intent) const {
  return object([&](JcsWriter& w) { write(w.key("operational_intent_reference"), {registry_, reader_}, intent); });
}
std::string F3548Json::intents(const std::vector<const Intent*>& intents) const {
  return object([&](JcsWriter& w) { write_list(w, {registry_, reader_}, "operational_intent_references", intents); });
}
std::string F3548Json::changed(const f3548::IntentChanged& changed) const {
  return object([&](JcsWriter& w) {
    write(w.key("operational_intent_reference"), {registry_, reader_}, *changed.intent);
    write_subscribers(w, changed.notices);
  });
}

std::string F3548Json::constraint(const Constraint& constraint) const {
  return object([&](JcsWriter& w) { write(w.key("constraint_reference"), {registry_, reader_}, constraint); });
}
std::string F3548Json::constraints(const std::vector<const Constraint*>& constraints) const {
  return object([&](JcsWriter& w) { write_list(w, {registry_, reader_}, "constraint_references", constraints); });
}
std::string F3548Json::changed(const f3548::ConstraintChanged& changed) const {
  return object([&](JcsWriter& w) {
    write(w.key("constraint_reference"), {registry_, reader_}, *changed.constraint);
    write_subscribers(w, changed.notices);
  });
}

std::string F3548Json::subscription(const Subscription& subscription) const {
  return object([&](JcsWriter& w) { write(w.key("subscription"), {registry_, reader_}, subscription); });
}
std::string F3548Json::subscriptions(const std::vector<const Subscription*>& subscriptions) const {
  return object([&](JcsWriter& w) { write_list(w, {registry_, reader_}, "subscriptions", subscriptions); });
}
std::string F3548Json::changed(const f3548::SubscriptionChanged& changed) const {
  const Reader reader{registry_, reader_};
  return object([&](JcsWriter& w) {
    if (changed.subscription->notify_constraints) write_list(w, reader, "constraint_references", changed.constraints);
    if (changed.subscription->notify_intents) write_list(w, reader, "operational_intent_references", changed.intents);
    write(w.key("subscription"), reader, *changed.subscription);
  });
}

std::string F3548Json::refused(const f3548::Refused& refused) const {
  const Reader reader{registry_, reader_};
  return object([&](JcsWriter& w) {
    w.key("message").string(clean(refused.message));
    if (!refused.missing_constraints.empty()) write_list(w, reader, "missing_constraints", refused.missing_constraints);
    if (!refused.missing_intents.empty()) {
      write_list(w, reader, "missing_operational_intents", refused.missing_intents);
    }
  });
}

std::string f3548_availability_json(const f3548::AvailabilityAnswer& answer) {
  return object([&](JcsWriter& w) {
    w.key("status").begin_object().key("availability").string(core::to_text(answer.availability));
    w.key("uss").string(answer.uss).end_object().key("version").string(answer.version);
  });
}

std::string f3548_error_json(std::string_view message) {
  return object([&](JcsWriter& w) { w.key("message").string(clean(message)); });
}

std::string f3548_report_json(const JsonValue& report, std::string_view id) {
  std::string out = "{\"report_id\":";
  append_text(out, id);
  for (std::size_t i = 0; i < report.size(); ++i) {
    if (report.name(i) == "report_id") continue;
    out += ',';
    append_text(out, report.name(i));
    out += ':';
    append(out, report[i]);
  }
  out += '}';
  return out;
}

std::string kept_report(std::string_view kind, std::string_view id, std::string_view report) {
  return fmt::format("{} {}\n{}", kind, id, report);
}

}  // namespace tansiq::node
