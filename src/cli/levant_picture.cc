// What the live picture sees in levant-2015: the group of step 3, the deviations of step 6, the near miss of step 9,
// and at the end whether a recording tells the same. Craft are in the sky (levant_sky.h), and nodes know of them what
// their receivers hear.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/units.h"
#include "cli/demo_world.h"
#include "cli/levant_teller.h"
#include "cli/levant_traffic.h"
#include "cli/wire.h"
#include "log/jcs.h"
#include "picture/group_json.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

// --- documents
// -----------------------------------------------------------------------------------------------------

/// The first row of a document's list that is meant.
template <class Meant>
std::optional<JsonValue> row_of(const JsonValue& document, std::string_view list, Meant&& meant) {
  const auto rows = document.find(list);
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    if (meant((*rows)[i])) return (*rows)[i];
  }
  return {};
}

std::optional<JsonValue> track_of(const JsonValue& document, std::string_view call_sign) {
  return row_of(document, "tracks", [&](const JsonValue& row) { return text_of(row, "call_sign") == call_sign; });
}

std::optional<JsonValue> alert_of(const JsonValue& document, std::string_view kind, std::string_view object) {
  return row_of(document, "alerts",
                [&](const JsonValue& row) { return text_of(row, "kind") == kind && text_of(row, "object") == object; });
}

std::string detail_of(const JsonValue& alert) {
  const auto finding = alert.find("finding");
  return finding ? text_of(*finding, "detail") : std::string();
}

std::int64_t first_track_of(const JsonValue& alert) {
  const auto tracks = alert.find("tracks");
  return tracks && tracks->size() > 0 ? (*tracks)[0].integer(0, UINT32_MAX).value_or(0) : 0;
}

/// What another holds of our intent, by its newest version.
std::optional<JsonValue> held_content(const JsonValue& document, std::string_view source) {
  std::optional<JsonValue> newest;
  const auto rows = document.find("held");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto content = (*rows)[i].find("content");
    if (!content || text_of(*content, "source") != source) continue;
    if (!newest || number_of(*content, "as_of_ms") > number_of(*newest, "as_of_ms")) newest = content;
  }
  return newest;
}

// --- step 3
// --------------------------------------------------------------------------------------------------------

class GroupStep {
 public:
  GroupStep(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    TRY_VOID(declare());
    TRY_VOID(shown_to_ru());
    return turn();
  }

 private:
  Status declare() {
    const UtcMs flying = levant_.now() + 600'000;
    const geo::LevelBand low = {0, cm_from_flight_level(150), geo::VerticalReference::kFlightLevel};
    const picture::Group group{
        .id = "tf-473",
        .name = "TF473",
        .guide = {surveillance::IdKind::kMmsi, kCarrierMmsi},
        .members = {{surveillance::IdKind::kMmsi, kEscortMmsi}},
        .shapes = {
            {.domain = core::Domain::kSea, .ahead_m = 9'000, .astern_m = 5'000, .port_m = 5'000, .starboard_m = 5'000},
            {.domain = core::Domain::kAir,
             .ahead_m = 18'000,
             .astern_m = 18'000,
             .port_m = 18'000,
             .starboard_m = 18'000,
             .band = low,
             .windows = {{flying, flying + 3'600'000}}}}};
    std::string body;
    log::JcsWriter out(body);
    picture::write_group(out, group);
    NodeClient watch = TRY(levant_.client_as("fr", "fr:watch", {"admin"}));
    TRY(watch.send(net::Method::kPut, "/v1/groups/tf-473", body));
    teller_.happens("fr", fmt::format("declares its carrier group: a box of sea about the ship that its AIS receiver "
                                      "hears as MMSI {},",
                                      kCarrierMmsi));
    teller_.note(fmt::format("and the air over her while the deck is working, {} to {}",
                             clock_text(flying).substr(0, 5), clock_text(flying + 3'600'000).substr(0, 5)));
    std::string why;
    const bool filed = TRY(levant_.await_at("fr", "/v1/groups", [&](const JsonValue& d) {
      const auto row = row_of(d, "groups", [](const JsonValue& one) { return text_of(one, "id") == "tf-473"; });
      if (!row) return false;
      // The node names the intents; where one is not filed it says why.
      const auto filed_in = [&](std::string_view domain) {
        const auto one = row_of(*row, "filed", [&](const JsonValue& of) { return text_of(of, "domain") == domain; });
        if (!one) return std::string();
        if (const std::string text = text_of(*one, "why"); !text.empty()) why = text;
        return text_of(*one, "intent");
      };
      sea_ = filed_in("sea");
      air_ = filed_in("air");
      return !sea_.empty() && !air_.empty();
    }));
    teller_.check("her node files where she will be, hour by hour, as intents of fr: at sea and in the air", filed,
                  why);
    return {};
  }

  Status shown_to_ru() {
    const bool shown = TRY(levant_.await("ru", "disclosure", [&](const JsonValue& d) {
      const auto content = held_content(d, sea_source());
      if (!content) return false;
      as_of_ms_ = number_of(*content, "as_of_ms");
      return text_of(*content, "level") == "live";
    }));
    teller_.check("ru sees the sea that she needs, as agreed", shown);
    const Answer held = TRY(levant_.read("ru", "disclosure"));
    teller_.check("and nothing of the air over her: there nothing was agreed",
                  held.text.find(fmt::format("intent {}", air_)) == std::string::npos);
    return {};
  }

  Status turn() {
    const auto at = levant_.sky().where("CARRIER");
    const auto beside = levant_.sky().where("ESCORT");
    if (!at || !beside) return fail(ErrorCode::kInternal, "the carrier is not in the sky of the story");
    const UtcMs now = levant_.now();
    constexpr double kIntoTheWindDeg = 280;
    TRY_VOID(levant_.sky().put(on_course("CARRIER", kCarrierMmsi, *at, now, kIntoTheWindDeg)));
    TRY_VOID(levant_.sky().put(on_course("ESCORT", kEscortMmsi, *beside, now, kIntoTheWindDeg)));
    teller_.happens("–", "the ships turn into the wind; nobody types anything");
    const bool moved = TRY(levant_.await_at("fr", fmt::format("/v1/intents/{}", sea_), [](const JsonValue& d) {
      const auto intent = d.find("intent");
      return number_of(intent ? *intent : d, "version") >= 2;
    }));
    teller_.check("the space that is filed has turned with them", moved);
    const bool seen = TRY(levant_.await("ru", "disclosure", [&](const JsonValue& d) {
      const auto content = held_content(d, sea_source());
      return content && number_of(*content, "as_of_ms") > as_of_ms_;
    }));
    teller_.check("and ru sees the new one", seen);
    return {};
  }

  [[nodiscard]] std::string sea_source() const { return fmt::format("intent {}", sea_); }

  Levant& levant_;
  Teller& teller_;
  std::string sea_;  ///< The intents that stand for the group.
  std::string air_;
  std::int64_t as_of_ms_ = 0;
};

// --- step 6
// --------------------------------------------------------------------------------------------------------

class DeviationStep {
 public:
  DeviationStep(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    teller_.chapter("6", "Deviation: what receivers hear, against what was agreed");
    // So far ahead a flight through the zones of two owners has to be asked for.
    enters_ = levant_.now() + 320'000;
    TRY_VOID(file());
    TRY_VOID(fly());
    TRY_VOID(one_leaves_its_corridor());
    TRY_VOID(somebody_without_a_name());
    TRY_VOID(one_is_late());
    return tell_neighbours();
  }

 private:
  static constexpr std::string_view kStraying = "MIRAGE3";
  static constexpr std::string_view kLate = "REACH7";
  static constexpr DurationMs kLateLengthMs = 240'000;

  PlannedLeg leg(std::string_view corridor, std::int64_t level, UtcMs start, DurationMs length) const {
    return {.volumes = {demo_volume(levant_.charter(), {.id = {},
                                                        .operator_name = {},
                                                        .corridor = std::string(corridor),
                                                        .level = level,
                                                        .start = start,
                                                        .length_ms = length})},
            .zone = ZoneId::trusted(corridor)};
  }
  Status file_one(std::string_view name, std::vector<PlannedLeg> legs, bool for_fr) {
    FlightFiled filed;
    filed.call_sign = std::string(name);
    filed.flight = FlightId::trusted(name);
    filed.legs = std::move(legs);
    if (for_fr) filed.principal = AuthorityId::trusted("fr");
    TRY(levant_.act("us", "watch", FileFlight{std::move(filed)}));
    return {};
  }
  Result<bool> confirmed(std::string_view name, std::size_t legs) {
    return levant_.await("us", "flights", [&](const JsonValue& d) {
      const auto row = row_of(d, "flights", [&](const JsonValue& one) { return text_of(one, "id") == name; });
      const auto versions = row ? row->find("versions") : std::nullopt;
      bool all = versions && versions->size() == legs;
      for (std::size_t i = 0; all && i < legs; ++i) all = text_of((*versions)[i], "state") == "confirmed";
      return all;
    });
  }
  static std::string plan_of(std::string_view flight) { return fmt::format("flight:{}", flight); }

  Status file() {
    TRY_VOID(file_one(
        kStraying, {leg("K2", kStrayingLevel, enters_, 720'000), leg("K5", 290, enters_ + 1'500'000, 900'000)}, true));
    teller_.happens("us", fmt::format("files {} for fr: K2 (us) at FL{}, then K5 (ru)", kStraying, kStrayingLevel));
    TRY_VOID(file_one(kLate, {leg("K2", kLateLevel, enters_, kLateLengthMs)}, false));
    teller_.happens("us", fmt::format("files {}: four minutes in K2, FL{}", kLate, kLateLevel));
    const bool all = TRY(confirmed(kStraying, 2)) && TRY(confirmed(kLate, 1));
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
    teller_.happens("us", "both enter K2, and the radar hears them");
    const bool known = TRY(levant_.await_at("us", "/v1/tracks", [](const JsonValue& d) {
      return std::ranges::all_of(std::array{kStraying, kLate}, [&](std::string_view name) {
        const auto track = track_of(d, name);
        const auto plan = track ? track->find("plan") : std::nullopt;
        const auto inside = plan ? plan->find("inside") : std::nullopt;
        return inside && text_of(*plan, "intent") == plan_of(name) && inside->boolean().value_or(false);
      });
    }));
    teller_.check("two tracks of CAT 062 are these two flights, and each is inside its leg", known);
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
    teller_.check(fmt::format("us is warned: {}, {}", kStraying, detail), warned);
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
    std::int64_t id = 0;
    const bool entered = TRY(levant_.await_at("us", "/v1/alerts", [&](const JsonValue& d) {
      const auto alert = alert_of(d, "foreign_zone", "K3");
      if (!alert || !alert->find("warned_ms")) return false;
      warned_ms = number_of(*alert, "warned_ms");
      id = first_track_of(*alert);
      return true;
    }));
    teller_.happens("–", "a craft that answers no call flies into K3");
    teller_.check(fmt::format("us was warned {} s before it was inside", warned_ms / 1'000),
                  entered && warned_ms >= 30'000);
    const Answer track = TRY(levant_.get("us", fmt::format("/v1/tracks/{}", id)));
    teller_.check(fmt::format("it is unknown, and stays so: {}", text_of(track.root(), "label")),
                  !track.root().find("plan") && !track.root().find("icao") && !track.root().find("call_sign"));
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
      const auto told_of = row ? row->find("contingency") : std::nullopt;
      return told_of && told_of->boolean().value_or(false);
    }));
    teller_.check("ru, which expects it in K5, is told at once", told);
    return {};
  }

  Levant& levant_;
  Teller& teller_;
  UtcMs enters_;
};

// --- step 9
// --------------------------------------------------------------------------------------------------------

class NearMissStep {
 public:
  NearMissStep(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    teller_.chapter("9", "A near miss");
    // A minute and a half to be known, two minutes of warning, half a minute below the minima.
    const UtcMs closest = levant_.now() + 240'000;
    for (SkyCraft& craft : converging_flights(closest)) TRY_VOID(levant_.sky().put(std::move(craft)));
    teller_.happens("–", "RFF9 flies east and REACH9 north, both at FL330; their ADS-B is heard by us and ru");
    TRY_VOID(warned());
    TRY_VOID(acknowledged());
    return lost();
  }

 private:
  /// The conflict of the two, at a node.
  Result<bool> await_conflict(const std::string& node, const std::function<bool(const JsonValue&)>& good) {
    return levant_.await_at(node, "/v1/alerts", [&](const JsonValue& d) {
      const auto alert = row_of(d, "alerts", [&](const JsonValue& row) { return text_of(row, "kind") == "conflict"; });
      return alert && good(*alert);
    });
  }

  Status warned() {
    std::string words;
    const bool raised = TRY(await_conflict("us", [&](const JsonValue& alert) {
      id_ = number_of(alert, "id");
      const auto finding = alert.find("finding");
      if (!finding) return false;
      words = fmt::format("in {} s they are nearer than 5 NM, at the closest {} m",
                          number_of(*finding, "to_violation_ms") / 1'000, number_of(*finding, "closest_m"));
      return true;
    }));
    teller_.check(fmt::format("us is warned: {}", words), raised);
    const Answer tracks = TRY(levant_.get("us", "/v1/tracks"));
    const auto one = track_of(tracks.root(), "RFF9");
    const auto two = track_of(tracks.root(), "REACH9");
    teller_.check("ru is warned of the same by its own receiver",
                  TRY(await_conflict("ru", [](const JsonValue&) { return true; })) && one && two);
    return {};
  }

  Status acknowledged() {
    NodeClient officer = TRY(levant_.client_as("us", std::string(kOfficer), {"admin"}));
    TRY(officer.send(net::Method::kPost, fmt::format("/v1/alerts/{}/acknowledge", id_), ""));
    teller_.happens("us", fmt::format("{} acknowledges the alert, and calls the other centre", kOfficer));
    const bool named = TRY(await_conflict("us", [](const JsonValue& alert) {
      const auto seen = alert.find("acknowledged");
      return seen && text_of(*seen, "by") == kOfficer;
    }));
    teller_.check("the alert bears that name, and sounds no more", named);
    return {};
  }

  Status lost() {
    std::int64_t warned_ms = 0;
    bool in_time = false;
    const bool lost = TRY(await_conflict("us", [&](const JsonValue& alert) {
      if (!alert.find("warned_ms")) return false;
      warned_ms = number_of(alert, "warned_ms");
      const auto seen = alert.find("acknowledged");
      in_time = seen && number_of(*seen, "at_ms") < number_of(alert, "violated_ms");
      return true;
    }));
    teller_.happens("–", "separation is lost");
    teller_.check(fmt::format("there were {} s of warning, and somebody had seen it", warned_ms / 1'000),
                  lost && in_time && warned_ms >= 60'000);
    return {};
  }

  static constexpr std::string_view kOfficer = "us:capt.hale";
  Levant& levant_;
  Teller& teller_;
  std::int64_t id_ = 0;
};

}  // namespace

Status tell_group(Levant& levant, Teller& teller) { return GroupStep(levant, teller).tell(); }

Status tell_deviation(Levant& levant, Teller& teller) { return DeviationStep(levant, teller).tell(); }

Status tell_near_miss(Levant& levant, Teller& teller) { return NearMissStep(levant, teller).tell(); }

Status tell_replay(Levant& levant, Teller& teller, const LevantWitness& witness, UtcMs until) {
  const std::vector<std::string> live = alert_lines_until(witness.lines(), until);
  const std::vector<std::string> again = alert_lines_until(TRY(levant.replayed("us")), until);
  const auto [one, two] = std::ranges::mismatch(live, again);
  const std::size_t same = static_cast<std::size_t>(one - live.begin());
  const std::size_t raised = count_of_event(live, "raised");
  teller.happens("–", "`tansiq replay` takes what us recorded of its receivers, and makes the picture anew");
  teller.check(fmt::format("the same {} alerts in {} lines, byte for byte as they were seen live", raised, live.size()),
               raised > 0 && one == live.end() && two == again.end() && witness.dropped() == 0,
               fmt::format("{} lines live, {} in the replay, the first {} the same", live.size(), again.size(), same));
  return {};
}

}  // namespace tansiq::cli
