#include "node/track_links.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <limits>
#include <optional>

#include "base/logging.h"
#include "node/puller.h"

namespace tansiq::node {
namespace {

using surveillance::ChunkKind;

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < 0 || value > kUtcMax.ms) return std::nullopt;
  return value;
}

Result<std::int64_t> parameter(const net::Request& request, std::string_view name) {
  const std::optional<std::string_view> text = TRY(request.query_once(name));
  if (!text) return 0;
  const auto value = number_in(*text);
  if (!value) return fail(ErrorCode::kInvalid, "write milliseconds, a whole number from 0 on", std::string(name));
  return *value;
}

}  // namespace

std::string TrackQuestion::target() const {
  return fmt::format("{}?after={}&wait_ms={}", kTracksPath, after.ms, wait_ms);
}

Result<TrackQuestion> TrackQuestion::parse(const net::Request& request) {
  if (request.method != net::Method::kPost) return fail(ErrorCode::kMethodNotAllowed, "tracks are asked for by POST");
  for (const auto& [name, value] : request.target.query) {
    if (name != "after" && name != "wait_ms") {
      return fail(ErrorCode::kInvalid, "is no parameter here: there are after and wait_ms", name);
    }
  }
  TrackQuestion out;
  out.after = UtcMs{TRY(parameter(request, "after"))};
  out.wait_ms = std::min(TRY(parameter(request, "wait_ms")), kTracksWaitMsMax);
  return out;
}

Result<TrackAnswer> ask_tracks(net::HttpClient& client, const TrackQuestion& question) {
  net::ClientResponse answer = TRY(client.send(net::Method::kPost, question.target(), {}, {}, true));
  if (answer.status != 200) return std::unexpected(net::error_from_response(answer, "the peer answers"));
  const auto next = number_in(answer.headers.find(kTracksNextHeader).value_or(""));
  if (!next) {
    return fail(ErrorCode::kMalformed, fmt::format("the answer has no {} in milliseconds", kTracksNextHeader));
  }
  return TrackAnswer{std::move(answer.body), UtcMs{*next}};
}

TrackFetcher::TrackFetcher(Config config) : config_(std::move(config)), random_(config_.seed) {
  thread_ = std::thread([this] { run(); });
}

TrackFetcher::~TrackFetcher() { stop(); }

void TrackFetcher::stop() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
    changed_.notify_all();
  }
  config_.interrupt();
  if (thread_.joinable()) thread_.join();
}

void TrackFetcher::run() {
  UtcMs after{0};
  DurationMs pause = 0;
  while (true) {
    {
      std::unique_lock lock(mutex_);
      changed_.wait_for(lock, std::chrono::milliseconds(pause), [this] { return stopping_; });
      if (stopping_) break;
    }
    const auto answer = config_.ask({.after = after, .wait_ms = kTracksWaitMsMax});
    if (answer) {
      after = answer->next;
      take(*answer);
      pause = config_.pause_ms;
    } else {
      fail_with(answer.error());
      pause = backoff_ms(failures_, config_.backoff_first_ms, config_.backoff_max_ms, random_);
    }
  }
  if (up_) config_.to->hear(config_.peer, ChunkKind::kDown, {});
}

void TrackFetcher::take(const TrackAnswer& answer) {
  failures_ = 0;
  if (!up_) config_.to->hear(config_.peer, ChunkKind::kUp, {});
  up_ = true;
  ByteView rest = as_bytes(answer.events);
  while (!rest.empty()) {
    const std::size_t size = std::min(rest.size(), surveillance::kChunkBytesMax);
    config_.to->hear(config_.peer, ChunkKind::kStream, rest.first(size));
    rest = rest.subspan(size);
  }
}

void TrackFetcher::fail_with(const Error& error) {
  if (failures_ < std::numeric_limits<unsigned>::max()) ++failures_;
  {
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
  }
  // Half an event may have come before: the next answer begins anew.
  if (up_) config_.to->hear(config_.peer, ChunkKind::kDown, {});
  up_ = false;
  config_.to->hear_failed(config_.peer, error);
  if (failures_ == 1) log_info("peer.tracks", {{"peer", config_.peer.str()}, {"message", error.text()}});
}

}  // namespace tansiq::node
