// What a person sees: tables, colours, progress, and text that cannot trick a terminal.
//
// Colours and progress appear only on a terminal: never in a pipe, never with NO_COLOR set (https://no-color.org),
// never with TERM=dumb. Everything else is plain text on standard output; what went wrong goes to standard error.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tansiq::cli {

/// Columns that `text` takes on a terminal: code points, escape sequences apart. Wide East Asian characters count one.
[[nodiscard]] std::size_t display_width(std::string_view text);

/// Breaks `text` at spaces into lines of at most `columns`; lines after the first begin with `indent` spaces, which the
/// first is assumed to have already.
[[nodiscard]] std::string wrap(std::string_view text, std::size_t columns, std::size_t indent);

/// Text that came from others, made harmless: control characters, bytes that are not UTF-8 and bidirectional controls
/// become visible escapes.
[[nodiscard]] std::string printable(std::string_view text);

enum class Colour : std::uint8_t { kPlain, kBold, kDim, kRed, kGreen, kYellow, kBlue, kCyan };

/// What the two output streams of this process are.
class Terminal {
 public:
  /// Looks at the streams and the environment. `no_colour` is the wish of the command line.
  [[nodiscard]] static Terminal detect(bool no_colour);
  /// Neither colour nor progress: for tests and for `--json`.
  Terminal() = default;

  /// `text` in a colour where standard output shows colours, else unchanged.
  [[nodiscard]] std::string paint(Colour colour, std::string_view text) const;
  [[nodiscard]] bool colour() const { return colour_; }
  /// Standard error is a terminal: progress may be drawn there.
  [[nodiscard]] bool progress() const { return progress_; }
  /// Standard output is a terminal.
  [[nodiscard]] bool interactive() const { return interactive_; }
  [[nodiscard]] std::size_t columns() const { return columns_; }

 private:
  bool colour_ = false;
  bool progress_ = false;
  bool interactive_ = false;
  std::size_t columns_ = 100;
};

/// Standard output takes no more: nobody reads it (`| head`), or the disk is full. Thrown by `put` and caught where the
/// program ends (`run_program`), so that whatever a command has begun is ended in order.
struct OutputGone {
  int exit_code;    ///< As of a program that SIGPIPE ends, or of a failed write.
  std::string why;  ///< Empty where nobody reads any more.
};

/// Writes to standard output, all of it; throws `OutputGone`.
void put(std::string_view text);
/// Writes a line to standard error. Where nobody reads it there is nobody to tell.
void put_error(std::string_view line);

/// A table whose columns are as wide as their widest cell. Columns named with a leading '>' align to the right.
class Table {
 public:
  explicit Table(std::vector<std::string> columns);
  void row(std::vector<std::string> cells);
  [[nodiscard]] bool empty() const { return rows_.empty(); }
  /// The table with a header line; headings are dim on a terminal with colours.
  [[nodiscard]] std::string text(const Terminal& terminal) const;

 private:
  struct Column {
    std::string name;
    bool right = false;
  };
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A progress bar on standard error for work that takes longer than a moment. Drawn at most ten times a second, erased
/// at the end, and not drawn at all where nobody watches.
class Progress {
 public:
  /// `unit` names what is counted: "entries". `total` 0: not known yet.
  Progress(const Terminal& terminal, std::string label, std::string unit);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::uint64_t done, std::uint64_t total);
  void finish();

 private:
  const Terminal& terminal_;
  std::string label_;
  std::string unit_;
  std::chrono::steady_clock::time_point begun_;
  std::chrono::steady_clock::time_point drawn_;
  bool shown_ = false;
};

/// "1 entry", "2 entries"; digits in groups of three.
[[nodiscard]] std::string count_text(std::uint64_t n, std::string_view one, std::string_view many);
/// 1234567 as "1,234,567".
[[nodiscard]] std::string group_digits(std::uint64_t n);

}  // namespace tansiq::cli
