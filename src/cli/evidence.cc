// `tansiq evidence` and `tansiq verify`: what an outsider gets, and how he reads it.
#include <fmt/format.h>

#include <algorithm>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/log_location.h"
#include "log/bundle_report.h"
#include "log/bundle_verify.h"
#include "node/evidence_maker.h"

namespace tansiq::cli {
namespace {

// --- make

struct MakeArguments {
  std::string data;
  std::string output;
  std::vector<std::string> entries;
  std::optional<std::string> from, to;
  std::string incident, thread;
  std::vector<std::string> logs;
  std::vector<std::string> attach;
  bool no_bodies = false;
};

Result<node::EvidenceSubject> subject_of(node::EvidenceSubject::Kind kind, const std::string& words,
                                         const std::string& option) {
  const std::size_t at = words.find('/');
  if (at == std::string::npos || at + 1 == words.size()) {
    return fail(ErrorCode::kInvalid, "right is OPENER/ID: who has opened it, and its name there", option);
  }
  return node::EvidenceSubject{kind, TRY(AuthorityId::parse(words.substr(0, at))), words.substr(at + 1)};
}

Result<node::EvidenceRequest> request_of(const MakeArguments& arguments) {
  node::EvidenceRequest request;
  for (const std::string& word : arguments.entries) {
    auto hash = log::Hash::from_hex(word);
    if (!hash)
      return fail(ErrorCode::kInvalid, fmt::format("`{}` is no hash of 64 digits", printable(word)), "--entry");
    request.entries.push_back(*hash);
  }
  if (arguments.from) request.from = TRY(parse_utc(*arguments.from));
  if (arguments.to) request.to = TRY(parse_utc(*arguments.to));
  if (!arguments.incident.empty() && !arguments.thread.empty()) {
    return fail(ErrorCode::kInvalid, "a bundle is about an incident or a thread: make two", "--thread");
  }
  if (!arguments.incident.empty()) {
    request.subject = TRY(subject_of(node::EvidenceSubject::Kind::kIncident, arguments.incident, "--incident"));
  }
  if (!arguments.thread.empty()) {
    request.subject = TRY(subject_of(node::EvidenceSubject::Kind::kThread, arguments.thread, "--thread"));
  }
  if (request.entries.empty() && !request.from && !request.to && !request.subject) {
    return fail(
        ErrorCode::kInvalid,
        "say which entries: --entry HASH, --from TIME --to TIME, --incident OPENER/ID or --thread OPENER/THREAD");
  }
  request.logs = arguments.logs;
  for (const std::string& file : arguments.attach) request.attach.push_back({.label = {}, .path = file});
  request.bodies = !arguments.no_bodies;
  request.made = SystemClock().now();
  return request;
}

void put_made(const MakeArguments& arguments, const node::MadeEvidence& made) {
  JsonOut json;
  json.open_object().member("bundle", arguments.output).member("bytes", made.written.bytes);
  json.member("entries", made.entries).member("anchors", made.anchors).member("bodies", made.bodies);
  json.key("logs").open_array();
  for (const std::string& origin : made.logs) json.value(origin);
  json.close().key("unquoted").open_array();
  for (const log::Hash& hash : made.unquoted) json.value(hash.hex());
  put(json.close().close().line());
}

Result<int> make(Context& context, const MakeArguments& arguments) {
  const node::EvidenceRequest request = TRY(request_of(arguments));
  Progress progress(context.terminal, "writing", "bytes");
  const auto made =
      TRY(node::make_evidence(data_folder(arguments.data), request, arguments.output,
                              [&](std::uint64_t done, std::uint64_t total) { progress.update(done, total); }));
  progress.finish();
  if (context.json) {
    put_made(arguments, made);
    return 0;
  }
  put(fmt::format("{}: {} bytes; {}, {} beside them, {}, {}\n", printable(arguments.output),
                  group_digits(made.written.bytes), count_text(made.entries, "entry", "entries"),
                  count_text(made.anchors, "anchor", "anchors"), count_text(made.bodies, "body", "bodies"),
                  count_text(arguments.attach.size(), "file", "files")));
  for (const std::string& origin : made.logs) put(fmt::format("  from {}\n", printable(origin)));
  for (const log::Hash& hash : made.unquoted) {
    put(context.paint(Colour::kYellow, "no entry in it names the attached file") +
        fmt::format(" with SHA-256 {}: nothing will tell where it comes from\n", hash.hex()));
  }
  put(context.paint(Colour::kDim, fmt::format("next: tansiq verify {}", printable(arguments.output))) + "\n");
  return 0;
}

// --- verify

struct VerifyArguments {
  std::string bundle;
  std::vector<std::string> keys;
  std::vector<std::string> charters;
  std::string language = "en";
  bool all = false;
};

Result<int> verify(Context& context, const VerifyArguments& arguments) {
  if (!log::may_be_bundle(arguments.bundle)) {
    return fail(ErrorCode::kNotFound, "is no file; the folder of a log is checked with: tansiq log verify",
                arguments.bundle);
  }
  log::VerifyBundleOptions options;
  for (const std::string& word : arguments.keys) {
    auto more = TRY(read_keys(word));
    std::ranges::move(more, std::back_inserter(options.keys));
  }
  for (const std::string& file : arguments.charters) {
    options.charters.push_back(TRY(read_text(file, kNoteBytesMax)));
    if (const Status charter = log::check_charter_note(options.charters.back()); !charter) {
      return fail(ErrorCode::kInvalid, fmt::format("no charter: {}", charter.error().text()), file);
    }
  }
  Progress progress(context.terminal, "verifying", "bytes");
  options.progress = [&](std::uint64_t done) { progress.update(done, 0); };
  const log::BundleReport report = TRY(log::verify_bundle_file(arguments.bundle, options));
  progress.finish();
  if (context.json) {
    put(log::bundle_json(report));
  } else {
    log::BundleTextOptions text{.language = log::parse_language(arguments.language).value_or(log::Language::kEnglish)};
    if (arguments.all) text.entries_max = log::kBundleEntriesMax;
    put(log::bundle_text(report, text));
  }
  return log::exit_code(report);
}

}  // namespace

void add_evidence(Command& root) {
  Command& group = root.sub("evidence", "make a file that proves to an outsider what was said");
  group.about(
      "An evidence bundle is one file with entries, the proofs that they stand in their authors' logs, checkpoints, "
      "cosignatures, the charter with everybody's keys, and recordings. Anybody can check it without a node: with "
      "'tansiq verify', or with 'tansiq-verify', a small program of its own.");
  auto m = std::make_shared<MakeArguments>();
  group.sub("make", "gather entries with all that proves them")
      .about(
          "Reads a node's data folder, the node running or not, and changes nothing there. Entries are named by their "
          "hash, as other entries quote them, by a time, or by the incident or thread that they are about, and then "
          "with "
          "receipts and what they name. Logs of peers that the node mirrors count as its own. "
          "The main log, which nobody else reads, is looked through for a time only when --log names it. What the "
          "bundle holds is for whoever gets it to read: look at it before it leaves the house.")
      .option(m->entries, "--entry", "HASH", "an entry by its hash")
      .option(m->from, "--from", "TIME", "entries from this time on, as 2026-11-22T10:00:00Z")
      .option(m->to, "--to", "TIME", "entries before this time")
      .option(m->incident, "--incident", "INCIDENT", "OPENER/ID: all that is said about it")
      .option(m->thread, "--thread", "THREAD", "OPENER/THREAD: its messages and their receipts")
      .option(m->logs, "--log", "ORIGIN", "only from this log")
      .option(m->attach, "--attach", "FILE", "a file that entries name by its SHA-256, such as a recording")
      .completes(Completes::kFile)
      .flag(m->no_bodies, "--no-bodies", "leave out bodies that the entries name by their hash")
      .option(m->data, "--data", "DIR", "the node's data folder")
      .completes(Completes::kDirectory)
      .option(m->output, "-o,--output", "FILE", "the bundle; an existing file is never replaced")
      .required()
      .completes(Completes::kFile)
      .example(
          "tansiq evidence make --from 2026-11-22T10:00:00Z --to 2026-11-22T11:00:00Z --attach watch.tsr -o "
          "hour.bundle",
          "an hour, with the recorded tracks of that hour")
      .run([m](Context& c) { return make(c, *m); });
}

void add_verify(Command& root) {
  auto v = std::make_shared<VerifyArguments>();
  root.sub("verify", "check an evidence bundle, and say what it proves")
      .about(
          "Needs no node and no network. Says in plain words what is proved, by whose keys, no later than when, and "
          "what is not; one changed byte is found and named. A charter inside the bundle cannot prove whose the keys "
          "in it are: give the charter, or keys, that you have from elsewhere, and all must be signed by those.")
      .argument(v->bundle, "BUNDLE", "the file that 'tansiq evidence make' wrote")
      .completes(Completes::kFile)
      .option(v->charters, "--charter", "FILE", "a charter that you trust; the bundle must hold it")
      .completes(Completes::kFile)
      .option(v->keys, "--key", "VKEY|FILE", "a verifier key, or a file with keys or a charter, that you trust")
      .completes(Completes::kFile)
      .option(v->language, "--language", "LANGUAGE", "of the report")
      .choices({"ar", "en", "fr", "ru"})
      .flag(v->all, "--all", "list every entry, however many there are")
      .example("tansiq verify hour.bundle --charter charter.note", "against the charter that I have")
      .example("tansiq verify hour.bundle --language ar", "the same report in Arabic")
      .exits(1, "something is wrong; section, entry and bytes are named")
      .run([v](Context& c) { return verify(c, *v); });
}

}  // namespace tansiq::cli
