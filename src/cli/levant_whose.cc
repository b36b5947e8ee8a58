// Step 2 of levant-2015: whose is it? Asked over all that is frozen, answered by two, and on record before anybody
// protests.
#include <fmt/format.h>

#include <array>

#include "cli/levant_documents.h"
#include "cli/levant_incidents.h"
#include "cli/levant_talks.h"
#include "cli/levant_teller.h"
#include "cli/talk_text.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

class WhoseIsIt {
 public:
  WhoseIsIt(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    teller_.chapter(2);
    teller_.note("as on 19 October near Geneva, where it took a protest to find out");
    TRY_VOID(ask());
    TRY_VOID(answer("fr", TRY(it_is_not_ours(seen_.track)), "it is not ours"));
    TRY_VOID(answer("ch", TRY(it_is_ours(seen_.track, "QRA1")), "it is ours"));
    TRY_VOID(both_answered());
    TRY_VOID(incident());
    return {};
  }

 private:
  Status ask() {
    seen_ = {.track = "RSD083-1",
             .lat_e7 = 463'000'000,
             .lng_e7 = 59'000'000,
             .level = 330,
             .course_deg = 262,
             .speed_cm_s = 23'500,
             .at = {levant_.now().ms / 1'000 * 1'000 - 60'000}};
    const UtcMs due = seen_.at + 1'200'000;
    asked_ = levant_.now();
    content_ = TRY(say(levant_, "ru", "watch", TRY(whose_is_it(kThread, "ru", {"fr", "ch"}, seen_, due))));
    teller_.happens("ru", "a government aircraft has a fighter beside it; the watch asks fr and ch whose it is");
    teller_.look("RSD083", SkyPoint{46.3, 5.9}, node::StoryThing{"thread", std::string(kThread), {}});
    return {};
  }

  Status answer(const std::string& id, Reply reply, std::string_view words) {
    const auto message = TRY(await_message(levant_, id, std::string(kThread), content_));
    teller_.check(fmt::format("{} is asked, though it has nothing open with ru", id), message.has_value());
    if (!message) return {};
    teller_.reads(id, first_words(message->parts));
    TRY_VOID(read_message(levant_, id, "watch", *message));
    TRY_VOID(answer_message(levant_, id, "watch", *message, std::move(reply)));
    teller_.happens(id, fmt::format("answers: {}", words));
    return {};
  }

  Status both_answered() {
    const auto no = TRY(await_answer(levant_, "ru", std::string(kThread), content_, "fr"));
    const auto yes = TRY(await_answer(levant_, "ru", std::string(kThread), content_, "ch"));
    if (no) teller_.reads("ru", first_words(no->parts));
    if (yes) teller_.reads("ru", first_words(yes->parts));
    teller_.check(fmt::format("both answers are with ru, {} after it has asked", elapsed_text(levant_.now() - asked_)),
                  no && yes && no->finding == Finding::kNotMine && yes->finding == Finding::kMine);
    return {};
  }

  Status incident() {
    const IncidentName name{"ru", "geneva-1"};
    OpenIncident act;
    act.incident = IncidentId::trusted(name.id);
    act.message = content_;
    act.parties = {AuthorityId::trusted("ch"), AuthorityId::trusted("fr")};
    act.title = "Истребитель у борта RSD083";
    act.window = {seen_.at - 600'000, levant_.now()};
    TRY(levant_.act("ru", "watch", std::move(act)));
    teller_.happens("ru", "opens an incident about it, of which each side says what it has to say");
    const std::array<std::pair<std::string, std::string_view>, 3> said{
        {{"ru", "Истребитель подошёл к борту RSD083. Чей он, теперь известно."},
         {"fr", "Aucun de nos avions n’était en vol dans ce secteur."},
         {"ch", "F/A-18 suisse, identification visuelle de routine d’un aéronef d’État."}}};
    for (const auto& [id, words] : said) {
      if (!TRY(opening_read(levant_, id, name))) return fail(ErrorCode::kTimeout, "the incident was not read", id);
      TRY_VOID(state_incident(levant_, id, "watch", name, words));
      TRY_VOID(move_incident(levant_, id, "watch", name, IncidentState::kClosed, "answered"));
    }
    bool over = true;
    for (const auto& [id, words] : said) {
      const bool here = TRY(await_incident(levant_, id, name, [&](const JsonValue& d) {
        bool all = is_true(d, "over");
        for (const auto& [party, theirs] : said) {
          const auto side = side_of(d, party);
          all = all && side && side->state == "closed" && side->statements == 1;
        }
        return all;
      }));
      over = over && here;
    }
    teller_.check("it is over at all three, with three statements on record, before anybody has protested", over);
    return {};
  }

  static constexpr std::string_view kThread = "ru/whose-1";
  Levant& levant_;
  Teller& teller_;
  Sighting seen_;
  UtcMs asked_;
  core::EntryHash content_;
};

}  // namespace

Status tell_whose_is_it(Levant& levant, Teller& teller) { return WhoseIsIt(levant, teller).tell(); }

}  // namespace tansiq::cli
