// How the parts here read what they have written of their state: lists of records, one element at a time, since they
// may be longer than a record allows for one member.
#pragma once

#include <concepts>
#include <string_view>
#include <utility>

#include "core/jcs_read.h"
#include "core/record.h"

namespace tansiq::coordination {

/// Reads the list `name` of an object and gives each element to `take`, which may refuse it with a Status.
template <class T>
[[nodiscard]] Status read_each(const log::JcsValue& object, std::string_view name, auto&& take) {
  const log::JcsValue list = TRY(object.at(name));
  TRY_VOID(list.expect(log::JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list.size(); ++i) {
    T value = TRY(core::read_fields<T>(list[i]));
    if constexpr (std::same_as<decltype(take(std::move(value))), Status>) {
      if (Status ok = take(std::move(value)); !ok) return list[i].fail_here(std::move(ok).error().message);
    } else {
      take(std::move(value));
    }
  }
  return {};
}

}  // namespace tansiq::coordination
