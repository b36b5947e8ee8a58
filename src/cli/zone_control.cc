// `tansiq zone control` and what moves the right to decide in a zone.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/flight_text.h"
#include "cli/terminal.h"
#include "cli/units_text.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

Result<int> show_control(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/control"));
  put(context.json ? answer.text + "\n" : TRY(control_text(context.terminal, answer.root())));
  return 0;
}

struct ZoneArguments {
  ActOptions act;
  std::string zone;
  std::string tenant;
  std::string text;
  std::string stands;
  std::optional<std::string> until;
  bool handover = false;
};

Result<int> lease(Context& context, const ZoneArguments& arguments) {
  if (arguments.until.has_value() == arguments.handover) {
    return fail(ErrorCode::kUnsupported,
                "a lease needs its end, --until TIME; --handover gives the zone away for good");
  }
  LeaseZone act{
      .tenant = TRY(AuthorityId::parse(arguments.tenant)), .until = {}, .zone = TRY(ZoneId::parse(arguments.zone))};
  if (arguments.until) act.until = TRY(read_time(*arguments.until, SystemClock().now()));
  const std::string done =
      act.until ? fmt::format("leased {} to {} until {}", arguments.zone, arguments.tenant, format_utc(*act.until))
                : fmt::format("handed {} over to {}", arguments.zone, arguments.tenant);
  return send_act(context, arguments.act, std::move(act), done);
}

void add_lease(Command& zone) {
  auto a = std::make_shared<ZoneArguments>();
  Command& command = zone.sub("lease", "give the right to decide in a zone to a tenant, for a time");
  command
      .about(
          "The charter must name the tenant for this zone. The tenant takes over every live window as it stands; holds "
          "lapse. From now until the tenant gives the zone back, or the time is over, nobody here grants anything in "
          "it: that cannot be called off, only asked back.")
      .argument(a->zone, "ZONE", "one of ours, in which we decide now")
      .argument(a->tenant, "TENANT", "the authority that gets it")
      .option(a->until, "--until", "TIME", "when it ends: RFC 3339, or now+6h")
      .flag(a->handover, "--handover", "without an end: only the other side can give it back");
  add_act_options(command, a->act);
  command.example("tansiq zone lease K4 fr --until now+6h", "for this afternoon")
      .exits(1, "it is not ours to lease now; nothing was recorded")
      .run([a](Context& context) { return lease(context, *a); });
}

/// An act that needs the zone's name alone.
template <class ActOfZone>
void add_plain(Command& zone, std::string name, std::string summary, std::string about, std::string done,
               std::string what) {
  auto a = std::make_shared<ZoneArguments>();
  std::string line = fmt::format("tansiq zone {} K4", name);
  Command& command = zone.sub(std::move(name), std::move(summary));
  command.about(std::move(about)).argument(a->zone, "ZONE", "the zone's id");
  if constexpr (requires(ActOfZone act) { act.text; })
    command.option(a->text, "--text", "WORDS", "why, for the tenant");
  add_act_options(command, a->act);
  command.example(std::move(line), std::move(what))
      .exits(1, "the zone is not in a state for that; nothing was recorded")
      .run([a, done = std::move(done)](Context& context) -> Result<int> {
        ActOfZone act;
        act.zone = TRY(ZoneId::parse(a->zone));
        if constexpr (requires { act.text; }) act.text = a->text;
        return send_act(context, a->act, std::move(act), fmt::format("{} {}", done, a->zone));
      });
}

void add_resolve(Command& zone) {
  auto a = std::make_shared<ZoneArguments>();
  Command& command = zone.sub("resolve", "say which of two closing entries of a halted zone stands");
  command
      .about(
          "Two entries that close one epoch mean that a node has signed two histories (a restored backup, or worse). "
          "Nothing is granted in the zone until every party concerned has said the same. Speak with the others first; "
          "'tansiq zone control' prints the entries. A second officer confirms it under his own session; a node of "
          "test "
          "data takes his name with --second instead.")
      .argument(a->zone, "ZONE", "the halted zone")
      .argument(a->stands, "HASH", "the entry that stands");
  add_act_options(command, a->act);
  command.example("tansiq zone resolve K4 5d41…", "after all have agreed by voice")
      .exits(1, "the zone is not halted; nothing was recorded")
      .run([a](Context& context) -> Result<int> {
        ResolveZone act{.stands = TRY(core::EntryHash::from_hex(a->stands)), .zone = TRY(ZoneId::parse(a->zone))};
        return send_act(context, a->act, std::move(act), fmt::format("said which entry of {} stands", a->zone));
      });
}

}  // namespace

void add_zone_control(Command& zone) {
  auto options = std::make_shared<NodeOptions>();
  Command& control = zone.sub("control", "who decides in each zone now, and until when");
  control
      .about(
          "By the chain of closing entries that every member can check: owner, sequencer, epoch, the end of a lease, a "
          "recall that waits for an answer, and what to choose between where a zone is halted.")
      .example("tansiq zone control", "before a lease, and after one");
  add_node_options(control, *options);
  control.run([options](Context& context) { return show_control(context, *options); });

  add_lease(zone);
  add_plain<ReturnZone>(zone, "return", "give a leased zone back",
                        "The owner takes over every live window as it stands; holds lapse. This is the last thing this "
                        "node says in that zone until it is leased again.",
                        "returned", "the lease is over early");
  add_plain<RecallZone>(zone, "recall", "ask a tenant for a zone",
                        "A request, no more: until the tenant returns it, or its time is over, the tenant decides.",
                        "asked for the return of", "something has come up");
  add_plain<DeclineZone>(zone, "decline", "refuse a lease that has not begun here",
                         "The zone goes back as it came. A lease that has begun is returned instead.",
                         "declined the lease of", "we cannot staff it");
  add_resolve(zone);
}

}  // namespace tansiq::cli
