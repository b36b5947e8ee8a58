// The definitions of one_of.h, for the one file that instantiates a OneOf.
#pragma once

#include <tuple>
#include <type_traits>

#include "base/one_of.h"

namespace tansiq {

template <class List>
OneOf<List>::OneOf() = default;
template <class List>
OneOf<List>::OneOf(const OneOf& other) = default;
template <class List>
OneOf<List>::OneOf(OneOf&& other) noexcept = default;
template <class List>
OneOf<List>& OneOf<List>::operator=(const OneOf& other) = default;
template <class List>
OneOf<List>& OneOf<List>::operator=(OneOf&& other) noexcept = default;
template <class List>
OneOf<List>::~OneOf() = default;

template <class List>
OneOf<List>::OneOf(Variant value) : Variant(std::move(value)) {}

template <class List>
bool OneOf<List>::equals(const OneOf& other) const
  requires List::kComparable
{
  return variant() == other.variant();
}

template <class List>
template <class U>
OneOf<List> OneOf<List>::of(U value) {
  return OneOf(Variant(std::move(value)));
}

/// Takes the address of every `of`, so that all are compiled and stay.
template <class List>
const void* OneOf<List>::keep() {
  return []<class... T>(std::type_identity<std::variant<T...>>) -> const void* {
    static const auto all = std::tuple(&OneOf::template of<T>...);
    return &all;
  }(std::type_identity<Variant>());
}

}  // namespace tansiq
