#include "cli/json_out.h"

#include <fmt/format.h>

#include <cmath>

#include "base/invariant.h"
#include "base/logging.h"

namespace tansiq::cli {

void JsonOut::separate() {
  if (comma_) text_ += ',';
  comma_ = true;
}

JsonOut& JsonOut::open_object() {
  separate();
  text_ += '{';
  open_ += '}';
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::open_array() {
  separate();
  text_ += '[';
  open_ += ']';
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::close() {
  EXPECT_INVARIANT(!open_.empty());
  text_ += open_.back();
  open_.pop_back();
  comma_ = true;
  return *this;
}

JsonOut& JsonOut::key(std::string_view name) {
  EXPECT_INVARIANT(!open_.empty() && open_.back() == '}');
  separate();
  append_json_string(text_, name);
  text_ += ':';
  comma_ = false;
  return *this;
}

JsonOut& JsonOut::value(std::string_view text) {
  separate();
  append_json_string(text_, text);
  return *this;
}

JsonOut& JsonOut::value(std::int64_t number) {
  separate();
  text_ += std::to_string(number);
  return *this;
}

JsonOut& JsonOut::value(std::uint64_t number) {
  separate();
  text_ += std::to_string(number);
  return *this;
}

JsonOut& JsonOut::value(double number) {
  if (!std::isfinite(number)) return null();
  separate();
  text_ += fmt::format("{}", number);
  return *this;
}

JsonOut& JsonOut::value(bool truth) {
  separate();
  text_ += truth ? "true" : "false";
  return *this;
}

JsonOut& JsonOut::null() {
  separate();
  text_ += "null";
  return *this;
}

JsonOut& JsonOut::raw(std::string_view json) {
  separate();
  text_ += json;
  return *this;
}

std::string JsonOut::line() const {
  EXPECT_INVARIANT(open_.empty());
  return text_ + "\n";
}

std::string error_json(const Error& error) {
  JsonOut json;
  json.open_object().key("error").open_object();
  json.member("code", error_info(error.code).slug).member("message", error.message);
  if (!error.where.empty()) json.member("where", error.where);
  json.close().close();
  return json.text();
}

}  // namespace tansiq::cli
