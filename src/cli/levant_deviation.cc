// Step 6 of levant-2015: what receivers hear, against what was agreed; and a craft whose owner has to be asked for.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/units.h"
#include "cli/levant_documents.h"
#include "cli/levant_talks.h"
#include "cli/levant_teller.h"
#include "cli/levant_traffic.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

std::string detail_of(const JsonValue& alert) {
  const auto finding = alert.find("finding");
  return finding ? text_of(*finding, "detail") : std::string();
}

std::int64_t first_track_of(const JsonValue& alert) {
  const auto tracks = alert.find("tracks");
  return tracks && tracks->size() > 0 ? (*tracks)[0].integer(0, UINT32_MAX).value_or(0) : 0;
}

class DeviationStep {
 public:
  DeviationStep(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    teller_.chapter(6);
    // So far ahead a flight through the zones of two owners has to be asked for.
    enters_ = levant_.now() + 320'000;
    TRY_VOID(file());
    TRY_VOID(fly());
    TRY_VOID(one_leaves_its_corridor());
    TRY_VOID(somebody_without_a_name());
    TRY_VOID(whose());
    TRY_VOID(one_is_late());
    return tell_neighbours();
  }

 private:
  static constexpr std::string_view kStraying = "MIRAGE3";
  static constexpr std::string_view kLate = "REACH7";
  static constexpr DurationMs kLateLengthMs = 240'000;

  static std::string plan_of(std::string_view flight) { return fmt::format("flight:{}", flight); }

  Status file() {
    const auto leg = [&](std::string_view corridor, std::int64_t level, UtcMs start, DurationMs length) {
      return leg_along(levant_, corridor, level, start, length);
    };
    TRY(levant_.act(
        "us", "watch",
        flight_of(kStraying,
                  {leg("K2", kStrayingLevel, enters_, 720'000), leg("K5", 290, enters_ + 1'500'000, 900'000)}, "fr")));
    teller_.happens("us", fmt::format("files {} for fr: K2 (us) at FL{}, then K5 (ru)", kStraying, kStrayingLevel));
    TRY(levant_.act("us", "watch", flight_of(kLate, {leg("K2", kLateLevel, enters_, kLateLengthMs)})));
    teller_.happens("us", fmt::format("files {}: four minutes in K2, FL{}", kLate, kLateLevel));
    const bool all = TRY(confirmed(levant_, "us", kStraying, 2)) && TRY(confirmed(levant_, "us", kLate, 1));
    teller_.check("all legs are confirmed", all);
    return {};
  }

  Status fly() {
    TRY_VOID(levant_.sky().put(straying_flight(enters_)));
    TRY_VOID(levant_.sky().put(late_flight(enters_)));
    TRY_VOID(levant_.sky().put(unknown_craft(enters_ + 180'000)));
    for (const std::string_view name : {kStraying, kLate}) {
      for (const FlightStep step : {FlightStep::kClear, FlightStep::kReadBack}) {
        TRY(levant_.act("us", "watch", StepFlight{FlightId::trusted(name), step, {}}));
      }
    }
    levant_.wait_until(enters_ + 3'000);
    for (const std::string_view name : {kStraying, kLate}) {
      TRY(levant_.act("us", "watch", ReportLeg{true, FlightId::trusted(name), 0}));
    }
    teller_.happens("us", "both enter K2, and the radar of us sees them");
    for (const std::string_view name : {kStraying, kLate}) {
      teller_.look(name, SkyPoint{36.75, 42.1}, node::StoryThing{"track", std::string(name), {}});
    }
    const bool known = TRY(levant_.await_at("us", "/v1/tracks", [](const JsonValue& d) {
      return std::ranges::all_of(std::array{kStraying, kLate}, [&](std::string_view name) {
        const auto track = track_of(d, name);
        const auto plan = track ? track->find("plan") : std::nullopt;
        return plan && text_of(*plan, "intent") == plan_of(name) && is_true(*plan, "inside");
      });
    }));
    teller_.check("by their call signs, two radar tracks are these two flights, each inside its leg", known);
    return {};
  }

  Status one_leaves_its_corridor() {
    levant_.wait_until(enters_ + 100'000);
    teller_.happens("–", fmt::format("{} turns out of K2, around a thunderstorm", kStraying));
    std::string detail;
    const bool warned = TRY(levant_.await_at("us", "/v1/alerts", [&](const JsonValue& d) {
      const auto alert = alert_of(d, "off_plan", plan_of(kStraying));
      if (alert) detail = detail_of(*alert);
      return alert.has_value();
    }));
    teller_.check(fmt::format("us is warned: {} is off its plan, {}", kStraying, detail), warned);
    teller_.check("it is proposed that the flight be nonconforming", TRY(proposed("nonconforming")));
    return {};
  }
  Result<bool> proposed(std::string_view state) {
    return levant_.await_at("us", "/v1/tracks", [&](const JsonValue& d) {
      const auto track = track_of(d, kStraying);
      const auto plan = track ? track->find("plan") : std::nullopt;
      return plan && text_of(*plan, "proposed") == state;
    });
  }

  Status somebody_without_a_name() {
    std::int64_t warned_ms = 0;
    const bool entered = TRY(levant_.await_at("us", "/v1/alerts", [&](const JsonValue& d) {
      const auto alert = alert_of(d, "foreign_zone", "K3");
      if (!alert || !alert->find("warned_ms")) return false;
      warned_ms = number_of(*alert, "warned_ms");
      track_ = first_track_of(*alert);
      return true;
    }));
    teller_.happens("–", "a craft that answers no call flies into K3, a corridor of us");
    teller_.look("K3", SkyPoint{34.5, 40.55}, node::StoryThing{"track", fmt::to_string(track_), "us"});
    teller_.check(fmt::format("us was warned {} s before it was inside", warned_ms / 1'000),
                  entered && warned_ms >= 30'000);
    const Answer track = TRY(levant_.get("us", fmt::format("/v1/tracks/{}", track_)));
    teller_.check(fmt::format("nobody at us can say whose it is: no plan, no address, no call sign; on the screen it "
                              "is track {}",
                              track_),
                  !track.root().find("plan") && !track.root().find("icao") && !track.root().find("call_sign"));
    return {};
  }

  /// What us has of the track, to be asked about. It is named by its number in the picture of us.
  Result<Sighting> sighting() {
    const Answer track = TRY(levant_.get("us", fmt::format("/v1/tracks/{}", track_)));
    const JsonValue root = track.root();
    const JsonValue place = TRY(root.at("position"));
    Sighting out;
    out.track = fmt::to_string(track_);
    out.lat_e7 = TRY(place[0].integer(-900'000'000, 900'000'000));
    out.lng_e7 = TRY(place[1].integer(-1'800'000'000, 1'800'000'000));
    out.level = (number_of(root, "pressure_cm") + cm_from_flight_level(1) / 2) / cm_from_flight_level(1);
    out.course_deg = number_of(root, "course_mdeg") / 1'000;
    out.speed_cm_s = number_of(root, "speed_cm_s");
    out.at = {number_of(root, "time_ms") / 1'000 * 1'000};
    return out;
  }

  Status whose() {
    const Sighting seen = TRY(sighting());
    const std::string thread = "us/whose-K3";
    const UtcMs due{(levant_.now().ms + 1'200'000) / 1'000 * 1'000};
    const core::EntryHash content =
        TRY(say(levant_, "us", "watch", TRY(whose_is_it(thread, "us", {"ru", "fr"}, seen, due))));
    teller_.happens("us", fmt::format("asks ru and fr whose it is, by place, time and that number, {}", seen.track));
    teller_.look(thread, std::nullopt, node::StoryThing{"thread", thread, {}});
    const std::array<std::pair<std::string, Reply>, 2> replies{
        {{"fr", TRY(it_is_not_ours(seen.track))}, {"ru", TRY(it_is_ours(seen.track, "ORLAN7"))}}};
    for (const auto& [id, reply] : replies) {
      const auto message = TRY(await_message(levant_, id, thread, content));
      if (!message) return fail(ErrorCode::kTimeout, "the question has not come", id);
      if (id == "ru") teller_.reads(id, first_words(message->parts));
      TRY_VOID(read_message(levant_, id, "watch", *message));
      TRY_VOID(answer_message(levant_, id, "watch", *message, reply));
    }
    teller_.happens("fr", "answers that it has nothing there");
    teller_.happens("ru", "answers that it is ORLAN7, a drone of its own, whose link is lost");
    TRY(await_answer(levant_, "us", thread, content, "fr"));
    const auto mine = TRY(await_answer(levant_, "us", thread, content, "ru"));
    if (mine) teller_.reads("us", first_words(mine->parts));
    const std::vector<TrackAnswer> answers = TRY(answers_about(levant_, "us", seen.track));
    const bool joined = answers.size() == 2 && std::ranges::any_of(answers, [](const TrackAnswer& one) {
                          return one.by.str() == "ru" && one.finding == Finding::kMine;
                        });
    teller_.check("at us both answers stand with the track: it is ru's, by ru's own signed word", joined);
    return {};
  }

  Status one_is_late() {
    levant_.wait_until(enters_ + kLateLengthMs);
    teller_.happens("–", fmt::format("the four minutes of {} are over; it is still in K2", kLate));
    const bool late = TRY(levant_.await_at(
        "us", "/v1/alerts", [](const JsonValue& d) { return alert_of(d, "overrun", plan_of(kLate)).has_value(); }));
    teller_.check("us is warned of the overrun", late);
    return {};
  }

  Status tell_neighbours() {
    TRY(levant_.act("us", "watch",
                    StepFlight{FlightId::trusted(kStraying), FlightStep::kContingency, "left K2, thunderstorm"}));
    teller_.happens("us", "the officer on watch declares a contingency for MIRAGE3: no machine does");
    const bool told = TRY(levant_.await("ru", "legs", [](const JsonValue& d) {
      const auto row = row_of(d, "legs", [](const JsonValue& one) { return text_of(one, "flight") == kStraying; });
      return row && is_true(*row, "contingency");
    }));
    teller_.check("ru, which expects it in K5, is told at once", told);
    return {};
  }

  Levant& levant_;
  Teller& teller_;
  UtcMs enters_;
  std::int64_t track_ = 0;  ///< Of whom nobody can name, in the picture of us.
};

}  // namespace

Status tell_deviation(Levant& levant, Teller& teller) { return DeviationStep(levant, teller).tell(); }

}  // namespace tansiq::cli
