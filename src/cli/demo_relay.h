// A line between two nodes that can be cut: forwards bytes from a port of its own to another, until told not to.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "base/result.h"

namespace tansiq::cli {

class DemoRelay {
 public:
  /// Listens on a free port of this machine. Fails with `kIo`.
  [[nodiscard]] static Result<std::unique_ptr<DemoRelay>> start(std::uint16_t target_port);
  ~DemoRelay();
  DemoRelay(const DemoRelay&) = delete;
  DemoRelay& operator=(const DemoRelay&) = delete;

  /// Where it listens.
  [[nodiscard]] std::uint16_t port() const { return port_; }
  /// Cut: every connection is closed at once, and new ones as soon as they come.
  void cut(bool yes) { cut_.store(yes); }

 private:
  DemoRelay(int listening, std::uint16_t port, std::uint16_t target)
      : listening_(listening), port_(port), target_(target) {}
  void run(const std::stop_token& stop);

  const int listening_;
  const std::uint16_t port_;
  const std::uint16_t target_;
  std::atomic<bool> cut_{false};
  std::jthread thread_;
};

}  // namespace tansiq::cli
