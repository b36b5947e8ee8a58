// `tansiq charter`: write, check and sign the document that names authorities, keys, zones and rules.
//
// A draft is the charter's text alone, one canonical line; `sign` makes a signed note of it. After the first signature
// the text is fixed: changes start from the draft again.
#include "core/charter.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "cli/charter_file.h"
#include "cli/charter_terms.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/peer_options.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "log/note.h"

namespace tansiq::cli {
namespace {

// --- new
// --------------------------------------------------------------------------------------------------------------

struct NewArguments {
  std::string file;
  std::string id;
  std::string name;
  std::string mode = "TEST";
  std::string from = "now";
  std::optional<std::string> until;
};

Result<int> new_charter(Context& context, const NewArguments& arguments) {
  const UtcMs now = SystemClock().now();
  core::Charter charter;
  charter.id = arguments.id;
  charter.name = arguments.name.empty() ? arguments.id : arguments.name;
  charter.data_mode = TRY(core::parse_data_mode(arguments.mode));
  const UtcMs from = TRY(read_time(arguments.from, now));
  charter.valid_from = UtcMs{from.ms / 1'000 * 1'000};
  if (arguments.until) charter.valid_until = TRY(read_time(*arguments.until, now));
  charter.catalogue = own_catalogue();
  const std::string text = core::charter_text(charter);
  TRY(core::parse_charter(text));
  TRY_VOID(write_text(arguments.file, text, 0644, /*replace=*/false));
  context.say(fmt::format("{}: a draft without authorities and zones", arguments.file));
  context.say(context.paint(
      Colour::kDim, fmt::format("next: tansiq charter add-authority {} --id us --key node.key", arguments.file)));
  return 0;
}

// --- add-authority
// ----------------------------------------------------------------------------------------------------

struct AuthorityArguments {
  std::string file;
  std::string id;
  std::string name;
  std::vector<std::string> keys;
  PeerOptions peer;
};

Result<int> add_authority(Context& context, const AuthorityArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  const AuthorityId id = TRY(AuthorityId::parse(arguments.id));
  if (draft.charter.find_authority(id) != nullptr) {
    return fail(ErrorCode::kConflict, fmt::format("has an authority '{}' already", id.str()), arguments.file);
  }
  core::Authority authority{.id = id, .name = arguments.name.empty() ? arguments.id : arguments.name, .keys = {}};
  for (const std::string& word : arguments.keys) {
    const log::VerifierKey key = TRY(verifier_of(word, "--key"));
    authority.keys.push_back(key.text());
  }
  if (arguments.peer.any()) authority.peer = TRY(peer_from(arguments.peer, std::nullopt));
  draft.charter.authorities.push_back(std::move(authority));
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: added authority {}", arguments.file, id.str()));
  context.say(context.paint(Colour::kDim, fmt::format("next: tansiq charter add-zone {} --id K1 --owner {} --help",
                                                      arguments.file, id.str())));
  return 0;
}

// --- add-zone
// ---------------------------------------------------------------------------------------------------------

struct ZoneArguments {
  std::string file;
  std::string id;
  std::string name;
  std::string owner;
  std::string domain = "air";
  std::string rule = "exclusive";
  std::string disclosure = "coarse";
  std::string minima = "5nm/1000ft/0s";
  VolumeOptions volume;  ///< Its window plays no part.
  bool background = false;
};

Result<int> add_zone_to(Context& context, const ZoneArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  core::Zone zone;
  zone.id = TRY(ZoneId::parse(arguments.id));
  if (draft.charter.find_zone(zone.id) != nullptr) {
    return fail(ErrorCode::kConflict, fmt::format("has a zone '{}' already", arguments.id), arguments.file);
  }
  zone.name = arguments.name.empty() ? arguments.id : arguments.name;
  zone.owner = TRY(AuthorityId::parse(arguments.owner));
  if (draft.charter.find_authority(zone.owner) == nullptr) {
    return fail(ErrorCode::kInvalid, fmt::format("has no authority '{}'; add it first", arguments.owner),
                arguments.file);
  }
  zone.domain = TRY(core::parse_domain(arguments.domain));
  zone.rule = TRY(core::parse_rule(arguments.rule));
  zone.disclosure = TRY(core::parse_disclosure(arguments.disclosure));
  zone.minima = TRY(read_minima(arguments.minima));
  if (zone.domain == core::Domain::kSea) zone.minima.vertical_cm = 0;
  zone.background = arguments.background;
  if (arguments.background && (arguments.volume.any_outline() || arguments.volume.radius)) {
    return fail(ErrorCode::kUnsupported, "--background is everything that no other zone covers: it has no outline");
  }
  if (!arguments.background) zone.outline = TRY(outline_from(arguments.volume));
  if (arguments.volume.band) zone.band = TRY(read_band(*arguments.volume.band));
  draft.charter.zones.push_back(std::move(zone));
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: added zone {} of {}", arguments.file, arguments.id, arguments.owner));
  context.say(context.paint(Colour::kDim, fmt::format("next: tansiq charter lint {}", arguments.file)));
  return 0;
}

// --- lint, sign, show
// -------------------------------------------------------------------------------------------------

struct FileArguments {
  std::string file;
  std::string key;
  std::optional<std::string> out;
  bool ignore_signatures = false;
};

std::set<AuthorityId> everybody(const core::Charter& charter) {
  std::set<AuthorityId> all;
  for (const core::Authority& authority : charter.authorities) all.insert(authority.id);
  return all;
}

int print_findings(const Context& context, const std::string& file, const std::vector<core::Finding>& findings) {
  if (context.json) {
    JsonOut json;
    json.open_object().member("file", file).key("findings").open_array();
    for (const core::Finding& f : findings)
      json.open_object().member("where", f.where).member("message", f.message).close();
    put(json.close().close().line());
  } else {
    for (const core::Finding& f : findings) {
      put(fmt::format("{}: {}{}{}\n", file, f.where, f.where.empty() ? "" : ": ", printable(f.message)));
    }
    if (findings.empty()) put(fmt::format("{}: {}\n", file, context.paint(Colour::kGreen, "no findings")));
  }
  return findings.empty() ? 0 : 1;
}

Result<int> lint_charter(Context& context, const FileArguments& arguments) {
  const Draft draft = TRY(read_charter(arguments.file));
  // A draft cannot be signed yet; everything else must be right before anybody signs.
  const bool drafting = !draft.is_signed || arguments.ignore_signatures;
  const auto findings = all_findings(draft.charter, drafting ? everybody(draft.charter) : draft.signers);
  const int code = print_findings(context, arguments.file, findings);
  if (code == 0 && !draft.is_signed) {
    context.say(
        context.paint(Colour::kDim, fmt::format("next: tansiq charter sign {} --key node.key", arguments.file)));
  }
  return code;
}

std::string note_path(const FileArguments& arguments, bool is_signed) {
  if (arguments.out) return *arguments.out;
  if (is_signed) return arguments.file;
  return std::filesystem::path(arguments.file).replace_extension(".note").string();
}

Result<std::string> with_signature(const Draft& draft, const std::string& file, const log::SignerKey& key) {
  if (!draft.is_signed) {
    const log::SignerKey* keys[] = {&key};
    return log::sign_note(draft.text, keys);
  }
  const std::string raw = TRY(read_text(file, kNoteBytesMax));
  log::Note note = TRY(log::parse_note(raw));
  std::erase_if(note.signatures,
                [&](const log::NoteSignature& s) { return s.name == key.name() && s.key_id == key.verifier().id(); });
  note.signatures.push_back(TRY(log::sign_note_text(note.text, key)));
  return log::format_note(note);
}

Result<int> sign_charter(Context& context, const FileArguments& arguments) {
  const Draft draft = TRY(read_charter(arguments.file));
  const log::SignerKey key = TRY(log::read_key_file(arguments.key));
  const std::string vkey = key.verifier().text();
  const auto signer = std::ranges::find_if(draft.charter.authorities, [&](const core::Authority& authority) {
    return std::ranges::find(authority.keys, vkey) != authority.keys.end();
  });
  if (signer == draft.charter.authorities.end()) {
    return fail(ErrorCode::kInvalid, "the charter names no authority with this key; its vkey is " + vkey,
                arguments.key);
  }
  if (const auto findings = all_findings(draft.charter, everybody(draft.charter)); !findings.empty()) {
    print_findings(context, arguments.file, findings);
    return fail(ErrorCode::kInvalid, "not signed: repair what is listed above first", arguments.file);
  }
  const std::string note = TRY(with_signature(draft, arguments.file, key));
  const auto opened = TRY(core::open_charter(note));
  const std::string out = note_path(arguments, draft.is_signed);
  // Others may have signed what stands there: only the note that is being signed is replaced.
  std::error_code none;
  const bool same = out == arguments.file || std::filesystem::equivalent(out, arguments.file, none);
  const bool no_file = std::filesystem::exists(out, none) && !std::filesystem::is_regular_file(out, none);
  if (const Status written = write_text(out, note, 0644, /*replace=*/same || no_file); !written) {
    if (written.error().code != ErrorCode::kConflict) return std::unexpected(written.error());
    return fail(
        ErrorCode::kConflict,
        "exists already, perhaps with the signatures of others: sign it instead where it has this text, or name "
        "another with --out",
        out);
  }
  std::vector<std::string> missing;
  for (const core::Finding& f : all_findings(opened.charter, opened.signers)) missing.push_back(f.message);
  if (context.json) {
    JsonOut json;
    json.open_object().member("file", out).member("signer", signer->id.str()).key("missing").open_array();
    for (const std::string& message : missing) json.value(message);
    put(json.close().close().line());
    return 0;
  }
  put(fmt::format("{}: signed for {}\n", out, signer->id.str()));
  for (const std::string& message : missing) put("  still missing: " + printable(message) + "\n");
  const std::string folder = std::filesystem::path(out).parent_path().string();
  context.say(context.paint(Colour::kDim,
                            missing.empty() ? fmt::format("next: tansiq serve --data {}", folder.empty() ? "." : folder)
                                            : fmt::format("next: the other owners run tansiq charter sign {}", out)));
  return 0;
}

std::string signed_text(const Draft& draft, const AuthorityId& id) {
  if (!draft.is_signed) return "draft";
  return draft.signers.contains(id) ? "signed" : "not signed";
}

std::string names_text(const std::vector<AuthorityId>& ids) {
  std::vector<std::string> names;
  for (const AuthorityId& id : ids) names.push_back(id.str());
  return fmt::format("{}", fmt::join(names, ", "));
}

// How nodes reach and know each other, what they grant each other from the start, and by which bounds they live.
std::string coalition_text(const Context& context, const core::Charter& charter) {
  Table peers({"peer", "url", "receipts signed by", "TLS keys"});
  for (const core::Authority& authority : charter.authorities) {
    if (!authority.peer) continue;
    std::vector<std::string> keys;
    for (const log::Hash& key : authority.peer->tls_keys) keys.push_back(key.hex());
    peers.row({authority.id.str(), printable(authority.peer->url), authority.peer->cosigner,
               fmt::format("{}", fmt::join(keys, ", "))});
  }
  if (peers.empty()) return {};
  Table relations({"from", "to", "grants from the start"});
  std::map<std::pair<AuthorityId, AuthorityId>, std::vector<std::string>> granted;
  for (const core::InitialRelation& relation : charter.relations) {
    granted[{relation.edge.from, relation.edge.to}].push_back(fmt::format(
        "{}/{}={}", core::to_text(relation.edge.domain), core::to_text(relation.edge.capability), relation.level));
  }
  for (const auto& [pair, items] : granted) {
    relations.row({pair.first.str(), pair.second.str(), fmt::format("{}", fmt::join(items, " "))});
  }
  const core::Timing& timing = charter.timing;
  return peers.text(context.terminal) + "\n" +
         (relations.empty() ? std::string("nobody grants anything to anybody yet\n")
                            : relations.text(context.terminal)) +
         fmt::format("\nclocks within {}, delivery {}, decision {}, crew {}, standby {}\n\n",
                     span_text(timing.clock_error_ms), span_text(timing.delivery_ms), span_text(timing.decision_ms),
                     span_text(timing.crew_ms), span_text(timing.standby_ms));
}

Result<int> show_charter(Context& context, const FileArguments& arguments) {
  const Draft draft = TRY(read_charter(arguments.file));
  if (context.json) {
    put(draft.text);
    return 0;
  }
  const core::Charter& charter = draft.charter;
  put(fmt::format("{} ({}), version {}, {}\n", printable(charter.name), charter.id, charter.version,
                  core::to_text(charter.data_mode)));
  put(fmt::format("valid from {}{}\n", format_utc(charter.valid_from),
                  charter.valid_until ? " until " + format_utc(*charter.valid_until) : ""));
  put(fmt::format("hash {}\n\n", core::charter_hash(draft.text)));
  Table authorities({"authority", "name", "signature", "key"});
  for (const core::Authority& authority : charter.authorities) {
    bool first = true;
    for (const std::string& key : authority.keys) {
      authorities.row({first ? authority.id.str() : "", first ? printable(authority.name) : "",
                       first ? signed_text(draft, authority.id) : "", key});
      first = false;
    }
  }
  put(authorities.text(context.terminal) + "\n");
  put(coalition_text(context, charter));
  put(terms_text(charter, context.terminal) + "\n");
  Table zones({"zone", "owner", "domain", "rule", "levels", "minima", "outline", "may be leased to"});
  for (const core::Zone& zone : charter.zones) {
    zones.row({zone.id.str(), zone.owner.str(), std::string(core::to_text(zone.domain)),
               std::string(core::to_text(zone.rule)), band_text(zone.band), minima_text(zone.minima),
               zone.outline ? outline_text(*zone.outline) : "background", names_text(zone.tenants)});
  }
  put(zones.text(context.terminal));
  return 0;
}

void add_zone_command(Command& charter) {
  auto a = std::make_shared<ZoneArguments>();
  Command& zone = charter.sub("add-zone", "add a zone to a draft");
  zone.about(
          "A zone has one outline: a polygon, a circle, a corridor, or, for the one background zone, none. Points are "
          "'latitude,longitude' in decimal degrees, separated by spaces. Lengths: nm, km, m, ft.")
      .argument(a->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(a->id, "--id", "ID", "the zone's id")
      .required()
      .option(a->owner, "--owner", "AUTHORITY", "whose node decides in it")
      .required()
      .option(a->name, "--name", "TEXT", "for people; else the id")
      .option(a->domain, "--domain", "DOMAIN", "air or sea")
      .choices({"air", "sea"})
      .option(a->rule, "--rule", "RULE", "how intents are admitted")
      .choices({"exclusive", "aware", "disputed"})
      .option(a->disclosure, "--disclosure", "LEVEL", "what an asker may learn of the intents of others")
      .choices({"none", "busy", "coarse", "full"})
      .option(a->minima, "--minima", "H/V/T", "separation: horizontal/vertical/time")
      .option(a->volume.band, "--band", "LEVELS",
              "as FL180-FL240, 500ft-2500ft, 0m-120m@agl; else all levels (air only)")
      .option(a->volume.polygon, "--polygon", "POINTS", "at least three vertices, the first not repeated")
      .option(a->volume.circle, "--circle", "POINT", "the centre")
      .option(a->volume.radius, "--radius", "LENGTH", "of the circle")
      .option(a->volume.corridor, "--corridor", "POINTS", "the centre line, at least two points")
      .option(a->volume.width, "--width", "LENGTH", "of the corridor, side to side")
      .flag(a->background, "--background", "everything that no other zone covers")
      .example(
          "tansiq charter add-zone charter.json --id K1 --owner us --band FL180-FL240 --corridor '33.0,38.0 34.5,40.0' "
          "--width 10nm",
          "an air corridor")
      .example("tansiq charter add-zone charter.json --id S1 --owner ru --domain sea --circle 34.9,35.8 --radius 12nm",
               "a sea box")
      .exits(1, "the id is taken, or the file is signed already")
      .run([a](Context& context) { return add_zone_to(context, *a); });
}

void add_lint_sign_show(Command& charter) {
  auto linted = std::make_shared<FileArguments>();
  charter.sub("lint", "find what makes a charter unfit for use")
      .about(
          "Outlines that are none, zones of different owners that overlap, unknown names, keys that are none, empty "
          "sets, and, in a signed charter, missing signatures.")
      .argument(linted->file, "FILE", "a draft or a signed charter")
      .completes(Completes::kFile)
      .flag(linted->ignore_signatures, "--ignore-signatures", "do not ask for signatures")
      .example("tansiq charter lint charter.json", "before anybody signs")
      .exits(1, "there are findings")
      .run([linted](Context& context) { return lint_charter(context, *linted); });

  auto signed_file = std::make_shared<FileArguments>();
  charter.sub("sign", "sign a charter for an authority")
      .about(
          "Lints, then adds the signature. A draft FILE.json becomes FILE.note; further owners sign the note in place. "
          "Signing says: these are the zones, owners and rules that we agree to.")
      .argument(signed_file->file, "FILE", "a draft, or a note that others have signed")
      .completes(Completes::kFile)
      .option(signed_file->key, "--key", "FILE", "key file of the authority that signs")
      .required()
      .completes(Completes::kFile)
      .option(signed_file->out, "--out", "FILE", "write the note here instead")
      .completes(Completes::kFile)
      .example("tansiq charter sign charter.json --key node.key", "makes charter.note")
      .run([signed_file](Context& context) { return sign_charter(context, *signed_file); });

  auto shown = std::make_shared<FileArguments>();
  charter.sub("show", "print a charter for people")
      .about("With --json: the canonical text, exactly as it is signed.")
      .argument(shown->file, "FILE", "a draft or a signed charter")
      .completes(Completes::kFile)
      .example("tansiq charter show charter.note", "authorities, signatures, zones")
      .run([shown](Context& context) { return show_charter(context, *shown); });
}

}  // namespace

void add_charter(Command& root) {
  Command& charter = root.sub("charter", "write, check and sign charters");
  charter.about(
      "A charter names authorities, their keys, zones, owners and rules; every authority that owns a zone signs "
      "it. Write a draft with new, add-authority and add-zone (or merge the drafts of others), state relations with "
      "relate, "
      "check it with lint, then sign.");

  auto made = std::make_shared<NewArguments>();
  charter.sub("new", "begin a draft")
      .about(
          "Writes a draft without authorities and zones, which names the catalogue of messages in this program. Never "
          "overwrites.")
      .argument(made->file, "FILE", "the draft, as charter.json")
      .completes(Completes::kFile)
      .option(made->id, "--id", "ID", "the charter's id")
      .required()
      .option(made->name, "--name", "TEXT", "for people; else the id")
      .option(made->mode, "--mode", "MODE", "how real the data are")
      .choices({"REAL", "EXERCISE", "TEST", "SIMULATED"})
      .option(made->from, "--valid-from", "TIME", "RFC 3339, or now, now+1d")
      .option(made->until, "--valid-until", "TIME", "else it has no end")
      .example("tansiq charter new charter.json --id levant --mode TEST", "a draft for a test")
      .exits(1, "FILE exists already")
      .run([made](Context& context) { return new_charter(context, *made); });

  auto authority = std::make_shared<AuthorityArguments>();
  Command& added = charter.sub("add-authority", "add an authority to a draft");
  added
      .about(
          "Give each key as a verifier key, or as the file of its secret half if you have it. An authority whose node "
          "speaks with others needs --cosigner, --certificate and --url too; simplest is to merge its own draft "
          "('tansiq charter merge').")
      .argument(authority->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(authority->id, "--id", "ID", "the authority's id")
      .required()
      .option(authority->name, "--name", "TEXT", "for people; else the id")
      .option(authority->keys, "--key", "VKEY|FILE", "a key that may sign for it")
      .required()
      .completes(Completes::kFile)
      .example("tansiq charter add-authority charter.json --id us --name Centre --key node.key", "with a local key")
      .exits(1, "the id is taken, or the file is signed already")
      .run([authority](Context& context) { return add_authority(context, *authority); });
  add_peer_options(added, authority->peer);

  add_zone_command(charter);
  add_charter_coalition(charter);
  add_charter_terms(charter);
  add_charter_next(charter);
  add_lint_sign_show(charter);
}

}  // namespace tansiq::cli
