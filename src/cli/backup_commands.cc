// `tansiq backup` and `tansiq restore`.
#include <fmt/format.h>

#include "base/bytes.h"
#include "base/file.h"
#include "base/limits.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/node_client.h"
#include "cli/wire.h"
#include "core/charter.h"
#include "node/officer_book.h"
#include "node/recovery_file.h"
#include "store/backup.h"

namespace tansiq::cli {
namespace {

struct BackupArguments {
  std::string data;
  std::string target;
};

int print_manifest(const Context& context, std::string_view what, const store::BackupManifest& manifest) {
  if (context.json) {
    put(store::format_manifest(manifest));
    return 0;
  }
  for (const store::BackupLog& log : manifest.logs) {
    put(fmt::format("{} {}: {}\n", what, log.origin, count_text(log.head.size, "entry", "entries")));
  }
  for (const store::BackupFile& file : manifest.files) {
    put(fmt::format("  {}  {} bytes  sha256 {}\n", file.name, group_digits(file.bytes),
                    file.sha256.hex().substr(0, 16)));
  }
  return 0;
}

Result<int> run_backup(Context& context, const BackupArguments& arguments) {
  const auto manifest = TRY(store::backup(data_folder(arguments.data).string(), arguments.target));
  print_manifest(context, "copied", manifest);
  context.say(context.paint(Colour::kDim,
                            "not in it, to be kept elsewhere, once: *.key, peer.crt, charter*.note, officers.json"));
  return 0;
}

Result<int> run_restore(Context& context, const BackupArguments& arguments) {
  const std::string folder = data_folder(arguments.data).string();
  const auto manifest = TRY(store::restore(arguments.target, folder));
  print_manifest(context, "restored", manifest);
  context.say(fmt::format("{} holds the record of the moment of the backup.", folder));
  context.say(
      context.paint(Colour::kDim,
                    "when it starts it asks its peers for what came after, and signs nothing until that is back: keep "
                    "'last-checkpoint' from the old folder, and see 'tansiq recovery --help'"));
  return 0;
}

struct AcceptArguments {
  NodeOptions node;
  std::string by, second;
};

/// Names that nobody verifies are for folders where nobody could verify them, and nothing is at stake.
Status check_unverified(const std::filesystem::path& folder) {
  const auto book = TRY(node::OfficerBook::open(folder));
  const std::string note = TRY(read_file(folder / "charter.note", kNoteBytesMax));
  const core::SignedCharter opened = TRY(core::open_charter(note));
  const core::DataMode mode = opened.charter.data_mode;
  const bool earnest = mode == core::DataMode::kReal || mode == core::DataMode::kExercise;
  if (!earnest && book->empty()) return {};
  return fail(
      ErrorCode::kForbidden,
      "two officers answer for it under their own sessions: start the node, sign in (tansiq officer login), and "
      "leave --by and --second out",
      "--by");
}

Result<int> accept_in_folder(Context& context, const AcceptArguments& arguments) {
  const std::filesystem::path folder = data_folder(arguments.node.data);
  if (arguments.by.empty() || arguments.second.empty()) {
    return fail(ErrorCode::kInvalid, "both officers are named, or none", arguments.by.empty() ? "--by" : "--second");
  }
  const node::Acceptance acceptance{SystemClock().now(), TRY(core::Subject::parse(arguments.by)),
                                    TRY(core::Subject::parse(arguments.second))};
  TRY_VOID(check_unverified(folder));
  TRY_VOID(node::accept_recovery(folder, acceptance));
  context.say(
      "accepted: the node goes on when its peers have answered and the wait is over; 'tansiq peer list' says "
      "what is still missing");
  return 0;
}

Result<int> run_accept(Context& context, const AcceptArguments& arguments) {
  if (!arguments.by.empty() || !arguments.second.empty()) return accept_in_folder(context, arguments);
  NodeClient client = TRY(NodeClient::open(arguments.node));
  const std::string body = JsonOut().open_object().member("command_id", new_command_id()).close().line();
  const Answer answer = TRY(client.send(net::Method::kPost, "/v1/recovery/accept", body));
  put(context.json ? answer.text + "\n"
                   : fmt::format("it waits for the second officer: tansiq officer confirm {}\n",
                                 printable(text_of(answer.root(), "id"))));
  return 0;
}

void add_recovery(Command& root) {
  Command& recovery = root.sub("recovery", "a node that has lost a part of its record");
  recovery.about(
      "A node that finds that it is an old copy signs nothing. It fetches back from its peers what it had written for "
      "them, verifies it, and goes on. 'tansiq peer list' and /readyz say what is missing.");
  auto a = std::make_shared<AcceptArguments>();
  Command& accept = recovery.sub("accept", "two officers answer for what no peer gives back");
  add_node_options(accept, a->node);
  accept
      .about(
          "Nobody mirrors a node's main log, and a peer may be gone for good. What stood only there is lost: two "
          "officers say so, and the node waits until everything that it may have granted and forgotten has ended, 56 "
          "days from the first moment of the recovery. Their names go into the record that all members read. Both sign "
          "in: one asks, the other confirms what waits ('tansiq officer confirm'). A second "
          "copy of the data folder under another roof is better than the wait.")
      .option(a->by, "--by", "OFFICER", "in the data folder of a node without accounts, TEST or SIMULATED: who decides")
      .option(a->second, "--second", "OFFICER", "the same: the second officer")
      .example("tansiq recovery accept", "by an officer who has signed in; another one confirms")
      .example("tansiq recovery accept --by duty@fr --second chief@fr --data DIR", "where nobody can sign in")
      .exits(1, "the node is not recovering, or others have accepted already")
      .run([a](Context& c) { return run_accept(c, *a); });
}

}  // namespace

void add_backup(Command& root) {
  auto b = std::make_shared<BackupArguments>();
  root.sub("backup", "copy a node's record while it runs")
      .about(
          "One consistent moment of the record, with a manifest of sizes and hashes. Keys, charter and last-checkpoint "
          "are not in it: an old last-checkpoint would claim that nothing newer had been published.")
      .argument(b->target, "TARGET", "the folder to write; must not exist")
      .completes(Completes::kDirectory)
      .option(b->data, "--data", "DIR", "the node's data folder; else TANSIQ_DATA, else ./tansiq-data")
      .completes(Completes::kDirectory)
      .example("tansiq backup /backup/monday --data /var/lib/tansiq", "from a timer")
      .exits(1, "TARGET exists already")
      .run([b](Context& c) { return run_backup(c, *b); });

  auto r = std::make_shared<BackupArguments>();
  root.sub("restore", "bring a backup back")
      .about(
          "Into a data folder that holds no record. A last-checkpoint that is still there decides, when the node "
          "starts, "
          "whether it may sign: a node never signs below what it had published. Where it is lost, the node refuses to "
          "start until somebody decides.")
      .argument(r->target, "BACKUP", "a folder that 'tansiq backup' wrote")
      .completes(Completes::kDirectory)
      .option(r->data, "--data", "DIR", "the data folder; else TANSIQ_DATA, else ./tansiq-data")
      .completes(Completes::kDirectory)
      .example("tansiq restore /backup/monday --data /var/lib/tansiq", "after the disk was replaced")
      .exits(1, "the folder holds a record already")
      .exits(76, "the backup does not fit its manifest; nothing was changed")
      .run([r](Context& c) { return run_restore(c, *r); });
  add_recovery(root);
}

}  // namespace tansiq::cli
