// JSON that the program prints for other programs: one document, or one line a record.
//
//   JsonOut json;
//   json.open_object().member("id", id).member("conflicts", count).close();
//   put(json.line());
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace tansiq::cli {

/// Appends values in the order in which they are given. Misnesting is a broken invariant.
class JsonOut {
 public:
  JsonOut& open_object();
  JsonOut& open_array();
  JsonOut& close();
  JsonOut& key(std::string_view name);
  JsonOut& value(std::string_view text);
  JsonOut& value(const char* text) { return value(std::string_view(text)); }
  JsonOut& value(const std::string& text) { return value(std::string_view(text)); }
  JsonOut& value(std::int64_t number);
  JsonOut& value(std::uint64_t number);
  JsonOut& value(int number) { return value(static_cast<std::int64_t>(number)); }
  /// The shortest digits that read back as the same number; null when it is not finite.
  JsonOut& value(double number);
  JsonOut& value(bool truth);
  JsonOut& null();
  /// Text that is JSON already.
  JsonOut& raw(std::string_view json);

  template <class T>
  JsonOut& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }

  /// The document, complete, with a line feed.
  [[nodiscard]] std::string line() const;
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  void separate();

  std::string text_;
  std::string open_;  ///< Closing brackets still due, innermost last.
  bool comma_ = false;
};

/// `{"error":{"code":"not-found","message":"…","where":"…"}}`.
[[nodiscard]] std::string error_json(const Error& error);

}  // namespace tansiq::cli
