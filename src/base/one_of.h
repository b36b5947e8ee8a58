// A std::variant of many alternatives whose copies, moves, destruction and comparison are compiled once.
//
// A variant of some sixty alternatives has as many branches in each of them, and every file that sees one instantiates
// them all: that took half of the time in which the protocol's folders compile. Here they are declared, and defined
// where one_of_impl.h is included:
//
//   struct Bodies {                                                     // entry.h
//     using Variant = std::variant<A, B, C>;
//     static constexpr bool kComparable = true;                         // all of them are
//   };
//   using Body = OneOf<Bodies>;
//
//   #include "base/one_of_impl.h"                                       // entry.cc, outside all namespaces
//   template class tansiq::OneOf<tansiq::coordination::Bodies>;
//
// It is a std::variant to std::get_if, std::holds_alternative, std::get and std::visit. std::variant_size and the like
// want `Body::Variant`.
#pragma once

#include <concepts>
#include <utility>
#include <variant>

namespace tansiq {

namespace detail {

template <class U, class Variant>
inline constexpr bool kIsAlternative = false;
template <class U, class... T>
inline constexpr bool kIsAlternative<U, std::variant<T...>> = (std::same_as<U, T> || ...);

}  // namespace detail

template <class List>
class OneOf : public List::Variant {
 public:
  using Variant = typename List::Variant;

  OneOf();  ///< The first.
  OneOf(const OneOf& other);
  OneOf(OneOf&& other) noexcept;
  OneOf& operator=(const OneOf& other);
  OneOf& operator=(OneOf&& other) noexcept;
  ~OneOf();

  explicit OneOf(Variant value);
  template <class U>
    requires detail::kIsAlternative<U, Variant>
  OneOf(U value) : OneOf(of(std::move(value))) {}
  template <class U>
    requires detail::kIsAlternative<U, Variant>
  OneOf& operator=(U value) {
    return *this = of(std::move(value));
  }

  [[nodiscard]] const Variant& variant() const { return *this; }
  [[nodiscard]] bool equals(const OneOf& other) const
    requires List::kComparable;
  friend bool operator==(const OneOf& a, const OneOf& b)
    requires List::kComparable
  {
    return a.equals(b);
  }

 private:
  /// Compiled for each alternative in the file that instantiates the class.
  template <class U>
  [[nodiscard]] static OneOf of(U value);
  static const void* keep();
};

}  // namespace tansiq
