// A moment as a client wrote it: the text is stored and sent back, the number decides.
#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "base/time.h"

namespace tansiq::f3548 {

class Moment {
 public:
  Moment() = default;
  /// RFC 3339 with 0 to 9 digits of fraction. What is written in UTC with `Z` stays as it is; another offset is brought
  /// to `Z` with the same fraction. Fails with `kInvalid`.
  [[nodiscard]] static Result<Moment> parse(std::string_view text);
  [[nodiscard]] static Moment at(UtcMs time);

  [[nodiscard]] const std::string& text() const { return text_; }
  /// To whole milliseconds, outward: a window begins no later, and ends no earlier, than was said.
  [[nodiscard]] UtcMs floor() const { return ms_; }
  [[nodiscard]] UtcMs ceil() const { return nanoseconds_ == 0 ? ms_ : ms_ + 1; }

  /// For comparisons: has no text.
  [[nodiscard]] Moment later_by(DurationMs d) const {
    Moment out;
    out.ms_ = ms_ + d;
    out.nanoseconds_ = nanoseconds_;
    return out;
  }

  /// By time, not by text.
  friend std::strong_ordering operator<=>(const Moment& a, const Moment& b) {
    if (const auto order = a.ms_ <=> b.ms_; order != 0) return order;
    return a.nanoseconds_ <=> b.nanoseconds_;
  }
  friend bool operator==(const Moment& a, const Moment& b) { return (a <=> b) == 0; }

 private:
  UtcMs ms_;
  std::int32_t nanoseconds_ = 0;  ///< Beyond the millisecond.
  std::string text_;
};

}  // namespace tansiq::f3548
