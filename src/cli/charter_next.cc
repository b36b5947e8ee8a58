// `tansiq charter`, as far as it changes a charter that is in force: what a version changes, who must sign for it, what
// is struck out, and the act that adopts it at a node.
#include <fmt/format.h>

#include <algorithm>

#include "cli/acts.h"
#include "cli/charter_file.h"
#include "cli/charter_terms.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/json_out.h"
#include "cli/peer_options.h"
#include "cli/terminal.h"
#include "cli/wire.h"
#include "coordination/charter_change.h"

namespace tansiq::cli {
namespace {

using coordination::CharterDifference;

std::string names(const std::set<AuthorityId>& ids) {
  std::vector<std::string> out;
  for (const AuthorityId& id : ids) out.push_back(id.str());
  return fmt::format("{}", fmt::join(out, ", "));
}

// --- changes

struct TwoFiles {
  std::string old;
  std::string next;
};

void list_names(JsonOut& json, std::string_view name, const std::set<AuthorityId>& ids) {
  json.key(name).open_array();
  for (const AuthorityId& id : ids) json.value(id.str());
  json.close();
}

/// With `fit` also whether it may be adopted, and what is in the way.
std::string changes_json(const std::vector<CharterDifference>& all, const core::Charter& next,
                         const std::set<AuthorityId>& signers, const std::optional<Status>& fit) {
  JsonOut json;
  json.open_object().key("differences").open_array();
  for (const CharterDifference& one : all) {
    json.open_object().member("after", one.after).member("before", one.before);
    list_names(json, "concerns", one.concerns);
    json.member("where", one.where).close();
  }
  json.close();
  if (fit) json.member("fit", fit->has_value());
  list_names(json, "signers", signers);
  if (fit && !*fit) json.member("trouble", fit->error().text());
  json.member("valid_from", format_utc(next.valid_from)).member("version", next.version);
  return json.close().line();
}

Result<int> changes(Context& context, const TwoFiles& arguments) {
  const Draft old = TRY(read_charter(arguments.old));
  const Draft next = TRY(read_charter(arguments.next));
  const std::vector<CharterDifference> all = coordination::differences(old.charter, next.charter);
  const std::set<AuthorityId> missing = coordination::required_signers(old.charter, next.charter);
  std::optional<Status> fit;  // only of what is signed
  if (next.is_signed) {
    const std::string note = TRY(read_text(arguments.next, kNoteBytesMax));
    const auto checked = coordination::check_successor(old.charter, note);
    fit = checked ? Status() : std::unexpected(checked.error());
  }
  const int code = !fit || *fit ? 0 : 1;
  if (context.json) {
    put(changes_json(all, next.charter, missing, fit));
    return code;
  }
  Table table({"what", "before", "after", "concerns"});
  for (const CharterDifference& one : all) {
    table.row({one.where, printable(one.before), printable(one.after), names(one.concerns)});
  }
  put(all.empty() ? "nothing changes\n" : table.text(context.terminal));
  put(fmt::format("version {}, in force from {}; must be signed for {}\n", next.charter.version,
                  format_utc(next.charter.valid_from), names(missing)));
  if (!fit) return code;
  put(*fit ? "fit to follow, and signed for all whom it concerns\n"
           : fmt::format("cannot be adopted yet: {}\n", printable(fit->error().text())));
  return code;
}

// --- what is struck out

struct RemoveArguments {
  std::string file;
  std::string id;
};

Result<int> remove_authority(Context& context, const RemoveArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  core::Charter& c = draft.charter;
  const AuthorityId id = TRY(AuthorityId::parse(arguments.id));
  if (std::erase_if(c.authorities, [&](const core::Authority& a) { return a.id == id; }) == 0) {
    return fail(ErrorCode::kNotFound, fmt::format("has no authority '{}'", arguments.id), arguments.file);
  }
  const auto zones = std::erase_if(c.zones, [&](const core::Zone& z) { return z.owner == id; });
  for (core::Zone& zone : c.zones) std::erase(zone.tenants, id);
  std::erase_if(c.relations, [&](const core::InitialRelation& r) { return r.edge.from == id || r.edge.to == id; });
  TRY_VOID(save_draft(arguments.file, c));
  context.say(fmt::format("{}: without {}, its {} zones and its relations", arguments.file, arguments.id, zones));
  return 0;
}

Result<int> remove_zone(Context& context, const RemoveArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  const ZoneId id = TRY(ZoneId::parse(arguments.id));
  if (std::erase_if(draft.charter.zones, [&](const core::Zone& z) { return z.id == id; }) == 0) {
    return fail(ErrorCode::kNotFound, fmt::format("has no zone '{}'", arguments.id), arguments.file);
  }
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: without zone {}", arguments.file, arguments.id));
  return 0;
}

struct KeysArguments {
  std::string file;
  std::string authority;
  std::vector<std::string> keys;
};

Result<int> set_keys(Context& context, const KeysArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  const AuthorityId id = TRY(AuthorityId::parse(arguments.authority));
  const auto found = std::ranges::find(draft.charter.authorities, id, &core::Authority::id);
  if (found == draft.charter.authorities.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("has no authority '{}'", arguments.authority), arguments.file);
  }
  std::vector<std::string> keys;
  for (const std::string& word : arguments.keys) keys.push_back(TRY(verifier_of(word, "--key")).text());
  found->keys = std::move(keys);
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: {} signs with {}", arguments.file, arguments.authority, found->keys.front()));
  return 0;
}

// --- adopt

struct AdoptArguments {
  ActOptions act;
  std::string note;
  std::vector<std::string> through;
};

Result<int> adopt(Context& context, const AdoptArguments& arguments) {
  std::string note = TRY(read_text(arguments.note, kNoteBytesMax));
  const auto opened = core::open_charter(note);
  if (!opened) return std::unexpected(in_file(opened.error(), arguments.note));
  const std::string done = fmt::format("adopted version {}, hash {}, in force from {}", opened->charter.version,
                                       core::charter_hash(opened->text), format_utc(opened->charter.valid_from));
  if (const auto warning = catalogue_warning(opened->charter)) {
    context.say(context.paint(Colour::kRed, "warning: " + *warning));
  }
  std::vector<coordination::NoteText> through;
  for (const std::string& file : arguments.through) through.push_back({TRY(read_text(file, kNoteBytesMax))});
  return send_act(context, arguments.act,
                  coordination::AdoptCharter{.note = {std::move(note)}, .through = std::move(through)}, done);
}

void add_adopt(Command& charter) {
  auto a = std::make_shared<AdoptArguments>();
  Command& command = charter.sub("adopt", "agree, at a node, to the next version of its charter");
  command
      .about(
          "The node checks that the note may follow the version in force, and is signed for everybody whom it "
          "concerns; "
          "keeps it; says so to all members; and goes over to it at its moment, as they do. What is refused is not "
          "recorded. 'tansiq peer list' shows who has adopted what.")
      .argument(a->note, "NOTE", "the signed next version")
      .completes(Completes::kFile);
  command
      .option(
          a->through, "--through", "NOTE",
          "where this authority was struck out and comes back: a version between, that does not name it; the oldest "
          "first")
      .completes(Completes::kFile);
  add_act_options(command, a->act);
  command.example("tansiq charter adopt next.note", "after comparing its hash by voice")
      .example("tansiq charter adopt v4.note --through v3.note", "back in, having been out under version 3")
      .exits(1, "it cannot follow the version in force; nothing was recorded")
      .run([a](Context& context) { return adopt(context, *a); });
}

void add_remove(Command& charter, const char* name, const char* summary, const char* about, const char* what,
                const char* example, Result<int> (*run)(Context&, const RemoveArguments&)) {
  auto r = std::make_shared<RemoveArguments>();
  charter.sub(name, summary)
      .about(about)
      .argument(r->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .argument(r->id, "ID", what)
      .example(example, "for the next version")
      .exits(1, "there is none of that id, or the file is signed already")
      .run([r, run](Context& context) { return run(context, *r); });
}

}  // namespace

void add_charter_next(Command& charter) {
  auto t = std::make_shared<TwoFiles>();
  charter.sub("changes", "what a version changes, and who must sign for it")
      .about("Compares two charters member by member. For a signed one it says whether it can be adopted.")
      .argument(t->old, "OLD", "the charter in force")
      .completes(Completes::kFile)
      .argument(t->next, "NEXT", "the draft, or the note, of the next version")
      .completes(Completes::kFile)
      .example("tansiq charter changes charter.note next.json", "before signing")
      .exits(1, "NEXT is signed, and cannot be adopted yet")
      .run([t](Context& context) { return changes(context, *t); });
  add_remove(charter, "remove-authority", "strike an authority out of a draft",
             "Its zones, its relations and its tenancies go with it. All owners that remain must sign.",
             "the authority that is to go", "tansiq charter remove-authority next.json uk", remove_authority);
  add_remove(charter, "remove-zone", "strike a zone out of a draft",
             "What is confirmed in it must have ended before the version comes into force.", "the zone that is to go",
             "tansiq charter remove-zone next.json K4", remove_zone);
  auto k = std::make_shared<KeysArguments>();
  charter.sub("set-keys", "state with which keys an authority signs")
      .about(
          "The first one that its node has signs its logs from the moment the version is in force, and bears the same "
          "name as the one before: the log goes on. Name the old one too, behind it, and strike it out in a later "
          "version.")
      .argument(k->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(k->authority, "--authority", "ID", "whose keys")
      .required()
      .option(k->keys, "--key", "VKEY|FILE", "a key that may sign for it; the newest first")
      .required()
      .completes(Completes::kFile)
      .example("tansiq charter set-keys next.json --authority us --key node-next.key --key node.key", "a new key")
      .exits(1, "there is no such authority, or the file is signed already")
      .run([k](Context& context) { return set_keys(context, *k); });
  add_adopt(charter);
}

}  // namespace tansiq::cli
