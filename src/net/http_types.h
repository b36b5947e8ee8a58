// What HTTP carries, as values: methods, headers, requests, responses, and errors as `application/problem+json`.
//
// No sockets here: routers, authenticators and handlers need only this header, and tests build a `Request` by hand:
//
//   Request request = make_request(Method::kGet, "/v1/zones/K1?at=2026-11-22T10:00:00Z");
//   request.segments()[2];    // "K1"
//   request.query("at");      // "2026-11-22T10:00:00Z"
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/result.h"
#include "base/time.h"

namespace tansiq::net {

/// The methods that are served. Any other is answered 501 before a handler sees it.
enum class Method : std::uint8_t { kGet, kHead, kPost, kPut, kPatch, kDelete, kOptions };

/// `GET`, `HEAD`, ...
[[nodiscard]] std::string_view method_name(Method method);
/// Methods are case-sensitive (RFC 9110, 9.1). Empty when it is none of those served.
[[nodiscard]] std::optional<Method> parse_method(std::string_view name);

/// Compares ASCII without regard to case, as header names want it.
[[nodiscard]] bool equal_ignoring_case(std::string_view a, std::string_view b);

/// Header fields in the order in which they came or shall go. All text stands in one allocation, the index in another.
/// Lookup is linear: there are at most kHeadersMax of them.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  /// Appends. Names that are not tokens and values with control characters are a broken invariant: what comes from
  /// outside has been checked by the parser, what goes out is written by this program.
  void add(std::string_view name, std::string_view value);
  /// Removes every field of that name, then appends.
  void set(std::string_view name, std::string_view value);

  /// The first field of that name, in any case.
  [[nodiscard]] std::optional<std::string_view> find(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;

  [[nodiscard]] std::size_t size() const { return fields_.size(); }
  [[nodiscard]] bool empty() const { return fields_.empty(); }
  /// Need i < size(). Views are valid until the next change.
  [[nodiscard]] std::string_view name(std::size_t i) const;
  [[nodiscard]] std::string_view value(std::size_t i) const;

 private:
  struct Field {
    std::uint32_t at;
    std::uint32_t name_bytes;
    std::uint32_t value_bytes;
  };
  std::string text_;
  std::vector<Field> fields_;
};

/// Who is asking, once authenticated.
struct Principal {
  std::string subject{};                        ///< Account, e.g. "duty-officer" or "sim-7".
  std::set<std::string, std::less<>> scopes{};  ///< e.g. "intents.write".
  UtcMs expires{};                              ///< The credentials are void from this moment on.
  std::string token_id;                         ///< Names the credentials in records and logs; not a secret.

  [[nodiscard]] bool has(std::string_view scope) const { return scopes.contains(scope); }
};

/// The other end of a TLS connection that showed a certificate: one signed by the configured client authority, or any
/// where the server takes any client key (then only the key is proved, the subject is what the client calls itself).
struct TlsPeer {
  std::string subject;                        ///< Distinguished name, RFC 2253.
  std::array<std::uint8_t, 32> key_sha256{};  ///< SHA-256 of its SubjectPublicKeyInfo: what a charter names.
};

/// What all requests of one connection share.
struct ConnectionInfo {
  std::string address;  ///< Numeric, without the port: "127.0.0.1", "::1".
  std::uint16_t port = 0;
  bool tls = false;
  std::optional<TlsPeer> peer;
};

/// A request target, taken apart (RFC 3986), strictly: one spelling, no surprise behind a proxy.
///
/// Percent escapes must be two hexadecimal digits and decode to valid UTF-8 without control characters; a `/` that was
/// escaped stays inside its segment. Segments `.` and `..` are refused. Nothing is normalised: `/v1/zones/` has one
/// (empty) segment more than `/v1/zones`. In a query `+` is a plus sign, not a space, so that RFC 3339 offsets survive.
struct Target {
  std::string path;                                        ///< As sent, without the query: "/v1/zones/K%201".
  std::vector<std::string> segments;                       ///< Decoded: {"v1", "zones", "K 1"}. "/" has one, empty.
  std::vector<std::pair<std::string, std::string>> query;  ///< Decoded, in order; `a` alone is {"a", ""}.

  /// Accepts origin form (`/path?query`) and absolute form (`http://host/path`), whose authority is dropped. Fails with
  /// `kMalformed`, or `kTooLarge` beyond kPathSegmentsMax or kQueryParametersMax; `where` says which part.
  [[nodiscard]] static Result<Target> parse(std::string_view text);
};

/// Decodes percent escapes under the rule of `Target`. Fails with `kMalformed`.
[[nodiscard]] Result<std::string> percent_decode(std::string_view text);
/// Escapes everything but unreserved characters (RFC 3986, 2.3), so that the result is one path segment or value.
[[nodiscard]] std::string percent_encode(std::string_view text);

/// One request, complete: a handler never sees half a body.
struct Request {
  Method method = Method::kGet;
  Target target;
  Headers headers;
  std::string body;
  std::shared_ptr<const ConnectionInfo> connection;  ///< Never null in a handler.
  std::optional<Principal> principal;                ///< Set by whoever authenticates, before dispatch.

  [[nodiscard]] const std::string& path() const { return target.path; }
  [[nodiscard]] std::span<const std::string> segments() const { return target.segments; }
  /// The only value of a parameter; nothing when it is absent. Use `query_once` where a repetition must be refused.
  [[nodiscard]] std::optional<std::string_view> query(std::string_view name) const;
  /// The same; fails with `kInvalid` when the parameter stands more than once.
  [[nodiscard]] Result<std::optional<std::string_view>> query_once(std::string_view name) const;
  [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const { return headers.find(name); }
  /// Content-Type without parameters, lower case; empty when absent.
  [[nodiscard]] std::string media_type() const;
};

/// A request built by hand, for tests. A target that does not parse is a broken invariant.
[[nodiscard]] Request make_request(Method method, std::string_view target, std::string body = {});

/// A body that is read piece by piece as the client takes it, so that it need not fit in memory. It is read on the I/O
/// thread of its connection: it lies at hand, as in a file on this machine. It goes when the last byte is sent, or when
/// the client has gone.
class BodySource {
 public:
  BodySource() = default;
  BodySource(const BodySource&) = delete;
  BodySource& operator=(const BodySource&) = delete;
  virtual ~BodySource() = default;
  /// How long it is in all; does not change.
  [[nodiscard]] virtual std::uint64_t size() const = 0;
  /// Fills at most the span, from where it stands. 0: there is nothing more, which before the end cuts the connection.
  [[nodiscard]] virtual std::size_t read(std::span<char> into) = 0;
};

/// One answer. The server adds Date, Content-Length and Connection; handlers must not.
struct Response {
  int status = 200;
  Headers headers{};
  std::string body{};
  /// Sent instead of `body` when set: text that many answers share (console files, tiles) is not copied.
  std::shared_ptr<const std::string> shared_body{};
  /// Sent instead of both when set. For exchanges over a connection.
  std::shared_ptr<BodySource> source{};

  [[nodiscard]] std::string_view body_view() const { return shared_body ? std::string_view(*shared_body) : body; }
};

/// "Not Found" for 404; "Unknown" for a status without a name.
[[nodiscard]] std::string_view status_phrase(int status);

[[nodiscard]] Response text_response(int status, std::string body);  ///< text/plain; charset=utf-8
[[nodiscard]] Response json_response(int status, std::string body);  ///< application/json

/// An error on its way out (RFC 9457). `id` is random and stands in the answer and in the log line, so that a person
/// who quotes it finds the line.
struct Problem {
  std::string id;  ///< 16 hexadecimal digits.
  int status = 500;
  Error error;
};

/// Gives `error` an id and the status of the error table, or `status` where HTTP has a finer one (431 instead of 413).
/// The message of `kInternal`, `kIo` and `kCorrupt` stays in the log: outside it reads "see the log, id ...".
[[nodiscard]] Problem make_problem(Error error, int status = 0);

/// Says to clients that are refused for the moment (429, 503) when to come again.
void add_retry_after(Response& response);

/// `{"type":"/problems/<slug>","title":...,"status":...,"detail":...,"where":...,"id":...}`; `where` only if known.
/// With `Retry-After`, where it helps.
[[nodiscard]] Response problem_response(const Problem& problem);

}  // namespace tansiq::net
