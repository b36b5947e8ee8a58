// Request targets: splitting and strict percent-decoding.
#include <fmt/format.h>

#include <algorithm>

#include "net/http_types.h"

namespace tansiq::net {
namespace {

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' ||
         c == '_' || c == '~';
}

// What RFC 3986 allows unescaped in a path segment or, with "/" and "?", in a query.
bool is_pchar(char c) {
  return is_unreserved(c) || std::string_view("!$&'()*+,;=:@").find(c) != std::string_view::npos;
}

/// Length of the UTF-8 sequence at the start of `text`; 0 when it is not valid (overlong, surrogate, too high).
std::size_t utf8_sequence(std::string_view text) {
  const auto at = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const auto follows = [&](std::size_t i, unsigned low = 0x80, unsigned high = 0xBF) {
    return at(i) >= low && at(i) <= high;
  };
  const unsigned first = at(0);
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return follows(1) ? 2 : 0;
  if (first >= 0xE0 && first <= 0xEF) {
    const unsigned low = first == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = first == 0xED ? 0x9F : 0xBF;
    return follows(1, low, high) && follows(2) ? 3 : 0;
  }
  if (first >= 0xF0 && first <= 0xF4) {
    const unsigned low = first == 0xF0 ? 0x90 : 0x80;
    const unsigned high = first == 0xF4 ? 0x8F : 0xBF;
    return follows(1, low, high) && follows(2) && follows(3) ? 4 : 0;
  }
  return 0;
}

Status check_decoded(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7f) return fail(ErrorCode::kMalformed, fmt::format("escaped control character %{:02X}", c));
    const std::size_t bytes = utf8_sequence(text.substr(i));
    if (bytes == 0) return fail(ErrorCode::kMalformed, "escapes do not form UTF-8");
    i += bytes;
  }
  return {};
}

Status check_characters(std::string_view text, std::string_view also_allowed) {
  for (const char c : text) {
    if (!is_pchar(c) && c != '%' && also_allowed.find(c) == std::string_view::npos) {
      return fail(ErrorCode::kMalformed,
                  fmt::format("byte 0x{:02X} must be percent-escaped", static_cast<unsigned char>(c)));
    }
  }
  return {};
}

Result<std::vector<std::string>> split_path(std::string_view path) {
  TRY_VOID(check_characters(path, "/"));
  std::vector<std::string> segments;
  std::size_t begin = 1;  // after the leading slash
  for (;;) {
    const std::size_t end = std::min(path.find('/', begin), path.size());
    if (segments.size() == kPathSegmentsMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} path segments", kPathSegmentsMax));
    }
    std::string segment = TRY(percent_decode(path.substr(begin, end - begin)));
    if (segment == "." || segment == "..")
      return fail(ErrorCode::kMalformed, "dot segments are not served; send the full path");
    segments.push_back(std::move(segment));
    if (end == path.size()) return segments;
    begin = end + 1;
  }
}

Result<std::vector<std::pair<std::string, std::string>>> split_query(std::string_view query) {
  TRY_VOID(check_characters(query, "/?"));
  std::vector<std::pair<std::string, std::string>> parameters;
  while (!query.empty()) {
    const std::size_t end = std::min(query.find('&'), query.size());
    const std::string_view item = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (item.empty()) continue;
    if (parameters.size() == kQueryParametersMax) {
      return fail(ErrorCode::kTooLarge, fmt::format("more than {} query parameters", kQueryParametersMax));
    }
    const std::size_t equals = std::min(item.find('='), item.size());
    std::string name = TRY(percent_decode(item.substr(0, equals)));
    std::string value = TRY(percent_decode(item.substr(std::min(equals + 1, item.size()))));
    parameters.emplace_back(std::move(name), std::move(value));
  }
  return parameters;
}

/// `http://host/path?query` without scheme and authority; "/" where there is no path.
std::string_view strip_authority(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (!equal_ignoring_case(text.substr(0, scheme.size()), scheme)) continue;
    text.remove_prefix(scheme.size());
    const std::size_t end = text.find_first_of("/?");
    return end == std::string_view::npos ? std::string_view("/") : text.substr(end);
  }
  return text;
}

}  // namespace

Result<std::string> percent_decode(std::string_view text) {
  const std::size_t first = text.find('%');
  if (first == std::string_view::npos) return std::string(text);
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      out.push_back(text[i]);
      continue;
    }
    const int high = i + 2 < text.size() ? hex_digit(text[i + 1]) : -1;
    const int low = i + 2 < text.size() ? hex_digit(text[i + 2]) : -1;
    if (high < 0 || low < 0) return fail(ErrorCode::kMalformed, "% is not followed by two hexadecimal digits");
    out.push_back(static_cast<char>(high * 16 + low));
    i += 2;
  }
  TRY_VOID(check_decoded(out));
  return out;
}

std::string percent_encode(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (is_unreserved(c)) {
      out.push_back(c);
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

Result<Target> Target::parse(std::string_view text) {
  text = strip_authority(text);
  const std::size_t question = std::min(text.find('?'), text.size());
  std::string_view path = text.substr(0, question);
  if (path.empty() && question < text.size()) path = "/";  // http://host?query
  if (path.empty() || path.front() != '/')
    return fail(ErrorCode::kMalformed, "the path does not begin with /", "target");
  Target target;
  auto segments = split_path(path);
  if (!segments) return std::unexpected(inside(std::move(segments).error(), "target.path"));
  auto query = split_query(text.substr(std::min(question + 1, text.size())));
  if (!query) return std::unexpected(inside(std::move(query).error(), "target.query"));
  target.path = path;
  target.segments = std::move(*segments);
  target.query = std::move(*query);
  return target;
}

}  // namespace tansiq::net
