// True time, and what happens when: a queue of events in milliseconds. What is due at one moment happens in the order
// in which it was put there, so a run depends on nothing but its seed.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "base/time.h"

namespace tansiq::sim {

class Timeline {
 public:
  using Event = std::move_only_function<void()>;

  explicit Timeline(UtcMs start) : now_(start) {}
  [[nodiscard]] UtcMs now() const { return now_; }
  [[nodiscard]] std::uint64_t events() const { return order_; }

  void at(UtcMs time, Event event) {
    queue_.push_back({std::max(time, now_), order_++, std::move(event)});
    std::ranges::push_heap(queue_, later);
  }
  void in(DurationMs delay, Event event) { at(now_ + delay, std::move(event)); }

  /// The next event up to `until`; false when there is none, and it is `until`.
  bool step(UtcMs until) {
    if (queue_.empty() || queue_.front().time > until) {
      now_ = until;
      return false;
    }
    std::ranges::pop_heap(queue_, later);
    Entry entry = std::move(queue_.back());
    queue_.pop_back();
    now_ = entry.time;
    entry.event();
    return true;
  }

 private:
  struct Entry {
    UtcMs time;
    std::uint64_t order = 0;
    Event event;
  };
  static bool later(const Entry& a, const Entry& b) { return a.time != b.time ? a.time > b.time : a.order > b.order; }

  UtcMs now_;
  std::uint64_t order_ = 0;
  std::vector<Entry> queue_;
};

}  // namespace tansiq::sim
