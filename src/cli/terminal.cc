#include "cli/terminal.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <system_error>

#include "base/result.h"

namespace tansiq::cli {
namespace {

// Length in bytes of the well-formed UTF-8 sequence at the front of `text`; 0 when there is none. `code` gets its code
// point.
std::size_t utf8_front(std::string_view text, std::uint32_t& code) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) {
    code = lead;
    return 1;
  }
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4 || text.size() < length) return 0;
  code = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    code = code << 6 | (byte(i) & 0x3FU);
  }
  const std::uint32_t low = length == 4 ? 0x10000 : length == 3 ? 0x800 : 0x80;
  if (code < low || code > 0x10FFFF || (code >= 0xD800 && code < 0xE000)) return 0;
  return length;
}

bool harmful(std::uint32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) ||  // controls
         code == 0x061C || code == 0x200E || code == 0x200F || (code >= 0x202A && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) ||  // bidirectional controls
         code == 0x2028 || code == 0x2029 || code == 0xFEFF;
}

bool environment_set(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return value != nullptr && *value != '\0';
}

std::string_view colour_code(Colour colour) {
  switch (colour) {
    case Colour::kPlain:
      return "0";
    case Colour::kBold:
      return "1";
    case Colour::kDim:
      return "2";
    case Colour::kRed:
      return "31";
    case Colour::kGreen:
      return "32";
    case Colour::kYellow:
      return "33";
    case Colour::kBlue:
      return "34";
    case Colour::kCyan:
      return "36";
  }
  return "0";
}

/// Whether all could be written; else errno says why not.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return false;
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

void to_standard_error(std::string_view text) { (void)write_all(STDERR_FILENO, text); }

}  // namespace

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  while (!text.empty()) {
    if (text.starts_with("\x1b[")) {
      const std::size_t end = text.find('m');
      if (end == std::string_view::npos) return width;
      text.remove_prefix(end + 1);
      continue;
    }
    std::uint32_t code = 0;
    text.remove_prefix(std::max<std::size_t>(1, utf8_front(text, code)));
    const bool combining = code >= 0x300 && code < 0x370;
    if (!combining) ++width;
  }
  return width;
}

std::string wrap(std::string_view text, std::size_t columns, std::size_t indent) {
  std::string out;
  std::size_t at = indent;
  while (!text.empty()) {
    const std::size_t space = text.find(' ');
    const std::string_view word = text.substr(0, space);
    text.remove_prefix(space == std::string_view::npos ? text.size() : space + 1);
    const std::size_t width = display_width(word);
    const bool fresh = at == indent;
    if (!fresh && at + 1 + width > columns) {
      out += "\n" + std::string(indent, ' ');
      at = indent;
    } else if (!fresh) {
      out += ' ';
      ++at;
    }
    out += word;
    at += width;
  }
  return out;
}

std::string printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::uint32_t code = 0;
    const std::size_t length = utf8_front(text, code);
    if (length == 0) {
      out += fmt::format("\\x{:02x}", static_cast<std::uint8_t>(text[0]));
      text.remove_prefix(1);
      continue;
    }
    if (harmful(code)) {
      out += fmt::format("\\u{{{:x}}}", code);
    } else {
      out += text.substr(0, length);
    }
    text.remove_prefix(length);
  }
  return out;
}

Terminal Terminal::detect(bool no_colour) {
  Terminal terminal;
  const char* term = std::getenv("TERM");  // NOLINT(concurrency-mt-unsafe)
  const bool dumb = term == nullptr || std::string_view(term) == "dumb" || *term == '\0';
  terminal.interactive_ = ::isatty(STDOUT_FILENO) == 1;
  terminal.colour_ = terminal.interactive_ && !dumb && !no_colour && !environment_set("NO_COLOR");
  terminal.progress_ = ::isatty(STDERR_FILENO) == 1 && !dumb;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col >= 20) terminal.columns_ = size.ws_col;
  return terminal;
}

std::string Terminal::paint(Colour colour, std::string_view text) const {
  if (!colour_ || colour == Colour::kPlain) return std::string(text);
  return fmt::format("\x1b[{}m{}\x1b[0m", colour_code(colour), text);
}

void put(std::string_view text) {
  if (write_all(STDOUT_FILENO, text)) return;
  if (errno == EPIPE) throw OutputGone{.exit_code = 128 + SIGPIPE, .why = {}};
  throw OutputGone{.exit_code = error_info(ErrorCode::kIo).exit_code,
                   .why = std::error_code(errno, std::generic_category()).message()};
}

void put_error(std::string_view line) { to_standard_error(std::string(line) + "\n"); }

Table::Table(std::vector<std::string> columns) {
  for (std::string& name : columns) {
    const bool right = name.starts_with('>');
    columns_.push_back({right ? name.substr(1) : std::move(name), right});
  }
}

void Table::row(std::vector<std::string> cells) {
  cells.resize(columns_.size());
  rows_.push_back(std::move(cells));
}

std::string Table::text(const Terminal& terminal) const {
  std::vector<std::size_t> widths;
  for (const Column& column : columns_) widths.push_back(display_width(column.name));
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], display_width(row[i]));
  }
  std::string out;
  const auto line = [&](auto&& cell, bool heading) {
    std::string text;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const std::string value = cell(i);
      const std::string padding(widths[i] - display_width(value), ' ');
      if (i != 0) text += "  ";
      text += columns_[i].right ? padding + value : value + padding;
    }
    while (text.ends_with(' ')) text.pop_back();
    out += heading ? terminal.paint(Colour::kDim, text) : text;
    out += '\n';
  };
  line([&](std::size_t i) { return columns_[i].name; }, true);
  for (const auto& row : rows_) line([&](std::size_t i) { return row[i]; }, false);
  return out;
}

Progress::Progress(const Terminal& terminal, std::string label, std::string unit)
    : terminal_(terminal),
      label_(std::move(label)),
      unit_(std::move(unit)),
      begun_(std::chrono::steady_clock::now()),
      drawn_(begun_) {}

Progress::~Progress() { finish(); }

void Progress::update(std::uint64_t done, std::uint64_t total) {
  if (!terminal_.progress()) return;
  const auto now = std::chrono::steady_clock::now();
  if (now - drawn_ < std::chrono::milliseconds(100)) return;
  drawn_ = now;
  shown_ = true;
  const double seconds = std::chrono::duration<double>(now - begun_).count();
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  std::string line = fmt::format("\r\x1b[K{} ", label_);
  if (total > 0) {
    constexpr std::size_t kBarColumns = 24;
    const double part = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    const auto filled = static_cast<std::size_t>(part * kBarColumns);
    for (std::size_t i = 0; i < kBarColumns; ++i) line += i < filled ? "█" : "░";
    line += fmt::format(" {:3.0f} %  {} of {} {}", part * 100, group_digits(done), group_digits(total), unit_);
  } else {
    line += fmt::format("{} {}", group_digits(done), unit_);
  }
  line += fmt::format(", {}/s", group_digits(static_cast<std::uint64_t>(rate)));
  to_standard_error(line);
}

void Progress::finish() {
  if (shown_) to_standard_error("\r\x1b[K");
  shown_ = false;
}

std::string group_digits(std::uint64_t n) {
  std::string text = std::to_string(n);
  for (std::size_t at = text.size(); at > 3; at -= 3) text.insert(at - 3, ",");
  return text;
}

std::string count_text(std::uint64_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", group_digits(n), n == 1 ? one : many);
}

}  // namespace tansiq::cli
