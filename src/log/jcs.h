// Canonical JSON (RFC 8785, integers only): the one spelling of every record.
//
// Writing: `JcsWriter` appends members; the caller gives them in canonical order and debug builds check it.
// Reading: `JcsValue::parse` accepts canonical text only: what does not re-encode to the same bytes is refused.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/limits.h"
#include "base/result.h"

namespace tansiq::log {

inline constexpr std::int64_t kJcsIntegerMax = 9'007'199'254'740'991;

/// A value of a parsed document: a view, two words, valid while the `JcsDocument` lives (moving the document is allowed).
/// Accessors that return `Result` fail with `kInvalid`; `where` is the path of the value, as in `zones[3].owner`.
class JcsValue {
 public:
  enum class Kind : std::uint8_t { kObject, kArray, kString, kInteger, kBoolean };
  [[nodiscard]] Kind kind() const;

  [[nodiscard]] Result<std::int64_t> integer() const;
  [[nodiscard]] Result<std::int64_t> integer(std::int64_t min, std::int64_t max) const;  ///< Range checked.
  [[nodiscard]] Result<std::string_view> string() const;
  [[nodiscard]] Result<bool> boolean() const;

  /// Objects: a required member, an optional one, all members in order.
  [[nodiscard]] Result<JcsValue> at(std::string_view name) const;
  [[nodiscard]] std::optional<JcsValue> find(std::string_view name) const;
  /// Fails, naming the member, when the object has one that is not in `names`: unknown names are errors.
  [[nodiscard]] Status only(std::initializer_list<std::string_view> names) const;
  /// Objects and arrays: number of members or elements; 0 for others. `operator[]` and `name` need i < size().
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] JcsValue operator[](std::size_t i) const;
  [[nodiscard]] std::string_view name(std::size_t i) const;
  /// Fails with `kInvalid` unless this is an array / an object.
  [[nodiscard]] Status expect(Kind kind) const;

 private:
  friend class JcsDocument;
  // (implementation members)
};

/// A parsed document. Owns a copy of its text; one allocation for all nodes.
class JcsDocument {
 public:
  /// Accepts exactly the canonical spelling: anything else fails with `kMalformed` and the byte offset. Limits: depth
  /// kJsonDepthMax, size `bytes_max`.
  [[nodiscard]] static Result<JcsDocument> parse(std::string_view text, std::size_t bytes_max = kNoteBytesMax);
  /// The same without building nodes, for verifiers: about memory speed.
  [[nodiscard]] static Status check(std::string_view text, std::size_t bytes_max = kNoteBytesMax);
  [[nodiscard]] JcsValue root() const;
};

/// Streams canonical JSON into a string. Members must be given in canonical order (UTF-16 code units of the name; for
/// ASCII names, byte order); a violation is a broken invariant.
class JcsWriter {
 public:
  explicit JcsWriter(std::string& out) : out_(out) {}
  JcsWriter& begin_object();
  JcsWriter& end_object();
  JcsWriter& begin_array();
  JcsWriter& end_array();
  JcsWriter& key(std::string_view name);
  JcsWriter& string(std::string_view value);  ///< Must be valid UTF-8 without noncharacters.
  JcsWriter& integer(std::int64_t value);     ///< |value| <= kJcsIntegerMax.
  JcsWriter& boolean(bool value);
  /// A value that is canonical JSON already (a nested record).
  JcsWriter& raw(std::string_view canonical);

 private:
  std::string& out_;
  // (implementation members)
};

}  // namespace tansiq::log
