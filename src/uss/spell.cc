#include "uss/spell.h"

#include <fmt/format.h>

#include "log/jcs.h"

namespace tansiq::uss {
namespace {

std::string time_json(const Moment& moment) {
  return fmt::format(R"({{"format":"RFC3339","value":"{}"}})", moment.text());
}

std::string full_json(const Registered& registered, std::string_view manager, std::string_view details) {
  return fmt::format(R"({{"details":{},"reference":{}}})", details, reference_json(registered, manager));
}

}  // namespace

std::string quoted(std::string_view text) {
  std::string out;
  log::JcsWriter writer(out);
  writer.string(text);
  return out;
}

std::string reference_json(const Registered& r, std::string_view manager) {
  return fmt::format(
      R"({{"details_sha256":"{}","id":"{}","manager":{},"ovn":{},"state":"{}","subscription_id":"{}","time_end":{},)"
      R"("time_start":{},"uss_availability":"Unknown","uss_base_url":{},"version":{}}})",
      r.details.hex(), r.id.str(), quoted(manager), quoted(r.ovn), core::to_text(r.state),
      r.subscription.value_or(f3548::kNoSubscription).str(), time_json(r.end), time_json(r.start), quoted(r.url),
      r.version);
}

std::string served_json(const Registered& registered, std::string_view manager, std::string_view details) {
  return fmt::format(R"({{"operational_intent":{}}})", full_json(registered, manager, details));
}

std::string notice_json(const Registration& registration, std::string_view manager, std::string_view details,
                        const std::vector<Subscriber>& subscribers) {
  std::string out = "{";
  if (!registration.ended) {
    out += fmt::format(R"("operational_intent":{},)", full_json(registration.last, manager, details));
  }
  out += fmt::format(R"("operational_intent_id":"{}","subscriptions":[)", registration.last.id.str());
  for (std::size_t i = 0; i < subscribers.size(); ++i) {
    out += fmt::format(R"({}{{"notification_index":{},"subscription_id":"{}"}})", i > 0 ? "," : "",
                       subscribers[i].index, subscribers[i].subscription.str());
  }
  return out + "]}";
}

std::string put_json(const Filing& filing) {
  std::string out =
      fmt::format(R"({{"details_sha256":"{}","extents":{},"key":[)", filing.form.hash.hex(), filing.form.extents);
  bool first = true;
  for (const std::string& ovn : filing.key) {
    if (!std::exchange(first, false)) out += ',';
    out += quoted(ovn);
  }
  out += "],";
  if (!filing.subscription) out += fmt::format(R"("new_subscription":{{"uss_base_url":{}}},)", quoted(filing.url));
  out += fmt::format(R"("state":"{}",)", core::to_text(filing.form.state));
  if (filing.subscription) out += fmt::format(R"("subscription_id":"{}",)", filing.subscription->str());
  return out + fmt::format(R"("uss_base_url":{}}})", quoted(filing.url));
}

}  // namespace tansiq::uss
