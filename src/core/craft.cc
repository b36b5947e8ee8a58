#include "core/craft.h"

#include <fmt/core.h>

#include <algorithm>

#include "base/foreign_text.h"

namespace tansiq::core {
namespace {

constexpr std::uint32_t kIcaoAllOnes = 0xFFFFFF;

/// The value of exactly `digits` digits of that base; nothing for anything else.
std::optional<std::uint32_t> number_of(std::string_view text, std::size_t digits, std::uint32_t base) {
  if (text.size() != digits) return std::nullopt;
  std::uint32_t out = 0;
  for (const char c : text) {
    std::uint32_t digit = base;
    if (c >= '0' && c <= '9') digit = static_cast<std::uint32_t>(c - '0');
    if (c >= 'a' && c <= 'f') digit = static_cast<std::uint32_t>(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') digit = static_cast<std::uint32_t>(c - 'A') + 10;
    if (digit >= base) return std::nullopt;
    out = out * base + digit;
  }
  return out;
}

std::unexpected<Error> not_a(std::string_view what, std::string_view text) {
  return fail(ErrorCode::kInvalid, fmt::format("{}, not \"{}\"", what, foreign_text(text, kQuotedBytesMax)));
}

bool together(const Craft& a, const Craft& b) {
  return a.from.value_or(kUtcMin) < b.to.value_or(kUtcMax) && b.from.value_or(kUtcMin) < a.to.value_or(kUtcMax);
}

Status check_one(const Craft& craft) {
  if (!craft.icao && !craft.mmsi && !craft.mode_3a) {
    return fail(ErrorCode::kInvalid, "a craft has an address (icao), an MMSI or a code (mode_3a)");
  }
  if (!craft.mode_3a && (craft.from || craft.to)) {
    return fail(ErrorCode::kInvalid, "times say how long a code is lent, and there is no code", "mode_3a");
  }
  const auto in_record = [](const std::optional<UtcMs>& time) {
    return !time || (*time >= kUtcMin && *time <= kUtcMax);
  };
  if (!in_record(craft.from) || !in_record(craft.to)) return fail(ErrorCode::kInvalid, "a time is out of range");
  if (craft.from && craft.to && *craft.from >= *craft.to) {
    return fail(ErrorCode::kInvalid, "the code is given back before it is lent", "to_ms");
  }
  return {};
}

/// What the two have in common and must not: the member's name, or nothing.
std::string_view shared(const Craft& a, const Craft& b) {
  if (a.icao && a.icao == b.icao) return "icao";
  if (a.mmsi && a.mmsi == b.mmsi) return "mmsi";
  if (a.mode_3a && a.mode_3a == b.mode_3a && together(a, b)) return "mode_3a";
  return {};
}

}  // namespace

Result<IcaoAddress> IcaoAddress::parse(std::string_view text) {
  const auto number = number_of(text, 6, 16);
  if (!number) return not_a("an address is six hexadecimal digits, as 4CA1FA", text);
  if (*number == 0 || *number == kIcaoAllOnes) return not_a("an address is that of one craft", text);
  return IcaoAddress{*number};
}
std::string IcaoAddress::str() const { return fmt::format("{:06X}", value); }

Result<Mmsi> Mmsi::parse(std::string_view text) {
  const auto number = number_of(text, 9, 10);
  if (!number || *number == 0) return not_a("an MMSI is nine digits, as 211234560", text);
  return Mmsi{*number};
}
std::string Mmsi::str() const { return fmt::format("{:09}", value); }

Result<Mode3a> Mode3a::parse(std::string_view text) {
  const auto number = number_of(text, 4, 8);
  if (!number) return not_a("a code is four digits of 0 to 7, as 4321", text);
  return Mode3a{static_cast<std::uint16_t>(*number)};
}
std::string Mode3a::str() const { return fmt::format("{:04o}", value); }

Status check_craft(const std::vector<Craft>& craft) {
  if (craft.size() > kCraftMax) {
    return fail(ErrorCode::kInvalid, fmt::format("{} craft, but at most {} are allowed", craft.size(), kCraftMax),
                "craft");
  }
  for (std::size_t i = 0; i < craft.size(); ++i) {
    if (Status one = check_one(craft[i]); !one) {
      return std::unexpected(inside(std::move(one).error(), fmt::format("craft[{}]", i)));
    }
    for (std::size_t other = 0; other < i; ++other) {
      const std::string_view twice = shared(craft[i], craft[other]);
      if (twice.empty()) continue;
      return fail(ErrorCode::kInvalid, fmt::format("is that of craft[{}], too: each craft stands once", other),
                  fmt::format("craft[{}].{}", i, twice));
    }
  }
  return {};
}

}  // namespace tansiq::core
