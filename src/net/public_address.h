// Whether an address is one of the public internet: where strangers name a URL that a program then calls, it must not
// be led to what stands beside it (a database without a password, a cloud's metadata, the program itself).
#pragma once

#include <sys/socket.h>

namespace tansiq::net {

/// False for loopback, private, shared (RFC 6598), link-local, multicast, documentation, benchmarking and reserved
/// addresses, those that hold such an IPv4 address (mapped, NAT64, 6to4), and families other than IPv4 and IPv6.
/// After IANA's registries of special-purpose addresses.
[[nodiscard]] bool is_public(const sockaddr& address);

}  // namespace tansiq::net
