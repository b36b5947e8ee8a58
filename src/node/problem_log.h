// Errors on their way out, noted for the log. The threads that answer only put a line into a bounded list; another one
// writes them. So a stuck log pipe never holds up a decision, and a flood of bad requests cannot flood the log.
#pragma once

#include <cstdint>
#include <mutex>
#include <string>
#include <vector>

#include "net/http_types.h"

namespace tansiq::node {

class ProblemLog {
 public:
  /// Notes a problem with the id that its client gets. Any thread.
  void add(const net::Problem& problem, std::string_view method, std::string_view path, std::string_view address);
  /// Notes why a token of an outside issuer was refused: the problem's line tells only what its client was told.
  void add_token(std::string_view reason, std::string_view detail, std::string_view address);
  /// Writes what was noted since the last call, and how many lines there was no room for.
  void drain();

 private:
  struct Line {
    std::string id;
    int status = 0;  ///< 0: a refused token.
    std::string slug, message, where, method, path, address;
  };
  static constexpr std::size_t kLinesMax = 1'000;

  std::mutex mutex_;
  std::vector<Line> lines_;
  std::uint64_t dropped_ = 0;
};

}  // namespace tansiq::node
