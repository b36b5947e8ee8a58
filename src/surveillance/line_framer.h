// Lines out of pieces of a byte stream: bounded, without copying what is whole.
#pragma once

#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "base/bytes.h"

namespace tansiq::surveillance {

/// Calls `line(text)` for each line of a stream, without its line end (LF, CRLF); `too_long()` once for each line
/// beyond `bytes_max`, which is passed over up to its end however long it takes to come. A line inside one piece is
/// seen where it lies; only one that is cut by pieces is copied.
class LineFramer {
 public:
  explicit LineFramer(std::size_t bytes_max) : bytes_max_(bytes_max) { kept_.reserve(bytes_max); }

  template <class Line, class TooLong>
  void feed(ByteView bytes, Line&& line, TooLong&& too_long) {
    std::string_view rest = as_text(bytes);
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      if (end == std::string_view::npos) {
        keep(rest, too_long);
        return;
      }
      std::string_view text = rest.substr(0, end);
      rest.remove_prefix(end + 1);
      if (skipping_) {
        skipping_ = false;
        continue;
      }
      if (!kept_.empty()) {
        keep(text, too_long);
        if (skipping_) {
          skipping_ = false;
          continue;
        }
        text = kept_;
      }
      emit(text, line, too_long);
      kept_.clear();
    }
  }

  /// What a datagram or file ends with is a line too, even without its line end.
  template <class Line, class TooLong>
  void finish(Line&& line, TooLong&& too_long) {
    if (!skipping_ && !kept_.empty()) emit(kept_, line, too_long);
    reset();
  }

  /// Forgets a line begun: the connection it came from is gone.
  void reset() {
    kept_.clear();
    skipping_ = false;
  }

  /// Octets are missing here: what is left of a line begun, on both sides of the gap, is passed over up to its end.
  void skip() {
    kept_.clear();
    skipping_ = true;
  }

 private:
  template <class Line, class TooLong>
  void emit(std::string_view text, Line&& line, TooLong&& too_long) {
    if (text.size() > bytes_max_) {
      too_long();
      return;
    }
    if (text.ends_with('\r')) text.remove_suffix(1);
    if (!text.empty()) line(text);
  }

  template <class TooLong>
  void keep(std::string_view text, TooLong&& too_long) {
    if (skipping_) return;
    if (kept_.size() + text.size() > bytes_max_) {
      too_long();
      kept_.clear();
      skipping_ = true;
      return;
    }
    kept_.append(text);
  }

  std::size_t bytes_max_;
  std::string kept_;
  bool skipping_ = false;
};

}  // namespace tansiq::surveillance
