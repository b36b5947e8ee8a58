#include "node/live_inputs.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
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
  for (const SourceConfig& config : configs) out.push_back(endpoint_of(config.transport));
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
        inputs_(endpoints_of(configs_), *this, limits_of(options.sockets)) {
    for (auto& each : last_) each.store(kNever, std::memory_order_relaxed);
  }

  bool take(std::uint32_t input, std::uint16_t connection, net::InputEvent event, ByteView bytes) override {
    now_ = std::max(now_, clock_.now());
    const bool file = configs_[input].transport.kind == TransportKind::kFile;
    const surveillance::Chunk chunk{now_, input, connection, kind_of(event), bytes};
    // Bytes were heard even where there is no room for them.
    if (!bytes.empty()) last_[input].store(now_.ms, std::memory_order_relaxed);
    if (file && event == net::InputEvent::kDown) ended_[input].store(true, std::memory_order_relaxed);
    return file ? queue_.offer(chunk) : queue_.push(chunk);
  }

  [[nodiscard]] LiveInputState state(std::size_t source) const {
    LiveInputState out;
    out.name = configs_[source].name;
    out.socket = inputs_.status(source);
    out.queue = queue_.counters(static_cast<std::uint32_t>(source));
    const std::int64_t last = last_[source].load(std::memory_order_relaxed);
    out.heard = last != kNever;
    out.last_received = out.heard ? UtcMs{last} : started_;
    const DurationMs after = configs_[source].silent_after_ms;
    if (after != 0 && !ended_[source].load(std::memory_order_relaxed) && clock_.now() - out.last_received >= after) {
      out.silent_since = out.last_received;
    }
    return out;
  }

  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  const std::vector<SourceConfig> configs_;
  const Clock& clock_;
  InputQueue queue_;
  const UtcMs started_;
  std::vector<std::atomic<std::int64_t>> last_;
  std::vector<std::atomic<bool>> ended_;
  UtcMs now_;  ///< Of the inputs' thread.
  net::Inputs inputs_;
};

LiveInputs::LiveInputs(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
LiveInputs::~LiveInputs() { stop(); }

Result<std::unique_ptr<LiveInputs>> LiveInputs::start(std::vector<SourceConfig> configs, const Clock& clock,
                                                      const LiveInputsOptions& options) {
  TRY_VOID(surveillance::check_sources(configs));
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

std::vector<LiveInputState> LiveInputs::states() const {
  std::vector<LiveInputState> out;
  for (std::size_t i = 0; i < impl_->configs_.size(); ++i) out.push_back(impl_->state(i));
  return out;
}

const std::vector<SourceConfig>& LiveInputs::configs() const { return impl_->configs_; }
std::uint16_t LiveInputs::port(std::size_t source) const { return impl_->inputs_.port(source); }

}  // namespace tansiq::node
