// A writer of JSON for people and maps: members in the order given, positions as exact decimals. (Records are written
// by log::JcsWriter, which knows no decimals.)
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "geo/volume.h"

namespace tansiq::formats {

/// Appends to a string. The caller nests correctly; commas are put where they belong.
class JsonOut {
 public:
  explicit JsonOut(std::string& out) : out_(out) {}
  JsonOut& begin_object() { return open('{'); }
  JsonOut& end_object() { return close('}'); }
  JsonOut& begin_array() { return open('['); }
  JsonOut& end_array() { return close(']'); }
  JsonOut& key(std::string_view name);
  JsonOut& string(std::string_view value);  ///< Control characters and bytes that are not UTF-8 are replaced by '?'.
  JsonOut& integer(std::int64_t value);
  JsonOut& boolean(bool value);
  JsonOut& metres(std::int64_t cm);  ///< Centimetres, not negative, as a decimal of metres, exactly: 92.6.
  JsonOut& position(const geo::LatLng& position);  ///< [longitude, latitude] in degrees, exact to 1e-7.
  JsonOut& new_line();                             ///< White space only: one feature a line.

 private:
  JsonOut& open(char bracket);
  JsonOut& close(char bracket);
  void before_value();
  std::string& out_;
  bool comma_ = false;
};

}  // namespace tansiq::formats
