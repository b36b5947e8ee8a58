// `tansiq relation`: what authorities grant each other; freeze by one key, widen by two.
#include <fmt/format.h>

#include <algorithm>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/relation_words.h"
#include "cli/terminal.h"
#include "cli/wire.h"
#include "coordination/relation_bundles.h"
#include "coordination/relation_preview.h"
#include "core/record.h"
#include "log/canonical_json.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

/// Which relations an officer means: a bundle, or items named one by one.
struct ChangeArguments {
  ActOptions act;
  std::string peer;
  RelationWords words;
  std::string text;
  bool agreement = false;
};

/// The node's own id, and every edge it knows.
struct Standing {
  AuthorityId self;
  Answer relations;
};
Result<Standing> standing(NodeClient& node) {
  const Answer peers = TRY(node.get("/v1/coordination/peers"));
  return Standing{TRY(AuthorityId::parse(text_of(peers.root(), "self"))), TRY(node.get("/v1/coordination/relations"))};
}

std::int64_t level_of(const Standing& here, const Edge& edge) {
  const auto rows = here.relations.root().find("relations");
  for (std::size_t i = 0; rows && i < rows->size(); ++i) {
    const auto of = (*rows)[i].find("edge");
    if (of && text_of(*of, "from") == edge.from.str() && text_of(*of, "to") == edge.to.str() &&
        text_of(*of, "domain") == core::to_text(edge.domain) &&
        text_of(*of, "capability") == core::to_text(edge.capability)) {
      return number_of((*rows)[i], "level");
    }
  }
  return 0;
}

Result<std::vector<EdgeLevel>> edges_of(const ChangeArguments& arguments, const AuthorityId& self, Way way) {
  const AuthorityId peer = TRY(AuthorityId::parse(arguments.peer));
  return edges_from(arguments.words, self, peer, way);
}

Result<int> show(Context& context, const NodeOptions& options, const std::optional<std::string>& peer) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/coordination/relations"));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  Table table({"from", "to", "domain", "capability", ">agreed", ">in force", "which means"});
  const JsonValue rows = TRY(answer.root().at("relations"));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const JsonValue edge = TRY(rows[i].at("edge"));
    if (peer && text_of(edge, "from") != *peer && text_of(edge, "to") != *peer) continue;
    table.row({text_of(edge, "from"), text_of(edge, "to"), text_of(edge, "domain"), text_of(edge, "capability"),
               std::to_string(number_of(rows[i], "agreed")), std::to_string(number_of(rows[i], "level")),
               text_of(rows[i], "text")});
  }
  put(table.text(context.terminal));
  put("Whatever is not listed is at level 0: refused. Distress, STOP, collision warnings, attribution queries, line "
      "checks, and what gives space back, always pass.\n");
  const JsonValue proposals = TRY(answer.root().at("proposals"));
  for (std::size_t i = 0; i < proposals.size(); ++i) {
    const auto edges = proposals[i].find("edges");
    put(fmt::format("open proposal of {} to {}{}: {} relations; {}\n  tansiq relation agree {}\n",
                    text_of(proposals[i], "author"), text_of(proposals[i], "peer"),
                    text_of(proposals[i], "bundle").empty() ? "" : ", bundle " + text_of(proposals[i], "bundle"),
                    edges ? edges->size() : 0, text_of(proposals[i], "text"), text_of(proposals[i], "hash")));
  }
  return 0;
}

Result<int> print_preview(Context& context, NodeClient& node, const std::string& body) {
  const Answer answer = TRY(node.send(net::Method::kPost, "/v1/coordination/preview", body));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue lines = TRY(answer.root().at("lines"));
  for (std::size_t i = 0; i < lines.size(); ++i) put(fmt::format("  {}\n", text_of(lines[i], "text")));
  if (lines.size() == 0) put("  nothing would change\n");
  const auto shares = answer.root().find("shares");
  if (shares && shares->size() > 0) put("of our flights and intents:\n");
  for (std::size_t i = 0; shares && i < shares->size(); ++i) put(fmt::format("  {}\n", text_of((*shares)[i], "text")));
  return 0;
}

std::string preview_body(Change change, const std::vector<EdgeLevel>& edges) {
  std::string body;
  log::JcsWriter out(body);
  out.begin_object().key("change").string(core::to_text(change)).key("edges").begin_array();
  for (const EdgeLevel& edge : edges) core::write_fields(out, edge);
  out.end_array().end_object();
  return body;
}

Result<int> preview_change(Context& context, const ChangeArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Standing here = TRY(standing(node));
  const auto edges = TRY(edges_of(arguments, here.self, arguments.agreement ? Way::kUp : Way::kDown));
  return print_preview(context, node, preview_body(arguments.agreement ? Change::kAgreement : Change::kFreeze, edges));
}

/// Keeps the edges that a freeze would lower, or a proposal would widen: an officer names a bundle, not its difference.
std::vector<EdgeLevel> that_move(const Standing& here, std::vector<EdgeLevel> edges, bool down) {
  std::erase_if(edges, [&](const EdgeLevel& e) {
    const std::int64_t now = level_of(here, e.edge);
    return down ? e.level >= now : e.level <= now;
  });
  return edges;
}

Result<int> freeze(Context& context, const ChangeArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Standing here = TRY(standing(node));
  const auto edges = that_move(here, TRY(edges_of(arguments, here.self, Way::kDown)), true);
  if (edges.empty())
    return fail(ErrorCode::kWrongState, "nothing of it is above that level: there is nothing to freeze");
  return send_act(context, arguments.act,
                  FreezeRelation{edges, TRY(AuthorityId::parse(arguments.peer)), arguments.text},
                  fmt::format("froze {} relations with {}, at once", edges.size(), arguments.peer));
}

Result<int> propose(Context& context, const ChangeArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const Standing here = TRY(standing(node));
  const auto edges = that_move(here, TRY(edges_of(arguments, here.self, Way::kUp)), false);
  if (edges.empty()) return fail(ErrorCode::kWrongState, "all of it is in force already: there is nothing to propose");
  return send_act(
      context, arguments.act,
      ProposeRelation{arguments.words.bundle, edges, TRY(AuthorityId::parse(arguments.peer)), arguments.text},
      fmt::format("proposed {} relations to {}; they take effect when {} agrees", edges.size(), arguments.peer,
                  arguments.peer));
}

void add_change_options(Command& command, ChangeArguments& arguments) {
  command.argument(arguments.peer, "PEER", "the other authority")
      .argument(arguments.words.items, "ITEM",
                "DOMAIN/CAPABILITY[=LEVEL], as air/request or sea/disclosure=2; without LEVEL all, in a freeze none")
      .option(arguments.words.bundle, "--bundle", "NAME", "frozen, deconflict, cooperate or ally, as a whole")
      .option(arguments.words.bundles_file, "--bundles", "FILE", "bundles of your own instead of the standard ones")
      .completes(Completes::kFile)
      .option(arguments.words.domain, "--domain", "DOMAIN", "of the bundle: only air, sea, talks or information")
      .option(arguments.words.direction, "--direction", "WAY", "both, we_grant or they_grant")
      .choices({"both", "we_grant", "they_grant"})
      .option(arguments.words.less, "--less", "DOMAIN/CAPABILITY", "of the bundle: withhold this");
}

}  // namespace

void add_relation(Command& root) {
  Command& relation = root.sub("relation", "what authorities grant each other");
  relation.about(
      "A relation says what one authority grants another: by domain (air, sea, talks, information) and capability, at "
      "a "
      "level. Default deny. One key freezes, at once; two keys, proposal and agreement, widen or thaw. A safety floor "
      "(distress, STOP, collision warning, attribution query, line check, and whatever gives space back) survives "
      "every "
      "freeze.");

  struct ShowArguments {
    NodeOptions node;
    std::optional<std::string> peer;
  };
  auto shown = std::make_shared<ShowArguments>();
  Command& show_command = relation.sub("show", "what is agreed, and what is in force");
  show_command.about("Both are shown, for they are separate facts: what was agreed, and what a freeze leaves of it.")
      .argument(shown->peer, "PEER", "only relations with this authority")
      .example("tansiq relation show ru", "everything between us and ru");
  add_node_options(show_command, shown->node);
  show_command.run([shown](Context& context) { return show(context, shown->node, shown->peer); });

  auto previewed = std::make_shared<ChangeArguments>();
  Command& preview_command = relation.sub("preview", "what a change would mean, before it is said");
  preview_command.about("Item by item: what the other side may do or see now, and what it could afterwards.")
      .flag(previewed->agreement, "--agreement", "as if both had agreed; without it, as if we froze")
      .example("tansiq relation preview ru --bundle frozen", "what a total freeze leaves")
      .example("tansiq relation preview fr --bundle ally --domain sea --less sea/tracks --agreement",
               "what an alliance at sea would open");
  add_change_options(preview_command, *previewed);
  add_node_options(preview_command, previewed->act.node);
  preview_command.run([previewed](Context& context) { return preview_change(context, *previewed); });

  auto frozen = std::make_shared<ChangeArguments>();
  Command& freeze_command = relation.sub("freeze", "lower relations, at once, by our key alone");
  freeze_command
      .about(
          "In force here the moment it is durable, and at the other side when it has read it. Confirmed legs survive; "
          "holds lapse; new requests are refused. There is no undo: thawing takes both keys.")
      .option(frozen->text, "--text", "WORDS", "why, for the record")
      .example("tansiq relation freeze ru --bundle frozen --text 'by order of the minister'", "everything")
      .example("tansiq relation freeze ru air/request=0 --direction we_grant", "no new legs of ru in our zones");
  add_change_options(freeze_command, *frozen);
  add_act_options(freeze_command, frozen->act);
  freeze_command.run([frozen](Context& context) { return freeze(context, *frozen); });

  auto proposed = std::make_shared<ChangeArguments>();
  Command& propose_command = relation.sub("propose", "the first of the two keys that widen or thaw");
  propose_command
      .about(
          "No effect until the other side agrees to exactly this. A proposal is never taken back; to withdraw it, "
          "freeze.")
      .option(proposed->text, "--text", "WORDS", "for the other side")
      .example("tansiq relation propose fr --bundle ally --domain sea --less sea/tracks --second ru:chief",
               "an alliance at sea, less tracks");
  add_change_options(propose_command, *proposed);
  add_act_options(propose_command, proposed->act);
  propose_command.run([proposed](Context& context) { return propose(context, *proposed); });

  struct AgreeArguments {
    ActOptions act;
    std::string hash;
  };
  auto agreed = std::make_shared<AgreeArguments>();
  Command& agree_command = relation.sub("agree", "the second key: accept a proposal, exactly as it stands");
  agree_command
      .about(
          "In force here at once, and at the other side when it has read it. What is agreed is what the proposal says, "
          "no more: look at it with 'tansiq relation preview' first.")
      .argument(agreed->hash, "HASH", "of the proposal, as `tansiq relation show` prints it")
      .example("tansiq relation agree 5d41… --second us:chief",
               "accept it; two officers, where the authority asks for two")
      .exits(1, "no such proposal is open, or it does not fit what stands now");
  add_act_options(agree_command, agreed->act);
  agree_command.run([agreed](Context& context) -> Result<int> {
    return send_act(context, agreed->act, AcceptRelation{TRY(EntryHash::from_hex(agreed->hash))}, "agreed");
  });
}

}  // namespace tansiq::cli
