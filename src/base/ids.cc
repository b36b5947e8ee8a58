#include "base/ids.h"

#include <fmt/format.h>

namespace tansiq {

Status check_id(std::string_view text, std::string_view kind) {
  if (text.empty()) return fail(ErrorCode::kInvalid, fmt::format("{} is empty", kind));
  if (text.size() > kIdBytesMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} has {} characters; at most {} are allowed", kind, text.size(), kIdBytesMax));
  }
  for (const char c : text) {
    const bool ok =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
    if (!ok) {
      return fail(ErrorCode::kInvalid,
                  fmt::format("{} has a character that is not a letter, a digit, '-', '_' or '.'", kind));
    }
  }
  return {};
}

}  // namespace tansiq
