// RFC 8785 of any JSON, fractions included: the one spelling over which details are hashed.
//
// The record's own canonical JSON (log/jcs.h) has integers only, because nothing that is decided may depend on how a
// double is printed. What suppliers send each other has fractions; its hash says only that both ends mean the same
// text, and decides nothing by itself.
//
// It goes from text to text: the values of a `JsonDocument` may be off by the last bit of a double, which is nothing to
// geometry and everything to a hash.
//
//   const Message message = TRY(Message::parse(body));
//   message.root();                                   // to read
//   sha256(member_of(message.text(), "details"));     // what everybody else comes to as well
#pragma once

#include <string>
#include <string_view>

#include "base/json_in.h"
#include "log/sha256.h"

namespace tansiq::uss {

/// A text from outside with its canonical spelling.
class Message {
 public:
  /// Fails as `JsonDocument::parse`.
  [[nodiscard]] static Result<Message> parse(std::string_view text, const JsonLimits& limits = {});
  [[nodiscard]] JsonValue root() const { return document_.root(); }
  /// Members by their UTF-16 code units, no white space, numbers as ECMAScript writes them.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  Message(JsonDocument document, std::string text) : document_(std::move(document)), text_(std::move(text)) {}
  JsonDocument document_;
  std::string text_;
};

/// The text of a member of an object in canonical spelling; empty where there is none. `name` has nothing to escape.
[[nodiscard]] std::string_view member_of(std::string_view canonical_object, std::string_view name);

/// How ECMAScript writes a finite number (RFC 8785, 3.2.2.3).
[[nodiscard]] std::string ecmascript_number(double value);

}  // namespace tansiq::uss
