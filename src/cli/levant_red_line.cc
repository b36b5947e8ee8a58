// Step 8 of levant-2015: a red line that only its holder knows, and the sequencer whom it trusts with it.
#include <fmt/format.h>

#include "cli/levant_documents.h"
#include "cli/levant_teller.h"
#include "cli/log_location.h"
#include "coordination/caveat.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::string_view kCaveat = "red-line";
constexpr std::string_view kFlight = "COTAM1";

/// Whether the flight meets something of sy's, and whether an officer still has to accept that.
bool meets(const JsonValue& document) {
  const auto rows = document.find("meetings");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto body = (*rows)[i].find("body");
    const auto list = body ? body->find("meets") : std::nullopt;
    if (body && text_of(*body, "flight") == kFlight && list && list->size() > 0 &&
        text_of((*list)[0], "manager") == "sy:ops" && text_of((*list)[0], "told_by") == "us") {
      return true;
    }
  }
  return false;
}

/// Entries of the logs in a node's folder that mention a caveat and are for others than fr and us, and all that do.
struct Mentions {
  std::size_t astray = 0;
  std::size_t all = 0;
};
Result<Mentions> mentions_at(const Levant& levant, const std::string& id) {
  const std::string folder = levant.folder_of(id).string();
  std::vector<LogLocation> logs;
  logs.push_back(TRY(find_log(folder, {})));
  std::vector<std::string> behind;
  for (LogLocation& other : TRY(other_logs(folder, behind))) logs.push_back(std::move(other));
  Mentions out;
  for (const LogLocation& one : logs) {
    const std::uint64_t size = TRY(log_size(*one.source));
    TRY_VOID(for_each_entry(*one.source, 0, size, [&](std::uint64_t, ByteView bytes) -> Status {
      const std::string_view line = as_text(bytes);
      if (!line.contains("caveat") && !line.contains(kCaveat)) return {};
      ++out.all;
      const auto entry = read_entry(line);
      const auto to = entry ? addressee_of(entry->body).to : std::nullopt;
      const bool between =
          entry && type_name(entry->body).starts_with("caveat.") && to && (to->str() == "fr" || to->str() == "us");
      if (!between) ++out.astray;
      return {};
    }));
  }
  return out;
}

}  // namespace

Status tell_red_line(Levant& levant, Teller& teller) {
  teller.chapter(8);
  const CaveatId id = CaveatId::trusted(kCaveat);
  const FlightId flight = FlightId::trusted(kFlight);
  const CaveatRule rule{.domain = core::Domain::kAir,
                        .horizontal_m = 10 * 1'852,
                        .of = core::Subject::trusted("sy"),
                        .time_ms = 15 * 60'000,
                        .vertical_cm = {}};
  TRY(levant.act("fr", "chief", SetCaveat{id, rule, "never side by side"}));
  TRY(levant.act("fr", "chief", DepositCaveat{id, AuthorityId::trusted("us")}));
  teller.happens("fr", fmt::format("sets a caveat, {}, and deposits it with us", caveat_words(rule)));
  const UtcMs start = levant.now() + 30 * 60'000;
  TRY(levant.act("fr", "watch", flight_of(kFlight, {leg_along(levant, "K1", 220, start, 600'000)})));
  teller.happens("fr", fmt::format("files {} through K1 of us", kFlight));
  teller.look("K1", SkyPoint{34.4, 41.2}, node::StoryThing{"zone", "K1", {}});
  teller.check("us confirms it", TRY(confirmed(levant, "fr", kFlight, 1)));
  const auto stranger =
      levant.file_intent("us", "sy:ops", "SYR101", way_along(levant, "K3", 270, start + 300'000, 600'000));
  teller.happens("sy", "files SYR101 with us through K3, which crosses K1 above it");
  teller.check("us takes it as any other: no conflict of levels, and nothing of France",
               stranger && !stranger->text.contains("fr") && !stranger->text.contains("caveat"),
               stranger ? "the answer tells more" : "it was refused");
  teller.check("fr, and fr alone, is told what comes too near", TRY(levant.await("fr", "caveats", meets)));
  const StepFlight clear{flight, FlightStep::kClear, {}};
  const auto refused = levant.act("fr", "watch", clear);
  teller.check("its crew is not cleared before an officer has accepted that", !refused, "the crew was cleared");
  if (!refused) teller.note(refused.error().message);
  TRY(levant.act("fr", "chief", OverrideCaveat{flight, {}, "6,000 ft apart, and us keeps them so"}));
  teller.happens("fr", "an officer lets it go all the same, with a reason on record");
  teller.check("then it is cleared", levant.act("fr", "watch", clear).has_value());
  const Mentions of_us = TRY(mentions_at(levant, "us"));
  const Mentions of_ru = TRY(mentions_at(levant, "ru"));
  teller.check("no log at ru mentions any of it; at us only what it and fr have said to each other",
               of_ru.all == 0 && of_us.all > 0 && of_us.astray == 0,
               fmt::format("{} entries at ru, {} astray at us", of_ru.all, of_us.astray));
  return {};
}

}  // namespace tansiq::cli
