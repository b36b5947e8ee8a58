#include "node/problem_log.h"

#include "base/logging.h"

namespace tansiq::node {

void ProblemLog::add(const net::Problem& problem, std::string_view method, std::string_view path,
                     std::string_view address) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() >= kLinesMax) {
    ++dropped_;
    return;
  }
  lines_.push_back({problem.id, problem.status, std::string(error_info(problem.error.code).slug), problem.error.message,
                    problem.error.where, std::string(method), std::string(path.substr(0, 256)), std::string(address)});
}

void ProblemLog::add_token(std::string_view reason, std::string_view detail, std::string_view address) {
  const std::lock_guard lock(mutex_);
  if (lines_.size() >= kLinesMax) {
    ++dropped_;
    return;
  }
  Line line;
  line.slug = reason;
  line.message = detail.substr(0, 1'024);
  line.address = address;
  lines_.push_back(std::move(line));
}

void ProblemLog::drain() {
  std::vector<Line> lines;
  std::uint64_t dropped = 0;
  {
    const std::lock_guard lock(mutex_);
    lines.swap(lines_);
    std::swap(dropped, dropped_);
  }
  for (const Line& l : lines) {
    if (l.status == 0) {
      log_info("token.refused", {{"reason", l.slug}, {"message", l.message}, {"address", l.address}});
      continue;
    }
    log_line(l.status >= 500 ? LogLevel::kError : LogLevel::kInfo, "request.problem",
             {{"id", l.id},
              {"status", l.status},
              {"problem", l.slug},
              {"message", l.message},
              {"where", l.where},
              {"method", l.method},
              {"path", l.path},
              {"address", l.address}});
  }
  if (dropped > 0) log_warning("request.problems_not_logged", {{"count", dropped}});
}

}  // namespace tansiq::node
