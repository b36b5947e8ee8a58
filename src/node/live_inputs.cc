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
      : configs_(std::move(configs)),
        clock_(clock),
        queue_(configs_.size(), options.queue),
        started_(clock.now()),
        last_(configs_.size()),
        ended_(configs_.size()),
        now_(started_),
        peers_(configs_.size()),
        inputs_(endpoints_of(configs_), *this, limits_of(options.sockets)) {
    for (auto& each : last_) each.store(kNever, std::memory_order_relaxed);
  }

  bool take(std::uint32_t input, std::uint16_t connection, net::InputEvent event, ByteView bytes) override {
    const bool file = configs_[input].transport.kind == TransportKind::kFile;
    if (file && event == net::InputEvent::kDown) ended_[input].store(true, std::memory_order_relaxed);
    return put(input, connection, kind_of(event), bytes, file);
  }

  void hear(std::size_t source, ChunkKind kind, ByteView bytes) {
    {
      const std::lock_guard lock(peers_mutex_);
      net::InputStatus& peer = peers_[source];
      if (kind == ChunkKind::kUp) {
        ++peer.ups;
        peer.connections = 1;
        peer.error.clear();
      } else if (kind == ChunkKind::kDown && peer.connections == 0) {
        last_[source].store(kNever, std::memory_order_relaxed);
      } else if (kind == ChunkKind::kDown) {
        ++peer.downs;
        peer.connections = 0;
      } else {
        ++peer.pieces;
        peer.bytes += bytes.size();
      }
      peer.state = peer.connections > 0 ? net::InputState::kUp : net::InputState::kConnecting;
    }
    (void)put(static_cast<std::uint32_t>(source), 0, kind, bytes, false);
  }

  void hear_failed(std::size_t source, const std::string& why) {
    const std::lock_guard lock(peers_mutex_);
    ++peers_[source].failures;
    peers_[source].error = why;
    if (peers_[source].connections == 0) peers_[source].state = net::InputState::kConnecting;
  }

  [[nodiscard]] LiveInputState state(std::size_t source) const {
    LiveInputState out;
    out.name = configs_[source].name;
    if (is_peer(source)) {
      const std::lock_guard lock(peers_mutex_);
      out.socket = peers_[source];
    } else {
      out.socket = inputs_.status(source);
    }
    out.queue = queue_.counters(static_cast<std::uint32_t>(source));
    const std::int64_t last = last_[source].load(std::memory_order_relaxed);
    out.heard = last != kNever;
    out.last_received = out.heard ? UtcMs{last} : started_;
    const DurationMs after = configs_[source].silent_after_ms;
    const bool awaited = out.heard || !is_peer(source);
    if (after != 0 && awaited && !ended_[source].load(std::memory_order_relaxed) &&
        clock_.now() - out.last_received >= after) {
      out.silent_since = out.last_received;
    }
    return out;
  }

  [[nodiscard]] bool is_peer(std::size_t source) const {
    return configs_[source].transport.kind == TransportKind::kPeer;
  }

  /// Several threads bring something: the order of times is that of the queue.
  bool put(std::uint32_t input, std::uint16_t connection, ChunkKind kind, ByteView bytes, bool again) {
    const std::lock_guard lock(order_mutex_);
    now_ = std::max(now_, clock_.now());
    // Bytes were heard even where there is no room for them.
    if (!bytes.empty()) last_[input].store(now_.ms, std::memory_order_relaxed);
    const surveillance::Chunk chunk{now_, input, connection, kind, bytes};
    return again ? queue_.offer(chunk) : queue_.push(chunk);
  }

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  const std::vector<SourceConfig> configs_;
  const Clock& clock_;
  InputQueue queue_;
  const UtcMs started_;
  std::vector<std::atomic<std::int64_t>> last_;
  std::vector<std::atomic<bool>> ended_;
  std::mutex order_mutex_;
  UtcMs now_;  ///< Guarded by order_mutex_.
  mutable std::mutex peers_mutex_;
  std::vector<net::InputStatus> peers_;  ///< By source; guarded by peers_mutex_.
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

std::vector<LiveInputState> LiveInputs::states() const {
  std::vector<LiveInputState> out;
  for (std::size_t i = 0; i < impl_->configs_.size(); ++i) out.push_back(impl_->state(i));
  return out;
}

const std::vector<SourceConfig>& LiveInputs::configs() const { return impl_->configs_; }
std::uint16_t LiveInputs::port(std::size_t source) const { return impl_->inputs_.port(source); }

}  // namespace tansiq::node
