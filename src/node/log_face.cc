#include "node/log_face.h"

#include <fmt/format.h>

#include <utility>

#include "node/head_note.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kPairPart = "/with/";

}  // namespace

LogFace::LogFace(store::LogStore& store, std::unique_ptr<store::LogReader> reader, std::string main_origin,
                 bool shared_caches, ProblemLog& problems)
    : store_(store),
      reader_(std::move(reader)),
      origin_(std::move(main_origin)),
      shared_caches_(shared_caches),
      problems_(problems),
      thread_([this] { run(); }) {}

LogFace::~LogFace() { stop(); }

void LogFace::stop() {
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

void LogFace::refuse(const std::shared_ptr<net::Exchange>& exchange, Error error) {
  const net::Problem problem = exchange->respond(std::move(error));
  problems_.add(problem, net::method_name(exchange->request().method), exchange->request().path(),
                exchange->request().connection->address);
}

LogFace::Audience LogFace::audience(std::span<const std::string> segments) const {
  const auto path = parse_log_path(segments.subspan(1));
  if (!path) return Audience::kMembers;
  if (path->origin == origin_) return Audience::kMain;
  return path->origin.contains(kPairPart) ? Audience::kPair : Audience::kMembers;
}

void LogFace::handle(const std::shared_ptr<net::Exchange>& exchange) {
  auto path = parse_log_path(exchange->request().segments().subspan(1));
  if (!path) {
    return refuse(exchange,
                  {ErrorCode::kNotFound, fmt::format("no log file has this path; this node's log is {}", origin_), {}});
  }
  read(exchange, [this, path = std::move(*path)](store::LogReader&) { return answer(path); });
}

void LogFace::read(const std::shared_ptr<net::Exchange>& exchange, Work work) {
  switch (queue_.push({exchange, std::move(work)})) {
    case BoundedQueue<Job>::Push::kTaken:
      return;
    case BoundedQueue<Job>::Push::kFull:
      return refuse(exchange, {ErrorCode::kOverloaded, "too many log files are being read; try again", {}});
    case BoundedQueue<Job>::Push::kClosed:
      return refuse(exchange, {ErrorCode::kUnavailable, "the node is stopping", {}});
  }
}

void LogFace::run() {
  std::vector<Job> jobs;
  net::ReplyBatch replies;
  while (queue_.take(jobs, 64)) {
    for (Job& job : jobs) {
      if (job.exchange->abandoned()) continue;
      auto response = job.work(*reader_);
      if (response) {
        replies.add(job.exchange, std::move(*response));
      } else {
        refuse(job.exchange, std::move(response.error()));
      }
    }
    replies.flush();
    jobs.clear();
  }
}

Result<store::LogId> LogFace::find(const std::string& origin) {
  if (origin == origin_) return store::kMainLog;
  auto at = logs_.find(origin);
  if (at == logs_.end()) {
    // Versions of the charter begin new ones.
    for (store::LogInfo& log : TRY(reader_->logs())) logs_.insert_or_assign(std::move(log.origin), log.id);
    at = logs_.find(origin);
  }
  if (at != logs_.end()) return at->second;
  return fail(ErrorCode::kNotFound, fmt::format("this node keeps no log of this name; its own is {}", origin_));
}

Result<net::Response> LogFace::answer(const LogPath& path) {
  const store::LogId log = TRY(find(path.origin));
  const store::Head published = store_.published(log);
  if (path.entries_needed() > published.size) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the published log has {} entries; this file does not exist yet", published.size));
  }
  const bool pair = path.origin.contains(kPairPart);
  net::Response response;
  if (path.kind == LogPath::Kind::kCheckpoint) {
    if (is_covered_note(published.checkpoint)) {
      return fail(ErrorCode::kUnavailable,
                  "this mirror is catching up: its author has signed a larger tree than stands here; try again");
    }
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.headers.add("Cache-Control", pair ? "no-store" : "no-cache");
    response.body = published.checkpoint;
    return response;
  }
  const Bytes bytes = path.kind == LogPath::Kind::kTile ? TRY(reader_->tile(log, path.level, path.number, path.width))
                                                        : TRY(reader_->bundle(log, path.number, path.width));
  response.headers.add("Content-Type", "application/octet-stream");
  if (pair) {
    response.headers.add("Cache-Control", "no-store");
  } else {
    const bool shared = shared_caches_ && path.origin == origin_;
    response.headers.add("Cache-Control",
                         shared ? "public, max-age=31536000, immutable" : "private, max-age=31536000, immutable");
  }
  response.body = as_text(bytes);
  return response;
}

}  // namespace tansiq::node
