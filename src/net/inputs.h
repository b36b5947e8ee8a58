// Bytes that others send without being asked: datagrams, connections to us, connections of ours that only listen,
// files.
//
//   Inputs inputs({{.kind = EndpointKind::kUdp, .host = "239.1.1.1", .port = 8600, .interface = "eth1"}}, handler);
//   TRY_VOID(inputs.start());
//   ...
//   inputs.stop();
//
// One thread reads them all and hands each piece on at once; what the handler does not take is lost, because waiting
// for one input would be waiting for all. Only files wait. Each input has a share of every turn, so that one that
// floods does not keep the others from being read.
//
// A connection of ours that fails is tried again after 0.5 s, then twice as long each time up to 30 s, each time with a
// random part so that many clients of one server do not come back at once; a connection that has brought something
// starts over at 0.5 s. A server's refusal, a name that is not known and a broken line are all the same here: none of
// them ends an input. An address that cannot be listened on is an error at the start, since nothing will mend it.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"
#include "base/time.h"

namespace tansiq::net {

enum class EndpointKind : std::uint8_t { kUdp, kTcp, kTcpListen, kFile };

/// Where bytes come from or go to. Hosts are addresses; of kTcp they may be names.
struct Endpoint {
  EndpointKind kind = EndpointKind::kUdp;
  std::string host = {};
  std::uint16_t port = 0;
  std::string interface = {};  ///< Of a multicast group, by name; empty: the system chooses.
  std::string path = {};       ///< Of kFile.
};

struct InputLimits {
  std::uint16_t connections_max = 8;  ///< Of one listening input; the next is closed at once, and counted.
  DurationMs connect_ms_max = 10'000;
  DurationMs retry_ms_min = 500;
  DurationMs retry_ms_max = 30'000;
  int socket_buffer_bytes = 4 << 20;  ///< Asked of the system for datagrams; it may give less.
  std::uint64_t seed = 0;             ///< Of the random part of retries; 0: another each time.
};

enum class InputEvent : std::uint8_t { kDatagram, kStream, kUp, kDown };

/// Is told of everything on the inputs' thread; must return soon.
class InputHandler {
 public:
  InputHandler() = default;
  InputHandler(const InputHandler&) = delete;
  InputHandler& operator=(const InputHandler&) = delete;
  virtual ~InputHandler() = default;
  /// `connection` is less than `connections_max`, 0 where there is one at most. The bytes live until this returns.
  /// False: there was no room. A file then waits and tries the same piece again; of others it is lost.
  virtual bool take(std::uint32_t input, std::uint16_t connection, InputEvent event, ByteView bytes) = 0;
};

enum class InputState : std::uint8_t {
  kStopped,
  kConnecting,  ///< Between tries too.
  kUp,          ///< Listening, connected, or being read.
  kEnded,       ///< A file, at its end.
};
[[nodiscard]] std::string_view name_of(InputState state);

/// How it stands with one input; a plain value.
struct InputStatus {
  InputState state = InputState::kStopped;
  std::uint16_t connections = 0;
  std::uint64_t pieces = 0;  ///< Datagrams, and reads of streams.
  std::uint64_t bytes = 0;
  std::uint64_t ups = 0;             ///< Connections begun.
  std::uint64_t downs = 0;           ///< Connections ended.
  std::uint64_t failures = 0;        ///< Tries to connect that failed.
  std::uint64_t refused = 0;         ///< Connections beyond the bound.
  std::uint64_t kernel_dropped = 0;  ///< Datagrams that found the socket's buffer full, as the system counts them.
  std::string error;                 ///< What went wrong last; empty when nothing did.
};

class Inputs {
 public:
  /// `handler` outlives it. At most 65,535 inputs.
  Inputs(std::vector<Endpoint> endpoints, InputHandler& handler, const InputLimits& limits = {});
  ~Inputs();
  Inputs(const Inputs&) = delete;
  Inputs& operator=(const Inputs&) = delete;

  /// Opens what can be opened and begins to read. Fails with `kIo`, `where` being the endpoint, when an address cannot
  /// be listened on or a file not be read; nothing is running then.
  [[nodiscard]] Status start();
  /// Closes everything; connections that were up are told to be down. Returns when the thread has ended.
  void stop();

  /// Any thread, while it runs.
  [[nodiscard]] InputStatus status(std::size_t input) const;
  /// The port that a listening input really has (0 in its endpoint: the system chose). After `start`.
  [[nodiscard]] std::uint16_t port(std::size_t input) const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

/// `udp 239.1.1.1:8600`, `file /tmp/x`: for messages.
[[nodiscard]] std::string endpoint_text(const Endpoint& endpoint);

}  // namespace tansiq::net
