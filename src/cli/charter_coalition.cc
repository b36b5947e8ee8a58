// `tansiq charter`, as far as it concerns several authorities: peers, tenants, relations, timing, merging of drafts and
// of signatures.
#include <fmt/format.h>

#include <algorithm>

#include "cli/charter_file.h"
#include "cli/charter_terms.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/peer_options.h"
#include "cli/relation_words.h"
#include "cli/terminal.h"
#include "cli/units_text.h"

namespace tansiq::cli {
namespace {

void say_next(const Context& context, const std::string& line) {
  context.say(context.paint(Colour::kDim, "next: " + line));
}

/// By which people make sure that they have the same text before them.
void say_hash(const Context& context, const core::Charter& charter) {
  context.say(fmt::format("hash {}", core::charter_hash(core::charter_text(charter))));
}

Result<core::Authority*> authority_of(Draft& draft, const std::string& id, const std::string& file) {
  const AuthorityId wanted = TRY(AuthorityId::parse(id));
  const auto found = std::ranges::find(draft.charter.authorities, wanted, &core::Authority::id);
  if (found != draft.charter.authorities.end()) return &*found;
  return fail(ErrorCode::kNotFound, fmt::format("has no authority '{}'; add it first, or merge its draft", id), file);
}

// --- merge and collect
// -------------------------------------------------------------------------------------------------

struct FilesArguments {
  std::string file;
  std::vector<std::string> others;
};

Result<int> merge(Context& context, const FilesArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  for (const std::string& other : arguments.others) {
    const Draft from = TRY(read_charter(other));
    if (const Status merged = merge_charter(draft.charter, from.charter); !merged) {
      return std::unexpected(in_file(merged.error(), other));
    }
  }
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: {} authorities, {} zones", arguments.file, draft.charter.authorities.size(),
                          draft.charter.zones.size()));
  say_hash(context, draft.charter);
  say_next(context, fmt::format("tansiq charter relate {} A B --bundle deconflict, for each pair; then lint, and sign",
                                arguments.file));
  return 0;
}

Result<int> collect(Context& context, const FilesArguments& arguments) {
  std::vector<std::string> notes{TRY(read_text(arguments.file, kNoteBytesMax))};
  for (const std::string& other : arguments.others) notes.push_back(TRY(read_text(other, kNoteBytesMax)));
  auto note = collect_signatures(notes);
  if (!note) return std::unexpected(in_file(note.error(), arguments.file));
  auto opened = core::open_charter(*note);
  if (!opened) return std::unexpected(in_file(opened.error(), arguments.file));
  TRY_VOID(write_text(arguments.file, *note, 0644, /*replace=*/true));
  std::vector<std::string> names;
  for (const AuthorityId& id : opened->signers) names.push_back(id.str());
  context.say(fmt::format("{}: signed for {}", arguments.file, fmt::join(names, ", ")));
  for (const core::Finding& finding : all_findings(opened->charter, opened->signers)) {
    context.say("  still missing: " + printable(finding.message));
  }
  return 0;
}

void add_files(Command& charter) {
  auto m = std::make_shared<FilesArguments>();
  charter.sub("merge", "take over authorities and zones from the drafts of others")
      .about(
          "Each authority sends the draft that 'tansiq init' made and to which it has added its zones; one of them "
          "merges all into FILE. What two drafts state in two ways is an error. Whoever merges the same drafts gets "
          "the "
          "same text, whose hash is to be compared by voice: a file can be exchanged on its way.")
      .argument(m->file, "FILE", "the draft that gets everything; its id, name, version and validity stay")
      .completes(Completes::kFile)
      .argument(m->others, "DRAFT", "drafts of others")
      .required()
      .completes(Completes::kFile)
      .example("tansiq charter merge charter.json fr.json ru.json", "a charter of three")
      .exits(1, "two drafts contradict each other, or FILE is signed already")
      .run([m](Context& context) { return merge(context, *m); });

  auto c = std::make_shared<FilesArguments>();
  charter.sub("collect", "put the signatures of several copies into one note")
      .about(
          "When all sign at the same time, each on its own copy of the same draft. Copies whose texts differ are "
          "refused. (A note that goes round is signed in place by 'tansiq charter sign'.)")
      .argument(c->file, "NOTE", "the note that gets them")
      .completes(Completes::kFile)
      .argument(c->others, "COPY", "the same charter, signed by others")
      .required()
      .completes(Completes::kFile)
      .example("tansiq charter collect charter.note fr.note ru.note", "three signatures on one text")
      .exits(1, "the copies are not of one text")
      .run([c](Context& context) { return collect(context, *c); });
}

// --- revise
// ------------------------------------------------------------------------------------------------------------

struct ReviseArguments {
  std::string note;
  std::string draft;
  std::string from;
};

Result<int> revise(Context& context, const ReviseArguments& arguments) {
  const Draft old = TRY(read_charter(arguments.note));
  const UtcMs from = TRY(read_time(arguments.from, SystemClock().now()));
  const core::Charter charter = next_version(old.charter, from);
  const std::string text = core::charter_text(charter);
  if (const auto readable = core::parse_charter(text); !readable) {
    return std::unexpected(in_file(readable.error(), arguments.draft));
  }
  TRY_VOID(write_text(arguments.draft, text, 0644, /*replace=*/false));
  context.say(fmt::format("{}: a draft of version {}, in force from {}", arguments.draft, charter.version,
                          format_utc(charter.valid_from)));
  // It stays what all have signed: another one concerns every member, and would make a change between two one of all.
  if (charter.catalogue != own_catalogue()) {
    context.say(
        fmt::format("  it names {} of messages, not that of this program: state it with tansiq charter catalogue {}",
                    charter.catalogue ? "another catalogue" : "no catalogue", arguments.draft));
  }
  say_next(context, fmt::format("change it as a new draft, then tansiq charter lint {}", arguments.draft));
  return 0;
}

void add_revise(Command& charter) {
  auto a = std::make_shared<ReviseArguments>();
  charter.sub("revise", "begin the next version of a charter")
      .about(
          "A draft with everything that the version in force says, numbered one higher. It comes into force everywhere "
          "at its --valid-from: leave every member the time to read it, and to sign.")
      .argument(a->note, "NOTE", "the charter in force")
      .completes(Completes::kFile)
      .argument(a->draft, "DRAFT", "where the draft goes")
      .completes(Completes::kFile)
      .option(a->from, "--valid-from", "TIME", "when it comes into force: RFC 3339, or now+7d")
      .required()
      .example("tansiq charter revise charter.note next.json --valid-from now+7d", "to add an authority")
      .exits(1, "DRAFT exists already")
      .run([a](Context& context) { return revise(context, *a); });
}

// --- peers and tenants
// -------------------------------------------------------------------------------------------------

struct PeerArguments {
  std::string file;
  std::string authority;
  PeerOptions peer;
};

Result<int> set_peer(Context& context, const PeerArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  core::Authority* authority = TRY(authority_of(draft, arguments.authority, arguments.file));
  if (!arguments.peer.any()) return fail(ErrorCode::kUnsupported, "give --cosigner, --certificate and --url");
  authority->peer = TRY(peer_from(arguments.peer, authority->peer));
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: peers reach {} at {}", arguments.file, arguments.authority, authority->peer->url));
  for (const log::Hash& key : authority->peer->tls_keys) context.say("  TLS key " + key.hex());
  return 0;
}

struct TenantArguments {
  std::string file;
  std::string zone;
  std::vector<std::string> tenants;
};

Result<int> set_tenants(Context& context, const TenantArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  const ZoneId id = TRY(ZoneId::parse(arguments.zone));
  const auto zone = std::ranges::find(draft.charter.zones, id, &core::Zone::id);
  if (zone == draft.charter.zones.end()) {
    return fail(ErrorCode::kNotFound, fmt::format("has no zone '{}'", arguments.zone), arguments.file);
  }
  zone->tenants.clear();
  for (const std::string& word : arguments.tenants) zone->tenants.push_back(TRY(AuthorityId::parse(word)));
  std::ranges::sort(zone->tenants);
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(arguments.tenants.empty() ? fmt::format("{}: {} cannot be leased", arguments.file, arguments.zone)
                                        : fmt::format("{}: {} may be leased to {}", arguments.file, arguments.zone,
                                                      fmt::join(arguments.tenants, ", ")));
  return 0;
}

void add_peer_and_tenants(Command& charter) {
  auto p = std::make_shared<PeerArguments>();
  Command& peer = charter.sub("set-peer", "state how other members reach an authority's node");
  peer.about(
          "A node is known by its keys alone: the one behind its TLS certificate, and the one of its receipts. What is "
          "not given stays; TLS keys that are given replace the old ones, so name both before a node changes its key. "
          "'tansiq init --url' writes this into the authority's own draft.")
      .argument(p->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(p->authority, "--authority", "ID", "whose node it is")
      .required();
  add_peer_options(peer, p->peer);
  peer.example(
          "tansiq charter set-peer charter.json --authority us --cosigner cosigner.key --certificate peer.crt --url "
          "https://us.example:7463",
          "from the files that init made")
      .exits(1, "FILE is signed already")
      .run([p](Context& context) { return set_peer(context, *p); });

  auto t = std::make_shared<TenantArguments>();
  charter.sub("tenants", "state to whom the owner may lease a zone")
      .about("Replaces what was stated; without a TENANT the zone cannot be leased.")
      .argument(t->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .argument(t->zone, "ZONE", "the zone's id")
      .argument(t->tenants, "TENANT", "other authorities of the charter")
      .example("tansiq charter tenants charter.json K4 fr un", "K4 may be leased to fr and to un")
      .exits(1, "FILE is signed already")
      .run([t](Context& context) { return set_tenants(context, *t); });
}

// --- relations
// ---------------------------------------------------------------------------------------------------------

struct RelateArguments {
  std::string file;
  std::string first;
  std::string second;
  RelationWords words;
  bool one_way = false;
};

Result<int> relate(Context& context, RelateArguments arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  const core::Authority* first = TRY(authority_of(draft, arguments.first, arguments.file));
  const core::Authority* second = TRY(authority_of(draft, arguments.second, arguments.file));
  if (first == second) return fail(ErrorCode::kUnsupported, "a relation is between two authorities");
  if (arguments.one_way) arguments.words.direction = "we_grant";
  const auto edges = TRY(edges_from(arguments.words, first->id, second->id));
  std::vector<core::InitialRelation> relations;
  std::size_t granted = 0;
  for (const coordination::EdgeLevel& edge : edges) {
    relations.push_back({.edge = edge.edge, .level = edge.level});
    granted += edge.level > 0 ? 1 : 0;
  }
  set_relations(draft.charter, relations);
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: {} {} {}: {} relations above 0", arguments.file, arguments.first,
                          arguments.one_way ? "grants to" : "and", arguments.second, granted));
  say_hash(context, draft.charter);
  return 0;
}

void add_relate(Command& charter) {
  auto a = std::make_shared<RelateArguments>();
  charter.sub("relate", "state what two authorities grant each other from the start")
      .about(
          "As a bundle (frozen, deconflict, cooperate, ally), or item by item. A bundle states every relation of its "
          "domains: what it does not list is refused. Whatever the charter does not state is refused too. Afterwards "
          "one key lowers a relation, and two raise it ('tansiq relation').")
      .argument(a->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .argument(a->first, "A", "one authority")
      .argument(a->second, "B", "the other")
      .argument(a->words.items, "ITEM", "DOMAIN/CAPABILITY[=LEVEL], as air/request or sea/disclosure=2")
      .option(a->words.bundle, "--bundle", "NAME", "frozen, deconflict, cooperate or ally, as a whole")
      .option(a->words.bundles_file, "--bundles", "FILE", "bundles of your own instead of the standard ones")
      .completes(Completes::kFile)
      .option(a->words.domain, "--domain", "DOMAIN", "of the bundle: only air, sea, talks or information")
      .option(a->words.less, "--less", "DOMAIN/CAPABILITY", "of the bundle: withhold this")
      .flag(a->one_way, "--one-way", "only what A grants to B")
      .example("tansiq charter relate charter.json us ru --bundle deconflict",
               "each may ask for legs in the other's zones")
      .example("tansiq charter relate charter.json un ngo air/gateway --one-way", "un files for ngo")
      .exits(1, "FILE is signed already")
      .run([a](Context& context) { return relate(context, *a); });
}

// --- timing
// ------------------------------------------------------------------------------------------------------------

struct TimingArguments {
  std::string file;
  std::optional<std::string> clock_error, delivery, decision, crew, standby;
};

Status take_duration(const std::optional<std::string>& word, std::string_view option, DurationMs& target) {
  if (!word) return {};
  const auto duration = parse_duration(*word);
  if (!duration) return std::unexpected(inside(duration.error(), std::string(option)));
  target = *duration;
  return {};
}

Result<int> set_timing(Context& context, const TimingArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  core::Timing& timing = draft.charter.timing;
  TRY_VOID(take_duration(arguments.clock_error, "--clock-error", timing.clock_error_ms));
  TRY_VOID(take_duration(arguments.delivery, "--delivery", timing.delivery_ms));
  TRY_VOID(take_duration(arguments.decision, "--decision", timing.decision_ms));
  TRY_VOID(take_duration(arguments.crew, "--crew", timing.crew_ms));
  TRY_VOID(take_duration(arguments.standby, "--standby", timing.standby_ms));
  TRY_VOID(timing.check());
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(
      fmt::format("{}: clocks within {}, an entry delivered in {}, a request decided in {}, a crew reached in {}",
                  arguments.file, span_text(timing.clock_error_ms), span_text(timing.delivery_ms),
                  span_text(timing.decision_ms), span_text(timing.crew_ms)));
  context.say("  what that means:");
  for (const std::int64_t legs : {1, 2, 4}) {
    context.say(fmt::format("  {} filed at least {} ahead; its first hold lasts {}",
                            legs == 1 ? std::string("a flight of one leg is") : fmt::format("one of {} legs is", legs),
                            span_text(timing.lead_ms(legs)), span_text(timing.hold_ms(legs))));
  }
  return 0;
}

void add_timing(Command& charter) {
  auto a = std::make_shared<TimingArguments>();
  charter.sub("timing", "state the bounds of clocks, lines and people that all members keep")
      .about(
          "Holds, leases and lead times are computed from them. Honest bounds are safer than short ones: who cannot "
          "keep them stops granting. Prints what they mean for flights.")
      .argument(a->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(a->clock_error, "--clock-error", "DURATION", "the largest error of any clock against UTC, as 2s")
      .option(a->delivery, "--delivery", "DURATION", "from durable at one node to durable at the other")
      .option(a->decision, "--decision", "DURATION", "an owner's time to answer a request")
      .option(a->crew, "--crew", "DURATION", "to reach a crew and have it read back")
      .option(a->standby, "--standby", "DURATION", "by how much STANDBY moves a due time, once")
      .example("tansiq charter timing charter.json --delivery 30s --crew 2m", "over satellite links")
      .exits(1, "FILE is signed already")
      .run([a](Context& context) { return set_timing(context, *a); });
}

}  // namespace

void add_charter_coalition(Command& charter) {
  add_files(charter);
  add_revise(charter);
  add_peer_and_tenants(charter);
  add_relate(charter);
  add_timing(charter);
}

}  // namespace tansiq::cli
