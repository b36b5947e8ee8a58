// The writing half of jcs.h.
#include <charconv>
#include <cstring>

#include "base/invariant.h"
#include "log/jcs.h"
#include "log/jcs_text.h"

namespace tansiq::log {
namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

void append_escape(std::string& out, char c) {
  out += '\\';
  switch (c) {
    case '"':
      out += '"';
      return;
    case '\\':
      out += '\\';
      return;
    case '\b':
      out += 'b';
      return;
    case '\t':
      out += 't';
      return;
    case '\n':
      out += 'n';
      return;
    case '\f':
      out += 'f';
      return;
    case '\r':
      out += 'r';
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(c);
  out += "u00";
  out += kHexDigits[code >> 4];
  out += kHexDigits[code & 15];
}

// Appends the text between the quotes.
void append_escaped(std::string& out, std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  const char* plain = p;
  while (true) {
    p = jcs_detail::find_special(p, end);
    if (p == end) break;
    if (static_cast<signed char>(*p) < 0) {
      const int length = jcs_detail::utf8_sequence(p, end);
      EXPECT_INVARIANT(length != 0);  // the border lets only valid text in: check_jcs_text
      p += length;
      continue;
    }
    out.append(plain, p);
    append_escape(out, *p++);
    plain = p;
  }
  out.append(plain, end);
}

}  // namespace

void JcsWriter::before_value() {
  if (object_[depth_]) {
    EXPECT_INVARIANT(after_key_);
    after_key_ = false;
    return;
  }
  if (empty_[depth_]) {
    empty_[depth_] = false;
    return;
  }
  EXPECT_INVARIANT(depth_ != 0);  // a second value after the document's end
  out_ += ',';
}

void JcsWriter::begin(char bracket, bool object) {
  before_value();
  EXPECT_INVARIANT(depth_ < kJsonDepthMax);
  ++depth_;
  empty_[depth_] = true;
  object_[depth_] = object;
  out_ += bracket;
}

void JcsWriter::end(char bracket, bool object) {
  EXPECT_INVARIANT(depth_ != 0 && object_[depth_] == object && !after_key_);
  --depth_;
  out_ += bracket;
}

JcsWriter& JcsWriter::begin_object() {
  begin('{', true);
  return *this;
}

JcsWriter& JcsWriter::end_object() {
  end('}', true);
  return *this;
}

JcsWriter& JcsWriter::begin_array() {
  begin('[', false);
  return *this;
}

JcsWriter& JcsWriter::end_array() {
  end(']', false);
  return *this;
}

JcsWriter& JcsWriter::key(std::string_view name) {
  EXPECT_INVARIANT(object_[depth_] && !after_key_);
  out_.append(empty_[depth_] ? "\"" : ",\"", empty_[depth_] ? 1 : 2);
  const std::size_t at = out_.size();
  append_escaped(out_, name);
  const std::size_t size = out_.size() - at;
  if (!empty_[depth_]) {
    const std::string_view text = out_;
    const auto previous = text.substr(last_[depth_].at, last_[depth_].size);
    EXPECT_INVARIANT(jcs_detail::compare_escaped_names(previous, text.substr(at, size)) < 0);
  }
  last_[depth_] = {at, size};
  empty_[depth_] = false;
  out_.append("\":", 2);
  after_key_ = true;
  return *this;
}

JcsWriter& JcsWriter::string(std::string_view value) {
  before_value();
  out_ += '"';
  append_escaped(out_, value);
  out_ += '"';
  return *this;
}

JcsWriter& JcsWriter::integer(std::int64_t value) {
  EXPECT_INVARIANT(value >= -kJcsIntegerMax && value <= kJcsIntegerMax);
  before_value();
  std::array<char, 24> digits{};
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  out_.append(digits.data(), written.ptr);
  return *this;
}

JcsWriter& JcsWriter::boolean(bool value) {
  before_value();
  out_ += value ? std::string_view("true") : std::string_view("false");
  return *this;
}

JcsWriter& JcsWriter::raw(std::string_view canonical) {
  EXPECT_INVARIANT(!canonical.empty());
  before_value();
  out_ += canonical;
  return *this;
}

// Recursion is bounded by kJsonDepthMax, which every parsed value keeps.
JcsWriter& JcsWriter::value(const JcsValue& value) {
  switch (value.kind()) {
    case JcsValue::Kind::kObject:
      begin_object();
      for (std::size_t i = 0; i < value.size(); ++i) key(value.name(i)).value(value[i]);
      return end_object();
    case JcsValue::Kind::kArray:
      begin_array();
      for (std::size_t i = 0; i < value.size(); ++i) this->value(value[i]);
      return end_array();
    case JcsValue::Kind::kString:
      return string(*value.string());
    case JcsValue::Kind::kInteger:
      return integer(*value.integer());
    case JcsValue::Kind::kBoolean:
      break;
  }
  return boolean(*value.boolean());
}

Status check_jcs_text(std::string_view text) {
  const char* p = text.data();
  const char* const end = p + text.size();
  while ((p = jcs_detail::find_special(p, end)) != end) {
    if (static_cast<signed char>(*p) >= 0) {
      ++p;
      continue;
    }
    const int length = jcs_detail::utf8_sequence(p, end);
    if (length == 0) {
      return fail(ErrorCode::kMalformed, "text is not valid UTF-8, or holds a noncharacter",
                  "byte " + std::to_string(p - text.data()));
    }
    p += length;
  }
  return {};
}

std::strong_ordering compare_jcs_names(std::string_view a, std::string_view b) {
  return jcs_detail::compare_plain_names(a, b);
}

}  // namespace tansiq::log
