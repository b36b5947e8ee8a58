#include "surveillance/counters.h"

namespace tansiq::surveillance {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(Reject::kCount)> kNames{
    "not_for_us", "noise",        "too_long",     "truncated",    "wrong_length",    "bad_checksum", "no_checksum",
    "bad_syntax", "out_of_range", "unknown_item", "missing_item", "unknown_address", "inconsistent", "incomplete",
    "no_room",    "forbidden",    "future_dated", "too_old",      "duplicate",       "out_of_order"};

}  // namespace

std::string_view name_of(Reject reject) {
  const auto at = static_cast<std::size_t>(reject);
  return at < kNames.size() ? kNames[at] : std::string_view("unknown");
}

}  // namespace tansiq::surveillance
