// `tansiq leg`: the owner's side. What others have asked for in our zones, and the few things an officer does about it.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/flight_text.h"
#include "cli/terminal.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

struct ListArguments {
  NodeOptions node;
  std::optional<std::string> zone;
  bool all = false;
};

Result<int> list_legs(Context& context, const ListArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get("/v1/coordination/legs"));
  put(context.json ? answer.text + "\n"
                   : legs_text(context.terminal, TRY(read_legs(answer.text)), arguments.zone, arguments.all));
  return 0;
}

struct LegArguments {
  ActOptions act;
  std::string request;
  std::string text;
  bool emergency = false;
};

/// The version that the officer means, as it stands now.
Result<LegVersion> version_of(const LegArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Answer answer = TRY(node.get("/v1/coordination/legs"));
  const LegRows rows = TRY(read_legs(answer.text));
  const core::EntryHash request = TRY(request_from(arguments.request, rows.versions));
  for (const LegVersion& version : rows.versions) {
    if (version.request == request) return version;
  }
  return fail(ErrorCode::kNotFound, "the request has just been forgotten", node.url());
}

std::string named(const LegVersion& version) {
  return fmt::format("{} of {} in {}", version.flight.str(), version.home.str(), version.zone.str());
}

Result<int> revoke(Context& context, const LegArguments& arguments) {
  const LegVersion version = TRY(version_of(arguments));
  const bool held = version.state == LegState::kHeld;
  const std::string done =
      arguments.emergency ? fmt::format("emergency told to the home of {}", named(version))
      : held              ? fmt::format("withdrew the hold of {}; its space is free", named(version))
             : fmt::format("asked for {} back; its space stays booked until the home answers", named(version));
  return send_act(context, arguments.act,
                  RevokeLeg{.emergency = arguments.emergency, .request = version.request, .text = arguments.text},
                  done);
}

Result<int> free_leg(Context& context, const LegArguments& arguments) {
  const LegVersion version = TRY(version_of(arguments));
  return send_act(context, arguments.act, FreeOverdue{.request = version.request},
                  fmt::format("freed the space of {}", named(version)));
}

}  // namespace

void add_leg(Command& root) {
  Command& leg = root.sub("leg", "legs of others in the zones where this node decides");
  leg.about(
      "The node answers requests by itself: it holds, refuses or offers what is free, where 'tansiq leg answers' does "
      "not "
      "leave it to officers. An officer sees the result here, and may ask for a leg back. An aircraft in the zone "
      "keeps its "
      "leg, whatever is asked.");

  auto l = std::make_shared<ListArguments>();
  Command& list = leg.sub("list", "list what others have asked for, hold and use");
  list.about("One line a version, in the order in which it was asked for; live ones unless --all.")
      .option(l->zone, "--zone", "ID", "only in this zone")
      .flag(l->all, "--all", "also versions that have ended, while they are remembered")
      .example("tansiq leg list --zone K1", "who is, and will be, in K1");
  add_node_options(list, l->node);
  list.run([l](Context& context) { return list_legs(context, *l); });

  auto r = std::make_shared<LegArguments>();
  Command& revoked = leg.sub("revoke", "ask for a leg back");
  revoked
      .about(
          "A hold ends at once. A confirmed leg is the home's until it answers: it recalls its crew and gives the leg "
          "up, or says that it is unable because the aircraft is airborne. Until then the space stays booked.")
      .about("--emergency alarms the home and its crew, and changes nothing else: no window moves because of it.")
      .argument(r->request, "REQUEST", "the request's hash, or its first digits, as 'tansiq leg list' prints them")
      .flag(r->emergency, "--emergency", "there is a hazard: alarm the home's officer and the crew")
      .option(r->text, "--text", "WORDS", "why, for the home and the record");
  add_act_options(revoked, r->act);
  revoked.example("tansiq leg revoke 5d41aa90 --text 'firing range active'", "a confirmed leg")
      .exits(1, "the leg is not live; nothing was recorded")
      .run([r](Context& context) { return revoke(context, *r); });

  auto f = std::make_shared<LegArguments>();
  Command& freed = leg.sub("free", "free the space of a leg whose aircraft is overdue in the zone");
  freed
      .about(
          "When an aircraft has entered and its window has passed without a report that it left, its space stays "
          "booked: a machine cannot know that the zone is empty. Find out first, then say so.")
      .argument(f->request, "REQUEST", "the request's hash, or its first digits, as 'tansiq leg list' prints them");
  add_act_options(freed, f->act);
  freed.example("tansiq leg free 5d41aa90", "it has been seen to leave")
      .exits(1, "the leg is not overdue; nothing was recorded")
      .run([f](Context& context) { return free_leg(context, *f); });

  add_leg_answers(leg);
}

}  // namespace tansiq::cli
