#include "core/intent.h"

#include <array>

namespace tansiq::core {
namespace {

constexpr std::array<std::string_view, 5> kActs{"update", "activate", "report_nonconforming", "report_contingent",
                                                "end"};

}  // namespace

std::string_view to_text(Act act) { return kActs[static_cast<std::size_t>(act)]; }

std::optional<IntentState> next_state(IntentState from, bool expired, Act act) {
  using enum IntentState;
  // Rows are states (the last is "ended, expired"), columns acts: the table of intent.h.
  constexpr std::optional<IntentState> kNo;
  constexpr std::array<std::array<std::optional<IntentState>, 5>, 6> kTable{{
      {kAccepted, kActivated, kNonconforming, kContingent, kEnded},
      {kActivated, kNo, kNonconforming, kContingent, kEnded},
      {kNo, kActivated, kNonconforming, kContingent, kEnded},
      {kNo, kNo, kNo, kContingent, kEnded},
      {kNo, kNo, kNo, kNo, kNo},
      {kNo, kNo, kNonconforming, kContingent, kNo},
  }};
  const std::size_t row = from == kEnded && expired ? 5 : static_cast<std::size_t>(from);
  return kTable[row][static_cast<std::size_t>(act)];
}

}  // namespace tansiq::core
