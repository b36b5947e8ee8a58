// The story of levant-2015, as far as relations, flights and links tell it.
#include <fmt/format.h>

#include <array>

#include "cli/demo_world.h"
#include "cli/levant.h"
#include "cli/levant_teller.h"
#include "cli/log_location.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "coordination/relation_bundles.h"
#include "log/verify.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

core::Edge edge(std::string_view from, std::string_view to, core::RelationDomain domain, core::Capability capability) {
  return {capability, domain, AuthorityId::trusted(from), AuthorityId::trusted(to)};
}

/// The row of a flight in the document `flights`.
std::optional<JsonValue> flight_row(const JsonValue& document, std::string_view id) {
  const auto rows = document.find("flights");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    if (text_of((*rows)[i], "id") == id) return (*rows)[i];
  }
  return {};
}

/// Whether every version of a flight that is there has this state, and there are `count`.
bool all_in_state(const JsonValue& document, std::string_view id, std::string_view state, std::size_t count) {
  const auto row = flight_row(document, id);
  const auto versions = row ? row->find("versions") : std::nullopt;
  if (!versions || versions->size() != count) return false;
  for (std::size_t i = 0; i < count; ++i) {
    if (text_of((*versions)[i], "state") != state) return false;
  }
  return true;
}

bool has_counter(const JsonValue& document, std::string_view id) {
  const auto row = flight_row(document, id);
  const auto versions = row ? row->find("versions") : std::nullopt;
  for (std::size_t i = 0; versions && i < versions->size(); ++i) {
    const JsonValue v = (*versions)[i];
    if (text_of(v, "state") == "held" && (v.find("level_shift_cm") || v.find("time_shift_ms"))) return true;
  }
  return false;
}

std::int64_t level_in_force(const JsonValue& document, const core::Edge& wanted) {
  const auto rows = document.find("relations");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto of = (*rows)[i].find("edge");
    if (of && text_of(*of, "from") == wanted.from.str() && text_of(*of, "to") == wanted.to.str() &&
        text_of(*of, "domain") == core::to_text(wanted.domain) &&
        text_of(*of, "capability") == core::to_text(wanted.capability)) {
      return number_of((*rows)[i], "level");
    }
  }
  return 0;
}

class Story {
 public:
  Story(Levant& levant, Teller& teller, const LevantWitness& witness)
      : levant_(levant), teller_(teller), witness_(witness) {}

  Status tell(bool keep) {
    TRY_VOID(frozen_but_informed());
    TRY_VOID(the_carrier_sails());
    TRY_VOID(tell_group(levant_, teller_));
    TRY_VOID(the_call());
    TRY_VOID(corridors());
    TRY_VOID(tell_deviation(levant_, teller_));
    TRY_VOID(the_line_is_cut());
    TRY_VOID(tell_red_line(levant_, teller_));
    TRY_VOID(tell_near_miss(levant_, teller_));
    TRY_VOID(tell_growth(levant_, teller_));
    return keep ? Status() : proof();
  }

 private:
  PlannedLeg leg(std::string_view corridor, std::int64_t level, UtcMs start, DurationMs length) const {
    const DemoFlight flight{.id = {},
                            .operator_name = {},
                            .corridor = std::string(corridor),
                            .level = level,
                            .start = start,
                            .length_ms = length};
    return {.volumes = {demo_volume(levant_.charter(), flight)}, .zone = ZoneId::trusted(corridor)};
  }
  static FileFlight flight(std::string_view id, std::vector<PlannedLeg> legs, std::string_view principal = {}) {
    FlightFiled filed;
    filed.call_sign = std::string(id);
    filed.flight = FlightId::trusted(id);
    filed.legs = std::move(legs);
    if (!principal.empty()) filed.principal = AuthorityId::trusted(principal);
    return {std::move(filed)};
  }
  static StepFlight step(std::string_view id, FlightStep step) { return {FlightId::trusted(id), step, {}}; }
  Result<bool> confirmed(const std::string& home, std::string_view id, std::size_t legs) {
    return levant_.await(home, "flights", [&](const JsonValue& d) { return all_in_state(d, id, "confirmed", legs); });
  }
  Result<bool> in_force(const std::string& where, const core::Edge& wanted, std::int64_t level) {
    return levant_.await(where, "relations", [&](const JsonValue& d) { return level_in_force(d, wanted) == level; });
  }

  Status frozen_but_informed() {
    teller_.chapter("1", "Frozen, but informed");
    teller_.note("since March 2014 fr and ru have frozen every contact but one: reports of their services");
    const auto refused =
        levant_.act("fr", "watch", flight("DIRECT1", {leg("K4", 200, levant_.now() + 1'800'000, 600'000)}));
    teller_.happens("fr", "files DIRECT1 through a corridor of ru, without a go-between");
    teller_.check("refused at home, before anything is sent: ru grants no requests", !refused,
                  "the filing was accepted");
    if (!refused) teller_.note(refused.error().message);
    teller_.check(
        "the exchange of reports stands",
        TRY(in_force("fr", edge("ru", "fr", core::RelationDomain::kInformation, core::Capability::kReports), 1)));
    teller_.note("distress, STOP, collision warnings, attribution queries and line checks pass whatever is frozen");
    return {};
  }

  Status the_carrier_sails() {
    teller_.chapter("3", "The carrier sails: ally, less what is withheld");
    const auto ru = AuthorityId::trusted("ru");
    const auto fr = AuthorityId::trusted("fr");
    const Bundles bundles = standard_bundles();
    auto items = TRY(expand(*bundles.find("ally"), ru, fr,
                            {.domain = core::RelationDomain::kSea,
                             .direction = Direction::kBoth,
                             .withheld = {{core::RelationDomain::kSea, core::Capability::kTracks}}}));
    std::erase_if(items, [](const EdgeLevel& item) { return item.level == 0; });
    const Answer proposed =
        TRY(levant_.act("ru", "chief", ProposeRelation{"ally", items, fr, "for the carrier group"}, "deputy@ru"));
    teller_.happens("ru", fmt::format("proposes `ally` at sea to fr, less tracks: {} relations", items.size()));
    const core::Edge disclosure = edge("fr", "ru", core::RelationDomain::kSea, core::Capability::kDisclosure);
    teller_.check("one key opens nothing",
                  level_in_force(TRY(levant_.read("ru", "relations")).root(), disclosure) == 0);
    const std::string hash = text_of(proposed.root(), "hash");
    const bool read = TRY(levant_.await("fr", "relations", [&](const JsonValue& d) {
      const auto open = d.find("proposals");
      return open && open->size() == 1 && text_of((*open)[0], "hash") == hash;
    }));
    teller_.check("fr has read the proposal, item by item", read);
    TRY(levant_.act("fr", "chief", AcceptRelation{TRY(EntryHash::from_hex(hash))}, "deputy@fr"));
    teller_.happens("fr", "agrees to exactly that");
    teller_.check("both keys: what each does at sea is shown to the other, live", TRY(in_force("ru", disclosure, 4)));
    teller_.check("and what was withheld was not granted: tracks stay at 0",
                  level_in_force(TRY(levant_.read("ru", "relations")).root(),
                                 edge("fr", "ru", core::RelationDomain::kSea, core::Capability::kTracks)) == 0);
    return {};
  }

  Status the_call() {
    teller_.chapter("4", "The call: chiefs talk, ministries do not");
    const core::Edge to_ru = edge("fr", "ru", core::RelationDomain::kTalks, core::Capability::kChiefs);
    const core::Edge to_fr = edge("ru", "fr", core::RelationDomain::kTalks, core::Capability::kChiefs);
    const Answer proposed = TRY(levant_.act(
        "fr", "chief", ProposeRelation{"", {{to_fr, 1}, {to_ru, 1}}, AuthorityId::trusted("ru"), "a call at noon"},
        "deputy@fr"));
    teller_.happens("fr", "proposes that the chiefs of staff may talk again");
    const std::string hash = text_of(proposed.root(), "hash");
    TRY(levant_.await("ru", "relations", [&](const JsonValue& d) {
      const auto open = d.find("proposals");
      return open && open->size() >= 1 && text_of((*open)[0], "hash") == hash;
    }));
    TRY(levant_.act("ru", "chief", AcceptRelation{TRY(EntryHash::from_hex(hash))}, "deputy@ru"));
    teller_.happens("ru", "agrees");
    teller_.check("talks between chiefs are open on both sides", TRY(in_force("fr", to_fr, 1)));
    teller_.check("between ministries they stay frozen",
                  level_in_force(TRY(levant_.read("fr", "relations")).root(),
                                 edge("ru", "fr", core::RelationDomain::kTalks, core::Capability::kMinistries)) == 0);
    return {};
  }

  Status corridors() {
    teller_.chapter("5", "Corridors: French flights, through the centre of us, across a corridor of ru");
    start_ = levant_.now() + 20 * 60'000;
    TRY(levant_.act(
        "us", "watch",
        flight("MIRAGE1", {leg("K1", 200, start_, 600'000), leg("K4", 200, start_ + 600'000, 900'000)}, "fr")));
    teller_.happens("us", "files MIRAGE1 for fr: K1 (us), then K4 (ru), FL200");
    teller_.check("request, hold, commit, confirm: both owners have confirmed", TRY(confirmed("us", "MIRAGE1", 2)));
    TRY(levant_.act("us", "watch", flight("MIRAGE2", {leg("K4", 200, start_ + 600'000, 900'000)}, "fr")));
    teller_.happens("us", "files MIRAGE2 for fr: K4 at the same level and time");
    const bool counter =
        TRY(levant_.await("us", "flights", [](const JsonValue& d) { return has_counter(d, "MIRAGE2"); }));
    teller_.check("ru holds another level for it; no machine accepts that", counter);
    TRY(levant_.act("us", "watch", step("MIRAGE2", FlightStep::kAcceptCounter)));
    teller_.happens("us", "the officer on watch takes the counter-proposal");
    teller_.check("confirmed", TRY(confirmed("us", "MIRAGE2", 1)));
    TRY(levant_.act("us", "watch", step("MIRAGE1", FlightStep::kClear)));
    TRY(levant_.act("us", "watch", step("MIRAGE1", FlightStep::kReadBack)));
    teller_.happens("us", "clears the crew of MIRAGE1, which reads back: every leg is confirmed in hand");
    return {};
  }

  Status the_line_is_cut() {
    teller_.chapter("7", "The line is cut, for ten minutes, in traffic");
    levant_.wait_until(start_ + 60'000);
    TRY(levant_.act("us", "watch", ReportLeg{true, FlightId::trusted("MIRAGE1"), 0}));
    teller_.happens("us", "MIRAGE1 enters K1");
    const UtcMs from = levant_.now();
    levant_.cut("us", "ru", true);
    teller_.happens("–", "the line between us and ru drops");
    TRY(levant_.act("us", "watch", flight("HAWG1", {leg("K2", 200, from + 1'500'000, 600'000)})));
    TRY(levant_.act("ru", "watch", flight("SUKHOI1", {leg("K6", 200, from + 1'500'000, 600'000)})));
    teller_.happens("us", "files HAWG1 in its own K2");
    teller_.happens("ru", "files SUKHOI1 in its own K6");
    teller_.check("each goes on alone in its own corridors: both confirmed",
                  TRY(confirmed("us", "HAWG1", 1)) && TRY(confirmed("ru", "SUKHOI1", 1)));
    TRY(levant_.act("us", "watch", flight("HAWG2", {leg("K5", 270, from + 2'400'000, 600'000)})));
    teller_.happens("us", "files HAWG2 through K5 of ru, which cannot hear it");
    levant_.wait_until(start_ + 600'000);
    TRY(levant_.act("us", "watch", ReportLeg{false, FlightId::trusted("MIRAGE1"), 0}));
    TRY(levant_.act("us", "watch", ReportLeg{true, FlightId::trusted("MIRAGE1"), 1}));
    teller_.happens("us", "MIRAGE1 leaves K1 and enters K4: confirmed is confirmed, no link is asked for");
    levant_.wait_until(from + 600'000);
    const Answer peers = TRY(levant_.read("us", "peers"));
    const auto rows = peers.root().find("peers");
    std::string age = "unknown";
    bool stale = false;
    for (std::size_t i = 0; rows && i < rows->size(); ++i) {
      if (text_of((*rows)[i], "id") != "ru") continue;
      const std::int64_t ms = number_of((*rows)[i], "age_ms");
      age = format_duration(ms);
      stale = ms > 300'000 && !text_of((*rows)[i], "trouble").empty();
    }
    teller_.check(fmt::format("us shows ru as stale, last heard {} ago", age), stale);
    teller_.check("HAWG2 is not confirmed",
                  !all_in_state(TRY(levant_.read("us", "flights")).root(), "HAWG2", "confirmed", 1));
    levant_.cut("us", "ru", false);
    teller_.happens("–", "the line is back");
    teller_.check("what waited is decided: HAWG2 is confirmed", TRY(confirmed("us", "HAWG2", 1)));
    const bool entered = TRY(levant_.await("ru", "legs", [](const JsonValue& d) {
      const auto legs = d.find("legs");
      for (std::size_t i = 0; legs && i < legs->size(); ++i) {
        const auto in = (*legs)[i].find("entered");
        if (text_of((*legs)[i], "flight") == "MIRAGE1" && in && in->boolean().value_or(false)) return true;
      }
      return false;
    }));
    teller_.check("ru has learned that MIRAGE1 is in K4", entered);
    return {};
  }

  Status proof() {
    teller_.chapter("11", "Proof");
    // What happened half a second ago has been seen by everybody who watches.
    const UtcMs until = levant_.now() - kLevantScale * 500;
    TRY_VOID(levant_.stop());
    teller_.happens("–", "the nodes stop; an outsider reads their folders");
    for (const std::string id : {"us", "ru", "fr"}) {
      const std::string folder = levant_.folder_of(id).string();
      std::vector<LogLocation> logs;
      logs.push_back(TRY(find_log(folder, {})));
      std::vector<std::string> behind;
      for (LogLocation& other : TRY(other_logs(folder, behind))) logs.push_back(std::move(other));
      std::uint64_t entries = 0;
      bool good = behind.empty();
      for (const LogLocation& one : logs) {
        const log::VerifyReport report = TRY(log::verify_log(*one.source, {.keys = one.keys}));
        entries += report.entries;
        good = good && report.good() && report.authorship == log::Authorship::kVerified;
      }
      teller_.check(
          fmt::format("what {} holds verifies: {} logs, its own and mirrors of others, {} entries, all signed", id,
                      logs.size(), entries),
          good);
    }
    return tell_replay(levant_, teller_, witness_, until);
  }

  Levant& levant_;
  Teller& teller_;
  const LevantWitness& witness_;
  UtcMs start_;
};

}  // namespace

Result<bool> tell_levant(Context& context, Levant& levant, bool keep) {
  Teller teller(context, levant);
  put(fmt::format("{}\nautumn 2015, SIMULATED: {} minutes pass in each minute\n\n{}\n",
                  context.paint(Colour::kBold, "Three air forces, one sky, no trust"), kLevantScale,
                  demo_map(levant.charter(), context.terminal)));
  for (const std::string id : {"us", "ru", "fr"}) {
    put(fmt::format("  {}  {}  process {}, its own folder, key and log\n", id, levant.url_of(id), levant.pid_of(id)));
  }
  // Before anything is to be seen.
  const auto witness = TRY(LevantWitness::start(TRY(levant.client_as("us", "us:console", {"admin"}))));
  Story story(levant, teller, *witness);
  TRY_VOID(story.tell(keep));
  put(teller.differ() == 0
          ? context.paint(Colour::kGreen, "\nAll as expected.\n")
          : context.paint(Colour::kRed, fmt::format("\n{} differ from what was expected.\n", teller.differ())));
  return teller.differ() == 0;
}

}  // namespace tansiq::cli
