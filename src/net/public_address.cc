#include "net/public_address.h"

#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <span>

namespace tansiq::net {
namespace {

struct Block4 {
  std::uint32_t first;
  unsigned bits;
};
constexpr std::array kNotPublic4{
    Block4{0x00000000, 8},   // this network
    Block4{0x0A000000, 8},   // private
    Block4{0x64400000, 10},  // shared, behind a provider's translator
    Block4{0x7F000000, 8},   // loopback
    Block4{0xA9FE0000, 16},  // link-local
    Block4{0xAC100000, 12},  // private
    Block4{0xC0000000, 24},  // protocol assignments
    Block4{0xC0000200, 24},  // documentation
    Block4{0xC0586300, 24},  // 6to4 relays
    Block4{0xC0A80000, 16},  // private
    Block4{0xC6120000, 15},  // benchmarking
    Block4{0xC6336400, 24},  // documentation
    Block4{0xCB007100, 24},  // documentation
    Block4{0xE0000000, 4},   // multicast
    Block4{0xF0000000, 4},   // reserved, broadcast
};

bool is_public4(std::uint32_t address) {
  return std::ranges::none_of(kNotPublic4, [&](const Block4& block) {
    return address >> (32 - block.bits) == block.first >> (32 - block.bits);
  });
}

std::uint32_t four(std::span<const std::uint8_t> bytes) {
  return std::uint32_t{bytes[0]} << 24 | std::uint32_t{bytes[1]} << 16 | std::uint32_t{bytes[2]} << 8 | bytes[3];
}

bool is_public6(std::span<const std::uint8_t, 16> bytes) {
  const std::uint32_t first = four(bytes);
  const auto zeros = [&](std::size_t from, std::size_t to) {
    return std::all_of(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                       bytes.begin() + static_cast<std::ptrdiff_t>(to), [](std::uint8_t b) { return b == 0; });
  };
  // ::ffff:a.b.c.d
  if (zeros(0, 10) && bytes[10] == 0xFF && bytes[11] == 0xFF) return is_public4(four(bytes.subspan(12)));
  if (first == 0x0064FF9B && zeros(4, 12)) return is_public4(four(bytes.subspan(12)));  // 64:ff9b::/96
  if (first >> 16 == 0x2002) return is_public4(four(bytes.subspan(2)));                 // 6to4
  // What is given out stands in 2000::/3; all else is unspecified, loopback, local, multicast or reserved.
  if (first >> 29 != 1) return false;
  if (first == 0x20010DB8 || first >> 12 == 0x3FFF0) return false;  // documentation
  return first >> 9 != 0x20010000U >> 9;  // 2001::/23: protocol assignments, Teredo among them
}

}  // namespace

bool is_public(const sockaddr& address) {
  if (address.sa_family == AF_INET) {
    sockaddr_in in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public4(ntohl(in.sin_addr.s_addr));
  }
  if (address.sa_family == AF_INET6) {
    sockaddr_in6 in{};
    std::memcpy(&in, &address, sizeof in);
    return is_public6(std::span<const std::uint8_t, 16>(in.sin6_addr.s6_addr));
  }
  return false;
}

}  // namespace tansiq::net
