// Members of a node's answer, one by one, into types of the record: each knows its own spelling (core/record.h).
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "core/record.h"
#include "log/canonical_json.h"

namespace tansiq::cli {

inline constexpr std::size_t kRowBytesMax = std::size_t{64} << 20;

/// Fails where T's codec does; `where` is the value's place in the document.
template <class T>
[[nodiscard]] Result<T> read_as(const JsonValue& value) {
  const std::string text = TRY(log::canonical_json(value));
  const log::JcsDocument document = TRY(log::JcsDocument::parse(text, kRowBytesMax));
  auto read = core::Codec<T>::read(document.root());
  if (!read) return std::unexpected(inside(std::move(read).error(), value.path()));
  return read;
}

/// A member that must be there.
template <class T>
[[nodiscard]] Status read_into(const JsonValue& object, std::string_view name, T& out) {
  const JsonValue value = TRY(object.at(name));
  out = TRY(read_as<T>(value));
  return {};
}
/// One that may be absent.
template <class T>
[[nodiscard]] Status read_into(const JsonValue& object, std::string_view name, std::optional<T>& out) {
  const auto value = object.find(name);
  if (value && !value->is_null()) out = TRY(read_as<T>(*value));
  return {};
}
/// A list of T, of any length; absent is empty.
template <class T>
[[nodiscard]] Status read_into(const JsonValue& object, std::string_view name, std::vector<T>& out) {
  const auto list = object.find(name);
  if (!list) return {};
  TRY_VOID(list->expect(JsonValue::Kind::kArray));
  for (std::size_t i = 0; i < list->size(); ++i) out.push_back(TRY(read_as<T>((*list)[i])));
  return {};
}
/// Objects that have a reader of their own.
template <class T, class Read>
[[nodiscard]] Status read_rows(const JsonValue& object, std::string_view name, std::vector<T>& out, Read&& read) {
  const auto list = object.find(name);
  if (!list) return {};
  TRY_VOID(list->expect(JsonValue::Kind::kArray));
  for (std::size_t i = 0; i < list->size(); ++i) out.push_back(TRY(read((*list)[i])));
  return {};
}

}  // namespace tansiq::cli
