#include "net/http_types.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/invariant.h"
#include "base/logging.h"

namespace tansiq::net {
namespace {

constexpr std::array<std::pair<Method, std::string_view>, 7> kMethods{{{Method::kGet, "GET"},
                                                                       {Method::kHead, "HEAD"},
                                                                       {Method::kPost, "POST"},
                                                                       {Method::kPut, "PUT"},
                                                                       {Method::kPatch, "PATCH"},
                                                                       {Method::kDelete, "DELETE"},
                                                                       {Method::kOptions, "OPTIONS"}}};

constexpr char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool is_token_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         std::string_view("!#$%&'*+-.^_`|~").find(c) != std::string_view::npos;
}

bool is_field_value(std::string_view text) {
  return std::ranges::none_of(text,
                              [](char c) { return (static_cast<unsigned char>(c) < 0x20 && c != '\t') || c == 0x7f; });
}

}  // namespace

std::string_view method_name(Method method) { return kMethods.at(static_cast<std::size_t>(method)).second; }

std::optional<Method> parse_method(std::string_view name) {
  for (const auto& [method, text] : kMethods) {
    if (text == name) return method;
  }
  return std::nullopt;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return a.size() == b.size() && std::ranges::equal(a, b, {}, lower, lower);
}

Headers::Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields) {
  for (const auto& [name, value] : fields) add(name, value);
}

void Headers::add(std::string_view name, std::string_view value) {
  EXPECT_INVARIANT(!name.empty() && std::ranges::all_of(name, is_token_character));
  EXPECT_INVARIANT(is_field_value(value));
  const Field field{static_cast<std::uint32_t>(text_.size()), static_cast<std::uint32_t>(name.size()),
                    static_cast<std::uint32_t>(value.size())};
  text_.append(name).append(value);
  fields_.push_back(field);
}

void Headers::set(std::string_view name, std::string_view value) {
  const std::string copy(value);  // may view this object's own text
  std::erase_if(fields_, [&](const Field& field) {
    return equal_ignoring_case(std::string_view(text_).substr(field.at, field.name_bytes), name);
  });
  add(name, copy);
}

std::optional<std::string_view> Headers::find(std::string_view wanted) const {
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (equal_ignoring_case(name(i), wanted)) return value(i);
  }
  return std::nullopt;
}

std::size_t Headers::count(std::string_view wanted) const {
  std::size_t found = 0;
  for (std::size_t i = 0; i < fields_.size(); ++i) {
    if (equal_ignoring_case(name(i), wanted)) ++found;
  }
  return found;
}

std::string_view Headers::name(std::size_t i) const {
  return std::string_view(text_).substr(fields_[i].at, fields_[i].name_bytes);
}

std::string_view Headers::value(std::size_t i) const {
  return std::string_view(text_).substr(fields_[i].at + fields_[i].name_bytes, fields_[i].value_bytes);
}

std::optional<std::string_view> Request::query(std::string_view name) const {
  for (const auto& [key, value] : target.query) {
    if (key == name) return value;
  }
  return std::nullopt;
}

Result<std::optional<std::string_view>> Request::query_once(std::string_view name) const {
  std::optional<std::string_view> found;
  for (const auto& [key, value] : target.query) {
    if (key != name) continue;
    if (found) return fail(ErrorCode::kInvalid, fmt::format("parameter \"{}\" stands more than once", name), "query");
    found = value;
  }
  return found;
}

std::string Request::media_type() const {
  std::string_view text = headers.find("content-type").value_or("");
  text = text.substr(0, text.find(';'));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

Request make_request(Method method, std::string_view target, std::string body) {
  auto parsed = Target::parse(target);
  EXPECT_INVARIANT(parsed.has_value());
  Request request;
  request.method = method;
  request.target = std::move(*parsed);
  request.body = std::move(body);
  request.connection = std::make_shared<ConnectionInfo>(ConnectionInfo{"127.0.0.1", 0, false, std::nullopt});
  return request;
}

std::string_view status_phrase(int status) {
  constexpr std::pair<int, std::string_view> kPhrases[] = {
      {100, "Continue"},
      {200, "OK"},
      {201, "Created"},
      {202, "Accepted"},
      {204, "No Content"},
      {206, "Partial Content"},
      {301, "Moved Permanently"},
      {302, "Found"},
      {303, "See Other"},
      {304, "Not Modified"},
      {307, "Temporary Redirect"},
      {308, "Permanent Redirect"},
      {400, "Bad Request"},
      {401, "Unauthorized"},
      {403, "Forbidden"},
      {404, "Not Found"},
      {405, "Method Not Allowed"},
      {406, "Not Acceptable"},
      {408, "Request Timeout"},
      {409, "Conflict"},
      {410, "Gone"},
      {411, "Length Required"},
      {412, "Precondition Failed"},
      {413, "Content Too Large"},
      {414, "URI Too Long"},
      {415, "Unsupported Media Type"},
      {416, "Range Not Satisfiable"},
      {417, "Expectation Failed"},
      {421, "Misdirected Request"},
      {422, "Unprocessable Content"},
      {428, "Precondition Required"},
      {429, "Too Many Requests"},
      {431, "Request Header Fields Too Large"},
      {500, "Internal Server Error"},
      {501, "Not Implemented"},
      {502, "Bad Gateway"},
      {503, "Service Unavailable"},
      {504, "Gateway Timeout"},
      {505, "HTTP Version Not Supported"},
      {507, "Insufficient Storage"},
  };
  for (const auto& [code, phrase] : kPhrases) {
    if (code == status) return phrase;
  }
  return "Unknown";
}

Response text_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "text/plain; charset=utf-8");
  response.body = std::move(body);
  return response;
}

Response json_response(int status, std::string body) {
  Response response;
  response.status = status;
  response.headers.add("Content-Type", "application/json");
  response.body = std::move(body);
  return response;
}

Problem make_problem(Error error, int status) {
  return {new_error_id(), status != 0 ? status : error_info(error.code).http_status, std::move(error)};
}

void add_retry_after(Response& response) {
  // Buckets are filled by the second (rate_limit.h), and what is not available is looked for every few.
  if (response.status == 429) response.headers.set("Retry-After", "1");
  if (response.status == 503) response.headers.set("Retry-After", "5");
}

Response problem_response(const Problem& problem) {
  const ErrorInfo& info = error_info(problem.error.code);
  // What went wrong inside is for the people who run the node; a stranger learns only where they will find it.
  const bool inner =
      info.code == ErrorCode::kInternal || info.code == ErrorCode::kIo || info.code == ErrorCode::kCorrupt;
  std::string body = fmt::format(R"({{"type":"/problems/{}","title":)", info.slug);
  append_json_string(body, info.title);
  fmt::format_to(std::back_inserter(body), R"(,"status":{},"detail":)", problem.status);
  append_json_string(body, inner ? fmt::format("see the log, id {}", problem.id) : problem.error.message);
  if (!inner && !problem.error.where.empty()) {
    body += R"(,"where":)";
    append_json_string(body, problem.error.where);
  }
  body += R"(,"id":)";
  append_json_string(body, problem.id);
  body += "}";
  Response response;
  response.status = problem.status;
  response.headers.add("Content-Type", "application/problem+json");
  response.headers.add("Cache-Control", "no-store");
  response.body = std::move(body);
  add_retry_after(response);
  return response;
}

}  // namespace tansiq::net
