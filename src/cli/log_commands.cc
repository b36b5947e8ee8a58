// `tansiq log`: read a record, check it, prove what stands in it.
#include <fmt/format.h>

#include <algorithm>

#include "base/bytes.h"
#include "cli/commands.h"
#include "cli/entry_text.h"
#include "cli/log_audit.h"
#include "cli/log_location.h"
#include "log/export.h"
#include "log/verify.h"
#include "log/verify_report.h"

namespace tansiq::cli {
namespace {

struct LogArguments {
  NodeOptions node;
  std::string where;
  std::string folder;
  std::vector<std::string> keys;
  std::vector<std::string> since;
  std::int64_t from = 0;
  std::int64_t count = 20;
  std::int64_t index = 0;
};

Result<std::vector<log::VerifierKey>> wanted_keys(const LogArguments& arguments) {
  std::vector<log::VerifierKey> keys;
  for (const std::string& word : arguments.keys) {
    auto more = TRY(read_keys(word));
    std::ranges::move(more, std::back_inserter(keys));
  }
  return keys;
}

// --- verify
// -----------------------------------------------------------------------------------------------------------

Result<int> verify_one(Context& context, const LogArguments& arguments, LogLocation& location) {
  log::VerifyOptions options;
  options.keys = TRY(wanted_keys(arguments));
  const bool own_keys = !options.keys.empty();
  if (!own_keys) options.keys = location.keys;
  for (const std::string& file : arguments.since) options.older.push_back(TRY(read_text(file, kNoteBytesMax)));
  Progress progress(context.terminal, "verifying", "entries");
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const log::VerifyReport report = TRY(log::verify_log(*location.source, options));
  progress.finish();
  if (context.json) {
    put(log::to_json(report));
  } else {
    put(log::to_text(report));
    if (!own_keys && !options.keys.empty()) {
      put(context.paint(Colour::kDim, fmt::format("keys are from {}; give --key with one that you got another way",
                                                  location.keys_from)) +
          "\n");
    }
  }
  return log::exit_code(report);
}

/// A data folder may hold more than its own record: what the node writes for others, and mirrors of what they write for
/// it. All are checked, unless keys or older checkpoints say that one log is meant.
Result<int> verify(Context& context, const LogArguments& arguments) {
  LogLocation location = TRY(find_log(arguments.where, arguments.node));
  int code = TRY(verify_one(context, arguments, location));
  if (!arguments.keys.empty() || !arguments.since.empty()) return code;
  std::vector<std::string> behind;
  std::vector<LogLocation> others = TRY(other_logs(arguments.where, behind));
  for (LogLocation& other : others) {
    if (!context.json) put("\n");
    code = std::max(code, TRY(verify_one(context, arguments, other)));
  }
  for (const std::string& origin : behind) {
    context.say(
        fmt::format("\nlog        {}\n           still catching up with its author; its entries are covered by a "
                    "proof, and can be checked when all are here",
                    origin));
  }
  return code;
}

// --- show, checkpoint, proof
// ------------------------------------------------------------------------------------------

Result<log::Checkpoint> checkpoint_of(log::LogSource& source, std::string* raw = nullptr) {
  const std::string note = TRY(source.checkpoint());
  const log::Note parsed = TRY(log::parse_note(note));
  if (raw != nullptr) *raw = note;
  return log::Checkpoint::parse(parsed.text);
}

void print_entry(const Context& context, std::uint64_t index, ByteView entry) {
  const std::string_view line = as_text(entry);
  if (!context.json) {
    put(entry_line_text(context, std::to_string(index), line) + "\n");
    return;
  }
  JsonOut json;
  put(json.open_object().member("index", index).key("entry").raw(entry_value_json(line)).close().line());
}

Result<int> show(Context& context, const LogArguments& arguments) {
  LogLocation location = TRY(find_log(arguments.where, arguments.node));
  const std::uint64_t size = TRY(checkpoint_of(*location.source)).size;
  const auto from = arguments.from < 0 ? (size > static_cast<std::uint64_t>(-arguments.from)
                                              ? size - static_cast<std::uint64_t>(-arguments.from)
                                              : 0)
                                       : static_cast<std::uint64_t>(arguments.from);
  const std::uint64_t end = std::min(size, from + static_cast<std::uint64_t>(arguments.count));
  if (from >= size) return fail(ErrorCode::kNotFound, fmt::format("entry {} is beyond the log's {}", from, size));
  TRY_VOID(for_each_entry(*location.source, from, end, [&](std::uint64_t index, ByteView entry) -> Status {
    print_entry(context, index, entry);
    return {};
  }));
  if (end < size) context.say(context.paint(Colour::kDim, fmt::format("… {} more: --from {}", size - end, end)));
  return 0;
}

Result<int> checkpoint(Context& context, const LogArguments& arguments) {
  LogLocation location = TRY(find_log(arguments.where, arguments.node));
  std::string raw;
  const log::Checkpoint head = TRY(checkpoint_of(*location.source, &raw));
  if (!context.json) {
    put(raw);  // exactly as signed: redirect it into a file and give it to --since later
    return 0;
  }
  put(JsonOut()
          .open_object()
          .member("origin", head.origin)
          .member("size", head.size)
          .member("root", head.root.base64())
          .member("note", raw)
          .close()
          .line());
  return 0;
}

Result<int> proof(Context& context, const LogArguments& arguments) {
  LogLocation location = TRY(find_log(arguments.where, arguments.node));
  std::string raw;
  const log::Checkpoint head = TRY(checkpoint_of(*location.source, &raw));
  const auto index = static_cast<std::uint64_t>(arguments.index);
  if (index >= head.size) {
    return fail(ErrorCode::kNotFound, fmt::format("entry {} is beyond the log's {}", index, head.size));
  }
  const auto reader = log::subtree_reader_of(log::tile_hash_reader(*location.source, head.size));
  const log::Proof hashes = TRY(log::inclusion_proof(index, head.size, reader));
  const unsigned width = log::tiles_of_level(head.size, 0).width(index / 256);
  const log::FetchedTile fetched = TRY(log::fetch(*location.source, log::TileId::entries(index / 256, width)));
  const auto entries = TRY(log::read_bundle(fetched.bytes, width));
  const ByteView entry = entries[index % 256].bytes;
  const log::Hash leaf = log::leaf_hash(entry);
  TRY_VOID(log::verify_inclusion(leaf, index, head.size, hashes, head.root));
  if (context.json) {
    JsonOut json;
    json.open_object().member("index", index).member("size", head.size).member("entry", as_text(entry));
    json.member("leaf", leaf.base64()).key("proof").open_array();
    for (const log::Hash& hash : hashes) json.value(hash.base64());
    put(json.close().member("checkpoint", raw).close().line());
    return 0;
  }
  put(fmt::format("entry {} of {}, leaf {}\n", index, head.size, leaf.base64()));
  put(entry_line_text(context, std::to_string(index), as_text(entry)) + "\n");
  for (std::size_t i = 0; i < hashes.size(); ++i) put(fmt::format("{:>3}  {}\n", i + 1, hashes[i].base64()));
  put(context.paint(Colour::kGreen, "checked") + ": these hashes lead from the entry to the signed root\n");
  return 0;
}

// --- export
// -----------------------------------------------------------------------------------------------------------

Result<int> export_to(Context& context, const LogArguments& arguments) {
  LogLocation location = TRY(find_log(arguments.where, arguments.node));
  Progress progress(context.terminal, "exporting", "files");
  log::ExportOptions options;
  options.progress = [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); };
  const log::ExportResult result = TRY(log::export_log(*location.source, arguments.folder, options));
  progress.finish();
  if (context.json) {
    put(JsonOut()
            .open_object()
            .member("folder", arguments.folder)
            .member("entries", result.size)
            .member("written", result.written)
            .member("kept", result.kept)
            .close()
            .line());
  } else {
    put(fmt::format("{}: {}, {} written, {} kept\n", arguments.folder, count_text(result.size, "entry", "entries"),
                    count_text(result.written, "file", "files"), group_digits(result.kept)));
    put(context.paint(Colour::kDim, fmt::format("next: tansiq log verify {}", arguments.folder)) + "\n");
  }
  return 0;
}

Command& add_where(Command& command, LogArguments& arguments) {
  command.argument(arguments.where, "DIR|URL", "a static folder, a node's data folder, a node's URL, or one log's URL")
      .completes(Completes::kDirectory);
  return command;
}

void add_reading(Command& group) {
  auto s = std::make_shared<LogArguments>();
  Command& shown = group.sub("show", "print entries");
  shown.about("One line an entry: index, time, what happened. With --json: the entries exactly as they were hashed.");
  add_where(shown, *s)
      .option(s->from, "--from", "N", "the first entry; negative counts from the end", -1'000'000'000, INT64_MAX)
      .option(s->count, "--count", "N", "how many", 1, 1'000'000'000);
  add_node_options(shown, s->node);
  shown.example("tansiq log show ./tansiq-data --from -5", "the last five").run([s](Context& c) {
    return show(c, *s);
  });

  auto k = std::make_shared<LogArguments>();
  Command& head = group.sub("checkpoint", "print the newest checkpoint");
  head.about(
      "The signed note, exactly. Keep it: 'log verify --since FILE' proves later that nothing before it changed.");
  add_where(head, *k);
  add_node_options(head, k->node);
  head.example("tansiq log checkpoint ./tansiq-data > seen.note", "what I have seen today").run([k](Context& c) {
    return checkpoint(c, *k);
  });

  auto p = std::make_shared<LogArguments>();
  Command& proven = group.sub("proof", "prove that an entry stands in a log");
  proven.about(
      "Prints the hashes that lead from the entry to the signed root, checked. With --json: a complete bundle of "
      "entry, proof and checkpoint, which anyone can check with no access to the log.");
  add_where(proven, *p).option(p->index, "--entry", "N", "the entry's index, from 0", 0, INT64_MAX).required();
  add_node_options(proven, p->node);
  proven.example("tansiq log proof ./tansiq-data --entry 1", "prove the second entry").run([p](Context& c) {
    return proof(c, *p);
  });
}

}  // namespace

void add_log(Command& root) {
  Command& group = root.sub("log", "read, verify, export and prove the record");
  group.about(
      "All that an authority asserts is an entry in its own append-only Merkle log (C2SP tlog-tiles) under "
      "checkpoints that it signs.");

  auto v = std::make_shared<LogArguments>();
  Command& verified = group.sub("verify", "check a whole log");
  verified.about(
      "Recomputes everything from the entries and trusts no tile. Names file, entry and byte range of what is "
      "wrong. Without --key the keys come from the charter beside the log: then the check shows that the log is "
      "whole, not that the charter is the one you agreed to. In a node's data folder every log is checked: its own "
      "record, what it writes for others, and its mirrors of what they write for it.");
  add_where(verified, *v)
      .option(v->keys, "--key", "VKEY|FILE", "a verifier key, or a file with keys or a charter, that you trust")
      .completes(Completes::kFile)
      .option(v->since, "--since", "FILE", "an older checkpoint that you kept: the log must have only grown since")
      .completes(Completes::kFile);
  add_node_options(verified, v->node);
  verified.example("tansiq log verify ./tansiq-data", "the log of a local node, running or not")
      .example("tansiq log verify http://127.0.0.1:7463", "the log that a node serves")
      .example("tansiq log verify copy --since seen.note --key charter.note", "an exported copy, against what I know")
      .exits(1, "something is wrong; every finding is listed")
      .run([v](Context& c) { return verify(c, *v); });

  add_reading(group);

  auto e = std::make_shared<LogArguments>();
  Command& exported = group.sub("export", "copy a log into a folder that any web server can serve");
  exported.about("Bundles, tiles, last the checkpoint. Repeating it brings the folder up to date.");
  add_where(exported, *e)
      .argument(e->folder, "TARGET", "the folder; made when missing")
      .completes(Completes::kDirectory);
  add_node_options(exported, e->node);
  exported.example("tansiq log export ./tansiq-data ./public", "from a data folder, the node running or not")
      .exits(1, "TARGET holds another log, or a longer one")
      .run([e](Context& c) { return export_to(c, *e); });

  add_log_audit(group);
}

}  // namespace tansiq::cli
