// `tansiq disclosure`: what is shown to whom and by whom, to whom it may be passed on, and what has been destroyed.
#include <fmt/format.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/terminal.h"
#include "cli/wire.h"
#include "coordination/disclosure_content.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::size_t kHashDigits = 12;

struct ListArguments {
  NodeOptions node;
  bool all = false;
};

std::string names_of(const JsonValue& row, std::string_view member) {
  const auto list = row.find(member);
  std::string out;
  for (std::size_t i = 0; list && i < list->size(); ++i) {
    const auto name = (*list)[i].string();
    out += fmt::format("{}{}", i == 0 ? "" : ", ", name ? printable(*name) : "?");
  }
  return out.empty() ? "-" : out;
}

std::string level_name(std::int64_t level) {
  if (level < 1 || level > 4) return "?";
  return std::string(core::to_text(static_cast<ShareLevel>(level)));
}

std::string standing_of(const JsonValue& version) {
  if (version.find("destroyed_ms")) return "destroyed";
  if (version.find("revoked_ms")) return "revoked";
  return version.find("until_ms") ? "ended" : "stands";
}

Result<int> list_shares(Context& context, const ListArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(node.get("/v1/coordination/disclosure"));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue shown = TRY(answer.root().at("shown"));
  Table ours({"shown", "to", "level", "state", "body", "destroyed by", "outstanding"});
  for (std::size_t i = 0; i < shown.size(); ++i) {
    const JsonValue version = TRY(shown[i].at("version"));
    const std::string state = standing_of(version);
    if (!arguments.all && state == "ended") continue;
    ours.row({text_of(shown[i], "source"), text_of(version, "to"), level_name(number_of(version, "level")), state,
              text_of(version, "body").substr(0, kHashDigits), names_of(shown[i], "destroyed"),
              names_of(shown[i], "outstanding")});
  }
  put(ours.text(context.terminal));
  put("Outstanding: was given it, and has not said that it is destroyed. What was seen is not unseen by a "
      "receipt.\n\n");
  const JsonValue held = TRY(answer.root().at("held"));
  Table theirs({"of", "level", "what", "state", "body", "came through", "passed on to"});
  for (std::size_t i = 0; i < held.size(); ++i) {
    const JsonValue row = TRY(held[i].at("held"));
    const std::string state = standing_of(row);
    if (!arguments.all && (state == "ended" || state == "destroyed")) continue;
    const auto content = held[i].find("content");
    const std::string what = content ? text_of(*content, "source") : "";
    const std::string via = text_of(row, "via");
    theirs.row({text_of(row, "from"), content ? text_of(*content, "level") : level_name(number_of(row, "level")),
                what.empty() ? text_of(row, "share") : what, state, text_of(row, "body").substr(0, kHashDigits),
                via.empty() ? "-" : via, names_of(row, "passed")});
  }
  put(theirs.text(context.terminal));
  return 0;
}

struct RuleArguments {
  ActOptions act;
  std::string recipient;
  std::vector<std::string> onward;
  std::string domain = "air";
};

Result<int> set_rule(Context& context, const RuleArguments& arguments) {
  SetShareRule rule;
  rule.domain = TRY(core::parse_domain(arguments.domain));
  rule.recipient = TRY(AuthorityId::parse(arguments.recipient));
  for (const std::string& name : arguments.onward) rule.onward.push_back(TRY(AuthorityId::parse(name)));
  const std::string whom = arguments.onward.empty() ? "nobody" : fmt::format("{}", fmt::join(arguments.onward, ", "));
  return send_act(context, arguments.act, std::move(rule),
                  fmt::format("{} may pass on what it is shown to {}; what others hold through it is revoked",
                              arguments.recipient, whom));
}

struct WithholdArguments {
  ActOptions act;
  std::string source;
  std::string recipient;
  bool lift = false;
};

Result<int> withhold(Context& context, const WithholdArguments& arguments) {
  WithholdShare act;
  act.recipient = TRY(AuthorityId::parse(arguments.recipient));
  act.source = arguments.source;
  act.withheld = !arguments.lift;
  return send_act(context, arguments.act, std::move(act),
                  arguments.lift
                      ? fmt::format("{} is shown to {} as the relation says", arguments.source, arguments.recipient)
                      : fmt::format("{} is withdrawn from {}; receipts: tansiq disclosure list", arguments.source,
                                    arguments.recipient));
}

struct PassArguments {
  ActOptions act;
  std::string body;
  std::string to;
};

Result<int> pass(Context& context, const PassArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Answer answer = TRY(node.get("/v1/coordination/disclosure"));
  const JsonValue held = TRY(answer.root().at("held"));
  std::vector<std::string> fitting;
  for (std::size_t i = 0; i < held.size(); ++i) {
    const JsonValue row = TRY(held[i].at("held"));
    const std::string body = text_of(row, "body");
    if (body.starts_with(arguments.body)) fitting.push_back(body);
  }
  if (fitting.size() != 1) {
    return fail(ErrorCode::kNotFound,
                fmt::format("{} bodies held here begin with \"{}\": name one, as 'tansiq disclosure list' prints it",
                            fitting.size(), arguments.body));
  }
  PassShare act;
  act.body = TRY(core::EntryHash::from_hex(fitting.front()));
  act.to = TRY(AuthorityId::parse(arguments.to));
  return send_act(context, arguments.act, std::move(act),
                  fmt::format("passed on to {}; its originator is told", arguments.to));
}

}  // namespace

void add_disclosure(Command& root) {
  Command& disclosure = root.sub("disclosure", "what authorities show each other of their use of air and sea");
  disclosure.about(
      "How much is shown follows the relation: busy, coarse, full, live. What is shown can be revoked; holders destroy "
      "it and give a receipt.");

  auto l = std::make_shared<ListArguments>();
  Command& list = disclosure.sub("list", "who was shown what, who holds it, who has destroyed it");
  list.about(
          "Three lists: what we show others and who has given a receipt for what was revoked; what others show us; to "
          "whom "
          "it has been passed on.")
      .flag(l->all, "--all", "also what has ended and is kept for the record")
      .example("tansiq disclosure list", "what stands, and receipts that are outstanding");
  add_node_options(list, l->node);
  list.run([l](Context& context) { return list_shares(context, *l); });

  auto r = std::make_shared<RuleArguments>();
  Command& rule = disclosure.sub("rule", "say to whom a recipient may pass on what it is shown");
  rule.about("Whoever is not named any more loses what it holds through the recipient: it is revoked everywhere.")
      .argument(r->recipient, "RECIPIENT", "an authority that is shown something")
      .option(r->onward, "--onward", "AUTHORITY", "who may be given it by the recipient; without any, nobody")
      .option(r->domain, "--domain", "DOMAIN", "air or sea");
  add_act_options(rule, r->act);
  rule.example("tansiq disclosure rule fr --onward ru", "fr may tell ru")
      .example("tansiq disclosure rule fr", "fr may tell nobody")
      .run([r](Context& context) { return set_rule(context, *r); });

  auto w = std::make_shared<WithholdArguments>();
  Command& withheld = disclosure.sub("withhold", "withdraw one flight or intent from one recipient");
  withheld
      .about(
          "Whatever the relation allows, this one is not shown: what was shown of it is revoked, and the recipient "
          "destroys "
          "it and gives a receipt. Nobody can make unseen what was seen.")
      .argument(w->source, "SOURCE", "'flight M1' or 'intent i7'")
      .argument(w->recipient, "RECIPIENT", "from whom")
      .flag(w->lift, "--lift", "let the relation decide again");
  add_act_options(withheld, w->act);
  withheld.example("tansiq disclosure withhold 'flight M1' fr", "whatever the relation with fr allows")
      .run([w](Context& context) { return withhold(context, *w); });

  auto p = std::make_shared<PassArguments>();
  Command& passed = disclosure.sub("pass", "pass on what another authority shows us");
  passed.about("Only to whom its originator has named; its originator is told.")
      .argument(p->body, "BODY", "the body's hash, or its first digits, as 'tansiq disclosure list' prints them")
      .argument(p->to, "TO", "to whom");
  add_act_options(passed, p->act);
  passed.example("tansiq disclosure pass 5d41aa90 ru", "ru may have it")
      .exits(1, "its originator does not allow it; nothing was recorded")
      .run([p](Context& context) { return pass(context, *p); });
}

}  // namespace tansiq::cli
