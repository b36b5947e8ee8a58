// JSON from outside: request bodies, GeoJSON files, whatever a stranger sends. Strict, bounded, and exact about places.
//
//   const auto json = TRY(JsonDocument::parse(body));            // "line 3, column 14: …"
//   const JsonValue root = json.root();
//   TRY_VOID(root.only({"id", "volumes"}));                      // unknown names are errors
//   const auto id = TRY(TRY(root.at("id")).string());            // "volumes[3].band.lower: …"
//
// Records of our own use canonical JSON instead (log/jcs.h): there one spelling exists for each value. Here any RFC
// 8259 text is accepted, except what two readers could understand differently: a repeated member name, invalid UTF-8, a
// lone surrogate, a number beyond the range of a double, a byte order mark, anything after the value.
#pragma once

#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace tansiq {

/// Bounds of one document. What exceeds one fails with `kTooLarge` or `kTooMuchWork`, and the message names it.
struct JsonLimits {
  std::size_t bytes_max = kRequestBodyBytesMax;
  std::size_t depth_max = kJsonDepthMax;
  std::size_t values_max = 1'000'000;  ///< Values of all kinds, nested ones included: memory is about 32 bytes each.
};

class JsonDocument;

/// A value of a parsed document: a view, two words, valid while the `JsonDocument` lives (moving that is allowed).
///
/// Accessors that return `Result` fail with `kInvalid` and say what was expected and found; `where` is the path of the
/// value, as in `features[3].geometry.coordinates[0]`. A path is only worked out when something is wrong, by searching
/// the document: O(values).
class JsonValue {
 public:
  enum class Kind : std::uint8_t { kNull, kBoolean, kNumber, kString, kArray, kObject };
  [[nodiscard]] Kind kind() const;
  [[nodiscard]] bool is_null() const { return kind() == Kind::kNull; }

  /// A whole number; `2.0` and `2e3` are whole too, as in JSON Schema. Beyond 2^53 only digits without `.` or `e` are.
  [[nodiscard]] Result<std::int64_t> integer() const;
  [[nodiscard]] Result<std::int64_t> integer(std::int64_t min, std::int64_t max) const;  ///< Range checked.
  [[nodiscard]] Result<double> number() const;                                           ///< Always finite.
  /// The number times 10^`digits`, rounded half away from zero: `fixed(7)` of 51.4689454 is 514689454. Exact for a
  /// decimal of at most 15 significant digits. Fails beyond 2^53. `digits` 0…9.
  [[nodiscard]] Result<std::int64_t> fixed(int digits) const;
  [[nodiscard]] Result<std::string_view> string() const;
  [[nodiscard]] Result<bool> boolean() const;

  /// Objects: a required member; an optional one; on any other kind `at` fails and `find` yields nothing.
  [[nodiscard]] Result<JsonValue> at(std::string_view name) const;
  [[nodiscard]] std::optional<JsonValue> find(std::string_view name) const;
  /// Fails, naming the member and what is known, when the object has one that is not in `names`.
  [[nodiscard]] Status only(std::initializer_list<std::string_view> names) const;
  /// Objects and arrays: number of members or elements; 0 for others. `operator[]` and `name` need i < size().
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] JsonValue operator[](std::size_t i) const;
  [[nodiscard]] std::string_view name(std::size_t i) const;
  /// Fails with `kInvalid` unless this is an array / an object / ….
  [[nodiscard]] Status expect(Kind kind) const;

  /// The same value as the root of its own: paths begin here, and are searched for here alone. For whoever reads very
  /// many parts and says himself in which one he is.
  [[nodiscard]] JsonValue alone() const { return {value_, value_}; }
  /// Where this value stands, from the root; empty for the root itself. O(values).
  [[nodiscard]] std::string path() const;
  /// An error about this value: `fail(code, message, path())`.
  [[nodiscard]] std::unexpected<Error> error(ErrorCode code, std::string message) const;

 private:
  friend class JsonDocument;
  JsonValue(const boost::json::value* value, const boost::json::value* root) : value_(value), root_(root) {}
  [[nodiscard]] std::unexpected<Error> expected(std::string_view what) const;

  const boost::json::value* value_;
  const boost::json::value* root_;
};

/// A parsed document. Owns its values in one monotonic pool, freed at once; needs the text only while parsing.
class JsonDocument {
 public:
  /// Fails with `kMalformed` (not JSON, a repeated name, bad UTF-8), `kTooLarge` (bytes, depth) or `kTooMuchWork`
  /// (values); `where` is "line L, column C", columns counted in bytes from 1. O(bytes), whatever the text.
  [[nodiscard]] static Result<JsonDocument> parse(std::string_view text, const JsonLimits& limits = {});

  JsonDocument(JsonDocument&&) noexcept;
  JsonDocument& operator=(JsonDocument&&) noexcept;
  ~JsonDocument();

  [[nodiscard]] JsonValue root() const;

 private:
  class Impl;
  explicit JsonDocument(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace tansiq
