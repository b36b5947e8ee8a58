// The story that the golden record of answers by hand was written by: an hour in which the officers of us answer what
// is asked of K1.
#include <gtest/gtest.h>

#include "coordination/golden_testlib.h"

namespace tansiq::coordination::testing {
namespace {

constexpr DurationMs kMinute = 60'000;

AuthorityId id(std::string_view text) { return AuthorityId::trusted(text); }
FlightId flight_id(std::string_view text) { return FlightId::trusted(text); }

class Story {
 public:
  Golden tell() {
    act("us", SetAnswerRule{.answer_ms = 4 * kMinute, .by_hand = true, .home = {}, .zone = ZoneId::trusted("K1")});
    act("us", SetAnswerRule{.answer_ms = {}, .by_hand = false, .home = id("ru"), .zone = ZoneId::trusted("K1")});
    asked("fr", "B1", 200);
    answer("B1", HandAnswer::kConfirm);
    asked("fr", "B2", 220);
    answer("B2", HandAnswer::kHold);
    answer("B2", HandAnswer::kConfirm);
    asked("fr", "B3", 240);
    answer("B3", HandAnswer::kHold, "weather is closing in");
    answer("B3", HandAnswer::kRefuse, "weather");
    asked("fr", "B4", 260);
    act("us", AnswerLeg{.answer = HandAnswer::kCounter,
                        .level_shift_cm = 60'960,
                        .request = request_of("B4"),
                        .text = {},
                        .time_shift_ms = 5 * kMinute});
    act("fr", StepFlight{flight_id("B4"), FlightStep::kAcceptCounter, {}});
    asked("fr", "B5", 300);
    answer("B5", HandAnswer::kRefuse, "exercise");
    asked("fr", "B6", 320);
    world_.advance(4 * kMinute);
    world_.settle();
    // To ru the node answers; and what is asked when nobody has been asked for long.
    asked("ru", "B7", 340);
    asked("us", "B8", 200, "K4");
    act("us", SetAnswerRule{.answer_ms = {}, .by_hand = true, .home = id("ru"), .zone = ZoneId::trusted("K1")});
    act("us", SetAnswerRule{.answer_ms = {}, .by_hand = false, .home = {}, .zone = ZoneId::trusted("K1")});
    asked("ru", "B9", 360);  // waits as the story ends
    return end_of_story(world_);
  }

 private:
  void act(std::string_view who, Act what) {
    const auto done = world_.act(who, std::move(what));
    EXPECT_TRUE(done.has_value()) << done.error().text();
    world_.settle();
  }
  void asked(std::string_view home, std::string_view flight, int level, std::string_view in = "K1") {
    world_.file(home, flight, {leg(in, level, world_.now + 30 * kMinute)});
  }
  [[nodiscard]] EntryHash request_of(std::string_view flight) {
    for (const auto& [request, version] : world_.at("us").legs().versions()) {
      if (version.flight == flight_id(flight) && version.needs_officer()) return request;
    }
    ADD_FAILURE() << flight << " waits for no officer";
    return {};
  }
  void answer(std::string_view flight, HandAnswer how, std::string text = {}) {
    act("us", AnswerLeg{.answer = how,
                        .level_shift_cm = {},
                        .request = request_of(flight),
                        .text = std::move(text),
                        .time_shift_ms = {}});
  }

  World world_;
};

}  // namespace

Golden tell_golden_story_of_answers() { return Story().tell(); }

}  // namespace tansiq::coordination::testing
