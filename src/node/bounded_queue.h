// The queue in front of a thread: many producers, one consumer that takes a batch at a time, and a bound.
//
// A mutex and a vector on purpose: producers hold it for one move, the consumer for one swap a batch, so that at 64
// commands a batch the lock costs nothing that shows in a profile. The consumer is woken only when it sleeps.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace tansiq::node {

template <class T>
class BoundedQueue {
 public:
  explicit BoundedQueue(std::size_t size_max) : size_max_(size_max) {}

  enum class Push : unsigned char { kTaken, kFull, kClosed };

  /// Moves `value` in only when the result is `kTaken`. Any thread; never blocks on the consumer's work.
  [[nodiscard]] Push push(T&& value) { return add(std::move(value), size_max_); }
  /// The same beyond the bound, for the node's own few messages (ticks, marks): they must get through when it is full.
  [[nodiscard]] Push push_urgent(T&& value) { return add(std::move(value), size_max_ + kUrgentMax); }

  /// Waits for something, then moves up to `count_max` values, in order, to the end of `out`. False: closed and empty.
  /// With `patience` it waits no longer than that, and may then move nothing.
  [[nodiscard]] bool take(std::vector<T>& out, std::size_t count_max,
                          std::optional<std::chrono::milliseconds> patience = {}) {
    std::unique_lock lock(mutex_);
    sleeping_ = true;
    const auto something = [&] { return !values_.empty() || closed_; };
    if (patience) {
      ready_.wait_for(lock, *patience, something);
    } else {
      ready_.wait(lock, something);
    }
    sleeping_ = false;
    if (values_.empty()) return !closed_;
    for (std::size_t i = 0; i < count_max && !values_.empty(); ++i) {
      out.push_back(std::move(values_.front()));
      values_.pop_front();
    }
    return true;
  }

  /// Nothing more comes in; what is in can still be taken.
  void close() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    ready_.notify_all();
  }

  [[nodiscard]] std::size_t size() const {
    const std::lock_guard lock(mutex_);
    return values_.size();
  }

 private:
  static constexpr std::size_t kUrgentMax = 1'024;

  Push add(T&& value, std::size_t bound) {
    bool wake = false;
    {
      const std::lock_guard lock(mutex_);
      if (closed_) return Push::kClosed;
      if (values_.size() >= bound) return Push::kFull;
      values_.push_back(std::move(value));
      wake = std::exchange(sleeping_, false);
    }
    if (wake) ready_.notify_one();
    return Push::kTaken;
  }

  const std::size_t size_max_;
  mutable std::mutex mutex_;
  std::condition_variable ready_;
  std::deque<T> values_;
  bool sleeping_ = false;
  bool closed_ = false;
};

}  // namespace tansiq::node
