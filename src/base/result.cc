#include "base/result.h"

#include <array>

#include "base/invariant.h"

namespace tansiq {
namespace {

// The one error table. Exit codes follow sysexits(3) where it has a fitting one.
constexpr std::array kErrors{
    ErrorInfo{ErrorCode::kMalformed, "malformed", 400, 65, "The input is not well formed."},
    ErrorInfo{ErrorCode::kInvalid, "invalid", 400, 65, "The input is well formed, but its values are not acceptable."},
    ErrorInfo{ErrorCode::kUnauthenticated, "unauthenticated", 401, 77, "No valid credentials were presented."},
    ErrorInfo{ErrorCode::kForbidden, "forbidden", 403, 77, "The caller may not do this."},
    ErrorInfo{ErrorCode::kNotFound, "not-found", 404, 66, "There is no such thing."},
    ErrorInfo{ErrorCode::kMethodNotAllowed, "method-not-allowed", 405, 64, "This method is not served here."},
    ErrorInfo{ErrorCode::kConflict, "conflict", 409, 1, "The request conflicts with what stands."},
    ErrorInfo{ErrorCode::kVersionMismatch, "version-mismatch", 409, 1, "The quoted version is not the current one."},
    ErrorInfo{ErrorCode::kWrongState, "wrong-state", 409, 1, "The current state does not allow this change."},
    ErrorInfo{ErrorCode::kNotSequencer, "not-sequencer", 421, 1, "Another authority decides in this zone."},
    ErrorInfo{ErrorCode::kTooLarge, "too-large", 413, 65, "A size limit is exceeded."},
    ErrorInfo{ErrorCode::kTooMuchWork, "too-much-work", 422, 65, "A work limit is exceeded."},
    ErrorInfo{ErrorCode::kMismatch, "mismatch", 422, 65, "What is named is not what is there."},
    ErrorInfo{ErrorCode::kUnsupported, "unsupported", 415, 64, "This form is not supported."},
    ErrorInfo{ErrorCode::kRateLimited, "rate-limited", 429, 75, "Too many requests."},
    ErrorInfo{ErrorCode::kTimeout, "timeout", 408, 75, "The time allowed has passed."},
    ErrorInfo{ErrorCode::kOverloaded, "overloaded", 503, 75, "The node is at its limit; try again."},
    ErrorInfo{ErrorCode::kUnavailable, "unavailable", 503, 69, "This cannot be answered now."},
    ErrorInfo{ErrorCode::kIo, "io", 500, 74, "Reading or writing failed."},
    ErrorInfo{ErrorCode::kCorrupt, "corrupt", 500, 76, "Stored data fails its check."},
    ErrorInfo{ErrorCode::kInternal, "internal", 500, 70, "Something is wrong inside."},
};

constexpr bool table_in_order() {
  for (std::size_t i = 0; i < kErrors.size(); ++i) {
    if (static_cast<std::size_t>(kErrors.at(i).code) != i) return false;
  }
  return true;
}
static_assert(table_in_order(), "kErrors must list every ErrorCode in its order");

}  // namespace

const ErrorInfo& error_info(ErrorCode code) noexcept {
  const auto row = static_cast<std::size_t>(code);
  EXPECT_INVARIANT(row < kErrors.size());
  return kErrors[row];
}

std::string Error::text() const {
  if (where.empty()) return message;
  return where + ": " + message;
}

Error inside(Error error, std::string_view prefix) {
  if (prefix.empty()) return error;
  if (error.where.empty()) {
    error.where = prefix;
  } else if (error.where.front() == '[') {
    error.where.insert(0, prefix);
  } else {
    error.where = std::string(prefix) + "." + error.where;
  }
  return error;
}

}  // namespace tansiq
