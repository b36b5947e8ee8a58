// What a service manager is told: that the node serves, and that it is about to stop.
//
//   ServiceNotice notice = ServiceNotice::from_environment();   // does nothing where nobody asked
//   … the record is replayed, the address is bound …
//   notice.ready("us, 41 entries, http://127.0.0.1:7463");
//   … on SIGTERM …
//   notice.stopping();
//
// The protocol is systemd's (sd_notify(3)): one datagram a message, `NAME=VALUE` a line, to the address in
// NOTIFY_SOCKET. It is small and fixed, so no library is linked for it. A message that cannot be sent is a line in the
// log, and nothing else: the manager then waits in vain and says so itself.
#pragma once

#include <string>
#include <string_view>

#include "base/result.h"

namespace tansiq::cli {

class ServiceNotice {
 public:
  /// Of NOTIFY_SOCKET, which is taken out of the environment, so that no child speaks in this process's name. Call
  /// before other threads start.
  [[nodiscard]] static ServiceNotice from_environment();
  /// `address`: a path, or `@name` in Linux's abstract space; empty: nobody is told anything.
  explicit ServiceNotice(std::string address) : address_(std::move(address)) {}

  /// What was asked for is served from now on. `status` is one line for people.
  void ready(std::string_view status) const;
  void stopping() const;

 private:
  void send(const std::string& message) const;
  [[nodiscard]] Status try_to_send(std::string_view message) const;

  std::string address_;
};

}  // namespace tansiq::cli
