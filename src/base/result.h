// Expected failures: `Result<T>` carries a value or an `Error` that a person can act on.
//
//   Result<Charter> load(std::string_view text) {
//     auto json = TRY(parse(text));          // returns the error to the caller
//     if (json.zones.empty()) return fail(ErrorCode::kInvalid, "charter has no zone", "zones");
//     ...
//   }
//
// The three kinds of failure are never mixed: broken invariants abort (`invariant.h`), expected failures are `Result`s,
// exceptions of third-party libraries are caught where the library is called.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace tansiq {

/// What kind of failure. The table in `result.cc` maps each to its HTTP status, problem type and process exit code.
enum class ErrorCode : std::uint8_t {
  kMalformed,        ///< Bytes that are not what the format says.
  kInvalid,          ///< Well formed, but the values make no sense.
  kUnauthenticated,  ///< No valid credentials.
  kForbidden,        ///< Known caller, but not allowed.
  kNotFound,
  kMethodNotAllowed,
  kConflict,         ///< Separation conflict, or an id that is taken.
  kVersionMismatch,  ///< The change does not quote the current version.
  kWrongState,       ///< The life cycle does not allow the change now.
  kNotSequencer,     ///< Another authority decides there.
  kTooLarge,         ///< A stated size limit is exceeded.
  kTooMuchWork,      ///< A stated work limit is exceeded.
  kMismatch,         ///< What is named is not what is there: another hash, a file that is not here.
  kUnsupported,      ///< A media type, method or feature that is not served.
  kRateLimited,
  kTimeout,
  kOverloaded,   ///< A bounded queue is full: try again.
  kUnavailable,  ///< Not able to answer now (starting, stopping, peer out of reach).
  kIo,           ///< The operating system refused: disk full, permission, broken pipe.
  kCorrupt,      ///< Stored data fails its check.
  kInternal,
};

/// One row of the error table.
struct ErrorInfo {
  ErrorCode code;
  std::string_view slug;  ///< Stable machine name, last part of the problem type URI.
  int http_status;
  int exit_code;           ///< Exit code of the command-line programs.
  std::string_view title;  ///< Short sentence, the same for every occurrence.
};

/// The row for `code`. Never fails.
[[nodiscard]] const ErrorInfo& error_info(ErrorCode code) noexcept;

/// A failure with a message for the person who reads it: what was wrong and what would be right.
struct Error {
  ErrorCode code = ErrorCode::kInternal;
  std::string message;  ///< e.g. "lower limit 1200 m is above upper limit 900 m".
  std::string where;    ///< Where in the input: a JSON path, `file:line`, an entry number. May be empty.

  /// "where: message", or the message alone.
  [[nodiscard]] std::string text() const;
};

template <class T>
using Result = std::expected<T, Error>;

/// Success without a value.
using Status = Result<void>;

[[nodiscard]] inline std::unexpected<Error> fail(ErrorCode code, std::string message, std::string where = {}) {
  return std::unexpected<Error>(Error{code, std::move(message), std::move(where)});
}

/// The same error, with `prefix` put before its place: `volumes[3]` + `band` = `volumes[3].band`.
[[nodiscard]] Error inside(Error error, std::string_view prefix);

}  // namespace tansiq

/// Evaluates a `Result<T>`; yields the value, or returns the error from the enclosing function. May be nested. Not for
/// coroutines.
#define TRY(expression) TANSIQ_TRY_AS(TANSIQ_TRY_NAME(try_result_, __COUNTER__), expression)

/// The same for a `Status`.
#define TRY_VOID(expression) TANSIQ_TRY_VOID_AS(TANSIQ_TRY_NAME(try_status_, __COUNTER__), expression)

// A name of its own for each use, so that none shadows another.
#define TANSIQ_TRY_NAME(stem, number) TANSIQ_TRY_JOIN(stem, number)
#define TANSIQ_TRY_JOIN(a, b) a##b
#define TANSIQ_TRY_AS(name, expression)                                 \
  ({                                                                    \
    auto name = (expression);                                           \
    if (!name) [[unlikely]]                                             \
      return std::unexpected<::tansiq::Error>(std::move(name).error()); \
    std::move(*name);                                                   \
  })
#define TANSIQ_TRY_VOID_AS(name, expression)                            \
  do {                                                                  \
    auto name = (expression);                                           \
    if (!name) [[unlikely]]                                             \
      return std::unexpected<::tansiq::Error>(std::move(name).error()); \
  } while (false)
