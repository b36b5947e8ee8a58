// Where a listener of /v1/stream stands in what can be resumed: the record, and what is said. As text, the ids of its
// events and `Last-Event-ID`: `41.40`, the last entry of each that was had; `-` for one of which nothing was.
//
//   const StreamCursor from = asked ? TRY(StreamCursor::parse(*asked)) : StreamCursor::at(next);
//   stream.send(from.text(), "stream/begin", …);
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace tansiq::node {

struct StreamCursor {
  std::uint64_t record = 0;  ///< The next entry that is to come, by local sequence.
  std::uint64_t talks = 0;

  [[nodiscard]] static constexpr StreamCursor at(std::uint64_t next) { return {next, next}; }
  /// Fails with `kInvalid`.
  [[nodiscard]] static Result<StreamCursor> parse(std::string_view text);
  [[nodiscard]] std::string text() const;
  [[nodiscard]] constexpr std::uint64_t first() const { return std::min(record, talks); }
  [[nodiscard]] constexpr std::uint64_t last() const { return std::max(record, talks); }
  friend bool operator==(const StreamCursor&, const StreamCursor&) = default;
};

}  // namespace tansiq::node
