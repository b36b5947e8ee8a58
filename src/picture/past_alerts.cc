#include "picture/past_alerts.h"

#include <algorithm>

#include "picture/alert_json.h"

namespace tansiq::picture {

void PastAlerts::add(const Alert& alert, UtcMs ended) {
  if (alerts_.size() == kPastAlertsMax) alerts_.pop_front();
  alerts_.push_back({++numbers_, ended, alert});
}

void PastAlerts::advance(UtcMs now) {
  while (!alerts_.empty() && now - alerts_.front().ended > kPastAlertsKeptMs) alerts_.pop_front();
}

PastAlerts::Page PastAlerts::page(std::optional<std::uint64_t> before, std::size_t most) const {
  Page out;
  auto at = before ? std::ranges::lower_bound(alerts_, *before, {}, &PastAlert::number) : alerts_.end();
  while (at != alerts_.begin() && out.alerts.size() < most) out.alerts.push_back(&*--at);
  if (at != alerts_.begin() && !out.alerts.empty()) out.next = out.alerts.back()->number;
  return out;
}

void write_past_alerts(log::JcsWriter& out, const PastAlerts::Page& page) {
  out.begin_object().key("alerts").begin_array();
  for (const PastAlert* past : page.alerts) write_alert(out, past->alert, past->ended);
  out.end_array();
  if (page.next) out.key("next").integer(static_cast<std::int64_t>(*page.next));
  out.end_object();
}

}  // namespace tansiq::picture
