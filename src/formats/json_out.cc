#include "formats/json_out.h"

#include <fmt/format.h>

#include <iterator>
#include <limits>

#include "formats/findings.h"
#include "formats/text.h"

namespace tansiq::formats {

void JsonOut::before_value() {
  if (comma_) out_ += ',';
  comma_ = true;
}

JsonOut& JsonOut::open(char bracket) {
  before_value();
  out_ += bracket;
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::close(char bracket) {
  out_ += bracket;
  comma_ = true;
  return *this;
}

JsonOut& JsonOut::key(std::string_view name) {
  string(name);
  out_ += ':';
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::string(std::string_view value) {
  before_value();
  out_ += '"';
  for (const char c : printable(value, std::numeric_limits<std::size_t>::max())) {
    if (c == '"' || c == '\\') out_ += '\\';
    out_ += c;
  }
  out_ += '"';
  return *this;
}

JsonOut& JsonOut::integer(std::int64_t value) {
  before_value();
  fmt::format_to(std::back_inserter(out_), "{}", value);
  return *this;
}

JsonOut& JsonOut::boolean(bool value) {
  before_value();
  out_ += value ? "true" : "false";
  return *this;
}

JsonOut& JsonOut::metres(std::int64_t cm) {
  before_value();
  fmt::format_to(std::back_inserter(out_), "{}", cm / 100);
  if (cm % 100 != 0) {
    const std::string digits = fmt::format("{:02}", cm % 100);
    out_ += '.';
    out_ += std::string_view(digits).substr(0, digits.ends_with('0') ? 1 : 2);
  }
  return *this;
}

JsonOut& JsonOut::position(const geo::LatLng& position) {
  before_value();
  out_ += '[';
  append_degrees(out_, position.lng_e7);
  out_ += ',';
  append_degrees(out_, position.lat_e7);
  out_ += ']';
  return *this;
}

JsonOut& JsonOut::new_line() {
  out_ += '\n';
  return *this;
}

}  // namespace tansiq::formats
