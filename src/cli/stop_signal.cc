#include "cli/stop_signal.h"

#include <pthread.h>

#include <algorithm>
#include <csignal>
#include <ctime>

namespace tansiq::cli {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
}

bool StopSignal::wait_until(std::chrono::steady_clock::time_point moment) {
  using std::chrono::nanoseconds;
  const sigset_t set = stop_signals();
  while (!asked_) {
    const auto now = std::chrono::steady_clock::now();
    // A day at most, so that no sum overflows; then again.
    const nanoseconds left =
        moment <= now ? nanoseconds(0) : std::min<nanoseconds>(moment - now, std::chrono::hours(24));
    const timespec wait{static_cast<std::time_t>(left.count() / 1'000'000'000), left.count() % 1'000'000'000};
    if (sigtimedwait(&set, nullptr, &wait) > 0) asked_ = true;
    if (std::chrono::steady_clock::now() >= moment) break;
  }
  return asked_;
}

}  // namespace tansiq::cli
