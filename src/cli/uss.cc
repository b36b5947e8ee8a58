// `tansiq uss`: the node as a supplier of ASTM F3548-21, as officers see it.
#include <fmt/format.h>

#include "base/logging.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/terminal.h"
#include "cli/units_text.h"
#include "cli/wire.h"

namespace tansiq::cli {
namespace {

/// One line a row of a document; with --json the document as it came.
Result<int> show(Context& context, const NodeOptions& options, std::string_view document,
                 std::string (*line)(const Context&, const JsonValue&), std::string_view none) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get(fmt::format("/v1/uss/{}", document)));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const JsonValue rows = TRY(answer.root().at(document));
  if (rows.size() == 0) put(fmt::format("{}\n", none));
  for (std::size_t i = 0; i < rows.size(); ++i) put(line(context, rows[i]) + "\n");
  return 0;
}

std::string tail(const JsonValue& row) {
  std::string out;
  if (const std::string why = text_of(row, "why"); !why.empty()) out += "  " + printable(why);
  if (const std::string next = text_of(row, "next"); !next.empty())
    out += fmt::format("; again at {}", printable(next));
  return out;
}

std::string intent_line(const Context& context, const JsonValue& row) {
  const std::string stage = text_of(row, "stage");
  const bool good = stage == "registered" || stage == "ended";
  std::string out = fmt::format("{:<12}{:<24}{}", context.paint(good ? Colour::kGreen : Colour::kRed, stage),
                                printable(text_of(row, "intent")), printable(text_of(row, "id")));
  if (const auto there = row.find("registered")) {
    out += fmt::format("  version {}, {}", number_of(*there, "version"), printable(text_of(*there, "state")));
  }
  return out + tail(row);
}

std::string delivery_line(const Context& context, const JsonValue& row) {
  const std::string state = text_of(row, "state");
  return fmt::format("{:>8}  {:<12}{:<24}{}{}", number_of(row, "id"),
                     context.paint(state == "given_up" ? Colour::kRed : Colour::kGreen, state),
                     printable(text_of(row, "intent")), printable(text_of(row, "url")), tail(row));
}

std::string other_line(const Context&, const JsonValue& row) {
  const auto gone = row.find("gone");
  const bool over = gone && gone->boolean().value_or(false);
  return fmt::format("{:<12}{}  {}, version {}{}  {}", printable(text_of(row, "kind")), printable(text_of(row, "id")),
                     printable(text_of(row, "manager")), number_of(row, "version"), over ? ", over" : "",
                     printable(text_of(row, "how")));
}

std::string drift_line(const Context& context, const JsonValue& row) {
  const auto settled = row.find("settled");
  const bool over = settled && settled->boolean().value_or(false);
  return fmt::format("{:<10}{}  version {} of {}: {}", over ? "settled" : context.paint(Colour::kRed, "open"),
                     printable(text_of(row, "id")), number_of(row, "version"), printable(text_of(row, "manager")),
                     printable(text_of(row, "what")));
}

void add_document(Command& uss, std::string_view name, std::string_view help, std::string_view about,
                  std::string_view document, std::string (*line)(const Context&, const JsonValue&),
                  std::string_view none) {
  auto options = std::make_shared<NodeOptions>();
  Command& command = uss.sub(std::string(name), std::string(help));
  command.about(std::string(about)).example(fmt::format("tansiq uss {}", name), std::string(help));
  add_node_options(command, *options);
  command.run([=](Context& context) { return show(context, *options, document, line, none); });
}

struct RetryArguments {
  NodeOptions node;
  std::string delivery;
};
struct SettleArguments {
  NodeOptions node;
  std::string id;
  std::int64_t version = 0;
  std::string text;
};

Result<int> retry(Context& context, const RetryArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  const Answer answer = TRY(
      node.send(net::Method::kPost, fmt::format("/v1/uss/deliveries/{}/retry", net::percent_encode(a.delivery)), ""));
  put(context.json ? answer.text + "\n" : fmt::format("delivery {} is queued again\n", printable(a.delivery)));
  return 0;
}

struct ReleaseArguments {
  NodeOptions node;
  std::string id;
  std::string zone;
  std::string reason;
  std::string from;
};

Result<int> release(Context& context, const ReleaseArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  std::string body = "{";
  if (!a.from.empty()) {
    const auto from = read_time(a.from, SystemClock().now());
    if (!from) return std::unexpected(inside(from.error(), "--from"));
    body += fmt::format(R"("from":"{}",)", format_utc(*from));
  }
  body += R"("reason":)";
  append_json_string(body, a.reason);
  body += R"(,"zone":)";
  append_json_string(body, a.zone);
  body += '}';
  const Answer answer =
      TRY(node.send(net::Method::kPost, fmt::format("/v1/f3548/intents/{}/release", net::percent_encode(a.id)), body));
  if (context.json) {
    put(answer.text + "\n");
  } else if (answer.status == 202) {
    put(fmt::format("waits for a second officer: tansiq officer confirm {}\n",
                    printable(text_of(answer.root(), "id"))));
  } else {
    put(fmt::format("from {} on {} does not hold {} any more\n", printable(text_of(answer.root(), "from")),
                    printable(a.id), printable(a.zone)));
  }
  return 0;
}

Result<int> settle(Context& context, const SettleArguments& a) {
  NodeClient node = TRY(NodeClient::open(a.node));
  std::string body = R"({"text":)";
  append_json_string(body, a.text);
  body += fmt::format(R"(,"version":{}}})", a.version);
  const Answer answer =
      TRY(node.send(net::Method::kPost, fmt::format("/v1/uss/drifts/{}/settle", net::percent_encode(a.id)), body));
  put(context.json ? answer.text + "\n" : "settled: what was served counts as known\n");
  return 0;
}

}  // namespace

void add_uss(Command& root) {
  Command& uss = root.sub("uss", "the node as a supplier of F3548 beside others");
  uss.about(
      "With a table [uss] in its configuration a node registers its intents in zones with the rule `aware` in a "
      "registry "
      "(a DSS), tells other suppliers of them, and asks others for theirs. docs/f3548.md describes it.");
  add_document(uss, "status", "how our intents stand in the registry",
               "Registered under which version; refused, and why; or tried again, and when.", "intents", intent_line,
               "no intent of this node is for a registry");
  add_document(uss, "deliveries", "who is owed word of our intents",
               "Queued, delivered, given up and why. What was given up can be tried again: tansiq uss retry.",
               "deliveries", delivery_line, "nobody was ever to be told");
  add_document(uss, "others", "what other suppliers have told us, or served",
               "The newest version of each of their intents and constraints.", "others", other_line,
               "nothing of others is known");
  add_document(
      uss, "drifts", "incidents: details that were not what was recorded",
      "Details that another supplier served, and that differ from what the registry had recorded of them or from "
      "what was said before. Nothing of ours is registered over an open one.",
      "drifts", drift_line, "no incident");
  auto r = std::make_shared<RetryArguments>();
  Command& again = uss.sub("retry", "try again to tell somebody");
  again.about("A delivery that was given up is queued again, and tried at once.")
      .argument(r->delivery, "DELIVERY", "its number, as tansiq uss deliveries shows it")
      .example("tansiq uss retry 41", "they are back");
  add_node_options(again, r->node);
  again.run([r](Context& context) { return retry(context, *r); });
  auto f = std::make_shared<ReleaseArguments>();
  Command& free = uss.sub("release", "free what an intent of F3548 holds of our zone");
  free.about(
          "For two officers of whoever decides in an exclusive zone: what an off-nominal intent of F3548 takes there "
          "is "
          "free "
          "again, when its manager does not end it. It stands in the record with the reason; a new version of its "
          "manager "
          "takes space anew.")
      .argument(f->id, "ID", "the intent, as the registry has it")
      .option(f->zone, "--zone", "ZONE", "where we decide")
      .required()
      .option(f->reason, "--reason", "WORDS", "why; it stands in the record")
      .required()
      .option(f->from, "--from", "TIME", "from when on, RFC 3339 or now+10m; else from now on")
      .example(
          "tansiq uss release 5f0b1c6e-5d0b-4a55-9a57-5a53a1f6c001 --zone K1 --reason 'its operator says that it has "
          "landed'",
          "the space can be used again");
  add_node_options(free, f->node);
  free.run([f](Context& context) { return release(context, *f); });
  auto s = std::make_shared<SettleArguments>();
  Command& close = uss.sub("settle", "close an incident");
  close.about("Says that a person has looked into it, and that what was served counts as known from now on.")
      .argument(s->id, "ID", "the intent of the other supplier")
      .option(s->version, "--version", "N", "which version of it", 1, INT32_MAX)
      .required()
      .option(s->text, "--text", "WORDS", "what was found")
      .example(
          "tansiq uss settle 5f0b1c6e-5d0b-4a55-9a57-5a53a1f6c001 --version 3 --text 'called them: a typing error'",
          "go on");
  add_node_options(close, s->node);
  close.run([s](Context& context) { return settle(context, *s); });
}

}  // namespace tansiq::cli
