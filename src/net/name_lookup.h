// Which addresses a host's name stands for, without holding up whoever must stop: the system's lookup can be neither
// interrupted nor bounded in time, and a silent name server makes it wait for half a minute or more.
//
//   const auto addresses = TRY(NameLookup::of_system()->find("uss.example", 443, 15'000, interrupt.get()));
//
// So each lookup runs on a thread that nobody waits for: who asked waits for its answer, or for the end of the time
// allowed, or for an interrupt, and goes on. What is shared with the thread lives as long as either of them. Of threads
// whose asker has gone there are at most `under_way_max`, together with all others; who comes beyond that is refused at
// once. A name that is an address is read where it is asked for, without a thread.
#pragma once

#include <netinet/in.h>
#include <sys/socket.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::net {

class Interrupt;

/// One address with its port, as connect(2) takes it.
struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t bytes = 0;

  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] const sockaddr& get() const { return reinterpret_cast<const sockaddr&>(storage); }
};
using SocketAddresses = std::vector<SocketAddress>;

/// Lookups that one process has under way at once. Each costs a thread; an asker waits for one at a time.
inline constexpr std::size_t kLookupsMax = 64;

/// Any thread.
class NameLookup {
 public:
  /// May block for as long as it likes. Called on threads of their own, which may outlive this object.
  using Function = std::function<Result<SocketAddresses>(const std::string& host, std::uint16_t port)>;
  explicit NameLookup(Function function, std::size_t under_way_max = kLookupsMax);
  /// getaddrinfo(3), of all TCP addresses. One for the whole process, so that its bound is the process's.
  [[nodiscard]] static const std::shared_ptr<NameLookup>& of_system();

  /// At least one address, in the order in which they are to be tried. Fails with `kUnavailable` (no such name, or
  /// interrupted, or too many are under way) or `kTimeout`. `interrupt` may be null.
  [[nodiscard]] Result<SocketAddresses> find(const std::string& host, std::uint16_t port, DurationMs wait_ms,
                                             const Interrupt* interrupt) const;
  /// Threads that have not come back yet.
  [[nodiscard]] std::size_t under_way() const { return shared_->under_way.load(); }

 private:
  struct Shared {
    Function function;
    std::atomic<std::size_t> under_way{0};
  };
  const std::shared_ptr<Shared> shared_;
  const std::size_t under_way_max_;
};

/// The address that a text is, if it is one; no name server is asked.
[[nodiscard]] Result<SocketAddresses> read_address(const std::string& text, std::uint16_t port);

}  // namespace tansiq::net
