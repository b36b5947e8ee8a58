// The writing half of jcs.h.
#include <algorithm>
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

/// Lets `write` fill up to `most` bytes behind the text; it returns the end of what it wrote. One check of capacity for
/// a whole token.
template <class Write>
void extend(std::string& out, std::size_t most, Write&& write) {
  const std::size_t at = out.size();
  out.resize_and_overwrite(at + most,
                           [&](char* text, std::size_t) { return static_cast<std::size_t>(write(text + at) - text); });
}

/// Appends the text between the quotes.
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
    out.append(plain, static_cast<std::size_t>(p - plain));
    append_escape(out, *p++);
    plain = p;
  }
  out.append(plain, static_cast<std::size_t>(end - plain));
}

/// Appends a text in its quotes, with a comma before it and `after` behind it.
void append_quoted(std::string& out, bool comma, std::string_view text, std::string_view after) {
  const char* const end = text.data() + text.size();
  if (jcs_detail::find_special(text.data(), end) == end) {
    extend(out, text.size() + after.size() + 3, [&](char* p) {
      if (comma) *p++ = ',';
      *p++ = '"';
      p = std::copy(text.begin(), text.end(), p);
      *p++ = '"';
      return std::copy(after.begin(), after.end(), p);
    });
    return;
  }
  out += comma ? std::string_view(",\"") : std::string_view("\"");
  append_escaped(out, text);
  out += '"';
  out += after;
}

}  // namespace

bool JcsWriter::comma_before_value() {
  Level& level = levels_[depth_];
  if (level.object) {
    EXPECT_INVARIANT(after_key_);
    after_key_ = false;
    return false;
  }
  if (level.empty) {
    level.empty = false;
    return false;
  }
  EXPECT_INVARIANT(depth_ != 0);  // a second value after the document's end
  return true;
}

void JcsWriter::begin(char bracket, bool object) {
  if (comma_before_value()) out_ += ',';
  EXPECT_INVARIANT(depth_ < kJsonDepthMax);
  ++depth_;
  levels_[depth_] = {.object = object};
  out_ += bracket;
}

void JcsWriter::end(char bracket, bool object) {
  EXPECT_INVARIANT(depth_ != 0 && levels_[depth_].object == object && !after_key_);
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
  Level& level = levels_[depth_];
  EXPECT_INVARIANT(level.object && !after_key_);
  const std::size_t at = out_.size() + (level.empty ? 1 : 2);
  append_quoted(out_, !level.empty, name, ":");
  const std::size_t size = out_.size() - at - 2;
  if (!level.empty) {
    const std::string_view text = out_;
    EXPECT_INVARIANT(
        jcs_detail::compare_escaped_names(text.substr(level.name_at, level.name_size), text.substr(at, size)) < 0);
  }
  level = {.name_at = at, .name_size = size, .empty = false, .object = true};
  after_key_ = true;
  return *this;
}

JcsWriter& JcsWriter::string(std::string_view value) {
  append_quoted(out_, comma_before_value(), value, "");
  return *this;
}

JcsWriter& JcsWriter::integer(std::int64_t value) {
  EXPECT_INVARIANT(value >= -kJcsIntegerMax && value <= kJcsIntegerMax);
  constexpr std::size_t kMost = 24;
  const bool comma = comma_before_value();
  extend(out_, kMost, [&](char* p) {
    if (comma) *p++ = ',';
    return std::to_chars(p, p + kMost - 1, value).ptr;
  });
  return *this;
}

JcsWriter& JcsWriter::boolean(bool value) { return raw(value ? std::string_view("true") : std::string_view("false")); }

JcsWriter& JcsWriter::raw(std::string_view canonical) {
  EXPECT_INVARIANT(!canonical.empty());
  if (comma_before_value()) out_ += ',';
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
