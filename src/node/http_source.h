// A generated request parser's view of an HTTP request.
#pragma once

#include "net/http_types.h"
#include "net/router.h"
#include "node/request_source.h"

namespace tansiq::node {

/// Both arguments outlive this.
class HttpSource final : public RequestSource {
 public:
  using Parameters = std::vector<std::pair<std::string_view, std::string_view>>;
  HttpSource(const net::Request& request, const Parameters& parameters) : request_(request), parameters_(parameters) {}

  [[nodiscard]] std::string_view path_parameter(std::string_view name) const override;
  [[nodiscard]] Result<std::optional<std::string_view>> query_parameter(std::string_view name) const override;
  [[nodiscard]] Status only_query_parameters(std::initializer_list<std::string_view> names) const override;
  [[nodiscard]] std::string_view body() const override { return request_.body; }
  [[nodiscard]] std::string media_type() const override { return request_.media_type(); }

 private:
  const net::Request& request_;
  const Parameters& parameters_;
};

}  // namespace tansiq::node
