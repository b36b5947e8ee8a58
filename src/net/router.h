// Which handler serves a request: method and path template. Decides once, at start-up, that no two routes overlap.
//
//   Router<Route> router;
//   router.add(Method::kGet, "/v1/zones/{id}", route);
//   auto match = router.find(request);          // Result: kNotFound (404), kMethodNotAllowed (405)
//   match->parameter("id");
//
// The value of a route is any copyable type, so that a caller keeps its own typed handlers, scopes and limits beside
// the path. Templates compare decoded segments; a trailing slash is a segment of its own and is not normalised. A
// literal segment wins over a parameter at the same place.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/invariant.h"
#include "base/result.h"
#include "net/http_types.h"

namespace tansiq::net {

/// The tree of templates; `Router` gives its numbers a type.
class RouteTable {
 public:
  struct Match {
    std::size_t route = 0;
    /// In the order of the template. Names view the table, values the request.
    std::vector<std::pair<std::string_view, std::string_view>> parameters;
  };

  /// Fails with `kInvalid` when the template is malformed (`{` without `}`, an empty or repeated name, no leading `/`)
  /// and with `kConflict` when the same method and path exist.
  [[nodiscard]] Status add(Method method, std::string_view path_template, std::size_t route);

  /// HEAD falls back to GET. Fails with `kNotFound`, or `kMethodNotAllowed`.
  /// Cost: O(segments), plus backtracking where a literal and a parameter share a place.
  [[nodiscard]] Result<Match> find(Method method, const Target& target) const;

  /// The value of an `Allow` header: methods served at this path, `GET, HEAD, POST`; empty when there is no such path.
  [[nodiscard]] std::string allowed(const Target& target) const;

 private:
  struct Route {
    Method method;
    std::size_t route;
    std::vector<std::string> names;  // parameters on the way here
  };
  struct Node {
    std::string literal;
    bool is_parameter = false;
    std::vector<std::size_t> children;
    std::vector<Route> routes;
  };
  const Node* descend(std::size_t at, std::span<const std::string> segments, std::vector<std::string_view>& values,
                      std::size_t& visits) const;
  const Node* locate(const Target& target, std::vector<std::string_view>& values) const;

  std::vector<Node> nodes_ = std::vector<Node>(1);
};

template <class Value>
class Router {
 public:
  struct Match {
    const Value* value = nullptr;
    std::vector<std::pair<std::string_view, std::string_view>> parameters;

    /// A parameter of the template; asking for one that it does not have is a broken invariant.
    [[nodiscard]] std::string_view parameter(std::string_view name) const {
      for (const auto& [key, text] : parameters) {
        if (key == name) return text;
      }
      invariant_failed("the template has this parameter", __FILE__, __LINE__);
    }
  };

  [[nodiscard]] Status add(Method method, std::string_view path_template, Value value) {
    TRY_VOID(table_.add(method, path_template, values_.size()));
    values_.push_back(std::move(value));
    return {};
  }

  [[nodiscard]] Result<Match> find(const Request& request) const {
    auto match = TRY(table_.find(request.method, request.target));
    return Match{&values_[match.route], std::move(match.parameters)};
  }

  [[nodiscard]] std::string allowed(const Request& request) const { return table_.allowed(request.target); }

 private:
  RouteTable table_;
  std::vector<Value> values_;
};

}  // namespace tansiq::net
