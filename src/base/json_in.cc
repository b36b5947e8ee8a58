#include "base/json_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/monotonic_resource.hpp>
#include <boost/json/value.hpp>
#include <boost/json/value_stack.hpp>
#include <cmath>
#include <functional>
#include <limits>
#include <vector>

#include "base/invariant.h"

namespace tansiq {
namespace {

namespace bj = boost::json;

constexpr double kExactIntegerMax = 9'007'199'254'740'992.0;  // 2^53

/// Text of untrusted input in a message: short, and without control characters.
std::string shown(std::string_view text) {
  constexpr std::size_t kShownBytesMax = 48;
  std::string out;
  for (const char c : text.substr(0, kShownBytesMax)) {
    out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
  }
  // A cut inside a multi-byte character would make the message itself invalid UTF-8.
  if (text.size() > kShownBytesMax) {
    while (!out.empty() && (static_cast<unsigned char>(out.back()) & 0xC0U) == 0x80U) out.pop_back();
    if (!out.empty() && (static_cast<unsigned char>(out.back()) & 0x80U) != 0) out.pop_back();
    out += "…";
  }
  return out;
}

std::string place(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const auto line = 1 + std::count(before.begin(), before.end(), '\n');
  const std::size_t last = before.rfind('\n');
  const std::size_t column = last == std::string_view::npos ? before.size() + 1 : before.size() - last;
  return fmt::format("line {}, column {}", line, column);
}

/// Receives the parser's events: builds the values, counts them, and refuses a name that its object has already.
class Handler {
 public:
  static constexpr std::size_t max_object_size = bj::object::max_size();
  static constexpr std::size_t max_array_size = bj::array::max_size();
  static constexpr std::size_t max_key_size = bj::string::max_size();
  static constexpr std::size_t max_string_size = bj::string::max_size();

  Handler(const bj::storage_ptr& storage, std::size_t values_max) : values_max_(values_max) { stack_.reset(storage); }

  bool on_document_begin(bj::error_code&) { return true; }
  bool on_document_end(bj::error_code&) { return true; }
  bool on_array_begin(bj::error_code& ec) { return count(ec); }
  bool on_array_end(std::size_t n, bj::error_code&) { return stack_.push_array(n), true; }
  bool on_object_begin(bj::error_code& ec) { return count(ec); }
  bool on_object_end(std::size_t n, bj::error_code& ec) {
    if (!names_differ(n)) return ec = bj::error::exception, false;  // any code stops the parser; `problem` says why
    stack_.push_object(n);
    return true;
  }
  bool on_key_part(bj::string_view s, std::size_t, bj::error_code&) {
    partial_name_.append(s.data(), s.size());
    stack_.push_chars(s);
    return true;
  }
  bool on_key(bj::string_view s, std::size_t, bj::error_code& ec) {
    partial_name_.append(s.data(), s.size());
    name_bytes_ += partial_name_;
    name_ends_.push_back(name_bytes_.size());
    partial_name_.clear();
    stack_.push_key(s);
    return count(ec);
  }
  bool on_string_part(bj::string_view s, std::size_t, bj::error_code&) { return stack_.push_chars(s), true; }
  bool on_string(bj::string_view s, std::size_t, bj::error_code& ec) { return stack_.push_string(s), count(ec); }
  bool on_number_part(bj::string_view, bj::error_code&) { return true; }
  bool on_int64(std::int64_t i, bj::string_view, bj::error_code& ec) { return stack_.push_int64(i), count(ec); }
  bool on_uint64(std::uint64_t u, bj::string_view, bj::error_code& ec) { return stack_.push_uint64(u), count(ec); }
  bool on_double(double d, bj::string_view, bj::error_code& ec) {
    if (!std::isfinite(d)) {
      problem = Error{ErrorCode::kMalformed, "the number is beyond the range of a 64-bit float", {}};
      return ec = bj::error::exception, false;
    }
    stack_.push_double(d);
    return count(ec);
  }
  bool on_bool(bool b, bj::error_code& ec) { return stack_.push_bool(b), count(ec); }
  bool on_null(bj::error_code& ec) { return stack_.push_null(), count(ec); }
  bool on_comment_part(bj::string_view, bj::error_code&) { return true; }
  bool on_comment(bj::string_view, bj::error_code&) { return true; }

  [[nodiscard]] bj::value release() { return stack_.release(); }

  /// Set when the handler itself stopped the parser.
  std::optional<Error> problem;

 private:
  bool count(bj::error_code& ec) {
    if (++values_ <= values_max_) return true;
    problem = Error{ErrorCode::kTooMuchWork, fmt::format("more than {} values", values_max_), {}};
    ec = bj::error::exception;
    return false;
  }

  /// Name `i` of all names of the objects that are open now.
  [[nodiscard]] std::string_view open_name(std::size_t i) const {
    const std::size_t begin = i == 0 ? 0 : name_ends_[i - 1];
    return std::string_view(name_bytes_).substr(begin, name_ends_[i] - begin);
  }

  /// Compares the names of the object that ends now (the last `n`) and forgets them. O(n log n).
  bool names_differ(std::size_t n) {
    EXPECT_INVARIANT(n <= name_ends_.size());
    const std::size_t first = name_ends_.size() - n;
    sorted_.clear();
    for (std::size_t i = first; i < name_ends_.size(); ++i) sorted_.push_back(open_name(i));
    std::sort(sorted_.begin(), sorted_.end());
    const auto twice = std::adjacent_find(sorted_.begin(), sorted_.end());
    if (twice != sorted_.end()) {
      problem = Error{ErrorCode::kMalformed,
                      fmt::format("the object that ends here has the member \"{}\" more than once", shown(*twice)),
                      {}};
      return false;
    }
    name_bytes_.resize(first == 0 ? 0 : name_ends_[first - 1]);
    name_ends_.resize(first);
    return true;
  }

  bj::value_stack stack_;
  std::size_t values_ = 0;
  std::size_t values_max_;
  std::string partial_name_;
  std::string name_bytes_;              // names of all open objects, one after another
  std::vector<std::size_t> name_ends_;  // where each ends in name_bytes_
  std::vector<std::string_view> sorted_;
};

Error syntax_error(const bj::error_code& code, std::string_view text, std::size_t offset, const JsonLimits& limits) {
  Error error{ErrorCode::kMalformed, {}, place(text, offset)};
  if (code == bj::error::too_deep) {
    error.code = ErrorCode::kTooLarge;
    error.message = fmt::format("nested deeper than {} levels", limits.depth_max);
  } else if (code == bj::error::incomplete || offset >= text.size()) {
    error.message = "the text ends before its JSON value does";
  } else if (text.starts_with("\xEF\xBB\xBF")) {
    error.message = "the text starts with a byte order mark; JSON is sent without one";
  } else {
    const auto byte = static_cast<unsigned char>(text[offset]);
    const std::string found =
        byte > 0x20 && byte < 0x7f ? fmt::format("'{}'", text[offset]) : fmt::format("0x{:02x}", byte);
    error.message = fmt::format("not JSON: {} at {}", code.message(), found);
  }
  return error;
}

std::string_view kind_name(JsonValue::Kind kind) {
  static constexpr std::array<std::string_view, 6> kNames{"null",     "a boolean", "a number",
                                                          "a string", "an array",  "an object"};
  return kNames.at(static_cast<std::size_t>(kind));
}

/// Appends the path from `from` to `target`; false when it is not below. Depth is bounded by the parser's.
bool append_path(const bj::value& from, const bj::value* target, std::string& path) {
  if (&from == target) return true;
  const std::size_t here = path.size();
  if (const auto* object = from.if_object()) {
    for (const auto& member : *object) {
      if (!path.empty()) path += '.';
      path += shown({member.key().data(), member.key().size()});
      if (append_path(member.value(), target, path)) return true;
      path.resize(here);
    }
  } else if (const auto* array = from.if_array()) {
    for (std::size_t i = 0; i < array->size(); ++i) {
      path += fmt::format("[{}]", i);
      if (append_path((*array)[i], target, path)) return true;
      path.resize(here);
    }
  }
  return false;
}

}  // namespace

class JsonDocument::Impl {
 public:
  explicit Impl(std::size_t text_bytes) : pool_(std::clamp<std::size_t>(text_bytes * 2, 1024, 1U << 20)) {}

  Status parse(std::string_view text, const JsonLimits& limits) {
    bj::parse_options options;
    options.max_depth = limits.depth_max;
    bj::basic_parser<Handler> parser(options, bj::storage_ptr(&pool_), limits.values_max);
    bj::error_code code;
    std::size_t used = 0;
    try {
      used = parser.write_some(false, text.data(), text.size(), code);
    } catch (const std::exception& e) {  // out of memory, or a size beyond the library's
      return fail(ErrorCode::kTooLarge, fmt::format("cannot be held in memory: {}", e.what()));
    }
    if (auto& problem = parser.handler().problem) {
      problem->where = place(text, std::min(used, text.size()));
      return std::unexpected(std::move(*problem));
    }
    if (code) return std::unexpected(syntax_error(code, text, used, limits));
    if (used < text.size()) {
      return fail(ErrorCode::kMalformed, "something follows the JSON value", place(text, used));
    }
    root_ = new (pool_.allocate(sizeof(bj::value), alignof(bj::value))) bj::value(parser.handler().release());
    return {};
  }

  [[nodiscard]] const bj::value& root() const { return *root_; }

 private:
  // Values are never destroyed one by one: all of their memory is the pool's.
  bj::monotonic_resource pool_;
  bj::value* root_ = nullptr;
};

JsonDocument::JsonDocument(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JsonDocument::JsonDocument(JsonDocument&&) noexcept = default;
JsonDocument& JsonDocument::operator=(JsonDocument&&) noexcept = default;
JsonDocument::~JsonDocument() = default;

Result<JsonDocument> JsonDocument::parse(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return fail(ErrorCode::kTooLarge,
                fmt::format("the JSON text has {} bytes; at most {} are accepted", text.size(), limits.bytes_max));
  }
  auto impl = std::make_unique<Impl>(text.size());
  TRY_VOID(impl->parse(text, limits));
  return JsonDocument(std::move(impl));
}

JsonValue JsonDocument::root() const { return {&impl_->root(), &impl_->root()}; }

JsonValue::Kind JsonValue::kind() const {
  switch (value_->kind()) {
    case bj::kind::null:
      return Kind::kNull;
    case bj::kind::bool_:
      return Kind::kBoolean;
    case bj::kind::int64:
    case bj::kind::uint64:
    case bj::kind::double_:
      return Kind::kNumber;
    case bj::kind::string:
      return Kind::kString;
    case bj::kind::array:
      return Kind::kArray;
    case bj::kind::object:
      return Kind::kObject;
  }
  return Kind::kNull;
}

std::unexpected<Error> JsonValue::error(ErrorCode code, std::string message) const {
  return fail(code, std::move(message), path());
}

std::unexpected<Error> JsonValue::expected(std::string_view what) const {
  std::string found(kind_name(kind()));
  if (const auto* i = value_->if_int64()) found = fmt::format("{}", *i);
  if (const auto* u = value_->if_uint64()) found = fmt::format("{}", *u);
  if (const auto* d = value_->if_double()) found = fmt::format("{}", *d);
  if (const auto* s = value_->if_string()) found = fmt::format("\"{}\"", shown({s->data(), s->size()}));
  return error(ErrorCode::kInvalid, fmt::format("must be {}, not {}", what, found));
}

Result<std::int64_t> JsonValue::integer() const {
  if (const auto* i = value_->if_int64()) return *i;
  if (const auto* d = value_->if_double()) {
    if (std::fabs(*d) <= kExactIntegerMax && std::trunc(*d) == *d) return static_cast<std::int64_t>(*d);
  }
  if (value_->is_uint64()) return expected(fmt::format("at most {}", std::numeric_limits<std::int64_t>::max()));
  return expected("a whole number");
}

Result<std::int64_t> JsonValue::integer(std::int64_t min, std::int64_t max) const {
  const auto range = [&] { return expected(fmt::format("a whole number from {} to {}", min, max)); };
  if (value_->is_uint64()) return range();
  const std::int64_t value = TRY(integer());
  if (value < min || value > max) return range();
  return value;
}

Result<double> JsonValue::number() const {
  if (const auto* d = value_->if_double()) return *d;
  if (const auto* i = value_->if_int64()) return static_cast<double>(*i);
  if (const auto* u = value_->if_uint64()) return static_cast<double>(*u);
  return expected("a number");
}

Result<std::int64_t> JsonValue::fixed(int digits) const {
  static constexpr std::array<double, 10> kPowers{1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};
  EXPECT_INVARIANT(digits >= 0 && digits < 10);
  const double scaled = TRY(number()) * kPowers.at(static_cast<std::size_t>(digits));
  if (!(std::fabs(scaled) <= kExactIntegerMax)) {
    return expected(fmt::format("at most {} in size", kExactIntegerMax / kPowers.at(static_cast<std::size_t>(digits))));
  }
  return std::llround(scaled);
}

Result<std::string_view> JsonValue::string() const {
  if (const auto* s = value_->if_string()) return std::string_view(s->data(), s->size());
  return expected("a string");
}

Result<bool> JsonValue::boolean() const {
  if (const auto* b = value_->if_bool()) return *b;
  return expected("true or false");
}

Result<JsonValue> JsonValue::at(std::string_view name) const {
  if (kind() != Kind::kObject) return expected("an object");
  if (const auto found = find(name)) return *found;
  return error(ErrorCode::kInvalid, fmt::format("the member \"{}\" is missing", name));
}

std::optional<JsonValue> JsonValue::find(std::string_view name) const {
  const auto* object = value_->if_object();
  if (object == nullptr) return std::nullopt;
  const auto* found = object->if_contains({name.data(), name.size()});
  if (found == nullptr) return std::nullopt;
  return JsonValue(found, root_);
}

Status JsonValue::only(std::initializer_list<std::string_view> names) const {
  const auto* object = value_->if_object();
  if (object == nullptr) return expected("an object");
  for (const auto& member : *object) {
    const std::string_view key(member.key().data(), member.key().size());
    if (std::find(names.begin(), names.end(), key) == names.end()) {
      return error(ErrorCode::kInvalid,
                   fmt::format("there is no member \"{}\" here; known are {}", shown(key), fmt::join(names, ", ")));
    }
  }
  return {};
}

std::size_t JsonValue::size() const {
  if (const auto* object = value_->if_object()) return object->size();
  if (const auto* array = value_->if_array()) return array->size();
  return 0;
}

JsonValue JsonValue::operator[](std::size_t i) const {
  EXPECT_INVARIANT(i < size());
  if (const auto* array = value_->if_array()) return {&(*array)[i], root_};
  return {&(value_->get_object().begin() + i)->value(), root_};
}

std::string_view JsonValue::name(std::size_t i) const {
  EXPECT_INVARIANT(value_->is_object() && i < size());
  const auto key = (value_->get_object().begin() + i)->key();
  return {key.data(), key.size()};
}

Status JsonValue::expect(Kind expected_kind) const {
  if (kind() != expected_kind) return expected(kind_name(expected_kind));
  return {};
}

std::string JsonValue::path() const {
  std::string path;
  EXPECT_INVARIANT(append_path(*root_, value_, path));
  return path;
}

}  // namespace tansiq
