#include "f3548/moment.h"

namespace tansiq::f3548 {
namespace {

constexpr std::size_t kSecondsEnd = 19;  // "2026-11-22T10:00:00"
constexpr std::size_t kMillisecondDigits = 3;
constexpr std::size_t kFractionDigits = 9;

}  // namespace

Result<Moment> Moment::parse(std::string_view text) {
  const auto down = parse_utc(text, TimeRounding::kDown);
  if (!down) return fail(ErrorCode::kInvalid, down.error().message);
  Moment out;
  out.ms_ = *down;
  std::string_view fraction;
  if (text.size() > kSecondsEnd && text[kSecondsEnd] == '.') {
    fraction = text.substr(kSecondsEnd);
    fraction = fraction.substr(0, fraction.find_first_not_of("0123456789", 1));
  }
  for (std::size_t i = kMillisecondDigits + 1; i <= kFractionDigits; ++i) {
    out.nanoseconds_ = out.nanoseconds_ * 10 + (i < fraction.size() ? fraction[i] - '0' : 0);
  }
  if (text.back() == 'Z' && text[10] == 'T') {
    out.text_ = text;
  } else {
    const UtcMs second{out.ms_.ms - ((out.ms_.ms % 1'000) + 1'000) % 1'000};
    out.text_ = format_utc(second);
    out.text_.pop_back();
    out.text_ += fraction;
    out.text_ += 'Z';
  }
  return out;
}

Moment Moment::at(UtcMs time) {
  Moment out;
  out.ms_ = time;
  out.text_ = format_utc(time);
  return out;
}

}  // namespace tansiq::f3548
