#include "node/live_stream.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace tansiq::node {

Status LiveStream::check(std::string_view subject) const {
  if (listeners_.size() >= options_.listeners_max) {
    return fail(ErrorCode::kOverloaded, fmt::format("there are {} listeners already", listeners_.size()));
  }
  const auto at = of_subject_.find(subject);
  const std::size_t mine = std::max<std::size_t>(1, options_.listeners_max / 4);
  if (at != of_subject_.end() && at->second >= mine) {
    return fail(ErrorCode::kOverloaded, fmt::format("{} has {} listeners already", subject, at->second));
  }
  return {};
}

template <class Id>
void LiveStream::Changes<Id>::set(Id id, std::string text, bool is_gone, std::size_t gone_max) {
  Shown& now = shown[id];
  if (now.change != 0) order.erase(now.change);
  if (now.gone) --gone;
  now = {++last, std::move(text), is_gone};
  order.emplace(now.change, id);
  if (is_gone && ++gone > gone_max) forget_gone();
}

/// The older half of the ends; who is further behind begins anew.
template <class Id>
void LiveStream::Changes<Id>::forget_gone() {
  std::size_t left = gone / 2;
  for (auto at = order.begin(); at != order.end() && left > 0;) {
    const auto thing = shown.find(at->second);
    if (!thing->second.gone) {
      ++at;
      continue;
    }
    forgotten = at->first;
    shown.erase(thing);
    at = order.erase(at);
    --gone;
    --left;
  }
}

void LiveStream::join(std::string subject, net::StreamHandle stream, bool named) {
  Listener listener{.subject = std::move(subject), .stream = std::move(stream), .named = named};
  if (!send_reset(listener)) return;
  begin(listener);
  const bool good = advance_alerts(listener);
  forget_shared();
  if (!good) return;
  ++of_subject_[listener.subject];
  listeners_.push_back(std::move(listener));
}

void LiveStream::set_track(picture::TrackId track, std::string json) {
  tracks_.set(track, std::move(json), false, options_.gone_max);
}

void LiveStream::drop_track(picture::TrackId track) {
  const auto at = tracks_.shown.find(track);
  if (at == tracks_.shown.end() || at->second.gone) return;
  tracks_.set(track, {}, true, options_.gone_max);
}

void LiveStream::set_alert(picture::AlertId alert, std::string line, bool over, bool at_once) {
  // Who keeps up misses no state: what still waits of this alert goes out before it is replaced.
  const auto before = alerts_.shown.find(alert);
  if (before != alerts_.shown.end()) send_alerts(before->second.change);
  alerts_.set(alert, std::move(line), over, options_.gone_max);
  if (at_once) send_alerts(alerts_.last);
}

/// Everything up to `change` to whom may take it, with what waits before. Who has to begin anew does so with the next
/// round, which also finds whose stream is over.
void LiveStream::send_alerts(std::uint64_t change) {
  for (Listener& listener : listeners_) {
    if (listener.alerts < change && !begins_anew(listener)) (void)advance_alerts(listener);
  }
  forget_shared();
}

void LiveStream::forget_all() {
  tracks_ = {};
  alerts_ = {};
  forget_shared();
  for (Listener& listener : listeners_) {
    // Whose stream is over is found by the next round.
    (void)send_reset(listener);
    begin(listener);
  }
}

bool LiveStream::send_reset(Listener& listener) {
  return listener.stream.send({}, listener.named ? "live/reset" : "reset", "{}").has_value();
}

void LiveStream::forget_shared() {
  shared_.clear();
  shared_bytes_ = 0;
}

LiveStream::Frame LiveStream::alert_frame(const FrameKey& key) const {
  auto at = alerts_.order.upper_bound(key.position);
  // Who has seen nothing yet has nothing to forget.
  while (key.position == 0 && at != alerts_.order.end() && alerts_.shown.at(at->second).gone) ++at;
  if (at == alerts_.order.end()) return {alerts_.last, nullptr};
  return {at->first, net::format_event({}, key.named ? "live/alert" : "alert", alerts_.shown.at(at->second).text)};
}

LiveStream::Frame LiveStream::tracks_frame(const FrameKey& key) const {
  std::string gone;
  std::string tracks;
  std::uint64_t behind = key.position;
  auto at = tracks_.order.upper_bound(key.position);
  for (; at != tracks_.order.end() && gone.size() + tracks.size() < options_.frame_bytes_max; ++at) {
    const auto& shown = tracks_.shown.at(at->second);
    std::string& list = shown.gone ? gone : tracks;
    // Who has seen nothing yet has nothing to forget.
    if (!shown.gone || behind != 0) {
      fmt::format_to(std::back_inserter(list), "{}{}", list.empty() ? "" : ",",
                     shown.gone ? fmt::to_string(at->second.value) : shown.text);
    }
    behind = at->first;
  }
  return {behind, net::format_event({}, key.named ? "live/tracks" : "tracks",
                                    fmt::format(R"({{"gone":[{}],"tracks":[{}]}})", gone, tracks))};
}

LiveStream::Frame LiveStream::frame(const FrameKey& key) {
  if (const auto at = shared_.find(key); at != shared_.end()) return at->second;
  Frame made = key.alert ? alert_frame(key) : tracks_frame(key);
  if (made.event && shared_bytes_ + made.event->size() <= options_.shared_bytes_max) {
    shared_bytes_ += made.event->size();
    shared_.emplace(key, made);
  }
  return made;
}

bool LiveStream::advance_alerts(Listener& listener) {
  while (listener.alerts < alerts_.last && may_take(listener)) {
    const Frame next = frame({true, listener.named, listener.alerts});
    if (next.event && !listener.stream.send(next.event)) return false;
    listener.alerts = next.behind;
  }
  return true;
}

void LiveStream::begin(Listener& listener) const {
  listener.tracks = listener.alerts = 0;
  listener.tracks_begun = tracks_.forgotten;
  listener.alerts_begun = alerts_.forgotten;
}

/// An end that it was not told of, and should have been, is forgotten. Who is still on his way through what is older
/// than that, from the beginning, was told of nothing that had ended by then: else he would begin for ever.
bool LiveStream::begins_anew(const Listener& listener) const {
  return (listener.tracks != 0 && std::max(listener.tracks, listener.tracks_begun) < tracks_.forgotten) ||
         (listener.alerts != 0 && std::max(listener.alerts, listener.alerts_begun) < alerts_.forgotten);
}

bool LiveStream::advance(Listener& listener) {
  if (begins_anew(listener) && may_take(listener)) {
    if (!send_reset(listener)) return false;
    begin(listener);
  }
  if (!advance_alerts(listener)) return false;
  while (listener.tracks < tracks_.last && may_take(listener)) {
    const Frame next = frame({false, listener.named, listener.tracks});
    if (!listener.stream.send(next.event)) return false;
    listener.tracks = next.behind;
  }
  return listener.stream.open();
}

void LiveStream::round() {
  std::erase_if(listeners_, [this](Listener& listener) {
    if (advance(listener)) return false;
    const auto at = of_subject_.find(listener.subject);
    if (--at->second == 0) of_subject_.erase(at);
    return true;
  });
  forget_shared();
}

void LiveStream::close() {
  for (Listener& listener : listeners_) listener.stream.close();
  listeners_.clear();
  of_subject_.clear();
}

}  // namespace tansiq::node
