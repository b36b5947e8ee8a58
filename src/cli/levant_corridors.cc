// Step 5 of levant-2015: French flights through the corridors of two owners, one of which is in the way of the other.
#include <fmt/format.h>

#include "cli/levant_documents.h"
#include "cli/levant_teller.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

bool has_counter(const JsonValue& document, std::string_view id) {
  const auto row = flight_row(document, id);
  const auto versions = row ? row->find("versions") : std::nullopt;
  for (std::size_t i = 0; versions && i < versions->size(); ++i) {
    const JsonValue v = (*versions)[i];
    if (text_of(v, "state") == "held" && (v.find("level_shift_cm") || v.find("time_shift_ms"))) return true;
  }
  return false;
}

StepFlight step(std::string_view id, FlightStep step) { return {FlightId::trusted(id), step, {}}; }

}  // namespace

Result<UtcMs> tell_corridors(Levant& levant, Teller& teller) {
  teller.chapter(5);
  const UtcMs start = levant.now() + 20 * 60'000;
  TRY(levant.act(
      "us", "watch",
      flight_of("MIRAGE1",
                {leg_along(levant, "K1", 200, start, 600'000), leg_along(levant, "K4", 200, start + 600'000, 900'000)},
                "fr")));
  teller.happens("us", "files MIRAGE1 for fr: K1 (us), then K4 (ru), FL200");
  teller.look("MIRAGE1", SkyPoint{34.4, 41.2}, node::StoryThing{"flight", "MIRAGE1", "us"});
  teller.check("request, hold, commit, confirm: both owners have confirmed",
               TRY(confirmed(levant, "us", "MIRAGE1", 2)));
  TRY(levant.act("us", "watch", flight_of("MIRAGE2", {leg_along(levant, "K4", 200, start + 600'000, 900'000)}, "fr")));
  teller.happens("us", "files MIRAGE2 for fr: K4 at the same level and time, in the way of MIRAGE1");
  teller.look("MIRAGE2", SkyPoint{35.9, 37.2}, node::StoryThing{"flight", "MIRAGE2", "us"});
  const bool counter = TRY(levant.await("us", "flights", [](const JsonValue& d) { return has_counter(d, "MIRAGE2"); }));
  teller.check("ru holds another level for it; no machine accepts that", counter);
  TRY(levant.act("us", "watch", step("MIRAGE2", FlightStep::kAcceptCounter)));
  teller.happens("us", "the officer on watch takes the counter-proposal");
  teller.check("ru confirms MIRAGE2, at that level", TRY(confirmed(levant, "us", "MIRAGE2", 1)));
  TRY(levant.act("us", "watch", step("MIRAGE1", FlightStep::kClear)));
  TRY(levant.act("us", "watch", step("MIRAGE1", FlightStep::kReadBack)));
  teller.happens("us", "clears the crew of MIRAGE1, which reads back: every leg is confirmed in hand");
  return start;
}

}  // namespace tansiq::cli
