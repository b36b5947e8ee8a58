// The reading half of jcs.h.
//
// Two passes. The first (`Scanner`) judges the text and counts its values; it is all that `check` needs. The second
// (`Builder`) may therefore trust the text, and knows how much memory the nodes take.
#include "log/jcs.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <new>
#include <utility>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "log/jcs_text.h"

namespace tansiq::log {

struct JcsSpan {
  std::uint32_t first;  // byte of the text, or node
  std::uint32_t count;
};

/// One value. The children of a container stand side by side; a container stands behind everything that it holds, so
/// the root is the last node.
struct JcsNode {
  union {
    std::int64_t integer;  // also booleans
    JcsSpan span;
  };
  std::uint32_t name_at;
  std::uint32_t name_size : 29;
  std::uint32_t kind : 3;

  [[nodiscard]] JcsValue::Kind type() const { return static_cast<JcsValue::Kind>(kind); }
};
static_assert(sizeof(JcsNode) == 16);
static_assert(kJcsDocumentBytesMax < (std::size_t{1} << 29));

/// Header of the allocation; nodes follow it, then the text, whose strings have been unescaped in place.
struct JcsBlock {
  std::uint32_t node_count;
  std::uint32_t text_size;
  JcsNode* nodes;
  char* text;

  [[nodiscard]] const JcsNode& node(std::uint32_t i) const { return nodes[i]; }
  [[nodiscard]] std::string_view name(const JcsNode& n) const { return {text + n.name_at, n.name_size}; }
};

namespace {

using Kind = JcsValue::Kind;
using jcs_detail::find_special;

/// What is wrong, and where. The message is made only when it is needed.
struct Fault {
  const char* message = nullptr;
  std::size_t at = 0;
};

class Scanner {
 public:
  explicit Scanner(std::string_view text, std::span<JcsTopInteger> wanted = {})
      : begin_(text.data()), p_(begin_), end_(begin_ + text.size()), wanted_(wanted) {
    for (JcsTopInteger& member : wanted_) member.value.reset();
  }

  /// True when the whole text is one canonical value.
  [[nodiscard]] bool scan() {
    while (true) {
      bool closed = false;  // a value has ended
      if (!value(closed)) return false;
      if (!closed) continue;  // a container was opened and is not empty
      while (closed) {
        if (depth_ == 0) return p_ == end_ || wrong("text behind the end of the value; a record ends with it");
        if (!after_element(closed)) return false;
      }
    }
  }

  [[nodiscard]] std::uint32_t values() const { return values_; }
  [[nodiscard]] const Fault& fault() const { return fault_; }

 private:
  struct Frame {
    bool object = false;
    bool escaped = false;  // some name so far in this object has an escape
    const char* name = nullptr;
    std::size_t name_size = 0;
  };

  bool wrong(const char* message) { return wrong_at(message, p_); }
  bool wrong_at(const char* message, const char* at) {
    fault_ = {message, static_cast<std::size_t>(at - begin_)};
    return false;
  }

  // Reads a scalar, an empty container, or the opening of another; in objects, with its first name.
  bool value(bool& closed) {
    if (p_ == end_) return wrong("the text ends where a value is expected");
    ++values_;
    closed = true;
    JcsTopInteger* const wanted = std::exchange(pending_, nullptr);
    switch (*p_) {
      case '"': {
        bool escaped = false;
        return string(escaped);
      }
      case '{':
        return open(true, closed);
      case '[':
        return open(false, closed);
      case 't':
        return literal("true");
      case 'f':
        return literal("false");
      case 'n':
        return wrong("null is not used in records: leave the member out");
      default:
        return integer(wanted);
    }
  }

  bool open(bool object, bool& closed) {
    ++p_;
    if (p_ != end_ && *p_ == (object ? '}' : ']')) {
      if (depth_ == kJsonDepthMax) return wrong("nested too deeply: at most 32 levels");
      ++p_;
      return true;
    }
    closed = false;
    if (depth_ == kJsonDepthMax) return wrong("nested too deeply: at most 32 levels");
    frames_[depth_] = Frame{.object = object};
    ++depth_;
    return !object || name();
  }

  // Behind an element: `,` and perhaps a name, or the end of the container.
  bool after_element(bool& closed) {
    const Frame& frame = frames_[depth_ - 1];
    if (p_ == end_) return wrong("the text ends inside an array or object");
    if (*p_ == ',') {
      ++p_;
      closed = false;
      return !frame.object || name();
    }
    if (*p_ != (frame.object ? '}' : ']')) {
      return wrong(frame.object ? "expected `,` or `}`; canonical JSON has no white space"
                                : "expected `,` or `]`; canonical JSON has no white space");
    }
    ++p_;
    --depth_;
    return true;
  }

  bool name() {
    Frame& frame = frames_[depth_ - 1];
    if (p_ == end_ || *p_ != '"') return wrong("expected a member name in quotes");
    const char* const start = p_ + 1;
    bool escaped = false;
    if (!string(escaped)) return false;
    const auto size = static_cast<std::size_t>(p_ - 1 - start);
    if (frame.name != nullptr) {
      const std::string_view previous(frame.name, frame.name_size);
      const std::string_view current(start, size);
      const auto order = frame.escaped || escaped ? jcs_detail::compare_escaped_names(previous, current)
                                                  : jcs_detail::compare_plain_names(previous, current);
      if (order == 0) return wrong_at("member name is given twice", start);
      if (order > 0) return wrong_at("member is out of order: names are sorted by UTF-16 code units", start);
    }
    if (depth_ == 1) note_wanted(std::string_view(start, size));
    frame.name = start;
    frame.name_size = size;
    frame.escaped = frame.escaped || escaped;
    if (p_ == end_ || *p_ != ':')
      return wrong("expected `:` behind the member name; canonical JSON has no white space");
    ++p_;
    return true;
  }

  void note_wanted(std::string_view name) {
    for (JcsTopInteger& member : wanted_) {
      if (member.name == name) pending_ = &member;
    }
  }

  bool string(bool& escaped) {
    ++p_;
    while (true) {
      p_ = find_special(p_, end_);
      if (p_ == end_) return wrong("the text ends inside a string");
      const char c = *p_;
      if (c == '"') {
        ++p_;
        return true;
      }
      if (c == '\\') {
        char ignored = 0;
        const int length = jcs_detail::read_escape(p_, end_, ignored);
        if (length == 0)
          return wrong("escape is not canonical: only \\\" \\\\ \\b \\t \\n \\f \\r and \\u00xx below 20");
        escaped = true;
        p_ += length;
      } else if (static_cast<signed char>(c) < 0) {
        const int length = jcs_detail::utf8_sequence(p_, end_);
        if (length == 0) return wrong("string is not valid UTF-8, or holds a noncharacter");
        p_ += length;
      } else {
        return wrong("control character in a string must be escaped");
      }
    }
  }

  bool literal(std::string_view word) {
    if (!std::string_view(p_, static_cast<std::size_t>(end_ - p_)).starts_with(word)) return wrong("expected a value");
    p_ += word.size();
    return true;
  }

  bool integer(JcsTopInteger* wanted) {
    const char* const start = p_;
    if (*p_ == '-') ++p_;
    const char* const digits = p_;
    std::uint64_t magnitude = 0;
    while (p_ != end_ && *p_ >= '0' && *p_ <= '9' && p_ - digits < 17) {
      magnitude = magnitude * 10 + static_cast<std::uint64_t>(*p_++ - '0');
    }
    if (p_ == digits)
      return wrong_at(p_ == start ? "expected a value" : "expected a digit behind the minus sign", start);
    if (*digits == '0' && (p_ - digits > 1 || digits != start)) {
      return wrong_at("integer has a leading zero, or is minus zero", start);
    }
    if (magnitude > static_cast<std::uint64_t>(kJcsIntegerMax)) {
      return wrong_at("integer is beyond 9007199254740991: write larger values as strings", start);
    }
    if (p_ != end_ && (*p_ == '.' || *p_ == 'e' || *p_ == 'E')) return wrong_at("records hold integers only", start);
    if (wanted != nullptr) {
      wanted->value = *start == '-' ? -static_cast<std::int64_t>(magnitude) : static_cast<std::int64_t>(magnitude);
    }
    return true;
  }

  const char* begin_;
  const char* p_;
  const char* end_;
  std::span<JcsTopInteger> wanted_;
  JcsTopInteger* pending_ = nullptr;  // the member whose value comes next
  std::uint32_t values_ = 0;
  std::uint32_t depth_ = 0;
  std::array<Frame, kJsonDepthMax> frames_{};
  Fault fault_;
};

/// Builds nodes from a text that `Scanner` has accepted. Works in the block's own copy and unescapes there.
///
/// Values whose container is still open wait on a stack that grows down from the end of the node array, while finished
/// groups of children fill it from the front. Both together never hold more than all values, so no other memory is
/// needed.
class Builder {
 public:
  explicit Builder(JcsBlock& block) : block_(block), base_(block.text), p_(block.text), top_(block.node_count) {}

  void build() {
    while (true) {
      JcsNode& node = push();
      bool closed = true;
      value(node, closed);
      if (!closed) continue;
      while (closed) {
        if (depth_ == 0) return;
        after_element(closed);
      }
    }
  }

 private:
  struct Frame {
    std::uint32_t node;   // stack position of the container itself
    std::uint32_t count;  // children so far
    bool object;
  };

  [[nodiscard]] std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - base_); }

  JcsNode& push() {
    JcsNode& node = block_.nodes[--top_];
    node.name_at = 0;
    node.name_size = 0;
    if (depth_ != 0) {
      Frame& frame = frames_[depth_ - 1];
      ++frame.count;
      if (frame.object) {
        const std::string_view name = string();
        node.name_at = offset(name.data());
        node.name_size = static_cast<std::uint32_t>(name.size()) & 0x1FFFFFFFU;
        ++p_;  // the colon
      }
    }
    return node;
  }

  void value(JcsNode& node, bool& closed) {
    const auto set = [&node](Kind kind) { node.kind = static_cast<std::uint32_t>(kind) & 7U; };
    switch (*p_) {
      case '"': {
        const std::string_view text = string();
        set(Kind::kString);
        node.span = {offset(text.data()), static_cast<std::uint32_t>(text.size())};
        return;
      }
      case '{':
      case '[': {
        const bool object = *p_++ == '{';
        set(object ? Kind::kObject : Kind::kArray);
        node.span = {0, 0};
        if (*p_ == (object ? '}' : ']')) {
          ++p_;
          return;
        }
        frames_[depth_++] = {top_, 0, object};
        closed = false;
        return;
      }
      case 't':
      case 'f':
        node.integer = *p_ == 't' ? 1 : 0;
        set(Kind::kBoolean);
        p_ += *p_ == 't' ? 4 : 5;
        return;
      default:
        node.integer = integer();
        set(Kind::kInteger);
    }
  }

  void after_element(bool& closed) {
    if (*p_++ == ',') {
      closed = false;
      return;
    }
    // The container's children are the top of the stack, the last child first: move them to the front, turned round.
    const Frame frame = frames_[--depth_];
    JcsNode* const children = block_.nodes + done_;
    std::memmove(children, block_.nodes + top_, frame.count * sizeof(JcsNode));
    std::reverse(children, children + frame.count);
    block_.nodes[frame.node].span = {done_, frame.count};
    done_ += frame.count;
    top_ += frame.count;
  }

  // Reads the string at `p_`; returns it unescaped.
  std::string_view string() {
    char* const start = ++p_;
    char* write = start;
    const char* const end = base_ + block_.text_size;
    while (true) {
      auto* const stop = const_cast<char*>(find_special(p_, end));
      const auto plain = static_cast<std::size_t>(stop - p_);
      if (write != p_) std::memmove(write, p_, plain);
      write += plain;
      p_ = stop;
      if (*p_ == '"') {
        ++p_;
        return {start, static_cast<std::size_t>(write - start)};
      }
      if (*p_ == '\\') {
        char out = 0;
        p_ += jcs_detail::read_escape(p_, end, out);
        *write++ = out;
      } else {
        *write++ = *p_++;  // a byte of a longer UTF-8 sequence
      }
    }
  }

  std::int64_t integer() {
    const bool negative = *p_ == '-';
    if (negative) ++p_;
    const char* const end = base_ + block_.text_size;
    std::int64_t magnitude = 0;
    while (p_ != end && *p_ >= '0' && *p_ <= '9') magnitude = magnitude * 10 + (*p_++ - '0');
    return negative ? -magnitude : magnitude;
  }

  JcsBlock& block_;
  char* base_;
  char* p_;
  std::uint32_t top_;
  std::uint32_t done_ = 0;
  std::uint32_t depth_ = 0;
  std::array<Frame, kJsonDepthMax> frames_{};
};

Error error_of(const Fault& fault) { return {ErrorCode::kMalformed, fault.message, fmt::format("byte {}", fault.at)}; }

Status check_size(std::string_view text, std::size_t bytes_max) {
  const std::size_t limit = std::min(bytes_max, kJcsDocumentBytesMax);
  if (text.size() <= limit) return {};
  return fail(ErrorCode::kTooLarge, fmt::format("document has {} bytes; at most {} are taken", text.size(), limit));
}

constexpr std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::kObject:
      return "an object";
    case Kind::kArray:
      return "an array";
    case Kind::kString:
      return "a string";
    case Kind::kInteger:
      return "an integer";
    case Kind::kBoolean:
      return "a boolean";
  }
  return "nothing";
}

}  // namespace

Result<JcsDocument> JcsDocument::parse(std::string_view text, std::size_t bytes_max) {
  TRY_VOID(check_size(text, bytes_max));
  Scanner scanner(text);
  if (!scanner.scan()) return std::unexpected(error_of(scanner.fault()));
  const std::size_t nodes_bytes = scanner.values() * sizeof(JcsNode);
  auto* const memory = static_cast<char*>(::operator new(sizeof(JcsBlock) + nodes_bytes + text.size()));
  auto* const nodes = new (memory + sizeof(JcsBlock)) JcsNode[scanner.values()];
  auto* const block = new (memory) JcsBlock{scanner.values(), static_cast<std::uint32_t>(text.size()), nodes,
                                            memory + sizeof(JcsBlock) + nodes_bytes};
  std::memcpy(block->text, text.data(), text.size());
  Builder(*block).build();
  return JcsDocument(block);
}

Status JcsDocument::check(std::string_view text, std::size_t bytes_max) { return check(text, {}, bytes_max); }

Status JcsDocument::check(std::string_view text, std::span<JcsTopInteger> wanted, std::size_t bytes_max) {
  TRY_VOID(check_size(text, bytes_max));
  Scanner scanner(text, wanted);
  if (!scanner.scan()) return std::unexpected(error_of(scanner.fault()));
  return {};
}

JcsValue JcsDocument::root() const { return {block_.get(), block_->node_count - 1}; }

void JcsDocument::Release::operator()(JcsBlock* block) const noexcept { ::operator delete(block); }

JcsValue::Kind JcsValue::kind() const { return block_->node(index_).type(); }

Status JcsValue::expect(Kind kind) const {
  if (this->kind() == kind) return {};
  return fail_here(fmt::format("expected {}, found {}", kind_name(kind), kind_name(this->kind())));
}

Result<std::int64_t> JcsValue::integer() const {
  TRY_VOID(expect(Kind::kInteger));
  return block_->node(index_).integer;
}

Result<std::int64_t> JcsValue::integer(std::int64_t min, std::int64_t max) const {
  const std::int64_t value = TRY(integer());
  if (value < min || value > max) return fail_here(fmt::format("{} is outside {} to {}", value, min, max));
  return value;
}

Result<std::string_view> JcsValue::string() const {
  TRY_VOID(expect(Kind::kString));
  const auto span = block_->node(index_).span;
  return std::string_view(block_->text + span.first, span.count);
}

Result<bool> JcsValue::boolean() const {
  TRY_VOID(expect(Kind::kBoolean));
  return block_->node(index_).integer != 0;
}

std::size_t JcsValue::size() const {
  const JcsNode& node = block_->node(index_);
  return node.type() == Kind::kObject || node.type() == Kind::kArray ? node.span.count : 0;
}

JcsValue JcsValue::operator[](std::size_t i) const {
  EXPECT_INVARIANT(i < size());
  return {block_, block_->node(index_).span.first + static_cast<std::uint32_t>(i)};
}

std::string_view JcsValue::name(std::size_t i) const {
  EXPECT_INVARIANT(i < size() && kind() == Kind::kObject);
  return block_->name(block_->node(block_->node(index_).span.first + static_cast<std::uint32_t>(i)));
}

std::optional<JcsValue> JcsValue::find(std::string_view name) const {
  const JcsNode& node = block_->node(index_);
  if (node.type() != Kind::kObject || node.span.count == 0) return std::nullopt;
  const JcsNode* const first = block_->nodes + node.span.first;
  const JcsNode* const last = first + node.span.count;
  const auto before = [this](const JcsNode& member, std::string_view wanted) {
    return jcs_detail::compare_plain_names(block_->name(member), wanted) < 0;
  };
  const JcsNode* const found = std::lower_bound(first, last, name, before);
  if (found == last || block_->name(*found) != name) return std::nullopt;
  return JcsValue(block_, static_cast<std::uint32_t>(found - block_->nodes));
}

Result<JcsValue> JcsValue::at(std::string_view name) const {
  TRY_VOID(expect(Kind::kObject));
  if (const auto found = find(name)) return *found;
  return fail_here(fmt::format("member `{}` is missing", name));
}

Status JcsValue::only(std::initializer_list<std::string_view> names) const {
  TRY_VOID(expect(Kind::kObject));
  for (std::size_t i = 0; i < size(); ++i) {
    if (std::find(names.begin(), names.end(), name(i)) == names.end()) {
      return fail_here(fmt::format("unknown member `{}`; known are: {}", foreign_text(name(i), kQuotedBytesMax),
                                   fmt::join(names, ", ")));
    }
  }
  return {};
}

std::string JcsValue::path() const {
  std::string path;
  std::uint32_t child = index_;
  // Containers stand behind their children, so one walk to the end meets every ancestor, innermost first.
  for (std::uint32_t i = index_ + 1; i < block_->node_count; ++i) {
    const JcsNode& node = block_->node(i);
    const bool container = node.type() == Kind::kObject || node.type() == Kind::kArray;
    if (!container || child < node.span.first || child - node.span.first >= node.span.count) continue;
    std::string step = node.type() == Kind::kObject ? std::string(block_->name(block_->node(child)))
                                                    : fmt::format("[{}]", child - node.span.first);
    if (!path.empty() && path.front() != '[') step += '.';
    path.insert(0, step);
    child = i;
  }
  return path;
}

std::unexpected<Error> JcsValue::fail_here(std::string message) const {
  return fail(ErrorCode::kInvalid, std::move(message), path());
}

}  // namespace tansiq::log
