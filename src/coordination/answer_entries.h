// How an authority answers requests of others by hand (ADR 62): the rule that an officer sets for a zone, and what an
// officer has answered to one request.
//
// Both stand in the authority's own log. What home reads is what it always reads (leg_entries.h): STANDBY while the
// officers have it, then HOLD, COUNTER, CONFIRMED, REFUSED or LAPSED. Who has decided so is nobody's business outside.
#pragma once

#include <fmt/format.h>

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "coordination/leg_entries.h"
#include "coordination/names.h"

namespace tansiq::coordination {

/// For how long a request may wait for an officer, and a hold for his confirmation.
inline constexpr DurationMs kAnswerMsMin = 5'000;
inline constexpr DurationMs kAnswerMsMax = 86'400'000;
inline constexpr DurationMs kAnswerMsDefault = 300'000;
/// Rules an authority may have at a time.
inline constexpr std::size_t kAnswerRulesMax = 1'024;
/// A counter of an officer moves a window by no more than this.
inline constexpr DurationMs kCounterTimeMsMax = 7LL * 86'400'000;
inline constexpr std::int64_t kCounterLevelCmMax = 10'000'000;

/// Who answers requests of `home` in a zone, where `home` is absent those of everybody: an officer (`by_hand`), or the
/// node. The rule for one authority goes before that for all.
struct AnswerRule {
  static constexpr std::string_view kType = "answer.rule";
  static constexpr Audience kAudience = Audience::kOwn;
  DurationMs answer_ms = kAnswerMsDefault;  ///< What nobody has answered by then is refused.
  bool by_hand = true;
  std::optional<AuthorityId> home;
  ZoneId zone;
  static constexpr auto fields() {
    return field_list(field("answer_ms", &AnswerRule::answer_ms), field("by_hand", &AnswerRule::by_hand),
                      field("home", &AnswerRule::home), field("zone", &AnswerRule::zone));
  }
  [[nodiscard]] Status check() const {
    if (answer_ms >= kAnswerMsMin && answer_ms <= kAnswerMsMax) return {};
    return fail(ErrorCode::kInvalid,
                fmt::format("{} ms to answer is outside {} to {}", answer_ms, kAnswerMsMin, kAnswerMsMax), "answer_ms");
  }
  friend bool operator==(const AnswerRule&, const AnswerRule&) = default;
};

/// confirm: held, and confirmed when home commits. counter: held elsewhere, and confirmed when home takes it. hold:
/// held, and confirmed only by another answer. refuse: refused, or the hold withdrawn.
enum class HandAnswer : std::uint8_t { kConfirm, kCounter, kHold, kRefuse };
constexpr std::array<std::string_view, 4> enum_names(HandAnswer) { return {"confirm", "counter", "hold", "refuse"}; }

/// What an officer has answered to a request. The node says to home what follows from it, in the same transaction.
struct AnswerGiven {
  static constexpr std::string_view kType = "answer.given";
  static constexpr Audience kAudience = Audience::kOwn;
  HandAnswer answer = HandAnswer::kConfirm;
  std::optional<std::int64_t> level_shift_cm;
  EntryHash request;
  std::string text;  ///< Of a refusal: why. Home reads it.
  std::optional<DurationMs> time_shift_ms;
  static constexpr auto fields() {
    return field_list(field("answer", &AnswerGiven::answer), field("level_shift_cm", &AnswerGiven::level_shift_cm),
                      field("request", &AnswerGiven::request), field("text", &AnswerGiven::text),
                      field("time_shift_ms", &AnswerGiven::time_shift_ms));
  }
  [[nodiscard]] Status check() const {
    const std::int64_t level = level_shift_cm.value_or(0);
    const DurationMs time = time_shift_ms.value_or(0);
    const bool shifted = level_shift_cm.has_value() || time_shift_ms.has_value();
    if ((answer == HandAnswer::kCounter) != shifted) {
      return fail(ErrorCode::kInvalid,
                  "a counter says by how much it moves the window, in time or level; nothing else does");
    }
    if ((level_shift_cm && level == 0) || (time_shift_ms && time == 0)) {
      return fail(ErrorCode::kInvalid, "a shift by nothing is left out");
    }
    if (level > kCounterLevelCmMax || level < -kCounterLevelCmMax || time > kCounterTimeMsMax ||
        time < -kCounterTimeMsMax) {
      return fail(ErrorCode::kInvalid, fmt::format("a counter moves a window by at most {} cm and {}",
                                                   kCounterLevelCmMax, format_duration(kCounterTimeMsMax)));
    }
    if (answer == HandAnswer::kRefuse && text.empty()) {
      return fail(ErrorCode::kInvalid, "a refusal says why: home reads it", "text");
    }
    return {};
  }
  friend bool operator==(const AnswerGiven&, const AnswerGiven&) = default;
};

}  // namespace tansiq::coordination
