// Step 7 of levant-2015: the line is cut in the middle of traffic, and comes back.
#include <fmt/format.h>

#include "cli/levant_documents.h"
#include "cli/levant_teller.h"

namespace tansiq::cli {

using namespace coordination;

Status tell_cut_line(Levant& levant, Teller& teller, UtcMs departs) {
  teller.chapter(7);
  levant.wait_until(departs + 60'000);
  TRY(levant.act("us", "watch", ReportLeg{true, FlightId::trusted("MIRAGE1"), 0}));
  teller.happens("us", "MIRAGE1 enters K1");
  teller.look("MIRAGE1", SkyPoint{34.4, 41.2}, node::StoryThing{"flight", "MIRAGE1", "us"});
  teller.look("ru", std::nullopt, node::StoryThing{"peer", "ru", "us"});
  // Who has nothing to say is heard every twenty seconds of real time alone: twenty minutes here.
  teller.check("us checks its line to ru: ru answers", TRY(line_answers(levant, "us", "ru")));
  const UtcMs from = levant.now();
  levant.cut("us", "ru", true);
  teller.happens("–", "the line between us and ru drops");
  TRY(levant.act("us", "watch", flight_of("HAWG1", {leg_along(levant, "K2", 200, from + 1'500'000, 600'000)})));
  TRY(levant.act("ru", "watch", flight_of("SUKHOI1", {leg_along(levant, "K6", 200, from + 1'500'000, 600'000)})));
  teller.happens("us", "files HAWG1 in its own K2");
  teller.happens("ru", "files SUKHOI1 in its own K6");
  teller.check("each goes on alone in its own corridors: both confirmed",
               TRY(confirmed(levant, "us", "HAWG1", 1)) && TRY(confirmed(levant, "ru", "SUKHOI1", 1)));
  TRY(levant.act("us", "watch", flight_of("HAWG2", {leg_along(levant, "K5", 270, from + 2'400'000, 600'000)})));
  teller.happens("us", "files HAWG2 through K5 of ru, which cannot hear it");
  levant.wait_until(departs + 600'000);
  TRY(levant.act("us", "watch", ReportLeg{false, FlightId::trusted("MIRAGE1"), 0}));
  TRY(levant.act("us", "watch", ReportLeg{true, FlightId::trusted("MIRAGE1"), 1}));
  teller.happens("us", "MIRAGE1 leaves K1 and enters K4: confirmed is confirmed, no link is asked for");
  levant.wait_until(from + 600'000);
  const Answer peers = TRY(levant.read("us", "peers"));
  const auto ru = row_of(peers.root(), "peers", [](const JsonValue& row) { return text_of(row, "id") == "ru"; });
  const std::int64_t age_ms = ru ? number_of(*ru, "age_ms") : 0;
  const bool stale = ru && age_ms > 300'000 && !text_of(*ru, "trouble").empty();
  teller.check(fmt::format("us says that it has not heard ru for {} min, and why", age_ms / 60'000), stale,
               fmt::format("it says it has heard ru {} s ago", age_ms / 1'000));
  teller.check("HAWG2, which ru would have to confirm, is not confirmed",
               !all_in_state(TRY(levant.read("us", "flights")).root(), "HAWG2", "confirmed", 1));
  levant.cut("us", "ru", false);
  teller.happens("–", "after ten minutes the line is back");
  teller.check("what waited is decided: HAWG2 is confirmed", TRY(confirmed(levant, "us", "HAWG2", 1)));
  const bool entered = TRY(levant.await("ru", "legs", [](const JsonValue& d) {
    const auto leg = row_of(
        d, "legs", [](const JsonValue& row) { return text_of(row, "flight") == "MIRAGE1" && is_true(row, "entered"); });
    return leg.has_value();
  }));
  teller.check("ru has learned that MIRAGE1 is in K4", entered);
  return {};
}

}  // namespace tansiq::cli
