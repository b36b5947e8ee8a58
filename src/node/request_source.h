// What a generated request parser reads from: path and query parameters and a body, wherever they come from.
//
// The faces implement it over an HTTP request (request_source.cc has that one), the fuzzer over its bytes.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "base/json_in.h"
#include "base/result.h"

namespace tansiq::node {

/// Views are valid as long as the request is.
class RequestSource {
 public:
  RequestSource() = default;
  RequestSource(const RequestSource&) = delete;
  RequestSource& operator=(const RequestSource&) = delete;
  virtual ~RequestSource() = default;

  /// A parameter of the path template; asking for one that it does not have is a broken invariant.
  [[nodiscard]] virtual std::string_view path_parameter(std::string_view name) const = 0;
  /// Fails with `kInvalid` when the parameter stands more than once.
  [[nodiscard]] virtual Result<std::optional<std::string_view>> query_parameter(std::string_view name) const = 0;
  /// Fails with `kInvalid`, naming it, when there is a query parameter that is not in `names`.
  [[nodiscard]] virtual Status only_query_parameters(std::initializer_list<std::string_view> names) const = 0;
  [[nodiscard]] virtual std::string_view body() const = 0;
  /// Content-Type without parameters, lower case; empty when absent.
  [[nodiscard]] virtual std::string media_type() const = 0;
};

/// Parses the body. Fails with `kUnsupported` unless it is declared as application/json, and as `JsonDocument::parse`.
[[nodiscard]] Result<JsonDocument> read_json_body(const RequestSource& request);
/// The same without parsing it: for bodies that the core describes (core/record.h) and reads itself.
[[nodiscard]] Result<std::string> json_text(const RequestSource& request);
/// A body that is a file. Fails with `kUnsupported` unless it is declared as application/octet-stream.
[[nodiscard]] Result<std::string> bytes_of(const RequestSource& request);
/// Fails with `kInvalid` when there is one.
[[nodiscard]] Status expect_no_body(const RequestSource& request);

/// Parameters as text. `name` becomes the error's place. Fail with `kInvalid`.
[[nodiscard]] Result<std::int64_t> parse_integer_parameter(std::string_view text, std::string_view name,
                                                           std::int64_t min, std::int64_t max);
[[nodiscard]] Result<std::string> parse_text_parameter(std::string_view text, std::string_view name,
                                                       std::size_t bytes_min, std::size_t bytes_max);
template <class IdType>
[[nodiscard]] Result<IdType> parse_id_parameter(std::string_view text, std::string_view name) {
  auto id = IdType::parse(text);
  if (!id) return std::unexpected<Error>(inside(std::move(id.error()), name));
  return std::move(*id);
}

}  // namespace tansiq::node
