// Structured logs: one JSON object a line on standard error, for people and for whatever collects them.
//
//   log_info("listening", {{"address", address}, {"port", port}});
//   -> {"time":"2026-11-22T10:00:00.000Z","level":"info","event":"listening","address":"127.0.0.1","port":7463}
//
// `event` is a constant short name that one can search for; everything that varies is a field. A line is built in one
// buffer per thread (no allocation once warm) and leaves in one write(2), so lines of several threads never mix.
// What follows an error to a client carries the field `id`, the same as in the client's problem document.
#pragma once

#include <concepts>
#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

namespace tansiq {

enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarning, kError, kOff };

/// One member of a log line. Holds views: lives only for the duration of the call.
struct LogField {
  std::string_view name;
  std::variant<std::string_view, std::int64_t, bool> value;

  LogField(std::string_view n, std::string_view v) : name(n), value(v) {}
  LogField(std::string_view n, const char* v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, const std::string& v) : name(n), value(std::string_view(v)) {}
  LogField(std::string_view n, bool v) : name(n), value(v) {}
  template <std::integral T>
    requires(!std::same_as<T, bool>)
  LogField(std::string_view n, T v) : name(n), value(static_cast<std::int64_t>(v)) {}
};

/// Lines below this level are dropped. Starts at `kInfo`. Thread-safe.
void set_log_level(LogLevel level) noexcept;
[[nodiscard]] LogLevel log_level() noexcept;

/// Where complete lines (with their line feed) go; null restores standard error. For tests: install it before the
/// threads that log start. The function may be called by several threads at once.
using LogSink = void (*)(std::string_view line);
void set_log_sink(LogSink sink) noexcept;

/// Writes one line. Never throws, never blocks on more than the write itself; a failed write is not reported (there is
/// nowhere to report it to). Bytes that are not UTF-8 or are control characters are escaped or replaced.
void log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields = {}) noexcept;

inline void log_debug(std::string_view event, std::initializer_list<LogField> fields = {}) noexcept {
  log_line(LogLevel::kDebug, event, fields);
}
inline void log_info(std::string_view event, std::initializer_list<LogField> fields = {}) noexcept {
  log_line(LogLevel::kInfo, event, fields);
}
inline void log_warning(std::string_view event, std::initializer_list<LogField> fields = {}) noexcept {
  log_line(LogLevel::kWarning, event, fields);
}
inline void log_error(std::string_view event, std::initializer_list<LogField> fields = {}) noexcept {
  log_line(LogLevel::kError, event, fields);
}

/// A fresh random id (16 hexadecimal digits) that ties a client's problem document to the log line. Thread-safe.
[[nodiscard]] std::string new_error_id();

/// Appends `text` as a JSON string with its quotes. Invalid UTF-8 becomes U+FFFD; control characters, U+007F–009F and
/// bidirectional controls are escaped, so that a hostile value cannot forge a line or reorder a terminal's text.
void append_json_string(std::string& out, std::string_view text);

}  // namespace tansiq
