#include "picture/alert_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tansiq::picture {
namespace {

constexpr std::size_t kByBytesMax = 128;

/// Does it need a person?
bool needs_acknowledgement(Priority priority) { return priority != Priority::kCaution; }

}  // namespace

std::string_view name_of(AlertState state) {
  switch (state) {
    case AlertState::kUnacknowledged:
      return "unacknowledged";
    case AlertState::kAcknowledged:
      return "acknowledged";
    case AlertState::kRectified:
      return "rectified";
    case AlertState::kSettling:
      return "settling";
    case AlertState::kCleared:
      return "cleared";
  }
  return "";
}

std::string_view name_of(AlertEvent event) {
  switch (event) {
    case AlertEvent::kRaised:
      return "raised";
    case AlertEvent::kUpdated:
      return "updated";
    case AlertEvent::kEscalated:
      return "escalated";
    case AlertEvent::kSounded:
      return "sounded";
    case AlertEvent::kAcknowledged:
      return "acknowledged";
    case AlertEvent::kRectified:
      return "rectified";
    case AlertEvent::kBack:
      return "back";
    case AlertEvent::kCleared:
      return "cleared";
  }
  return "";
}

AlertBook::AlertBook(const AlertOptions& options, OnChange on_change)
    : options_(options), on_change_(std::move(on_change)) {}

AlertId AlertBook::holds(const Situation& situation, const Finding& finding, UtcMs now) {
  const auto known = by_situation_.find(situation);
  if (known == by_situation_.end()) {
    if (!make_room(finding.priority, now)) {
      ++dropped_;
      return 0;
    }
    const AlertId id = next_++;
    Alert& alert = alerts_[id];
    by_situation_.emplace(situation, id);
    alert.id = id;
    alert.situation = situation;
    alert.finding = finding;
    alert.found = now;
    alert.priority = finding.priority;
    alert.raised = alert.changed = now;
    if (finding.now) alert.violated = now;
    alert.attention = 0;
    if (needs_acknowledgement(alert.priority)) sound(alert, now);
    say(AlertEvent::kRaised, alert);
    return id;
  }

  Alert& alert = alerts_.at(known->second);
  const bool pressing = alert.finding.priority != finding.priority || alert.finding.now != finding.now;
  const bool differs = alert.finding != finding;
  alert.finding = finding;
  alert.found = now;
  if (finding.now && !alert.violated) alert.violated = now;

  if (alert.over) {
    come_back(alert, now);
    return alert.id;
  }
  set_priority(alert);
  need_a_person(alert, now);
  if (pressing || (differs && now.ms - alert.changed.ms >= options_.update_ms)) {
    alert.changed = now;
    say(AlertEvent::kUpdated, alert);
  }
  return alert.id;
}

void AlertBook::set_priority(Alert& alert) {
  // What was escalated stays an alarm until somebody comes, and never becomes less pressing than it is found to be.
  const bool raised = alert.escalated && alert.state == AlertState::kUnacknowledged;
  alert.priority = raised ? std::min(alert.finding.priority, Priority::kAlarm) : alert.finding.priority;
}

void AlertBook::come_back(Alert& alert, UtcMs now) {
  // A moment away changes nothing: it goes on to be escalated and sounded as if it had stayed.
  const bool news = !alert.acknowledged && now - *alert.over > options_.settle_ms;
  alert.over.reset();
  alert.state = alert.acknowledged ? AlertState::kAcknowledged : AlertState::kUnacknowledged;
  if (news) {
    alert.escalated = false;
    alert.raised = now;
    alert.violated = alert.finding.now ? std::optional(now) : std::nullopt;
  }
  set_priority(alert);
  need_a_person(alert, now);
  if (news && needs_acknowledgement(alert.priority)) sound(alert, now);
  alert.changed = now;
  say(AlertEvent::kBack, alert);
}

void AlertBook::rename(TrackId from, TrackId to, UtcMs now) {
  for (auto& [id, alert] : alerts_) {
    Situation situation = alert.situation;
    if (situation.first == from) situation.first = to;
    if (situation.second == from) situation.second = to;
    if (situation == alert.situation) continue;
    if (situation.second < situation.first && situation.second.value != 0) std::swap(situation.first, situation.second);
    over(alert.situation, now);
    // Of two that become one the other stands.
    if (situation.first == situation.second || by_situation_.contains(situation)) continue;
    by_situation_.erase(alert.situation);
    alert.situation = situation;
    by_situation_.emplace(std::move(situation), id);
  }
}

void AlertBook::need_a_person(Alert& alert, UtcMs now) {
  if (!needs_acknowledgement(alert.priority)) return;
  const bool new_to_people = alert.attention == 0;
  const bool seen_as_less = alert.acknowledged && !needs_acknowledgement(alert.acknowledged_as);
  if (!new_to_people && !seen_as_less) return;
  alert.acknowledged.reset();
  alert.acknowledged_by.clear();
  alert.state = AlertState::kUnacknowledged;
  sound(alert, now);
}

void AlertBook::sound(Alert& alert, UtcMs now) {
  alert.attention += 1;
  alert.sounded = now;
}

void AlertBook::over(const Situation& situation, UtcMs now) {
  const auto known = by_situation_.find(situation);
  if (known == by_situation_.end()) return;
  Alert& alert = alerts_.at(known->second);
  if (alert.over) return;
  alert.over = now;
  alert.changed = now;
  alert.finding.now = false;
  const bool seen = alert.acknowledged || !needs_acknowledgement(alert.priority);
  alert.state = seen ? AlertState::kSettling : AlertState::kRectified;
  say(AlertEvent::kRectified, alert);
}

Status AlertBook::acknowledge(AlertId id, std::string_view by, UtcMs now) {
  const auto at = alerts_.find(id);
  if (at == alerts_.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no alert {} in sight", id), "alert");
  }
  if (by.empty() || by.size() > kByBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("who acknowledges has 1 to {} bytes", kByBytesMax), "by");
  }
  Alert& alert = at->second;
  if (alert.acknowledged) return {};
  alert.acknowledged = now;
  alert.acknowledged_by = by;
  alert.acknowledged_as = alert.priority;
  alert.changed = now;
  if (alert.over) {
    // It may be back in a moment: then it is not news to whoever has just seen it.
    alert.state = AlertState::kSettling;
    alert.over = now;
  } else {
    alert.state = AlertState::kAcknowledged;
    set_priority(alert);
  }
  say(AlertEvent::kAcknowledged, alert);
  return {};
}

void AlertBook::tick(UtcMs now) {
  for (auto at = alerts_.begin(); at != alerts_.end();) {
    Alert& alert = at->second;
    switch (alert.state) {
      case AlertState::kUnacknowledged: {
        if (alert.priority == Priority::kWarning && now.ms - alert.sounded.ms >= options_.escalate_ms) {
          alert.escalated = true;
          set_priority(alert);
          sound(alert, now);
          alert.changed = now;
          say(AlertEvent::kEscalated, alert);
        } else if (alert.priority <= Priority::kAlarm && now.ms - alert.sounded.ms >= options_.repeat_ms) {
          sound(alert, now);
          alert.changed = now;
          say(AlertEvent::kSounded, alert);
        }
        break;
      }
      case AlertState::kRectified:
        if (now.ms - alert.over->ms >= options_.rectified_ms) {
          at = clear(at, now);
          continue;
        }
        break;
      case AlertState::kSettling:
        if (now.ms - alert.over->ms >= options_.settle_ms) {
          at = clear(at, now);
          continue;
        }
        break;
      case AlertState::kAcknowledged:
      case AlertState::kCleared:
        break;
    }
    ++at;
  }
}

AlertBook::Alerts::iterator AlertBook::clear(Alerts::iterator at, UtcMs now) {
  Alert& alert = at->second;
  alert.state = AlertState::kCleared;
  alert.changed = now;
  say(AlertEvent::kCleared, alert);
  by_situation_.erase(alert.situation);
  return alerts_.erase(at);
}

bool AlertBook::make_room(Priority for_priority, UtcMs now) {
  if (alerts_.size() < options_.alerts_max) return true;
  const auto oldest = [&](auto&& is) {
    return std::find_if(alerts_.begin(), alerts_.end(), [&](const auto& entry) { return is(entry.second); });
  };
  auto victim = oldest([](const Alert& alert) { return alert.state == AlertState::kSettling; });
  if (victim == alerts_.end()) {
    victim = oldest([](const Alert& alert) { return alert.state == AlertState::kRectified; });
  }
  if (victim == alerts_.end() && needs_acknowledgement(for_priority)) {
    victim = oldest([](const Alert& alert) { return alert.priority == Priority::kCaution; });
  }
  if (victim == alerts_.end()) return false;
  clear(victim, now);
  return true;
}

const Alert* AlertBook::find(AlertId id) const {
  const auto at = alerts_.find(id);
  return at == alerts_.end() ? nullptr : &at->second;
}

}  // namespace tansiq::picture
