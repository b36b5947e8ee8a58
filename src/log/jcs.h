// Canonical JSON (RFC 8785, integers only): the one spelling of every record.
//
// Writing: `JcsWriter` appends members; the caller gives them in canonical order, and every build checks it.
// Reading: `JcsDocument::parse` accepts canonical text only: what does not re-encode to the same bytes is refused.
//
//   std::string line;
//   JcsWriter w(line);
//   w.begin_object().key("kind").string("intent").key("seq").integer(7).end_object();
//
//   const JcsDocument document = TRY(JcsDocument::parse(line));
//   const JcsValue member = TRY(document.root().at("seq"));
//   const std::int64_t seq = TRY(member.integer(0, kJcsIntegerMax));
//
// What is refused, beside everything that is not JSON: white space, members out of order or repeated, needless or
// upper-case escapes, lone surrogates, noncharacters, `null`, fractions, exponents, `-0`, integers beyond 2^53-1,
// nesting deeper than `kJsonDepthMax`. A string can therefore hold any Unicode text, and each value has one spelling,
// so that equal records have equal hashes.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/limits.h"
#include "base/result.h"

namespace tansiq::log {

inline constexpr std::int64_t kJcsIntegerMax = 9'007'199'254'740'991;

/// The largest document that `parse` can be told to accept (positions are 32 bits, a few of them spent on the kind).
inline constexpr std::size_t kJcsDocumentBytesMax = std::size_t{1} << 28;

struct JcsBlock;  // The one allocation behind a document.

/// A value of a parsed document: a view, two words, valid while the `JcsDocument` lives (moving the document is
/// allowed). Accessors that return `Result` fail with `kInvalid`; `where` is the path of the value, as in
/// `zones[3].owner`.
class JcsValue {
 public:
  enum class Kind : std::uint8_t { kObject, kArray, kString, kInteger, kBoolean };
  [[nodiscard]] Kind kind() const;

  [[nodiscard]] Result<std::int64_t> integer() const;
  [[nodiscard]] Result<std::int64_t> integer(std::int64_t min, std::int64_t max) const;  ///< Range checked.
  [[nodiscard]] Result<std::string_view> string() const;
  [[nodiscard]] Result<bool> boolean() const;

  /// Objects: a required member, an optional one, all members in order. O(log members).
  [[nodiscard]] Result<JcsValue> at(std::string_view name) const;
  [[nodiscard]] std::optional<JcsValue> find(std::string_view name) const;
  /// Fails, naming the member, when the object has one that is not in `names`: unknown names are errors.
  [[nodiscard]] Status only(std::initializer_list<std::string_view> names) const;
  /// Objects and arrays: number of members or elements; 0 for others. `operator[]` and `name` need i < size(). O(1).
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] JcsValue operator[](std::size_t i) const;
  [[nodiscard]] std::string_view name(std::size_t i) const;
  /// Fails with `kInvalid` unless this is an array / an object.
  [[nodiscard]] Status expect(Kind kind) const;

  /// Where this value stands: `zones[3].owner`; empty for the root. For messages: O(nodes) a level.
  [[nodiscard]] std::string path() const;
  /// A failure at this value: `kInvalid`, `message`, `path()`.
  [[nodiscard]] std::unexpected<Error> fail_here(std::string message) const;

 private:
  friend class JcsDocument;
  JcsValue(const JcsBlock* block, std::uint32_t index) : block_(block), index_(index) {}
  const JcsBlock* block_;
  std::uint32_t index_;
};

/// An integer member of the outermost object that `JcsDocument::check` notes in passing.
struct JcsTopInteger {
  std::string_view name;              ///< Without characters that need escaping.
  std::optional<std::int64_t> value;  ///< Set when the member is there and is an integer.
};

/// A parsed document. Owns a copy of its text; one allocation for text and nodes.
class JcsDocument {
 public:
  /// Accepts exactly the canonical spelling: anything else fails with `kMalformed`, `where` being the byte offset.
  /// Limits: depth `kJsonDepthMax`; more than `bytes_max` bytes fail with `kTooLarge`.
  /// Cost: one pass that checks and counts, one allocation, one pass that builds.
  [[nodiscard]] static Result<JcsDocument> parse(std::string_view text, std::size_t bytes_max = kNoteBytesMax);
  /// The same judgement without building nodes, for verifiers. Allocates only to describe a failure.
  [[nodiscard]] static Status check(std::string_view text, std::size_t bytes_max = kNoteBytesMax);
  /// The same, and fills in `wanted`.
  [[nodiscard]] static Status check(std::string_view text, std::span<JcsTopInteger> wanted,
                                    std::size_t bytes_max = kNoteBytesMax);
  [[nodiscard]] JcsValue root() const;

 private:
  struct Release {
    void operator()(JcsBlock* block) const noexcept;
  };
  explicit JcsDocument(JcsBlock* block) : block_(block) {}
  std::unique_ptr<JcsBlock, Release> block_;
};

/// Streams canonical JSON into a string, appending to what is there. Members must be given in canonical order (UTF-16
/// code units of the name; for ASCII names, byte order), values and names must alternate, and depth stays within
/// `kJsonDepthMax`; a violation is a broken invariant.
class JcsWriter {
 public:
  explicit JcsWriter(std::string& out) : out_(out) {}
  JcsWriter& begin_object();
  JcsWriter& end_object();
  JcsWriter& begin_array();
  JcsWriter& end_array();
  JcsWriter& key(std::string_view name);
  /// `value` must pass `check_jcs_text`: a border that takes text from outside calls that first.
  JcsWriter& string(std::string_view value);
  JcsWriter& integer(std::int64_t value);  ///< |value| <= kJcsIntegerMax.
  JcsWriter& boolean(bool value);
  /// A value that is canonical JSON already (a nested record). Not checked.
  JcsWriter& raw(std::string_view canonical);
  /// Copies a parsed value with all that it holds.
  JcsWriter& value(const JcsValue& value);
  /// Whether exactly one whole value has been written.
  [[nodiscard]] bool complete() const { return depth_ == 0 && !levels_[0].empty; }

 private:
  void begin(char bracket, bool object);
  void end(char bracket, bool object);
  /// Whether a comma must stand before the next value; marks it as begun.
  [[nodiscard]] bool comma_before_value();

  struct Level {
    std::size_t name_at = 0;  // the last name written here: where in `out_`, behind its opening quote
    std::size_t name_size = 0;
    bool empty = true;  // nothing written yet
    bool object = false;
  };
  std::string& out_;
  std::uint32_t depth_ = 0;
  bool after_key_ = false;
  std::array<Level, kJsonDepthMax + 1> levels_;  // the containers around the next value; [0] is the document
};

/// Whether `text` may stand in a record: valid UTF-8 without noncharacters. Fails with `kMalformed`; `where` is the
/// byte offset. RFC 7493 section 2.1.
[[nodiscard]] Status check_jcs_text(std::string_view text);

/// The canonical order of member names (unescaped): by UTF-16 code units.
[[nodiscard]] std::strong_ordering compare_jcs_names(std::string_view a, std::string_view b);

}  // namespace tansiq::log
