// Bytes to others, for `tansiq feed`: the counterpart of inputs.h. One thread, which waits here until they are sent.
//
//   auto outlet = TRY(Outlet::open({.kind = EndpointKind::kUdp, .host = "239.1.1.1", .port = 8600}));
//   TRY_VOID(outlet->send(block));
//
// A datagram leaves as one piece. A connection of ours waits for a slow reader up to a bound and then fails. Where
// others connect to us, each gets what is sent from then on; one that does not read is dropped, so that the others are
// not held up.
#pragma once

#include <cstdint>
#include <memory>

#include "base/bytes.h"
#include "base/result.h"
#include "net/inputs.h"

namespace tansiq::net {

struct OutletLimits {
  DurationMs wait_ms_max = 10'000;   ///< For a connection to be made, and for a reader that is slow.
  std::size_t connections_max = 64;  ///< Of others to us; the next is closed at once.
  int hops_max = 1;                  ///< Of multicast: 1 stays in this network.
};

struct OutletCounters {
  std::uint64_t pieces = 0;
  std::uint64_t bytes = 0;
  std::uint64_t connections = 0;  ///< Begun so far.
  std::uint64_t dropped = 0;      ///< Of others to us, because they did not read.
};

class Outlet {
 public:
  /// Fails with `kIo` or `kTimeout`; `where` is the endpoint. A file must not exist: `kConflict`.
  [[nodiscard]] static Result<std::unique_ptr<Outlet>> open(const Endpoint& endpoint, const OutletLimits& limits = {});
  Outlet() = default;
  Outlet(const Outlet&) = delete;
  Outlet& operator=(const Outlet&) = delete;
  virtual ~Outlet() = default;

  /// Fails with `kIo`, `kTimeout`, or `kTooLarge` for what no datagram can hold.
  [[nodiscard]] virtual Status send(ByteView bytes) = 0;
  /// Of a listening outlet: waits for somebody to connect. Others: somebody is there. False: nobody came.
  [[nodiscard]] virtual bool wait_for_reader(DurationMs wait_ms_max) = 0;
  [[nodiscard]] virtual std::uint16_t port() const = 0;
  [[nodiscard]] const OutletCounters& counters() const { return counters_; }

 protected:
  OutletCounters counters_;
};

}  // namespace tansiq::net
