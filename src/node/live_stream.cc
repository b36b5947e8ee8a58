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

/// Whoever begins, or begins anew, knows nothing and sees every alert there is.
bool LiveStream::begin(net::StreamHandle& stream) const {
  if (!stream.send({}, "reset", "{}")) return false;
  return std::ranges::all_of(alerts_, [&](const auto& alert) { return stream.send(alert.second).has_value(); });
}

void LiveStream::join(std::string subject, net::StreamHandle stream) {
  if (!begin(stream)) return;
  ++of_subject_[subject];
  listeners_.push_back({std::move(subject), std::move(stream), 0});
}

void LiveStream::set_track(picture::TrackId track, std::string json) {
  Shown& shown = tracks_[track];
  if (shown.change != 0) {
    order_.erase(shown.change);
    if (shown.json.empty()) --gone_;
  }
  shown.change = ++change_;
  shown.json = std::move(json);
  order_.emplace(shown.change, track);
}

void LiveStream::drop_track(picture::TrackId track) {
  const auto at = tracks_.find(track);
  if (at == tracks_.end() || at->second.json.empty()) return;
  order_.erase(at->second.change);
  at->second = {++change_, {}};
  order_.emplace(at->second.change, track);
  if (++gone_ > options_.gone_max) forget_gone();
}

/// The older half of the ends; who is further behind begins anew.
void LiveStream::forget_gone() {
  std::size_t left = gone_ / 2;
  for (auto at = order_.begin(); at != order_.end() && left > 0;) {
    const auto track = tracks_.find(at->second);
    if (!track->second.json.empty()) {
      ++at;
      continue;
    }
    forgotten_ = at->first;
    tracks_.erase(track);
    at = order_.erase(at);
    --gone_;
    --left;
  }
}

void LiveStream::set_alert(picture::AlertId alert, std::string_view line, bool over) {
  const net::WireEvent event = net::format_event({}, "alert", line);
  for (Listener& listener : listeners_) (void)listener.stream.send(event);
  if (over) {
    alerts_.erase(alert);
  } else {
    alerts_.insert_or_assign(alert, event);
  }
}

std::uint64_t LiveStream::frame(std::uint64_t position, std::string& data) const {
  std::string gone;
  std::string tracks;
  auto at = order_.upper_bound(position);
  for (; at != order_.end() && gone.size() + tracks.size() < options_.frame_bytes_max; ++at) {
    const std::string& json = tracks_.at(at->second).json;
    if (json.empty()) {
      // Who has seen nothing yet has nothing to forget.
      if (position != 0) fmt::format_to(std::back_inserter(gone), "{}{}", gone.empty() ? "" : ",", at->second.value);
    } else {
      if (!tracks.empty()) tracks += ',';
      tracks += json;
    }
    position = at->first;
  }
  data = fmt::format(R"({{"gone":[{}],"tracks":[{}]}})", gone, tracks);
  return position;
}

bool LiveStream::advance(Listener& listener) {
  if (listener.position != 0 && listener.position < forgotten_) {
    if (!begin(listener.stream)) return false;
    listener.position = 0;
  }
  while (listener.position < change_ && listener.stream.queued_bytes() <= options_.behind_bytes_max) {
    // What was formatted for another at the same position is shared.
    const auto same = std::ranges::find_if(shared_, [&, from = shared_from_](const auto& event) mutable {
      const bool here = from == listener.position;
      from = event.first;
      return here;
    });
    if (same != shared_.end()) {
      if (!listener.stream.send(same->second)) return false;
      listener.position = same->first;
      continue;
    }
    std::string data;
    const std::uint64_t behind = frame(listener.position, data);
    const net::WireEvent event = net::format_event({}, "tracks", data);
    if (shared_.empty()) shared_from_ = listener.position;
    if (shared_.empty() || shared_.back().first == listener.position) shared_.emplace_back(behind, event);
    if (!listener.stream.send(event)) return false;
    listener.position = behind;
  }
  return listener.stream.open();
}

void LiveStream::round() {
  shared_.clear();
  std::erase_if(listeners_, [this](Listener& listener) {
    if (advance(listener)) return false;
    const auto at = of_subject_.find(listener.subject);
    if (--at->second == 0) of_subject_.erase(at);
    return true;
  });
  shared_.clear();
}

void LiveStream::close() {
  for (Listener& listener : listeners_) listener.stream.close();
  listeners_.clear();
  of_subject_.clear();
}

}  // namespace tansiq::node
