// How records with many members are described once, and from that written and read: the bodies of coordination entries,
// parts of the charter.
//
//   struct LegCancel {
//     static constexpr std::string_view kType = "flight.cancel";
//     FlightId flight;
//     std::vector<EntryHash> requests;
//     static constexpr auto fields() {
//       return field_list(field("flight", &LegCancel::flight), field("requests", &LegCancel::requests));
//     }
//     friend bool operator==(const LegCancel&, const LegCancel&) = default;
//   };
//
//   write_fields(writer, cancel);                       // {"flight":"MIRAGE1","requests":["…"]}
//   const auto cancel = TRY(read_fields<LegCancel>(value));
//
// Fields stand in canonical order, which the compiler checks. An absent optional and an empty list are left out. What a
// struct's `Status check() const` refuses cannot be read. Unknown members are errors.
#pragma once

#include <fmt/core.h>

#include <array>
#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "base/foreign_text.h"
#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "core/names.h"
#include "core/volume_json.h"
#include "log/jcs.h"
#include "log/sha256.h"

namespace tansiq::core {

/// How an entry is quoted: its leaf hash, SHA-256(00 ‖ line with its line feed), in its author's log.
using EntryHash = log::Hash;

/// Elements of any list in a body, and bytes of any text for people.
inline constexpr std::size_t kListMax = 1'024;
inline constexpr std::size_t kTextBytesMax = 2'000;

template <class S, class T>
struct Field {
  std::string_view name;
  T S::* member;
  [[nodiscard]] constexpr const T& of(const S& value) const { return value.*member; }
  [[nodiscard]] constexpr T& of(S& value) const { return value.*member; }
};
template <class S, class T>
constexpr Field<S, T> field(std::string_view name, T S::* member) {
  return {name, member};
}
/// A member of a member that stands flat in the record: `field("lower_cm", &Intent::band, &Band::lower)`.
template <class S, class M, class T>
struct InnerField {
  std::string_view name;
  M S::* outer;
  T M::* inner;
  [[nodiscard]] constexpr const T& of(const S& value) const { return value.*outer.*inner; }
  [[nodiscard]] constexpr T& of(S& value) const { return value.*outer.*inner; }
};
template <class S, class M, class T>
constexpr InnerField<S, M, T> field(std::string_view name, M S::* outer, T M::* inner) {
  return {name, outer, inner};
}

/// What `fields()` returns, by `field_list(field(…), …)`. Flat, where a std::tuple is as deep as it is long: every file
/// that sees a record pays for it.
template <std::size_t I, class F>
struct FieldAt {
  F field;
};
template <class Indices, class... F>
struct FieldRow;
template <std::size_t... I, class... F>
struct FieldRow<std::index_sequence<I...>, F...> : FieldAt<I, F>... {
  template <class Use>
  constexpr auto apply(Use&& use) const {
    return use(static_cast<const FieldAt<I, F>&>(*this).field...);
  }
};
template <class... F>
using FieldList = FieldRow<std::index_sequence_for<F...>, F...>;
template <class... F>
constexpr FieldList<F...> field_list(F... fields) {
  return {{fields}...};
}

/// An enumeration that stands in a record declares beside itself, in the order of its values from 0:
/// `constexpr std::array<std::string_view, 2> enum_names(Colour) { return {"red", "green"}; }`
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) { enum_names(e); };

template <NamedEnum E>
[[nodiscard]] constexpr std::string_view to_text(E value) {
  return enum_names(value)[static_cast<std::size_t>(value)];
}
/// Fails with `kInvalid`, listing what would be right.
template <NamedEnum E>
[[nodiscard]] Result<E> parse_enum(std::string_view text) {
  constexpr auto names = enum_names(E{});
  std::string allowed;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i] == text) return static_cast<E>(i);
    allowed += i == 0 ? "" : ", ";
    allowed += names[i];
  }
  return fail(ErrorCode::kInvalid, fmt::format("\"{}\" is none of: {}", foreign_text(text, kQuotedBytesMax), allowed));
}

template <class S>
concept Described = requires { S::fields(); };

template <Described S>
void write_fields(log::JcsWriter& out, const S& value);
template <Described S>
[[nodiscard]] Result<S> read_fields(const log::JcsValue& value);

/// How one type stands in a record. `absent` values are left out; types that can be absent may be missing.
template <class T>
struct Codec;

namespace detail {

template <class T>
constexpr bool may_be_absent = false;
template <class T>
constexpr bool may_be_absent<std::optional<T>> = true;
template <class T>
constexpr bool may_be_absent<std::vector<T>> = true;

/// A string member that `parse` turns into a value.
template <class Parse>
auto read_text(const log::JcsValue& value, Parse&& parse) -> decltype(parse(std::string_view())) {
  const std::string_view text = TRY(value.string());
  auto parsed = std::forward<Parse>(parse)(text);
  if (!parsed) return value.fail_here(std::move(parsed).error().message);
  return parsed;
}

template <class S>
constexpr bool ascending() {
  return S::fields().apply([](const auto&... f) {
    const std::array<std::string_view, sizeof...(f)> names{f.name...};
    for (std::size_t i = 1; i < names.size(); ++i) {
      if (names[i - 1] >= names[i]) return false;
    }
    return true;
  });
}

}  // namespace detail

template <std::signed_integral T>
struct Codec<T> {
  static void write(log::JcsWriter& out, T value) { out.integer(value); }
  static Result<T> read(const log::JcsValue& v) { return v.integer(); }
};
/// Counters and sizes: never negative, at most 2^53-1.
template <>
struct Codec<std::uint64_t> {
  static void write(log::JcsWriter& out, std::uint64_t value) { out.integer(static_cast<std::int64_t>(value)); }
  static Result<std::uint64_t> read(const log::JcsValue& v) {
    return static_cast<std::uint64_t>(TRY(v.integer(0, log::kJcsIntegerMax)));
  }
};
template <>
struct Codec<bool> {
  static void write(log::JcsWriter& out, bool value) { out.boolean(value); }
  static Result<bool> read(const log::JcsValue& v) { return v.boolean(); }
};
template <>
struct Codec<UtcMs> {
  static void write(log::JcsWriter& out, UtcMs value) { out.integer(value.ms); }
  static Result<UtcMs> read(const log::JcsValue& v) { return UtcMs{TRY(v.integer(kUtcMin.ms, kUtcMax.ms))}; }
};
template <>
struct Codec<EntryHash> {
  static void write(log::JcsWriter& out, const EntryHash& value) { out.string(value.hex()); }
  static Result<EntryHash> read(const log::JcsValue& v) {
    return detail::read_text(v, [](std::string_view text) { return EntryHash::from_hex(text); });
  }
};
template <class Tag>
struct Codec<Id<Tag>> {
  static void write(log::JcsWriter& out, const Id<Tag>& value) { out.string(value.str()); }
  static Result<Id<Tag>> read(const log::JcsValue& v) {
    return detail::read_text(v, [](std::string_view text) { return Id<Tag>::parse(text); });
  }
};
template <>
struct Codec<Subject> {
  static void write(log::JcsWriter& out, const Subject& value) { out.string(value.str()); }
  static Result<Subject> read(const log::JcsValue& v) {
    return detail::read_text(v, [](std::string_view text) { return Subject::parse(text); });
  }
};
/// Text for people.
template <>
struct Codec<std::string> {
  static void write(log::JcsWriter& out, const std::string& value) { out.string(value); }
  static Result<std::string> read(const log::JcsValue& v) {
    const std::string_view text = TRY(v.string());
    if (const Status ok = check_label(text, kTextBytesMax, "text"); !ok) return v.fail_here(ok.error().message);
    return std::string(text);
  }
};
template <NamedEnum E>
struct Codec<E> {
  static void write(log::JcsWriter& out, E value) { out.string(to_text(value)); }
  static Result<E> read(const log::JcsValue& v) { return detail::read_text(v, parse_enum<E>); }
};
template <>
struct Codec<Domain> {
  static void write(log::JcsWriter& out, Domain value) { out.string(to_text(value)); }
  static Result<Domain> read(const log::JcsValue& v) { return detail::read_text(v, parse_domain); }
};
template <>
struct Codec<geo::LevelBand> {
  static void write(log::JcsWriter& out, const geo::LevelBand& value) { write_band(out, value); }
  static Result<geo::LevelBand> read(const log::JcsValue& v) { return read_band(v); }
};
template <>
struct Codec<geo::TimeWindow> {
  static void write(log::JcsWriter& out, const geo::TimeWindow& value) { write_window(out, value); }
  static Result<geo::TimeWindow> read(const log::JcsValue& v) { return read_window(v); }
};
template <>
struct Codec<geo::Volume4d> {
  static void write(log::JcsWriter& out, const geo::Volume4d& value) { write_volume(out, value); }
  static Result<geo::Volume4d> read(const log::JcsValue& v) { return read_volume(v); }
};
template <Described S>
struct Codec<S> {
  static void write(log::JcsWriter& out, const S& value) { write_fields(out, value); }
  static Result<S> read(const log::JcsValue& v) { return read_fields<S>(v); }
};
template <class T>
struct Codec<std::vector<T>> {
  static void write(log::JcsWriter& out, const std::vector<T>& value) {
    out.begin_array();
    for (const T& element : value) Codec<T>::write(out, element);
    out.end_array();
  }
  static Result<std::vector<T>> read(const log::JcsValue& v) {
    TRY_VOID(v.expect(log::JcsValue::Kind::kArray));
    if (v.size() == 0) return v.fail_here("an empty list is left out");
    if (v.size() > kListMax) {
      return v.fail_here(fmt::format("{} elements, but at most {} are allowed", v.size(), kListMax));
    }
    std::vector<T> out;
    out.reserve(v.size());
    for (std::size_t i = 0; i < v.size(); ++i) out.push_back(TRY(Codec<T>::read(v[i])));
    return out;
  }
};

namespace detail {

template <class T>
void write_member(log::JcsWriter& out, std::string_view name, const T& value) {
  out.key(name);
  Codec<T>::write(out, value);
}
template <class T>
void write_member(log::JcsWriter& out, std::string_view name, const std::optional<T>& value) {
  if (value) write_member(out, name, *value);
}
template <class T>
void write_member(log::JcsWriter& out, std::string_view name, const std::vector<T>& value) {
  if (value.empty()) return;
  out.key(name);
  Codec<std::vector<T>>::write(out, value);
}

template <class T>
Status read_member(const log::JcsValue& member, T& value) {
  value = TRY(Codec<T>::read(member));
  return {};
}
template <class T>
Status read_member(const log::JcsValue& member, std::optional<T>& value) {
  value = TRY(Codec<T>::read(member));
  return {};
}

template <class F, class S>
Status read_field(const log::JcsValue& object, const F& f, S& out, std::size_t& seen) {
  const auto member = object.find(f.name);
  if (member) {
    ++seen;
    return read_member(*member, f.of(out));
  }
  if constexpr (may_be_absent<std::remove_cvref_t<decltype(f.of(out))>>) {
    return {};
  } else {
    return object.fail_here(fmt::format("\"{}\" is missing", f.name));
  }
}

}  // namespace detail

template <Described S>
void write_fields(log::JcsWriter& out, const S& value) {
  static_assert(detail::ascending<S>(), "fields stand in canonical order");
  out.begin_object();
  S::fields().apply([&](const auto&... f) { (detail::write_member(out, f.name, f.of(value)), ...); });
  out.end_object();
}

template <Described S>
Result<S> read_fields(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  S out;
  std::size_t seen = 0;
  Status status;
  S::fields().apply([&](const auto&... f) {
    // In order, up to the first failure.
    static_cast<void>(((status = detail::read_field(value, f, out, seen)).has_value() && ...));
  });
  TRY_VOID(std::move(status));
  if (seen != value.size()) {
    for (std::size_t i = 0; i < value.size(); ++i) {
      const bool known = S::fields().apply([&](const auto&... f) { return ((f.name == value.name(i)) || ...); });
      if (!known)
        return value.fail_here(
            fmt::format("there is no member \"{}\" here", foreign_text(value.name(i), kQuotedBytesMax)));
    }
  }
  if constexpr (requires { out.check(); }) {
    if (Status ok = out.check(); !ok) return value.fail_here(std::move(ok).error().message);
  }
  return out;
}

// Bodies that are one of several records, each of which says its name: entries by `kType`, acts by `kKind`.

template <class T>
constexpr std::string_view record_name() {
  if constexpr (requires { T::kType; }) {
    return T::kType;
  } else {
    return T::kKind;
  }
}

namespace detail {

template <class Variant>
struct Alternatives;
template <class... T>
struct Alternatives<std::variant<T...>> {
  static constexpr std::array<std::string_view, sizeof...(T)> kNames{record_name<T>()...};

  static std::optional<Result<std::variant<T...>>> read(std::string_view name, const log::JcsValue& value) {
    std::optional<Result<std::variant<T...>>> out;
    const auto attempt = [&]<class One>(std::type_identity<One>) {
      if (record_name<One>() != name) return false;
      auto record = read_fields<One>(value);
      if (record) {
        out.emplace(std::move(*record));
      } else {
        out.emplace(std::unexpected(std::move(record).error()));
      }
      return true;
    };
    static_cast<void>((attempt(std::type_identity<T>()) || ...));
    return out;
  }
};

}  // namespace detail

/// The names of a variant's alternatives, in their order.
template <class Variant>
inline constexpr auto record_names = detail::Alternatives<Variant>::kNames;

template <class... T>
[[nodiscard]] constexpr std::string_view name_of(const std::variant<T...>& value) {
  return record_names<std::variant<T...>>[value.index()];
}

template <class... T>
void write_fields(log::JcsWriter& out, const std::variant<T...>& value) {
  std::visit([&](const auto& of) { write_fields(out, of); }, value);
}

/// Reads the alternative of this name; nothing when there is none.
template <class Variant>
[[nodiscard]] std::optional<Result<Variant>> read_named(std::string_view name, const log::JcsValue& value) {
  return detail::Alternatives<Variant>::read(name, value);
}

}  // namespace tansiq::core
