#include "net/router.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::net {
namespace {

// A path of n segments visits at most 2^n nodes when every place has both a literal and a parameter; a table like that
// does not exist, and this keeps it so.
constexpr std::size_t kVisitsMax = 4'096;

struct Piece {
  std::string literal;
  std::string parameter;
};

Result<std::vector<Piece>> parse_template(std::string_view text) {
  if (text.empty() || text.front() != '/')
    return fail(ErrorCode::kInvalid, "a path template begins with /", std::string(text));
  std::vector<Piece> pieces;
  std::size_t begin = 1;
  for (;;) {
    const std::size_t end = std::min(text.find('/', begin), text.size());
    const std::string_view piece = text.substr(begin, end - begin);
    const bool braces = piece.find_first_of("{}") != std::string_view::npos;
    if (braces) {
      const bool whole = piece.size() > 2 && piece.front() == '{' && piece.back() == '}' &&
                         piece.substr(1, piece.size() - 2).find_first_of("{}") == std::string_view::npos;
      if (!whole) return fail(ErrorCode::kInvalid, "a parameter is a whole segment, {name}", std::string(text));
      pieces.push_back({"", std::string(piece.substr(1, piece.size() - 2))});
    } else {
      pieces.push_back({std::string(piece), ""});
    }
    if (end == text.size()) return pieces;
    begin = end + 1;
  }
}

}  // namespace

Status RouteTable::add(Method method, std::string_view path_template, std::size_t route) {
  const std::vector<Piece> pieces = TRY(parse_template(path_template));
  std::vector<std::string> names;
  std::size_t at = 0;
  for (const Piece& piece : pieces) {
    if (!piece.parameter.empty()) {
      if (std::ranges::find(names, piece.parameter) != names.end()) {
        return fail(ErrorCode::kInvalid, fmt::format("parameter {{{}}} stands twice", piece.parameter),
                    std::string(path_template));
      }
      names.push_back(piece.parameter);
    }
    std::size_t next = 0;
    for (const std::size_t child : nodes_[at].children) {
      if (nodes_[child].is_parameter == !piece.parameter.empty() && nodes_[child].literal == piece.literal)
        next = child;
    }
    if (next == 0) {
      next = nodes_.size();
      nodes_.push_back({piece.literal, !piece.parameter.empty(), {}, {}});
      // Literals before parameters: they win.
      auto& children = nodes_[at].children;
      children.insert(piece.parameter.empty() ? children.begin() : children.end(), next);
    }
    at = next;
  }
  for (const Route& known : nodes_[at].routes) {
    if (known.method == method) {
      return fail(ErrorCode::kConflict, fmt::format("{} is routed twice", method_name(method)),
                  std::string(path_template));
    }
  }
  nodes_[at].routes.push_back({method, route, std::move(names)});
  return {};
}

const RouteTable::Node* RouteTable::descend(std::size_t at, std::span<const std::string> segments,
                                            std::vector<std::string_view>& values, std::size_t& visits) const {
  if (++visits > kVisitsMax) return nullptr;
  const Node& node = nodes_[at];
  if (segments.empty()) return node.routes.empty() ? nullptr : &node;
  for (const std::size_t child : node.children) {
    const Node& next = nodes_[child];
    // A parameter never matches an empty segment: "/v1/zones/" is not a zone without a name.
    if (next.is_parameter ? segments.front().empty() : next.literal != segments.front()) continue;
    if (next.is_parameter) values.emplace_back(segments.front());
    if (const Node* found = descend(child, segments.subspan(1), values, visits)) return found;
    if (next.is_parameter) values.pop_back();
  }
  return nullptr;
}

const RouteTable::Node* RouteTable::locate(const Target& target, std::vector<std::string_view>& values) const {
  std::size_t visits = 0;
  return descend(0, target.segments, values, visits);
}

Result<RouteTable::Match> RouteTable::find(Method method, const Target& target) const {
  std::vector<std::string_view> values;
  const Node* node = locate(target, values);
  if (node == nullptr) return fail(ErrorCode::kNotFound, "nothing is served at this path", target.path);
  const Route* route = nullptr;
  for (const Route& candidate : node->routes) {
    const bool exact = candidate.method == method;
    const bool stands_in = method == Method::kHead && candidate.method == Method::kGet;
    if (exact || (stands_in && route == nullptr)) route = &candidate;
  }
  if (route == nullptr) {
    return fail(ErrorCode::kMethodNotAllowed,
                fmt::format("{} is not served here, but {}", method_name(method), allowed(target)), target.path);
  }
  Match match;
  match.route = route->route;
  for (std::size_t i = 0; i < values.size(); ++i) match.parameters.emplace_back(route->names[i], values[i]);
  return match;
}

std::string RouteTable::allowed(const Target& target) const {
  std::vector<std::string_view> values;
  const Node* node = locate(target, values);
  if (node == nullptr) return {};
  std::vector<Method> methods;
  for (const Route& route : node->routes) {
    methods.push_back(route.method);
    if (route.method == Method::kGet) methods.push_back(Method::kHead);
  }
  std::ranges::sort(methods);
  methods.erase(std::ranges::unique(methods).begin(), methods.end());
  std::string out;
  for (const Method method : methods)
    fmt::format_to(std::back_inserter(out), "{}{}", out.empty() ? "" : ", ", method_name(method));
  return out;
}

}  // namespace tansiq::net
