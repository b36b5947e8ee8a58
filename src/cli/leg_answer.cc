// `tansiq leg asks`, `hold`, `confirm`, `counter`, `refuse`, `answers`: requests of others that officers answer (ADR
// 62).
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

Result<int> list_asks(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/asks"));
  put(context.json ? answer.text + "\n" : TRY(asks_text(context.terminal, answer.root())));
  return 0;
}

struct AnswerArguments {
  ActOptions act;
  std::string request;
  std::string text;
  std::optional<std::string> later, earlier, higher, lower;
};

/// One of two, with its sign; neither: nothing.
template <class Read>
Result<std::optional<std::int64_t>> shift_of(const std::optional<std::string>& more,
                                             const std::optional<std::string>& less, std::string_view both,
                                             Read&& read) {
  if (more && less) return fail(ErrorCode::kUnsupported, fmt::format("{} contradict each other: give one", both));
  if (!more && !less) return std::optional<std::int64_t>();
  const std::int64_t by = TRY(read(more ? *more : *less));
  return std::optional<std::int64_t>(more ? by : -by);
}

Result<int> answer(Context& context, const AnswerArguments& arguments, HandAnswer how) {
  AnswerLeg act{.answer = how, .level_shift_cm = {}, .request = {}, .text = arguments.text, .time_shift_ms = {}};
  act.time_shift_ms = TRY(shift_of(arguments.later, arguments.earlier, "--later and --earlier",
                                   [](const std::string& text) { return parse_duration(text); }));
  act.level_shift_cm = TRY(shift_of(arguments.higher, arguments.lower, "--higher and --lower",
                                    [](const std::string& text) { return read_length_cm(text); }));
  if (how == HandAnswer::kCounter && !act.time_shift_ms && !act.level_shift_cm) {
    return fail(
        ErrorCode::kUnsupported,
        "say by how much the window moves: --later or --earlier with a duration, --higher or --lower with a length");
  }
  if (how == HandAnswer::kRefuse && act.text.empty()) {
    return fail(ErrorCode::kUnsupported, "say why with --text: the home reads it");
  }
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Answer legs = TRY(node.get("/v1/coordination/legs"));
  const LegRows rows = TRY(read_legs(legs.text));
  act.request = TRY(request_from(arguments.request, rows.versions));
  std::string of = arguments.request;
  for (const LegVersion& version : rows.versions) {
    if (version.request == act.request) {
      of = fmt::format("{} of {} in {}", version.flight.str(), version.home.str(), version.zone.str());
    }
  }
  std::string done;
  switch (how) {
    case HandAnswer::kConfirm:
      done = fmt::format("{} is confirmed as soon as its home has committed, while the hold lasts", of);
      break;
    case HandAnswer::kCounter:
      done = fmt::format("offered another window for {}; it is confirmed when its home takes it", of);
      break;
    case HandAnswer::kHold:
      done = fmt::format("held the space of {}; it is not confirmed before 'tansiq leg confirm'", of);
      break;
    case HandAnswer::kRefuse:
      done = fmt::format("refused {}", of);
      break;
  }
  return send_act(context, arguments.act, std::move(act), done);
}

struct RuleArguments {
  ActOptions act;
  std::string zone;
  bool by_hand = false;
  bool by_node = false;
  std::optional<std::string> of;
  std::optional<std::string> within;
};

Result<int> set_rule(Context& context, const RuleArguments& arguments) {
  if (arguments.by_hand == arguments.by_node) {
    return fail(ErrorCode::kUnsupported, "say who answers: --by-hand or --by-node");
  }
  SetAnswerRule act{
      .answer_ms = {}, .by_hand = arguments.by_hand, .home = {}, .zone = TRY(ZoneId::parse(arguments.zone))};
  if (arguments.of) act.home = TRY(AuthorityId::parse(*arguments.of));
  if (arguments.within) {
    if (arguments.by_node) return fail(ErrorCode::kUnsupported, "--within goes with --by-hand: a node answers at once");
    act.answer_ms = TRY(parse_duration(*arguments.within));
  }
  const std::string whose =
      act.home ? fmt::format("requests of {}", act.home->str()) : std::string("requests of others");
  return send_act(context, arguments.act, std::move(act),
                  fmt::format("{} in {} are answered by {} from now on", whose, arguments.zone,
                              arguments.by_hand ? "officers" : "the node"));
}

void add_answer(Command& leg, std::string_view name, std::string_view summary, std::string_view about, HandAnswer how) {
  auto a = std::make_shared<AnswerArguments>();
  Command& command = leg.sub(std::string(name), std::string(summary));
  command.about(std::string(about))
      .argument(a->request, "REQUEST", "the request's hash, or its first digits, as 'tansiq leg asks' prints them");
  if (how == HandAnswer::kCounter) {
    command.option(a->later, "--later", "DURATION", "move the window by so much, as 10m")
        .option(a->earlier, "--earlier", "DURATION", "the other way")
        .option(a->higher, "--higher", "LENGTH", "move all levels by so much, as 1000ft")
        .option(a->lower, "--lower", "LENGTH", "the other way")
        .example("tansiq leg counter 5d41aa90 --later 10m --higher 2000ft", "in time and in level");
  }
  command.option(a->text, "--text", "WORDS",
                 how == HandAnswer::kRefuse ? "why: the home reads it" : "for our own record");
  if (how == HandAnswer::kRefuse)
    command.example("tansiq leg refuse 5d41aa90 --text 'firing range active'", "the home reads why");
  if (how == HandAnswer::kConfirm) command.example("tansiq leg confirm 5d41aa90", "it may fly as it was asked for");
  if (how == HandAnswer::kHold) command.example("tansiq leg hold 5d41aa90", "booked, while the officer makes sure");
  add_act_options(command, a->act);
  command.exits(1, "it waits for no officer, or its space is not free; nothing was recorded")
      .run([a, how](Context& context) { return answer(context, *a, how); });
}

}  // namespace

void add_leg_answers(Command& leg) {
  auto l = std::make_shared<NodeOptions>();
  Command& asks = leg.sub("asks", "list what waits for an officer's answer, and where officers answer");
  asks.about("What lapses first stands first. Nobody's answer is an answer too: refused, when its time is over.")
      .example("tansiq leg asks", "who waits, until when, and what is in the way");
  add_node_options(asks, *l);
  asks.run([l](Context& context) { return list_asks(context, *l); });

  add_answer(
      leg, "hold", "hold the space of a request, and confirm later",
      "The space is booked until the hold ends. A commit of its home waits for 'tansiq leg confirm'; without one "
      "the hold lapses.",
      HandAnswer::kHold);
  add_answer(
      leg, "confirm", "agree to a request, or to what is held",
      "A request is held now and confirmed when its home commits; what is held is confirmed, at once where its home "
      "has committed already.",
      HandAnswer::kConfirm);
  add_answer(leg, "counter", "offer another window for a request",
             "The window as it was asked for is moved as a whole, and held there. When its home takes the offer, it is "
             "confirmed.",
             HandAnswer::kCounter);
  add_answer(
      leg, "refuse", "refuse a request, or withdraw what is held",
      "A request ends as refused; a hold ends and its space is free. What is confirmed is asked back with 'tansiq leg "
      "revoke'.",
      HandAnswer::kRefuse);

  auto r = std::make_shared<RuleArguments>();
  Command& answers = leg.sub("answers", "say who answers requests of others in a zone");
  answers
      .about(
          "By default the node answers. With --by-hand it still refuses by itself what it has to, and leaves the rest "
          "to "
          "officers: 'tansiq leg asks'. What waits already goes on waiting.")
      .about(
          "A flight over several zones holds one while it asks for the next, and holds are as long as the charter's "
          "decision_ms lets them be: members who answer by hand agree on a larger one.")
      .argument(r->zone, "ZONE", "a zone of this authority")
      .flag(r->by_hand, "--by-hand", "officers answer")
      .flag(r->by_node, "--by-node", "the node answers")
      .option(r->of, "--of", "AUTHORITY", "only requests of this one; goes before what holds for all")
      .option(r->within, "--within", "DURATION", "refused when nobody has answered by then; 5m by default");
  add_act_options(answers, r->act);
  answers.example("tansiq leg answers K1 --by-hand --within 3m", "an officer answers within three minutes")
      .example("tansiq leg answers K1 --by-node --of fr", "but fr's requests are the node's")
      .exits(1, "the zone is not ours; nothing was recorded")
      .run([r](Context& context) { return set_rule(context, *r); });
}

}  // namespace tansiq::cli
