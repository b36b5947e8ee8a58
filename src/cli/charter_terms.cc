// `tansiq charter catalogue` and `tansiq charter conformance`: what a charter agrees on beside authorities and zones.
#include "cli/charter_terms.h"

#include <fmt/format.h>

#include <memory>

#include "cli/charter_file.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/json_out.h"
#include "cli/units_text.h"
#include "core/record.h"
#include "log/jcs.h"
#include "talks/catalogue.h"

namespace tansiq::cli {

core::CatalogueTerms own_catalogue() { return {.sha256 = talks::Catalogue::built_in().hash()}; }

std::optional<std::string> catalogue_warning(const core::Charter& charter) {
  if (!charter.catalogue || *charter.catalogue == own_catalogue()) return std::nullopt;
  return fmt::format(
      "version {} names the catalogue of messages {}, this program has {}: who goes by it reads other texts than "
      "agreed",
      charter.version, charter.catalogue->sha256.hex(), own_catalogue().sha256.hex());
}

namespace {

std::string catalogue_text(const core::Charter& charter) {
  if (!charter.catalogue) return "catalogue of messages: none named\n";
  const bool same = *charter.catalogue == own_catalogue();
  return fmt::format("catalogue of messages {}{}\n", charter.catalogue->sha256.hex(),
                     same ? ", that of this program" : ", NOT that of this program: " + own_catalogue().sha256.hex());
}

}  // namespace

std::string terms_text(const core::Charter& charter, const Terminal& terminal) {
  std::string out = catalogue_text(charter);
  if (!charter.conformance) return out + "tolerances of conformance: none stated\n";
  Table table({"conformance of", "aside", "level", "time", "counts after", "ends below", "for", "contingent after"});
  const auto row = [&](std::string_view kind, const core::ConformanceTolerance& of, bool levels) {
    table.row({std::string(kind), length_text(of.lateral_m * 100), levels ? length_text(of.vertical_cm) : "-",
               span_text(of.time_ms), span_text(of.persist_ms), fmt::format("{} %", of.clear_percent),
               span_text(of.clear_ms), span_text(of.contingent_ms)});
  };
  row("aircraft", charter.conformance->aircraft, true);
  row("uas", charter.conformance->uas, true);
  row("ship", charter.conformance->ship, false);
  return out + table.text(terminal);
}

namespace {

struct CatalogueArguments {
  std::string file;
  std::optional<std::string> sha256;
  bool none = false;
};

Result<int> set_catalogue(Context& context, const CatalogueArguments& arguments) {
  if (arguments.none && arguments.sha256) {
    return fail(ErrorCode::kUnsupported, "give --sha256 or --none, not both");
  }
  Draft draft = TRY(read_draft(arguments.file));
  std::optional<core::CatalogueTerms>& catalogue = draft.charter.catalogue;
  catalogue = own_catalogue();
  if (arguments.none) catalogue.reset();
  if (arguments.sha256) {
    const auto given = log::Hash::from_hex(*arguments.sha256);
    if (!given) return std::unexpected(inside(given.error(), "--sha256"));
    catalogue->sha256 = *given;
  }
  TRY_VOID(save_draft(arguments.file, draft.charter));
  context.say(fmt::format("{}: {}", arguments.file,
                          catalogue ? "messages are read by the catalogue " + catalogue->sha256.hex()
                                    : std::string("no catalogue of messages is named")));
  if (const auto warning = catalogue_warning(draft.charter)) context.say("warning: " + *warning);
  return 0;
}

struct ConformanceArguments {
  std::string file;
  std::string kind;
  std::optional<std::string> lateral, vertical, time, persist, clear, contingent;
  std::int64_t clear_percent = 0;  ///< 0: as it is.
  bool none = false;
};

Status take_length(const std::optional<std::string>& word, std::string_view option, std::int64_t unit_cm,
                   std::int64_t& target) {
  if (!word) return {};
  const auto cm = read_length_cm(*word);
  if (!cm) return std::unexpected(inside(cm.error(), std::string(option)));
  target = *cm / unit_cm;
  return {};
}

Status take_span(const std::optional<std::string>& word, std::string_view option, DurationMs& target) {
  if (!word) return {};
  const auto span = parse_duration(*word);
  if (!span) return std::unexpected(inside(span.error(), std::string(option)));
  target = *span;
  return {};
}

/// Null for no kind: then all three are set.
core::ConformanceTolerance* tolerance_of(core::ConformanceTerms& terms, std::string_view kind) {
  return kind == "aircraft" ? &terms.aircraft : kind == "uas" ? &terms.uas : kind == "ship" ? &terms.ship : nullptr;
}

std::string conformance_json(const core::Charter& charter) {
  if (!charter.conformance) return JsonOut().open_object().key("conformance").null().close().line();
  std::string terms;
  log::JcsWriter out(terms);
  core::write_fields(out, *charter.conformance);
  return JsonOut().open_object().key("conformance").raw(terms).close().line();
}

Result<int> set_conformance(Context& context, const ConformanceArguments& arguments) {
  Draft draft = TRY(read_draft(arguments.file));
  std::optional<core::ConformanceTerms>& terms = draft.charter.conformance;
  const bool says = arguments.lateral || arguments.vertical || arguments.time || arguments.persist || arguments.clear ||
                    arguments.contingent || arguments.clear_percent != 0;
  if (arguments.none) {
    if (says || !arguments.kind.empty()) return fail(ErrorCode::kUnsupported, "with --none nothing else is stated");
    terms.reset();
  } else {
    if (!terms) terms.emplace();
    core::ConformanceTolerance* of = tolerance_of(*terms, arguments.kind);
    if (says && of == nullptr) {
      return fail(ErrorCode::kUnsupported, "say with --kind of which craft: aircraft, uas or ship");
    }
    if (of != nullptr) {
      TRY_VOID(take_length(arguments.lateral, "--lateral", 100, of->lateral_m));
      TRY_VOID(take_length(arguments.vertical, "--vertical", 1, of->vertical_cm));
      TRY_VOID(take_span(arguments.time, "--time", of->time_ms));
      TRY_VOID(take_span(arguments.persist, "--persist", of->persist_ms));
      TRY_VOID(take_span(arguments.clear, "--clear", of->clear_ms));
      TRY_VOID(take_span(arguments.contingent, "--contingent", of->contingent_ms));
      if (arguments.clear_percent != 0) of->clear_percent = arguments.clear_percent;
      TRY_VOID(of->check());
    }
  }
  TRY_VOID(save_draft(arguments.file, draft.charter));
  put(context.json ? conformance_json(draft.charter) : terms_text(draft.charter, context.terminal));
  return 0;
}

}  // namespace

void add_charter_terms(Command& charter) {
  auto c = std::make_shared<CatalogueArguments>();
  charter.sub("catalogue", "state by which catalogue of numbered messages all members read")
      .about(
          "What is signed of a message is its number; each side reads it in its own language, from the catalogue in "
          "its "
          "program. Without an option the catalogue of this program is named, as 'tansiq charter new' does. A node "
          "whose "
          "program has another one says so in its log, in /readyz and by an alarm. 'tansiq message template list' "
          "shows "
          "the hash.")
      .argument(c->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(c->sha256, "--sha256", "HEX", "the hash of the catalogue that was agreed on")
      .flag(c->none, "--none", "name none")
      .example("tansiq charter catalogue next.json", "after all members have agreed on a version of the program")
      .exits(1, "FILE is signed already")
      .run([c](Context& context) { return set_catalogue(context, *c); });

  auto a = std::make_shared<ConformanceArguments>();
  charter.sub("conformance", "state how far craft may be off their plans before it counts")
      .about(
          "Of aircraft, unmanned aircraft and ships: all three stand in the charter, those that are not set as this "
          "program has them. Every member's live picture goes by them from the moment that the charter is in force; "
          "without them each goes by what its program comes with. Without an option these are written down.")
      .argument(a->file, "FILE", "the draft")
      .completes(Completes::kFile)
      .option(a->kind, "--kind", "KIND", "whose tolerances are set")
      .choices({"aircraft", "uas", "ship"})
      .option(a->lateral, "--lateral", "LENGTH", "aside of the leg, in whole metres")
      .option(a->vertical, "--vertical", "LENGTH", "above or below it; of ships not judged")
      .option(a->time, "--time", "DURATION", "early or late in it")
      .option(a->persist, "--persist", "DURATION", "beyond one of these for so long, it counts")
      .option(a->clear_percent, "--clear-percent", "N",
              "it ends well within: below so much of the tolerance; 0: as it is", 0, 95)
      .option(a->clear, "--clear", "DURATION", "and for so long")
      .option(a->contingent, "--contingent", "DURATION", "nonconforming for so long becomes contingent")
      .flag(a->none, "--none", "state none")
      .example("tansiq charter conformance next.json --kind uas --lateral 50m --vertical 15m", "drones keep nearer")
      .exits(1, "FILE is signed already")
      .run([a](Context& context) { return set_conformance(context, *a); });
}

}  // namespace tansiq::cli
