// Words of the protocol between authorities, each with one spelling in records, API and screens.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "base/ids.h"
#include "base/time.h"
#include "core/record.h"
#include "core/relation_names.h"

namespace tansiq::coordination {

using core::EntryHash;
using core::field;
using core::parse_enum;
using core::Timing;
using core::to_text;

struct FlightTag {
  static constexpr std::string_view kKind = "flight id";
};
/// A flight (or ship's passage) as its home authority names it; unique at that authority.
using FlightId = Id<FlightTag>;

struct CaveatTag {
  static constexpr std::string_view kKind = "caveat id";
};
/// A caveat as its holder names it; unique at that authority.
using CaveatId = Id<CaveatTag>;

/// Why an owner refused a request. The order of the checks is the order of the values, the last two apart.
enum class LegRefusal : std::uint8_t {
  kNotSequencer,
  kLate,
  kFrozen,
  kQuota,
  kConflict,
  kDisputed,
  kNoAnswer,  ///< No officer has answered in time.
  kOther,
};
constexpr std::array<std::string_view, 8> enum_names(LegRefusal) {
  return {"not_sequencer", "late", "frozen", "quota", "conflict", "disputed", "no_answer", "other"};
}

/// Why a hold ended without a confirmation.
enum class Lapse : std::uint8_t { kTime, kFrozen, kWithdrawn, kHandover };
constexpr std::array<std::string_view, 4> enum_names(Lapse) { return {"time", "frozen", "withdrawn", "handover"}; }

/// How a version ended at its owner, holds that lapsed apart.
enum class Closing : std::uint8_t { kCancelled, kReleased, kEnded, kRevoked, kExpired };
constexpr std::array<std::string_view, 5> enum_names(Closing) {
  return {"cancelled", "released", "ended", "revoked", "expired"};
}

}  // namespace tansiq::coordination
