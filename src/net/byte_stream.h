// A connected stream of bytes that never blocks: TCP, TLS over it, or memory in tests. Whoever owns one decides how to
// wait (the server with an event loop, the client with poll), so that there is one TLS for both and no virtual
// completion machinery.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http_types.h"

namespace tansiq::net {

enum class IoState : std::uint8_t {
  kOk,         ///< `bytes` > 0 were moved.
  kWantRead,   ///< Try again when the socket is readable.
  kWantWrite,  ///< Try again when it is writable.
  kEof,        ///< The other end has finished sending (for TLS: said so).
  kFailed,     ///< Broken; `failure()` says how.
};

struct IoResult {
  IoState state = IoState::kFailed;
  std::size_t bytes = 0;
};

class ByteStream {
 public:
  ByteStream() = default;
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;
  virtual ~ByteStream() = default;

  /// Reads what is there. `into` must not be empty. A stream over TLS shakes hands first, with the same results.
  [[nodiscard]] virtual IoResult read_some(std::span<char> into) = 0;
  /// Writes as much as fits. `bytes` must not be empty.
  [[nodiscard]] virtual IoResult write_some(std::string_view bytes) = 0;
  /// Tells the other end that nothing more will be sent. At best effort.
  virtual void finish() = 0;
  /// Whether a short read means that nothing more is there; where not, one reads until kWantRead.
  [[nodiscard]] virtual bool short_read_drains() const = 0;
  /// False while a handshake is under way.
  [[nodiscard]] virtual bool ready() const { return true; }
  /// The certificate of the other end, once ready.
  [[nodiscard]] virtual std::optional<TlsPeer> peer() const { return std::nullopt; }
  /// For the log; empty when nothing is known.
  [[nodiscard]] virtual std::string failure() const = 0;
};

/// Plain TCP over a connected, non-blocking socket, which the caller keeps open longer than the stream and closes.
[[nodiscard]] std::unique_ptr<ByteStream> make_tcp_stream(int socket);

}  // namespace tansiq::net
