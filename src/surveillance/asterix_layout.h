// Layouts of ASTERIX categories as data: a short text a category, read at compile time into tables that the scanner
// walks and from which every extracted field takes its place, width and scale.
//
// The text, one item after the other (see asterix_tables.h):
//
//   010 = SAC:8 SIC:8              fixed: fields by name and width, from the most significant bit
//   105 = LAT:s32*180/2^25@deg     s signed, u unsigned, o octal, i six-bit, a ASCII, c depends on another field;
//                                  then what one step is worth, and its unit
//   040 > ATP:3 ARC:2 > DCR:1 >    extended: `>` is the bit that says whether more octets follow
//   250 *1 :64                     repeated, behind an octet that counts
//   510 *fx IDENT:8 TRACK:15       repeated, as long as the last bit says so
//   295 { AOS = :u8 - QI = :u8 }   compound: which of the parts are there stands in octets with continuation bits;
//   RE {1 ... }                    or in a single octet; `-` is a place without a part
//   SP !                           explicit: an octet that counts itself and what follows
//   uap = 010 - 040                field reference numbers, from 1; last
//
// `_` is spare. An item given again replaces the one before, so an edition can be the text of another with a few lines
// behind it. Source of the values: EUROCONTROL's category specifications, as published; the test compares every item
// and field with machine-readable definitions of the same editions.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/bytes.h"
#include "base/invariant.h"
#include "surveillance/bits.h"

namespace tansiq::surveillance::asterix {

enum class Shape : std::uint8_t {
  kUnused,
  kFixed,
  kExtended,
  kCounted,
  kChained,
  kCompound,
  kCompoundOctet,
  kExplicit
};
enum class Coding : std::uint8_t { kRaw, kSigned, kUnsigned, kOctal, kSixBit, kAscii, kDepends, kSpare, kMore };

struct Field {
  std::string_view name;
  std::uint16_t offset = 0;  ///< Bits from the beginning of the item, or of one repetition.
  std::uint8_t bits = 0;
  Coding coding = Coding::kRaw;
  std::int64_t numerator = 1;  ///< One step is numerator / denominator of the unit.
  std::int64_t denominator = 1;
  std::string_view unit;
};

inline constexpr std::uint16_t kNone = 0xFFFF;

struct Item {
  std::string_view name;
  Shape shape = Shape::kUnused;
  std::uint16_t octets = 0;  ///< Fixed: all; extended: the first part (others are one); repeated: one repetition.
  std::uint16_t first_field = 0;
  std::uint16_t fields = 0;
  std::uint16_t first_part = kNone;  ///< Compound.
  std::uint16_t next = kNone;        ///< The next part of the same compound, or the next item of the category.
};

/// Where one field is found, for extraction: what remains of the table after compilation.
struct FieldRef {
  std::uint16_t offset = 0;
  std::uint8_t bits = 0;
  bool is_signed = false;
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
};

class Layout {
 public:
  static constexpr std::size_t kItemsMax = 200;
  static constexpr std::size_t kFieldsMax = 460;
  static constexpr std::size_t kFrnMax = 56;

  /// Reads the text, and then `edits`. A text that is not as described does not compile.
  constexpr explicit Layout(std::string_view text, std::string_view edits = {}) {
    first_ = read(text);
    const std::uint16_t end = last_;
    if (!edits.empty()) {
      const std::uint16_t edited = read(edits);
      items_[end].next = edited;
    }
    resolve_uap();
  }

  [[nodiscard]] constexpr const Item& item(std::uint16_t index) const { return items_[index]; }
  [[nodiscard]] constexpr const Field& field(std::size_t index) const { return fields_[index]; }
  [[nodiscard]] constexpr std::uint16_t first() const { return first_; }
  /// The item of a field reference number (from 1); kNone where there is none.
  [[nodiscard]] constexpr std::uint16_t by_frn(std::size_t frn) const { return frn < uap_.size() ? uap_[frn] : kNone; }
  [[nodiscard]] constexpr std::size_t frn_last() const { return frn_last_; }

  /// `105`, or a part of a compound: `380/ADR`. kNone when there is none.
  [[nodiscard]] constexpr std::uint16_t find(std::string_view path) const {
    const std::size_t slash = path.find('/');
    const std::uint16_t top = last_named(first_, path.substr(0, slash));
    if (slash == std::string_view::npos || top == kNone) return top;
    std::string_view rest = path.substr(slash + 1);
    std::uint16_t at = top;
    while (at != kNone) {
      const std::size_t next = rest.find('/');
      at = last_named(items_[at].first_part, rest.substr(0, next));
      if (next == std::string_view::npos) break;
      rest = rest.substr(next + 1);
    }
    return at;
  }

  /// Field reference number of an item.
  [[nodiscard]] consteval std::uint8_t frn(std::string_view name) const {
    const std::uint16_t at = find(name);
    for (std::size_t i = 1; i <= frn_last_; ++i) {
      if (uap_[i] == at && at != kNone) return static_cast<std::uint8_t>(i);
    }
    throw "no such item";
  }
  /// Which place a part has in its compound, from 0.
  [[nodiscard]] consteval std::uint8_t part(std::string_view compound, std::string_view name) const {
    std::uint8_t place = 0;
    for (std::uint16_t at = items_[find(compound)].first_part; at != kNone; at = items_[at].next, ++place) {
      if (items_[at].name == name) return place;
    }
    throw "no such part";
  }
  [[nodiscard]] consteval FieldRef at(std::string_view path, std::string_view name) const {
    const Item& owner = items_[find(path)];
    for (std::size_t i = owner.first_field; i < owner.first_field + owner.fields; ++i) {
      const Field& f = fields_[i];
      if (f.name == name && f.coding != Coding::kSpare && f.coding != Coding::kMore) {
        return {f.offset, f.bits, f.coding == Coding::kSigned, f.numerator, f.denominator};
      }
    }
    throw "no such field";
  }

 private:
  struct Words {
    std::string_view rest;
    constexpr std::string_view next() {
      const std::string_view word = peek();
      rest.remove_prefix(skip() + word.size());
      return word;
    }
    [[nodiscard]] constexpr std::size_t skip() const {
      std::size_t i = 0;
      while (i < rest.size() && (rest[i] == ' ' || rest[i] == '\n')) ++i;
      return i;
    }
    [[nodiscard]] constexpr std::string_view peek() const {
      const std::size_t begin = skip();
      std::size_t end = begin;
      while (end < rest.size() && rest[end] != ' ' && rest[end] != '\n') ++end;
      return rest.substr(begin, end - begin);
    }
  };

  static constexpr std::int64_t number(std::string_view digits) {
    if (digits.empty()) throw "a number is missing";
    std::int64_t value = 0;
    for (const char c : digits) {
      if (c < '0' || c > '9') throw "not a number";
      value = value * 10 + (c - '0');
    }
    return value;
  }
  static constexpr std::int64_t power(std::string_view text) {
    const std::size_t caret = text.find('^');
    if (caret == std::string_view::npos) return number(text);
    std::int64_t value = 1;
    for (std::int64_t i = number(text.substr(caret + 1)); i > 0; --i) value *= number(text.substr(0, caret));
    return value;
  }

  constexpr std::uint16_t last_named(std::uint16_t from, std::string_view name) const {
    std::uint16_t found = kNone;
    for (std::uint16_t at = from; at != kNone; at = items_[at].next) {
      if (items_[at].name == name && items_[at].shape != Shape::kUnused) found = at;
    }
    return found;
  }

  constexpr void read_field(std::string_view word, std::uint16_t& offset) {
    Field& out = fields_[fields_count_++];
    out.offset = offset;
    if (word == ">") {
      out.bits = 1;
      out.coding = Coding::kMore;
      ++offset;
      return;
    }
    const std::size_t colon = word.find(':');
    out.name = word.substr(0, colon);
    if (out.name == "_") out.coding = Coding::kSpare;
    std::string_view rest = word.substr(colon + 1);
    switch (rest.empty() ? ' ' : rest[0]) {
      case 's':
        out.coding = Coding::kSigned;
        break;
      case 'u':
        out.coding = Coding::kUnsigned;
        break;
      case 'o':
        out.coding = Coding::kOctal;
        break;
      case 'i':
        out.coding = Coding::kSixBit;
        break;
      case 'a':
        out.coding = Coding::kAscii;
        break;
      case 'c':
        out.coding = Coding::kDepends;
        break;
      default:
        break;
    }
    if (out.coding != Coding::kRaw && out.coding != Coding::kSpare) rest.remove_prefix(1);
    const std::size_t star = rest.find('*');
    out.bits = static_cast<std::uint8_t>(number(rest.substr(0, star)));
    if (star != std::string_view::npos) {
      rest.remove_prefix(star + 1);
      const std::size_t unit = rest.find('@');
      const std::string_view scale = rest.substr(0, unit);
      const std::size_t slash = scale.find('/');
      out.numerator = power(scale.substr(0, slash));
      if (slash != std::string_view::npos) out.denominator = power(scale.substr(slash + 1));
      out.unit = rest.substr(unit + 1);
    }
    offset = static_cast<std::uint16_t>(offset + out.bits);
  }

  /// Fields up to the next word that is none; whole octets, with the bit that says "more" where the shape has one at
  /// the end of each repetition.
  constexpr void read_fields(Words& words, Item& out) {
    out.first_field = static_cast<std::uint16_t>(fields_count_);
    std::uint16_t offset = 0;
    std::uint16_t first_part_bits = 0;
    for (std::string_view word = words.peek(); word == ">" || word.find(':') != std::string_view::npos;
         word = words.peek()) {
      read_field(words.next(), offset);
      if (word == ">" && first_part_bits == 0) first_part_bits = offset;
      if (word == ">" && offset % 8 != 0) throw "a part of an extended item is no whole octets";
    }
    if (out.shape == Shape::kChained) ++offset;
    out.fields = static_cast<std::uint16_t>(fields_count_ - out.first_field);
    const std::uint16_t bits = out.shape == Shape::kExtended ? first_part_bits : offset;
    if (bits == 0 || bits % 8 != 0) throw "an item is no whole octets";
    out.octets = static_cast<std::uint16_t>(bits / 8);
  }

  /// Items up to `}` or the end, as a list; its head. `uap` ends the text of a category.
  constexpr std::uint16_t read(std::string_view text) {
    Words words{text};
    return read_list(words);
  }
  constexpr std::uint16_t read_list(Words& words) {
    std::uint16_t head = kNone;
    std::uint16_t tail = kNone;
    while (true) {
      const std::string_view name = words.next();
      if (name.empty() || name == "}") break;
      if (name == "uap") {
        words.next();
        uap_text_ = words.rest;
        break;
      }
      const auto index = static_cast<std::uint16_t>(items_count_++);
      (head == kNone ? head : items_[tail].next) = index;
      tail = index;
      last_ = index;
      Item& out = items_[index];
      out.name = name;
      if (name == "-") continue;
      const std::string_view kind = words.next();
      if (kind == "=")
        out.shape = Shape::kFixed;
      else if (kind == ">")
        out.shape = Shape::kExtended;
      else if (kind == "*1")
        out.shape = Shape::kCounted;
      else if (kind == "*fx")
        out.shape = Shape::kChained;
      else if (kind == "{")
        out.shape = Shape::kCompound;
      else if (kind == "{1")
        out.shape = Shape::kCompoundOctet;
      else if (kind == "!")
        out.shape = Shape::kExplicit;
      else
        throw "an item of no known shape";
      if (kind == "{" || kind == "{1") {
        items_[index].first_part = read_list(words);
      } else if (kind != "!") {
        read_fields(words, out);
      }
      last_ = index;
    }
    return head;
  }

  constexpr void resolve_uap() {
    for (std::uint16_t& at : uap_) at = kNone;
    Words words{uap_text_};
    std::size_t frn = 0;
    for (std::string_view name = words.next(); !name.empty(); name = words.next()) {
      ++frn;
      if (name == "-") continue;
      uap_[frn] = find(name);
      if (uap_[frn] == kNone) throw "the order of items names one that is not described";
      frn_last_ = frn;
    }
  }

  std::array<Item, kItemsMax> items_{};
  std::array<Field, kFieldsMax> fields_{};
  std::array<std::uint16_t, kFrnMax + 1> uap_{};
  std::size_t items_count_ = 0;
  std::size_t fields_count_ = 0;
  std::size_t frn_last_ = 0;
  std::uint16_t first_ = kNone;
  std::uint16_t last_ = kNone;
  std::string_view uap_text_;
};

/// The raw number of a field; `data` points to the item.
[[nodiscard]] constexpr std::int64_t raw(const std::uint8_t* data, const FieldRef& field) {
  return field.is_signed ? get_signed_bits(data, field.offset, field.bits)
                         : static_cast<std::int64_t>(get_bits(data, field.offset, field.bits));
}

/// A unit of the format in units of the project, as numerator and denominator.
struct Unit {
  std::int64_t numerator;
  std::int64_t denominator;
};
inline constexpr Unit kDegreeE7{10'000'000, 1};
inline constexpr Unit kDegreeMdeg{1'000, 1};
inline constexpr Unit kFootCm{3'048, 100};
inline constexpr Unit kFlightLevelCm{3'048, 1};
inline constexpr Unit kMetreCm{100, 1};
inline constexpr Unit kNauticalMileCm{185'200, 1};
inline constexpr Unit kNauticalMilePerSecondCmS{185'200, 1};
inline constexpr Unit kKnotCmS{185'200, 3'600};
inline constexpr Unit kFeetPerMinuteCmS{3'048, 6'000};
inline constexpr Unit kSecondMs{1'000, 1};

/// A raw number in project units, rounded half away from zero.
[[nodiscard]] constexpr std::int64_t from_raw(std::int64_t value, const FieldRef& field, Unit unit) {
  return scaled(value, field.numerator * unit.numerator, field.denominator * unit.denominator);
}
[[nodiscard]] constexpr std::int64_t in_unit(const std::uint8_t* data, const FieldRef& field, Unit unit) {
  return from_raw(raw(data, field), field, unit);
}
/// The inverse, held to what the field can take.
[[nodiscard]] constexpr std::int64_t to_raw(std::int64_t value, const FieldRef& field, Unit unit) {
  const std::int64_t steps = scaled(value, field.denominator * unit.denominator, field.numerator * unit.numerator);
  const std::int64_t most = (std::int64_t{1} << (field.bits - (field.is_signed ? 1 : 0))) - 1;
  const std::int64_t least = field.is_signed ? -most - 1 : 0;
  return steps < least ? least : steps > most ? most : steps;
}

/// Octets of the item at the beginning of `bytes`; 0 when it does not end within them, or is malformed.
[[nodiscard]] std::size_t item_octets(const Layout& layout, std::uint16_t item, ByteView bytes);

/// Where the parts of a compound are; absent ones are null. At most 32 parts are looked at.
struct Parts {
  static constexpr std::size_t kMax = 32;
  std::array<const std::uint8_t*, kMax> at{};
  std::size_t octets = 0;  ///< Of the whole item; 0 when it is malformed.
};
[[nodiscard]] Parts parts_of(const Layout& layout, std::uint16_t item, ByteView bytes);

}  // namespace tansiq::surveillance::asterix
