#include "node/stream_cursor.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::node {
namespace {

/// What was had last, or `-`, as what comes next. As many digits as a sequence number can have, in one spelling.
Result<std::uint64_t> part(std::string_view text) {
  if (text == "-") return 0;
  const bool digits =
      !text.empty() && text.size() <= 18 && std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
  if (!digits || (text.size() > 1 && text.front() == '0')) {
    return fail(ErrorCode::kInvalid, "no id of an event of this stream; right would be 41.40, or -.-", "Last-Event-ID");
  }
  std::uint64_t value = 0;
  for (const char c : text) value = value * 10 + static_cast<std::uint64_t>(c - '0');
  return value + 1;
}

std::string had(std::uint64_t next) { return next == 0 ? "-" : fmt::to_string(next - 1); }

}  // namespace

Result<StreamCursor> StreamCursor::parse(std::string_view text) {
  const auto dot = text.find('.');
  StreamCursor out;
  out.record = TRY(part(text.substr(0, dot)));
  out.talks = TRY(part(dot == std::string_view::npos ? std::string_view() : text.substr(dot + 1)));
  return out;
}

std::string StreamCursor::text() const { return fmt::format("{}.{}", had(record), had(talks)); }

}  // namespace tansiq::node
