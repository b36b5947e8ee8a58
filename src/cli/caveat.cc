// `tansiq caveat`: from whom our flights keep away, what comes too near, and who lets them go all the same.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/caveat_text.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/units_text.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

struct CaveatArguments {
  ActOptions act;
  std::string id;
  std::string of;
  std::string within = "0";
  std::string time = "0s";
  std::optional<std::string> vertical;
  std::string domain = "air";
  std::string with;
  std::string text;
  std::optional<std::string> flight;
  std::optional<std::string> intent;
  bool withdraw = false;
};

Result<int> list_caveats(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/caveats"));
  put(context.json ? answer.text + "\n" : caveats_text(context.terminal, TRY(read_caveats(answer.text))));
  return 0;
}

Result<int> set_caveat(Context& context, const CaveatArguments& a) {
  const geo::Minima minima = TRY(read_minima(fmt::format("{}/{}/{}", a.within, a.vertical.value_or("0"), a.time)));
  SetCaveat act{.caveat = TRY(CaveatId::parse(a.id)), .rule = {}, .text = a.text};
  act.rule = {.domain = TRY(core::parse_domain(a.domain)),
              .horizontal_m = minima.horizontal_m,
              .of = TRY(core::Subject::parse(a.of)),
              .time_ms = minima.time_ms,
              .vertical_cm = {}};
  if (a.vertical) act.rule.vertical_cm = minima.vertical_cm;
  const std::string done = fmt::format("set {}: {}", a.id, caveat_words(act.rule));
  return send_act(context, a.act, std::move(act), done);
}

Result<int> deposit_caveat(Context& context, const CaveatArguments& a) {
  const CaveatId id = TRY(CaveatId::parse(a.id));
  const AuthorityId with = TRY(AuthorityId::parse(a.with));
  if (a.withdraw) {
    return send_act(context, a.act, WithdrawCaveat{.caveat = id, .with = with},
                    fmt::format("withdrew {} from {}", a.id, a.with));
  }
  return send_act(context, a.act, DepositCaveat{.caveat = id, .with = with},
                  fmt::format("deposited {} with {}, which knows of it now", a.id, a.with));
}

Result<int> override_caveat(Context& context, const CaveatArguments& a) {
  OverrideCaveat act{.flight = {}, .intent = {}, .text = a.text};
  if (a.flight) act.flight = TRY(FlightId::parse(*a.flight));
  if (a.intent) act.intent = TRY(IntentId::parse(*a.intent));
  if (a.flight.has_value() == a.intent.has_value()) {
    return fail(ErrorCode::kUnsupported, "name what goes all the same: --flight ID or --intent ID");
  }
  const std::string done = fmt::format("recorded why {} goes all the same", a.flight ? *a.flight : *a.intent);
  return send_act(context, a.act, std::move(act), done);
}

void add_set(Command& caveat) {
  auto a = std::make_shared<CaveatArguments>();
  Command& command = caveat.sub("set", "keep our flights away from somebody's");
  command
      .about(
          "From now on this node compares all that is planned for its authority with all that it knows of the other. A "
          "caveat that is there under this name is replaced; what was overridden under the old one is asked for again.")
      .argument(a->id, "ID", "a name for it; a sequencer with whom it is deposited reads it too")
      .argument(a->of, "WHOM", "an authority or a manager of intents; sy is also sy:ops")
      .option(a->within, "--within", "LENGTH", "how near at most, over the ground, as 10nm")
      .option(a->time, "--time", "DURATION", "how near at most in time, as 15m")
      .option(a->vertical, "--vertical", "LENGTH", "only when nearer in height than this; else at whatever level")
      .option(a->domain, "--domain", "DOMAIN", "air or sea")
      .option(a->text, "--text", "WORDS", "why; this stays here, also when the caveat is deposited");
  add_act_options(command, a->act);
  command.example("tansiq caveat set red-line sy --within 10nm --time 15m", "never within 10 NM and 15 min of sy")
      .exits(1, "it makes no sense; nothing was recorded")
      .run([a](Context& context) { return set_caveat(context, *a); });
}

void add_deposit(Command& caveat) {
  auto a = std::make_shared<CaveatArguments>();
  Command& command = caveat.sub("deposit", "ask a sequencer to watch a caveat in its zones");
  command
      .about(
          "We see what is filed with us and what is disclosed to us; a sequencer sees all of its zones. It reports to "
          "us alone, and answers everybody else as if there were no caveat. It does learn from whom we keep away: "
          "that is the price, and our choice. It must show us whose traffic is in its zones (disclosure, coarse).")
      .argument(a->id, "ID", "the caveat")
      .argument(a->with, "AUTHORITY", "who decides in the zones that we fly through")
      .flag(a->withdraw, "--withdraw", "take it back");
  add_act_options(command, a->act);
  command.example("tansiq caveat deposit red-line us", "watch it in the corridors of us")
      .exits(1, "it cannot be deposited there; nothing was recorded")
      .run([a](Context& context) { return deposit_caveat(context, *a); });
}

void add_clear(Command& caveat) {
  auto a = std::make_shared<CaveatArguments>();
  Command& command = caveat.sub("clear", "end a caveat");
  command.about("It is also withdrawn from wherever it is deposited.")
      .argument(a->id, "ID", "the caveat")
      .option(a->text, "--text", "WORDS", "why, for the record");
  add_act_options(command, a->act);
  command.example("tansiq caveat clear red-line", "it is lifted")
      .exits(1, "there is none of that name; nothing was recorded")
      .run([a](Context& context) -> Result<int> {
        ClearCaveat act{.caveat = TRY(CaveatId::parse(a->id)), .text = a->text};
        return send_act(context, a->act, std::move(act), fmt::format("cleared {}", a->id));
      });
}

void add_override(Command& caveat) {
  auto a = std::make_shared<CaveatArguments>();
  Command& command = caveat.sub("override", "let a flight or intent of ours go although it meets a caveat");
  command
      .about(
          "What has been reported by now is accepted, with your name and your reason in the record. Anything that "
          "moves afterwards, on either side, is reported and has to be accepted anew.")
      .option(a->flight, "--flight", "ID", "the flight")
      .option(a->intent, "--intent", "ID", "or the intent of our own people")
      .option(a->text, "--text", "WORDS", "why; it must be given");
  add_act_options(command, a->act);
  command.example("tansiq caveat override --flight COTAM1 --text 'sy is on the ground, seen by us'", "then clear it")
      .exits(1, "it meets nothing that is not accepted already; nothing was recorded")
      .run([a](Context& context) { return override_caveat(context, *a); });
}

}  // namespace

void add_caveat(Command& root) {
  Command& caveat = root.sub("caveat", "from whom our flights keep away: never within D and T of X");
  caveat.about(
      "A caveat forbids nothing: it warns, and an officer has to say why a flight that meets it is cleared all the "
      "same. Nobody else learns of a caveat, or of what meets it, unless you deposit it.");
  add_set(caveat);

  auto options = std::make_shared<NodeOptions>();
  Command& list = caveat.sub("list", "caveats, and what comes too near now");
  list.about(
          "Our caveats with where they are deposited, every flight and intent that meets one, and those of others "
          "that are deposited here.")
      .example("tansiq caveat list", "before clearing a flight");
  add_node_options(list, *options);
  list.run([options](Context& context) { return list_caveats(context, *options); });

  add_clear(caveat);
  add_deposit(caveat);
  add_override(caveat);
}

}  // namespace tansiq::cli
