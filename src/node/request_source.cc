#include "node/request_source.h"

#include <fmt/format.h>

#include <charconv>

namespace tansiq::node {

namespace {

Status expect_json(const RequestSource& request) {
  const std::string type = request.media_type();
  if (type == "application/json") return {};
  return fail(ErrorCode::kUnsupported,
              type.empty() ? std::string("the body has no Content-Type; send application/json")
                           : fmt::format("the body is {}; send application/json", type),
              "Content-Type");
}

}  // namespace

Result<JsonDocument> read_json_body(const RequestSource& request) {
  TRY_VOID(expect_json(request));
  return JsonDocument::parse(request.body());
}

Result<std::string> json_text(const RequestSource& request) {
  TRY_VOID(expect_json(request));
  return std::string(request.body());
}

Result<std::string> bytes_of(const RequestSource& request) {
  if (request.media_type() != "application/octet-stream") {
    return fail(ErrorCode::kUnsupported, "send application/octet-stream", "Content-Type");
  }
  return std::string(request.body());
}

Status expect_no_body(const RequestSource& request) {
  if (!request.body().empty()) return fail(ErrorCode::kInvalid, "this request takes no body", "body");
  return {};
}

Result<std::int64_t> parse_integer_parameter(std::string_view text, std::string_view name, std::int64_t min,
                                             std::int64_t max) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value < min || value > max) {
    return fail(ErrorCode::kInvalid, fmt::format("expected a whole number from {} to {}", min, max), std::string(name));
  }
  return value;
}

Result<std::string> parse_text_parameter(std::string_view text, std::string_view name, std::size_t bytes_min,
                                         std::size_t bytes_max) {
  if (text.size() < bytes_min || text.size() > bytes_max) {
    return fail(ErrorCode::kInvalid, fmt::format("expected {} to {} characters", bytes_min, bytes_max),
                std::string(name));
  }
  return std::string(text);
}

}  // namespace tansiq::node
