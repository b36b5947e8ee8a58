#include "node/live_inputs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <limits>
#include <mutex>
#include <utility>

namespace tansiq::node {
namespace {

using surveillance::ChunkKind;
using surveillance::SourceConfig;
using surveillance::TransportKind;

ChunkKind kind_of(net::InputEvent event) {
  switch (event) {
    case net::InputEvent::kDatagram:
      return ChunkKind::kDatagram;
    case net::InputEvent::kStream:
      return ChunkKind::kStream;
    case net::InputEvent::kUp:
      return ChunkKind::kUp;
    case net::InputEvent::kDown:
      return ChunkKind::kDown;
  }
  return ChunkKind::kStream;
}

std::vector<net::Endpoint> endpoints_of(const std::vector<SourceConfig>& configs) {
  std::vector<net::Endpoint> out;
  for (const SourceConfig& config : configs) {
    if (config.transport.kind != TransportKind::kPeer) out.push_back(endpoint_of(config.transport));
  }
  return out;
}

net::InputLimits limits_of(net::InputLimits limits) {
  limits.connections_max = std::min(limits.connections_max, surveillance::kConnectionsPerSourceMax);
  return limits;
}

}  // namespace

net::Endpoint endpoint_of(const surveillance::Transport& transport) {
  constexpr std::array kKinds{net::EndpointKind::kUdp, net::EndpointKind::kTcp, net::EndpointKind::kTcpListen,
                              net::EndpointKind::kFile};
  return {.kind = kKinds.at(static_cast<std::size_t>(transport.kind)),
          .host = transport.host,
          .port = transport.port,
          .interface = transport.interface,
          .path = transport.path};
}

class LiveInputs::Impl final : public net::InputHandler {
 public:
  Impl(std::vector<SourceConfig> configs, const Clock& clock, const LiveInputsOptions& options)
      : clock_(clock),
        queue_(configs.size(), options.queue),
        started_(clock.now().ms),
        now_(clock.now()),
        inputs_(endpoints_of(configs), *this, limits_of(options.sockets)) {
    for (SourceConfig& config : configs) add(std::move(config));
  }

  bool take(std::uint32_t input, std::uint16_t connection, net::InputEvent event, ByteView bytes) override {
    Source& of = source(input);
    const bool file = of.config.transport.kind == TransportKind::kFile;
    if (file && event == net::InputEvent::kDown) of.ended.store(true, std::memory_order_relaxed);
    return put(input, connection, kind_of(event), bytes, file);
  }

  Result<std::size_t> add_peer(SourceConfig config) {
    if (config.transport.kind != TransportKind::kPeer) {
      return fail(ErrorCode::kInvalid, "only peers are added while others are heard", "source");
    }
    std::vector<SourceConfig> all;
    for (std::size_t i = 0; i < count(); ++i) all.push_back(source(i).config);
    all.push_back(config);
    TRY_VOID(surveillance::check_sources(all));
    queue_.add_source();
    add(std::move(config));
    return count() - 1;
  }

  UtcMs follow_clock() {
    const std::lock_guard lock(order_mutex_);
    now_ = clock_.now();
    queue_.set_back(now_);
    started_.store(now_.ms, std::memory_order_relaxed);
    for (std::size_t i = 0; i < count(); ++i) {
      std::atomic<std::int64_t>& last = source(i).last;
      if (last.load(std::memory_order_relaxed) == kNever) continue;
      // Of a peer nothing is awaited until it has spoken again, as the picture that begins now sees it.
      last.store(is_peer(i) ? kNever : now_.ms, std::memory_order_relaxed);
    }
    return now_;
  }

  void hear(std::size_t source_number, ChunkKind kind, ByteView bytes) {
    Source& of = source(source_number);
    {
      const std::lock_guard lock(peers_mutex_);
      net::InputStatus& peer = of.peer;
      if (kind == ChunkKind::kUp) {
        ++peer.ups;
        peer.connections = 1;
        peer.error.clear();
      } else if (kind == ChunkKind::kDown && peer.connections == 0) {
        of.last.store(kNever, std::memory_order_relaxed);
      } else if (kind == ChunkKind::kDown) {
        ++peer.downs;
        peer.connections = 0;
      } else {
        ++peer.pieces;
        peer.bytes += bytes.size();
      }
      peer.state = peer.connections > 0 ? net::InputState::kUp : net::InputState::kConnecting;
    }
    (void)put(static_cast<std::uint32_t>(source_number), 0, kind, bytes, false);
  }

  void hear_failed(std::size_t source_number, const std::string& why) {
    const std::lock_guard lock(peers_mutex_);
    net::InputStatus& peer = source(source_number).peer;
    ++peer.failures;
    peer.error = why;
    if (peer.connections == 0) peer.state = net::InputState::kConnecting;
  }

  [[nodiscard]] LiveInputState state(std::size_t source_number) const {
    const Source& of = source(source_number);
    LiveInputState out;
    out.name = of.config.name;
    if (is_peer(source_number)) {
      const std::lock_guard lock(peers_mutex_);
      out.socket = of.peer;
    } else {
      out.socket = inputs_.status(source_number);
    }
    out.queue = queue_.counters(static_cast<std::uint32_t>(source_number));
    const std::int64_t last = of.last.load(std::memory_order_relaxed);
    out.heard = last != kNever;
    out.last_received = UtcMs{out.heard ? last : started_.load(std::memory_order_relaxed)};
    const DurationMs after = of.config.silent_after_ms;
    const bool awaited = out.heard || !is_peer(source_number);
    if (after != 0 && awaited && !of.ended.load(std::memory_order_relaxed) &&
        clock_.now() - out.last_received >= after) {
      out.silent_since = out.last_received;
    }
    return out;
  }

  [[nodiscard]] bool is_peer(std::size_t source_number) const {
    return source(source_number).config.transport.kind == TransportKind::kPeer;
  }

  /// Several threads bring something: the order of times is that of the queue.
  bool put(std::uint32_t input, std::uint16_t connection, ChunkKind kind, ByteView bytes, bool again) {
    const std::lock_guard lock(order_mutex_);
    now_ = std::max(now_, clock_.now());
    // Bytes were heard even where there is no room for them.
    if (!bytes.empty()) source(input).last.store(now_.ms, std::memory_order_relaxed);
    const surveillance::Chunk chunk{now_, input, connection, kind, bytes};
    return again ? queue_.offer(chunk) : queue_.push(chunk);
  }

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  struct Source {
    SourceConfig config;
    std::atomic<std::int64_t> last{kNever};
    std::atomic<bool> ended{false};
    net::InputStatus peer{};  ///< Guarded by peers_mutex_.
  };

  [[nodiscard]] std::size_t count() const { return count_.load(std::memory_order_acquire); }
  [[nodiscard]] Source& source(std::size_t number) { return *sources_.at(number); }
  [[nodiscard]] const Source& source(std::size_t number) const { return *sources_.at(number); }
  void add(SourceConfig config) {
    const std::size_t number = count();
    sources_.at(number) = std::make_unique<Source>();
    sources_.at(number)->config = std::move(config);
    count_.store(number + 1, std::memory_order_release);
  }

  const Clock& clock_;
  InputQueue queue_;
  /// Places stay where they are, so that whoever knows a source's number needs no lock for it.
  std::array<std::unique_ptr<Source>, surveillance::kSourcesMax> sources_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::int64_t> started_;
  std::mutex order_mutex_;
  UtcMs now_;  ///< Guarded by order_mutex_.
  mutable std::mutex peers_mutex_;
  net::Inputs inputs_;
};

LiveInputs::LiveInputs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveInputs::~LiveInputs() { stop(); }

Result<std::unique_ptr<LiveInputs>> LiveInputs::start(std::vector<SourceConfig> configs, const Clock& clock,
                                                      const LiveInputsOptions& options) {
  TRY_VOID(surveillance::check_sources(configs));
  const auto is_peer = [](const SourceConfig& config) { return config.transport.kind == TransportKind::kPeer; };
  if (!std::ranges::is_partitioned(configs, std::not_fn(is_peer))) {
    return fail(ErrorCode::kInvalid, "peers stand behind all other sources", "source");
  }
  auto impl = std::make_unique<Impl>(std::move(configs), clock, options);
  TRY_VOID(impl->inputs_.start());
  return std::unique_ptr<LiveInputs>(new LiveInputs(std::move(impl)));
}

bool LiveInputs::take(std::vector<InputChunk>& out, std::size_t count_max, DurationMs wait_ms_max) {
  return impl_->queue_.take(out, count_max, wait_ms_max);
}

void LiveInputs::stop() {
  impl_->inputs_.stop();
  impl_->queue_.close();
}

void LiveInputs::hear(std::size_t source, ChunkKind kind, ByteView bytes) { impl_->hear(source, kind, bytes); }
void LiveInputs::hear_failed(std::size_t source, const std::string& why) { impl_->hear_failed(source, why); }

Result<std::size_t> LiveInputs::add_peer(SourceConfig config) { return impl_->add_peer(std::move(config)); }
UtcMs LiveInputs::follow_clock() { return impl_->follow_clock(); }

std::vector<LiveInputState> LiveInputs::states() const {
  std::vector<LiveInputState> out;
  for (std::size_t i = 0; i < impl_->count(); ++i) out.push_back(impl_->state(i));
  return out;
}

std::size_t LiveInputs::count() const { return impl_->count(); }
const SourceConfig& LiveInputs::config(std::size_t source) const { return impl_->source(source).config; }
std::uint16_t LiveInputs::port(std::size_t source) const { return impl_->inputs_.port(source); }

}  // namespace tansiq::node
