#include "net/name_lookup.h"

#include <fmt/format.h>
#include <netdb.h>
#include <poll.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <optional>
#include <system_error>
#include <thread>
#include <utility>

#include "net/http_client.h"
#include "net/steady.h"

namespace tansiq::net {
namespace {

Result<SocketAddresses> ask_system(const std::string& host, std::uint16_t port, int flags) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = flags | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failed = ::getaddrinfo(host.c_str(), fmt::format("{}", port).c_str(), &hints, &found);
  if (failed != 0) return fail(ErrorCode::kUnavailable, ::gai_strerror(failed), host);
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, ::freeaddrinfo);
  SocketAddresses out;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next) {
    if (one->ai_addrlen > sizeof(sockaddr_storage)) continue;
    SocketAddress& address = out.emplace_back();
    address.bytes = one->ai_addrlen;
    std::memcpy(&address.storage, one->ai_addr, one->ai_addrlen);
  }
  return out;
}

/// Where a thread leaves what it has found, for whoever may have gone.
struct Desk {
  explicit Desk(std::shared_ptr<Interrupt> found) : ready(std::move(found)) {}
  const std::shared_ptr<Interrupt> ready;
  std::mutex mutex;
  std::optional<Result<SocketAddresses>> answer;
};

Status wait_for(const Interrupt& ready, const Interrupt* interrupt, DurationMs wait_ms, const std::string& host) {
  const std::int64_t until = steady_ms() + wait_ms;
  // poll(2) leaves out descriptors below zero.
  std::array<pollfd, 2> items{
      {{ready.native_handle(), POLLIN, 0}, {interrupt != nullptr ? interrupt->native_handle() : -1, POLLIN, 0}}};
  for (;;) {
    const auto left = std::clamp<std::int64_t>(until - steady_ms(), 0, 1'000'000'000);
    const int come = ::poll(items.data(), items.size(), static_cast<int>(left));
    if (come > 0 && items[1].revents != 0) return fail(ErrorCode::kUnavailable, "interrupted", host);
    if (come > 0) return {};
    if (come == 0) return fail(ErrorCode::kTimeout, "no name server has answered in the time allowed", host);
    if (errno != EINTR) return fail(ErrorCode::kUnavailable, std::strerror(errno), host);
  }
}

}  // namespace

Result<SocketAddresses> read_address(const std::string& text, std::uint16_t port) {
  return ask_system(text, port, AI_NUMERICHOST);
}

NameLookup::NameLookup(Function function, std::size_t under_way_max)
    : shared_(std::make_shared<Shared>()), under_way_max_(under_way_max) {
  shared_->function = std::move(function);
}

const std::shared_ptr<NameLookup>& NameLookup::of_system() {
  static const auto all = std::make_shared<NameLookup>(
      [](const std::string& host, std::uint16_t port) { return ask_system(host, port, 0); });
  return all;
}

Result<SocketAddresses> NameLookup::find(const std::string& host, std::uint16_t port, DurationMs wait_ms,
                                         const Interrupt* interrupt) const {
  if (interrupt != nullptr && interrupt->triggered()) return fail(ErrorCode::kUnavailable, "interrupted", host);
  if (auto address = read_address(host, port)) return address;
  if (shared_->under_way.fetch_add(1) >= under_way_max_) {
    shared_->under_way.fetch_sub(1);
    return fail(ErrorCode::kUnavailable,
                fmt::format("{} names are being looked up and no name server answers", under_way_max_), host);
  }
  auto ready = Interrupt::create();
  if (!ready) {
    shared_->under_way.fetch_sub(1);
    return std::unexpected(std::move(ready.error()));
  }
  const auto desk = std::make_shared<Desk>(std::move(*ready));
  try {
    std::thread([shared = shared_, desk, host, port] {
      auto answer = shared->function(host, port);
      {
        const std::lock_guard lock(desk->mutex);
        desk->answer = std::move(answer);
      }
      shared->under_way.fetch_sub(1);
      desk->ready->trigger();
    }).detach();
  } catch (const std::system_error& error) {
    shared_->under_way.fetch_sub(1);
    return fail(ErrorCode::kUnavailable, fmt::format("no thread for a lookup: {}", error.what()), host);
  }
  TRY_VOID(wait_for(*desk->ready, interrupt, wait_ms, host));
  const std::lock_guard lock(desk->mutex);
  Result<SocketAddresses> out = std::move(*desk->answer);
  if (out && out->empty()) return fail(ErrorCode::kUnavailable, "the name has no address", host);
  return out;
}

}  // namespace tansiq::net
