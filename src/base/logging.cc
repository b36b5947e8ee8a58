#include "base/logging.h"

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <iterator>

#include "base/bytes.h"
#include "base/random.h"
#include "base/time.h"

namespace tansiq {
namespace {

std::atomic<LogLevel> minimum_level{LogLevel::kInfo};
std::atomic<LogSink> installed_sink{nullptr};

constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warning", "error"};

void write_to_stderr(std::string_view line) {
  while (!line.empty()) {
    const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

// One code point of UTF-8, or nothing when the bytes at the front are not valid; `length` is what to skip.
struct CodePoint {
  std::uint32_t value = 0xFFFD;
  std::size_t length = 1;
  bool valid = false;
};

CodePoint next_code_point(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t first = byte(0);
  if (first < 0x80) return {first, 1, true};
  std::size_t length = 0;
  std::uint32_t value = 0;
  std::uint32_t lowest = 0;
  if ((first & 0xE0) == 0xC0)
    length = 2, value = first & 0x1FU, lowest = 0x80;
  else if ((first & 0xF0) == 0xE0)
    length = 3, value = first & 0x0FU, lowest = 0x800;
  else if ((first & 0xF8) == 0xF0)
    length = 4, value = first & 0x07U, lowest = 0x10000;
  else
    return {};
  if (text.size() < length) return {};
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return {};
    value = (value << 6) | (byte(i) & 0x3FU);
  }
  if (value < lowest || value > 0x10FFFF || (value >= 0xD800 && value <= 0xDFFF)) return {};
  return {value, length, true};
}

bool misleads_a_terminal(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F) || c == 0x061C || (c >= 0x200E && c <= 0x200F) ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

}  // namespace

void set_log_level(LogLevel level) noexcept { minimum_level.store(level, std::memory_order_relaxed); }
LogLevel log_level() noexcept { return minimum_level.load(std::memory_order_relaxed); }
void set_log_sink(LogSink sink) noexcept { installed_sink.store(sink); }

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const CodePoint c = next_code_point(text);
    if (!c.valid) {
      out += "\\ufffd";
    } else if (c.value == '"' || c.value == '\\') {
      out += '\\';
      out += static_cast<char>(c.value);
    } else if (misleads_a_terminal(c.value)) {
      fmt::format_to(std::back_inserter(out), "\\u{:04x}", c.value);
    } else {
      out += text.substr(0, c.length);
    }
    text.remove_prefix(c.length);
  }
  out += '"';
}

void log_line(LogLevel level, std::string_view event, std::initializer_list<LogField> fields) noexcept {
  if (level < log_level() || level == LogLevel::kOff) return;
  thread_local std::string line;
  try {
    line.clear();
    line += R"({"time":")";
    line += format_utc(SystemClock().now());
    line += R"(","level":")";
    line += kLevelNames.at(static_cast<std::size_t>(level));
    line += R"(","event":)";
    append_json_string(line, event);
    for (const LogField& field : fields) {
      line += ',';
      append_json_string(line, field.name);
      line += ':';
      if (const auto* text = std::get_if<std::string_view>(&field.value)) {
        append_json_string(line, *text);
      } else if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
        fmt::format_to(std::back_inserter(line), "{}", *number);
      } else {
        line += std::get<bool>(field.value) ? "true" : "false";
      }
    }
    line += "}\n";
  } catch (...) {
    return;  // Out of memory: a lost log line must not take the node down.
  }
  if (const LogSink sink = installed_sink.load()) {
    sink(line);
  } else {
    write_to_stderr(line);
  }
}

std::string new_error_id() {
  std::array<std::uint8_t, 8> bytes{};
  fill_secure_random(bytes);
  return to_hex(bytes);
}

}  // namespace tansiq
