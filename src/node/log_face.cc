#include "node/log_face.h"

#include <fmt/format.h>

namespace tansiq::node {

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

void LogFace::handle(const std::shared_ptr<net::Exchange>& exchange) {
  auto path = parse_log_path(exchange->request().segments().subspan(1));
  if (!path || path->origin != origin_) {
    return refuse(exchange,
                  {ErrorCode::kNotFound, fmt::format("no log file has this path; the log is {}", origin_), {}});
  }
  switch (queue_.push({exchange, std::move(*path)})) {
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
      auto response = answer(job.path);
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

Result<net::Response> LogFace::answer(const LogPath& path) {
  const store::Head published = store_.published(store::kMainLog);
  if (path.entries_needed() > published.size) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the published log has {} entries; this file does not exist yet", published.size));
  }
  net::Response response;
  if (path.kind == LogPath::Kind::kCheckpoint) {
    response.headers.add("Content-Type", "text/plain; charset=utf-8");
    response.headers.add("Cache-Control", "no-cache");
    response.body = published.checkpoint;
    return response;
  }
  const Bytes bytes = path.kind == LogPath::Kind::kTile
                          ? TRY(reader_->tile(store::kMainLog, path.level, path.number, path.width))
                          : TRY(reader_->bundle(store::kMainLog, path.number, path.width));
  response.headers.add("Content-Type", "application/octet-stream");
  response.headers.add("Cache-Control",
                       shared_caches_ ? "public, max-age=31536000, immutable" : "private, max-age=31536000, immutable");
  response.body = as_text(bytes);
  return response;
}

}  // namespace tansiq::node
