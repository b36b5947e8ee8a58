#include "uss/canonical.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>
#include <vector>

namespace tansiq::uss {
namespace {

/// Of valid UTF-8.
std::u16string utf16(std::string_view text) {
  std::u16string out;
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = [&](std::size_t at) { return static_cast<unsigned char>(text[at]); };
    char32_t point = byte(i);
    const std::size_t more = point < 0x80 ? 0 : point < 0xE0 ? 1 : point < 0xF0 ? 2 : 3;
    if (more > 0) point &= 0x3FU >> more;
    for (std::size_t n = 1; n <= more && i + n < text.size(); ++n) point = point << 6 | (byte(i + n) & 0x3FU);
    i += more + 1;
    if (point < 0x1'0000) {
      out += static_cast<char16_t>(point);
    } else {
      out += static_cast<char16_t>(0xD800 + ((point - 0x1'0000) >> 10));
      out += static_cast<char16_t>(0xDC00 + ((point - 0x1'0000) & 0x3FF));
    }
  }
  return out;
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\b':
        out += "\\b";
        break;
      case '\f':
        out += "\\f";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          fmt::format_to(std::back_inserter(out), "\\u{:04x}", static_cast<unsigned>(c));
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

/// Walks through a text that is known to be JSON. Depth is bounded by whoever found that out.
class Walker {
 public:
  explicit Walker(std::string_view text) : rest_(text) {}

  void append_value(std::string& out) {
    space();
    switch (rest_.front()) {
      case '{':
        return append_object(out);
      case '[':
        return append_array(out);
      case '"':
        return append_string(out, take_string());
      case 't':
      case 'n':
        out += rest_.substr(0, 4);
        return rest_.remove_prefix(4);
      case 'f':
        out += rest_.substr(0, 5);
        return rest_.remove_prefix(5);
      default:
        return append_number(out);
    }
  }

 private:
  void space() {
    const std::size_t at = rest_.find_first_not_of(" \t\r\n");
    rest_.remove_prefix(std::min(at, rest_.size()));
  }
  bool take(char c) {
    space();
    if (rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }

  void append_number(std::string& out) {
    const std::size_t end = std::min(rest_.find_first_not_of("+-.0123456789eE"), rest_.size());
    double value = 0;
    // What is too small for a double is zero; what is too large was refused.
    std::from_chars(rest_.data(), rest_.data() + end, value);
    rest_.remove_prefix(end);
    out += ecmascript_number(value);
  }

  void append_array(std::string& out) {
    (void)take('[');
    out += '[';
    if (!take(']')) {
      append_value(out);
      while (take(',')) {
        out += ',';
        append_value(out);
      }
      (void)take(']');
    }
    out += ']';
  }

  void append_object(std::string& out) {
    (void)take('{');
    std::vector<std::pair<std::u16string, std::string>> members;
    if (!take('}')) {
      do {
        space();
        const std::string name = take_string();
        (void)take(':');
        std::string member;
        append_string(member, name);
        member += ':';
        append_value(member);
        members.emplace_back(utf16(name), std::move(member));
      } while (take(','));
      (void)take('}');
    }
    std::ranges::sort(members);
    out += '{';
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i > 0) out += ',';
      out += members[i].second;
    }
    out += '}';
  }

  std::uint32_t take_code_unit() {
    std::uint32_t unit = 0;
    std::from_chars(rest_.data(), rest_.data() + 4, unit, 16);
    rest_.remove_prefix(4);
    return unit;
  }

  std::string take_string() {
    std::string out;
    rest_.remove_prefix(1);
    while (rest_.front() != '"') {
      if (rest_.front() != '\\') {
        const std::size_t end = rest_.find_first_of("\"\\");
        out += rest_.substr(0, end);
        rest_.remove_prefix(end);
        continue;
      }
      const char c = rest_[1];
      rest_.remove_prefix(2);
      constexpr std::string_view kShort = "bfnrt";
      constexpr std::string_view kMeant = "\b\f\n\r\t";
      if (const std::size_t at = kShort.find(c); at != std::string_view::npos) {
        out += kMeant[at];
      } else if (c == 'u') {
        char32_t point = take_code_unit();
        if (point >= 0xD800 && point < 0xDC00) {  // A pair: one alone was refused.
          rest_.remove_prefix(2);
          point = 0x1'0000 + ((point - 0xD800) << 10) + (take_code_unit() - 0xDC00);
        }
        append_utf8(out, point);
      } else {
        out += c;
      }
    }
    rest_.remove_prefix(1);
    return out;
  }

  static void append_utf8(std::string& out, char32_t point) {
    const auto last = [&](int shift) { out += static_cast<char>(0x80 | (point >> shift & 0x3F)); };
    if (point < 0x80) {
      out += static_cast<char>(point);
    } else if (point < 0x800) {
      out += static_cast<char>(0xC0 | point >> 6);
      last(0);
    } else if (point < 0x1'0000) {
      out += static_cast<char>(0xE0 | point >> 12);
      last(6);
      last(0);
    } else {
      out += static_cast<char>(0xF0 | point >> 18);
      last(12);
      last(6);
      last(0);
    }
  }

  std::string_view rest_;
};

/// Where a value that the text begins with ends.
std::size_t value_end(std::string_view text) {
  std::size_t depth = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"') {
      for (++i; text[i] != '"'; ++i) i += text[i] == '\\' ? 1U : 0U;
    } else if (c == '{' || c == '[') {
      ++depth;
    } else if (c == '}' || c == ']') {
      if (depth == 0) return i;
      --depth;
    } else if (c == ',' && depth == 0) {
      return i;
    }
  }
  return text.size();
}

}  // namespace

std::string ecmascript_number(double value) {
  if (value == 0) return "0";
  // Shortest digits that read back: d.ddde±xx.
  std::array<char, 32> buffer{};
  const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, std::chars_format::scientific);
  std::string_view text(buffer.data(), static_cast<std::size_t>(end.ptr - buffer.data()));
  std::string out;
  if (text.front() == '-') {
    out += '-';
    text.remove_prefix(1);
  }
  const std::size_t e = text.find('e');
  int exponent = 0;
  const std::string_view power = text.substr(text[e + 1] == '+' ? e + 2 : e + 1);
  std::from_chars(power.data(), power.data() + power.size(), exponent);
  std::string digits(text.substr(0, 1));
  if (e > 2) digits += text.substr(2, e - 2);
  const int count = static_cast<int>(digits.size());
  const int point = exponent + 1;  // The decimal point stands behind so many digits.
  constexpr int kPlainMax = 21;
  constexpr int kPlainMin = -6;
  if (count <= point && point <= kPlainMax) {
    out += digits;
    out.append(static_cast<std::size_t>(point - count), '0');
  } else if (0 < point && point <= kPlainMax) {
    out += digits.substr(0, static_cast<std::size_t>(point)) + "." + digits.substr(static_cast<std::size_t>(point));
  } else if (kPlainMin < point && point <= 0) {
    out += "0.";
    out.append(static_cast<std::size_t>(-point), '0');
    out += digits;
  } else {
    out += digits.substr(0, 1);
    if (count > 1) out += "." + digits.substr(1);
    fmt::format_to(std::back_inserter(out), "e{:+}", exponent);
  }
  return out;
}

Result<Message> Message::parse(std::string_view text, const JsonLimits& limits) {
  JsonDocument document = TRY(JsonDocument::parse(text, limits));
  std::string canonical;
  Walker(text).append_value(canonical);
  return Message(std::move(document), std::move(canonical));
}

std::string_view member_of(std::string_view object, std::string_view name) {
  if (object.empty() || object.front() != '{') return {};
  const std::string wanted = fmt::format("\"{}\":", name);
  for (std::string_view rest = object.substr(1); !rest.empty() && rest.front() != '}';) {
    const std::size_t end = value_end(rest);
    const std::string_view member = rest.substr(0, end);
    if (member.starts_with(wanted)) return member.substr(wanted.size());
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return {};
}

}  // namespace tansiq::uss
