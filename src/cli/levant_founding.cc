// Step 1 of levant-2015: who has agreed to what, who is on watch, what one key freezes, and what no freeze stops.
#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "cli/levant_documents.h"
#include "cli/levant_talks.h"
#include "cli/levant_teller.h"
#include "cli/talk_find.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::string_view kReport = "Situation, 1";

class Founding {
 public:
  Founding(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    teller_.chapter(1);
    TRY_VOID(charter());
    TRY_VOID(officers());
    TRY_VOID(first_watch());
    TRY_VOID(freeze());
    TRY_VOID(refused());
    TRY_VOID(informed());
    return lines();
  }

 private:
  Status charter() {
    teller_.happens("–", "us, ru, fr and ch have signed one charter; each starts a node of its own");
    bool all = true;
    for (const std::string& id : levant_.running()) {
      const bool hears = TRY(levant_.await(id, "peers", [&](const JsonValue& d) {
        return version_of(d) == 1 && hears_all(d, levant_.running().size() - 1);
      }));
      all = all && hears;
    }
    teller_.check("each hears the three others, under version 1", all);
    return {};
  }

  Status officers() {
    bool all = true;
    for (const std::string& id : levant_.running()) {
      for (const std::string name : {"chief", "deputy", "watch"}) {
        NodeClient* const desk = TRY(levant_.office(id).at(name));
        const Answer session = TRY(desk->get("/v1/session"));
        all = all && text_of(session.root(), "subject") == fmt::format("{}@{}", name, id);
      }
    }
    teller_.happens("–", "chief, deputy and watch of each sign in, each with an account and a key of his own");
    teller_.check("what they do stands in the record under their names, as watch@ru", all);
    return {};
  }

  [[nodiscard]] Result<bool> all_on_watch(const std::string& id) {
    return levant_.await_at(id, "/v1/lines", [&](const JsonValue& d) {
      return std::ranges::all_of(levant_.running(), [&](const std::string& peer) {
        const auto line = line_to(d, peer);
        return peer == id || (line && watch_of(*line) == "attended");
      });
    });
  }

  Status first_watch() {
    const Answer before = TRY(levant_.get("fr", "/v1/lines"));
    const auto line = line_to(before.root(), "ru");
    teller_.check("before, nobody is on watch at ru, and fr is told so", line && watch_of(*line) != "attended");
    for (const std::string& id : levant_.running()) {
      NodeClient* const watch = TRY(levant_.office(id).at("watch"));
      TRY(watch->send(net::Method::kPost, "/v1/watch/take", {}));
    }
    teller_.happens("–", "the first watch is taken, at all four");
    bool all = true;
    for (const std::string& id : levant_.running()) {
      const bool seen = TRY(all_on_watch(id));
      all = all && seen;
    }
    teller_.check("each sees that somebody is on watch at each other", all);
    return {};
  }

  Status freeze() {
    teller_.note("since March 2014 fr and ru have frozen every contact but one: reports of their services");
    FreezeRelation act;
    act.peer = AuthorityId::trusted("ru");
    act.text = "March 2014";
    for (const auto& grant : levant_.charter().relations) {
      const core::Edge& of = grant.edge;
      const bool between =
          (of.from.str() == "fr" && of.to.str() == "ru") || (of.from.str() == "ru" && of.to.str() == "fr");
      if (between && of.domain != core::RelationDomain::kInformation) act.edges.push_back({of, 0});
    }
    const std::vector<EdgeLevel> edges = act.edges;
    TRY(levant_.act("fr", "chief", std::move(act)));
    teller_.happens("fr", fmt::format("freezes air, sea and talks with ru: {} relations, by one key", edges.size()));
    const bool closed = TRY(levant_.await("ru", "relations", [&](const JsonValue& d) {
      return std::ranges::all_of(edges, [&](const EdgeLevel& of) { return level_in_force(d, of.edge) == 0; });
    }));
    teller_.check("at ru, too, all of it is at 0: nobody was asked", closed);
    return {};
  }

  Status refused() {
    const auto flight = levant_.act(
        "fr", "watch", flight_of("DIRECT1", {leg_along(levant_, "K4", 200, levant_.now() + 1'800'000, 600'000)}));
    teller_.happens("fr", "files DIRECT1 through K4, a corridor of ru, without a go-between");
    teller_.look("K4", SkyPoint{35.9, 37.2}, node::StoryThing{"zone", "K4", {}});
    teller_.check("refused at home, before anything is sent", !flight, "the filing was accepted");
    if (!flight) teller_.note(flight.error().message);
    Letter letter = TRY(letter_in("fr/hello", "fr", {"ru"}, {words_of("fr", "Bonjour. Qui est de permanence ?")}));
    const auto call = levant_.act("fr", "watch", SendTalk{std::move(letter)});
    teller_.happens("fr", "writes to the centre of ru");
    teller_.check("refused: frozen", !call && call.error().message.contains("frozen"),
                  call ? std::string("it was sent") : call.error().message);
    const Answer at_ru = TRY(levant_.read("ru", "relations"));
    bool told = false;
    for (const core::RelationDomain domain : {core::RelationDomain::kAir, core::RelationDomain::kSea}) {
      told = told || level_in_force(at_ru.root(), edge("ru", "fr", domain, core::Capability::kTracks)) != 0;
    }
    teller_.check("and no track of ru's is told to fr", !told);
    return {};
  }

  Status informed() {
    InfoReport report;
    report.report = ReportId::trusted("situation-1");
    report.title = kReport;
    report.releasable_to = {AuthorityId::trusted("ru")};
    report.sections.push_back({.heading = "Général", .language = "fr", .text = {"Aucun changement depuis hier."}});
    report.tlp = Tlp::kAmber;
    TRY(levant_.act("fr", "chief", FileReport{std::move(report)}, "deputy"));
    teller_.happens("fr", "files a report for ru, TLP:AMBER: two officers, since it leaves the house");
    const bool held = TRY(levant_.await_at("ru", "/v1/reports", [](const JsonValue& d) {
      return row_of(d, "held",
                    [](const JsonValue& row) {
                      const auto shown = row.find("shown");
                      return shown && text_of(*shown, "title") == kReport;
                    })
          .has_value();
    }));
    teller_.check("ru has it: domain `information` stays open", held);
    return {};
  }

  Status lines() {
    // Machines check it, and it is answered for whoever is on watch.
    const bool there = TRY(line_answers(levant_, "fr", "ru"));
    const bool back = TRY(line_answers(levant_, "ru", "fr"));
    teller_.happens("–", "fr and ru check their line, each from its end");
    teller_.check("it answers, both ways, and an officer is there", there && back);
    teller_.note("distress, STOP, collision warnings, attribution queries and line checks pass whatever is frozen");
    return {};
  }

  Levant& levant_;
  Teller& teller_;
};

}  // namespace

Status tell_founding(Levant& levant, Teller& teller) { return Founding(levant, teller).tell(); }

}  // namespace tansiq::cli
