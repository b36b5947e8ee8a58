// Two small questions about lists that are kept sorted, or are short: the parts here ask them everywhere.
#pragma once

#include <algorithm>
#include <vector>

namespace tansiq::coordination {

[[nodiscard]] bool contains(const auto& list, const auto& value) {
  return std::ranges::find(list, value) != list.end();
}

/// Nothing happens when it is there already.
template <class T>
void insert_sorted(std::vector<T>& list, const T& value) {
  const auto at = std::ranges::lower_bound(list, value);
  if (at == list.end() || *at != value) list.insert(at, value);
}

}  // namespace tansiq::coordination
