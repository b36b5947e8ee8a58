#include "cli/flight_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "cli/craft_words.h"
#include "cli/units_text.h"
#include "cli/wire.h"
#include "core/record.h"
#include "log/canonical_json.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr std::size_t kDocumentBytesMax = 64U << 20;
/// Digits of a request's hash that tables show: enough to name one, few enough to be read out.
constexpr std::size_t kHashDigitsShown = 12;
constexpr std::size_t kHashDigitsMin = 6;

std::string short_hash(const core::EntryHash& hash) { return hash.hex().substr(0, kHashDigitsShown); }

bool contains(const auto& list, const auto& value) { return std::ranges::find(list, value) != list.end(); }

void add(std::string& text, std::string_view more) {
  if (!text.empty()) text += ", ";
  text += more;
}

std::string window_of_volumes(const std::vector<geo::Volume4d>& volumes) {
  return volumes.empty() ? std::string() : window_text(span_of(volumes));
}

std::string bands_text(const std::vector<geo::Volume4d>& volumes, core::Domain domain) {
  if (domain == core::Domain::kSea) return "–";
  std::vector<std::string> bands;
  for (const geo::Volume4d& volume : volumes) {
    std::string text = band_text(volume.band);
    if (!contains(bands, text)) bands.push_back(std::move(text));
  }
  return fmt::format("{}", fmt::join(bands, ", "));
}

Counter counter_of(const std::optional<DurationMs>& time, const std::optional<std::int64_t>& level) {
  return {.time_ms = time, .level_cm = level};
}

std::string_view refusal_words(LegRefusal reason) {
  switch (reason) {
    case LegRefusal::kNotSequencer:
      return "another authority decides there now";
    case LegRefusal::kLate:
      return "too late for its window";
    case LegRefusal::kFrozen:
      return "the relation does not allow it";
    case LegRefusal::kQuota:
      return "too many holds are open";
    case LegRefusal::kConflict:
      return "it is too close to others";
    case LegRefusal::kDisputed:
      return "nobody decides in that zone";
    case LegRefusal::kNoAnswer:
      return "no officer of the owner has answered in time";
    case LegRefusal::kOther:
      return "the owner gives no reason";
  }
  return "for an unknown reason";
}

std::string_view lapse_words(Lapse why) {
  switch (why) {
    case Lapse::kTime:
      return "its time ran out";
    case Lapse::kFrozen:
      return "the relation was frozen";
    case Lapse::kWithdrawn:
      return "the owner withdrew it";
    case Lapse::kHandover:
      return "the zone went to another sequencer";
  }
  return "for an unknown reason";
}

std::string_view crew_words(CrewHand hand) {
  switch (hand) {
    case CrewHand::kCleared:
      return "told, not read back";
    case CrewHand::kReadBack:
      return "holds it";
    case CrewHand::kRecalled:
      return "recalled, not read back";
    case CrewHand::kNothing:
      break;
  }
  return "";
}

}  // namespace

// --- reading
// --------------------------------------------------------------------------------------------------------

Result<std::vector<FlightRow>> read_flights(std::string_view document) {
  const std::string canonical = TRY(log::canonical_json(document));
  const auto parsed = TRY(log::JcsDocument::parse(canonical, kDocumentBytesMax));
  const log::JcsValue list = TRY(parsed.root().at("flights"));
  std::vector<FlightRow> rows;
  for (std::size_t i = 0; i < list.size(); ++i) {
    const log::JcsValue value = list[i];
    TRY_VOID(value.only({"flight", "id", "may_clear", "versions", "why_not"}));
    FlightRow row;
    const log::JcsValue flight = TRY(value.at("flight"));
    row.flight = TRY(core::read_fields<Flight>(flight));
    const log::JcsValue versions = TRY(value.at("versions"));
    for (std::size_t k = 0; k < versions.size(); ++k) {
      row.flight.versions.push_back(TRY(core::read_fields<HomeVersion>(versions[k])));
    }
    row.id = row.flight.plan.flight.str();
    const log::JcsValue may_clear = TRY(value.at("may_clear"));
    row.may_clear = TRY(may_clear.boolean());
    const log::JcsValue why_not = TRY(value.at("why_not"));
    row.why_not = printable(TRY(why_not.string()));
    rows.push_back(std::move(row));
  }
  return rows;
}

Result<LegRows> read_legs(std::string_view document) {
  const std::string canonical = TRY(log::canonical_json(document));
  const auto parsed = TRY(log::JcsDocument::parse(canonical, kDocumentBytesMax));
  LegRows rows;
  const log::JcsValue legs = TRY(parsed.root().at("legs"));
  for (std::size_t i = 0; i < legs.size(); ++i) {
    rows.versions.push_back(TRY(core::read_fields<LegVersion>(legs[i])));
  }
  const log::JcsValue notices = TRY(parsed.root().at("notices"));
  for (std::size_t i = 0; i < notices.size(); ++i) {
    rows.notices.push_back(TRY(core::read_fields<NotedLeg>(notices[i])));
  }
  return rows;
}

// --- words
// ----------------------------------------------------------------------------------------------------------

std::string version_words(const HomeVersion& v) {
  std::string text;
  switch (v.state) {
    case HomeState::kRequested:
      text = v.standby_until ? fmt::format("asked; the owner decides at {}", clock_text(*v.standby_until)) : "asked";
      break;
    case HomeState::kHeld:
      text = v.waits_for_officer()
                 ? fmt::format("counter: {}", counter_words(counter_of(v.time_shift_ms, v.level_shift_cm), v.volumes))
                 : "held";
      if (v.until) text += fmt::format(", until {}", clock_text(*v.until));
      break;
    case HomeState::kCommitted:
      text = "committed, waits for the owner";
      break;
    case HomeState::kRefused:
      text = fmt::format("refused: {}", v.refusal ? refusal_words(*v.refusal) : "no reason is known");
      break;
    case HomeState::kLapsed:
      text = fmt::format("lapsed: {}", v.lapse ? lapse_words(*v.lapse) : "no reason is known");
      break;
    case HomeState::kConfirmed:
    case HomeState::kCancelled:
    case HomeState::kRevoked:
    case HomeState::kEnded:
      text = core::to_text(v.state);
      break;
  }
  if (v.revoke && live(v.state)) text += v.unable ? ", REVOKED by its owner: unable" : ", REVOKED by its owner";
  if (v.left) {
    add(text, "left");
  } else if (v.entered) {
    add(text, "entered");
  }
  return text;
}

std::string leg_words(const LegVersion& v) {
  std::string text(core::to_text(v.state));
  if (v.waiting()) {
    text += fmt::format("; {} {}", v.answer_by ? "an officer answers until" : "we decide at", clock_text(*v.standby));
  }
  if (v.state == LegState::kHeld) {
    if (v.until) text += fmt::format(" until {}", clock_text(*v.until));
    if (v.answer_by) text += v.commit ? ", home waits for an officer to confirm" : ", to be confirmed by an officer";
    const Counter counter = counter_of(v.time_shift_ms, v.level_shift_cm);
    if (!counter.empty()) text += fmt::format(", as a counter: {}", counter_words(counter, {}));
  }
  if (v.live() && v.entered) add(text, "entered");
  if (v.live() && v.revoking) {
    add(text, v.unable ? "revoking: home is UNABLE" : "revoking: space stays booked until home answers");
  }
  if (v.live() && v.emergency) add(text, "EMERGENCY REVOKE said");
  if (v.live() && v.contingency) add(text, "CONTINGENCY");
  if (v.live() && v.overdue) add(text, "OVERDUE in the zone");
  if (!v.text.empty() && (v.unable || v.contingency)) text += fmt::format(" (\"{}\")", printable(v.text));
  return text;
}

std::string flight_words(const FlightRow& row) {
  const Flight& f = row.flight;
  if (f.ended) return f.landed ? "landed" : f.dropped ? "given up" : f.failed ? "failed" : "ended";
  std::string text;
  if (f.contingency) text = "CONTINGENCY";
  const auto in_zone = std::ranges::find_if(f.entered, [&](std::int64_t leg) { return !contains(f.left, leg); });
  const auto waits = [](const HomeVersion& v) { return v.waits_for_officer(); };
  if (f.landed) {
    add(text, "landed");
  } else if (f.airborne) {
    add(text, in_zone == f.entered.end()
                  ? std::string("airborne")
                  : fmt::format("airborne in {}", f.plan.legs[static_cast<std::size_t>(*in_zone)].zone.str()));
  } else if (f.dropped || f.failed) {
    add(text, "being given up");
  } else if (f.cleared) {
    add(text, "cleared");
  } else if (row.may_clear) {
    add(text, "confirmed");
  } else if (std::ranges::none_of(f.versions, waits)) {
    add(text, "asking");
  }
  if (std::ranges::any_of(f.versions, waits)) add(text, "a counter waits for you");
  if (f.change) add(text, f.change_failed ? "its change failed" : "being changed");
  return text;
}

std::string next_step(const FlightRow& row) {
  const Flight& f = row.flight;
  if (f.ended) return {};
  const auto any = [&](auto&& of) { return std::ranges::any_of(f.versions, of); };
  const auto command = [&](std::string_view verb, std::string_view why) {
    return fmt::format("tansiq flight {} {}    {}", verb, row.id, why);
  };
  if (any([](const HomeVersion& v) { return v.crew == CrewHand::kRecalled; })) {
    return command("gave-up", "when the crew has read the recall back");
  }
  if (any([](const HomeVersion& v) { return v.crew == CrewHand::kCleared; })) {
    return command("read-back", "when the crew has read the clearance back");
  }
  const bool asked_back = any([](const HomeVersion& v) { return v.revoke && live(v.state); });
  const bool in_hand = any([](const HomeVersion& v) { return v.crew == CrewHand::kReadBack; });
  if (!f.airborne && in_hand && (f.dropped || f.failed || asked_back)) {
    return command("recall", "tell the crew to give its clearance up");
  }
  if (f.dropped || f.failed) return {};
  if (any([](const HomeVersion& v) { return v.waits_for_officer(); })) {
    return command("accept", "takes the counter; 'decline' gives it up");
  }
  const bool new_confirmed =
      f.change && !f.change_failed &&
      any([](const HomeVersion& v) { return v.role == VersionRole::kChange && v.state == HomeState::kConfirmed; }) &&
      !any([](const HomeVersion& v) {
        return v.role == VersionRole::kChange && live(v.state) && v.state != HomeState::kConfirmed;
      });
  if (new_confirmed) return command("switch", "pass the new versions to the crew, whose position lies in them");
  const bool to_pass = any([](const HomeVersion& v) {
    return v.role == VersionRole::kPlan && v.state == HomeState::kConfirmed && v.crew == CrewHand::kNothing && !v.left;
  });
  if (row.may_clear && (to_pass || (!f.cleared && f.versions.empty()))) {
    return command("clear", "pass the confirmed legs to the crew");
  }
  return {};
}

// --- tables
// ---------------------------------------------------------------------------------------------------------

namespace {

std::string legs_in_short(const Flight& f) {
  std::vector<std::string> words;
  for (std::size_t i = 0; i < f.plan.legs.size(); ++i) {
    const HomeVersion* v = f.version_of(static_cast<std::int64_t>(i));
    const bool told = std::ranges::any_of(f.noticed, [&](const Noticed& n) { return std::cmp_equal(n.leg, i); });
    words.push_back(fmt::format("{} {}", f.plan.legs[i].zone.str(),
                                v != nullptr ? core::to_text(v->state)
                                : told       ? "told"
                                             : "not asked"));
  }
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string whole_window(const Flight& f) {
  std::vector<geo::Volume4d> all;
  for (const PlannedLeg& leg : f.plan.legs) all.insert(all.end(), leg.volumes.begin(), leg.volumes.end());
  return window_of_volumes(all);
}

void version_row(Table& table, const std::string& leg, const HomeVersion& v, core::Domain domain,
                 std::string_view prefix) {
  table.row({leg, v.zone.str(), v.to.str(), std::string(prefix) + version_words(v), std::string(crew_words(v.crew)),
             bands_text(v.volumes, domain), window_of_volumes(v.volumes)});
}

void leg_rows(Table& table, const Flight& f, std::size_t i) {
  const auto leg = static_cast<std::int64_t>(i);
  const PlannedLeg& planned = f.plan.legs[i];
  const std::string number = planned.beside ? fmt::format("{} beside {}", i, *planned.beside) : std::to_string(i);
  const HomeVersion* v = f.version_of(leg);
  if (v != nullptr) {
    version_row(table, number, *v, f.plan.domain, "");
  } else {
    std::string words = "not asked yet";
    const auto noticed = std::ranges::find(f.noticed, leg, &Noticed::leg);
    if (noticed != f.noticed.end()) {
      std::vector<std::string> names;
      for (const AuthorityId& id : noticed->to) names.push_back(id.str());
      words = fmt::format("disputed: told {}", fmt::join(names, ", "));
    }
    table.row({number, planned.zone.str(), "", words, "", bands_text(planned.volumes, f.plan.domain),
               window_of_volumes(planned.volumes)});
  }
  for (const HomeVersion& other : f.versions) {
    if (other.leg != leg || &other == v || !live(other.state)) continue;
    version_row(table, "", other, f.plan.domain, other.role == VersionRole::kChange ? "new: " : "old: ");
  }
}

}  // namespace

std::string flights_text(const Terminal& terminal, const std::vector<FlightRow>& rows, bool ended_too) {
  Table table({"flight", "call sign", "state", "legs", "window"});
  for (const FlightRow& row : rows) {
    if (row.flight.ended && !ended_too) continue;
    table.row({row.id, printable(row.flight.plan.call_sign), flight_words(row), legs_in_short(row.flight),
               whole_window(row.flight)});
  }
  if (table.empty()) return "no live flights\n";
  std::string out = table.text(terminal);
  for (const FlightRow& row : rows) {
    if (const std::string next = next_step(row); !next.empty()) out += fmt::format("  {}\n", next);
  }
  return out;
}

std::string flight_text(const Terminal& terminal, const FlightRow& row) {
  const Flight& f = row.flight;
  std::string out = fmt::format("{}  {}{}\n", terminal.paint(Colour::kBold, row.id),
                                f.plan.call_sign.empty() ? "" : printable(f.plan.call_sign) + "  ",
                                terminal.paint(Colour::kCyan, flight_words(row)));
  if (!f.plan.craft.empty()) out += fmt::format("  craft        {}\n", craft_text(f.plan.craft));
  if (f.plan.principal) out += fmt::format("  filed for    {}, through us\n", f.plan.principal->str());
  if (f.plan.alternate) {
    out += fmt::format("  alternate    {}, after leg {}: later legs need not be confirmed for departure\n",
                       printable(*f.plan.alternate), f.plan.gate_leg.value_or(0));
  }
  if (f.contingency) out += fmt::format("  contingency  {}\n", terminal.paint(Colour::kRed, printable(*f.contingency)));
  Table table({">leg", "zone", "owner", "state", "crew", "levels", "window"});
  for (std::size_t i = 0; i < f.plan.legs.size(); ++i) leg_rows(table, f, i);
  out += table.text(terminal);
  if (!f.ended && !f.airborne && !f.cleared) {
    out += row.may_clear
               ? fmt::format("  departure    {}\n", terminal.paint(Colour::kGreen, "the crew may be cleared"))
               : fmt::format("  departure    {}: {}\n", terminal.paint(Colour::kYellow, "not yet"), row.why_not);
  }
  if (const std::string next = next_step(row); !next.empty()) out += fmt::format("  next         {}\n", next);
  return out;
}

std::string legs_text(const Terminal& terminal, const LegRows& rows, const std::optional<std::string>& zone,
                      bool ended_too) {
  std::vector<const LegVersion*> shown;
  for (const LegVersion& v : rows.versions) {
    if ((zone && v.zone.str() != *zone) || (!v.live() && !ended_too)) continue;
    shown.push_back(&v);
  }
  std::ranges::sort(shown, {}, &LegVersion::order);
  Table table({"request", "home", "flight", "call sign", ">leg", "zone", "state", "levels", "window"});
  for (const LegVersion* v : shown) {
    table.row({short_hash(v->request),
               v->principal ? fmt::format("{} for {}", v->home.str(), v->principal->str()) : v->home.str(),
               v->flight.str(), printable(v->call_sign), fmt::format("{}/{}", v->leg, v->legs), v->zone.str(),
               leg_words(*v), v->volumes.empty() ? "" : bands_text(v->volumes, v->domain), window_text(v->window)});
  }
  std::string out = table.empty() ? "no legs of others in our zones\n" : table.text(terminal);
  for (const NotedLeg& noted : rows.notices) {
    const LegNotice& of = noted.notice;
    if (zone && of.zone.str() != *zone) continue;
    out += fmt::format("told, not asked (disputed {}): {} of {}, {}\n", of.zone.str(), of.flight.str(),
                       noted.home.str(), window_of_volumes(of.volumes));
  }
  for (const LegVersion* v : shown) {
    if (v->overdue)
      out += fmt::format("  tansiq leg free {}    when it is certain that {} has left {}\n", short_hash(v->request),
                         v->flight.str(), v->zone.str());
  }
  return out;
}

// --- what an officer means
// ------------------------------------------------------------------------------------------

Result<core::EntryHash> request_from(std::string_view prefix, const std::vector<LegVersion>& versions) {
  const bool hexadecimal =
      std::ranges::all_of(prefix, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
  if (!hexadecimal || prefix.size() < kHashDigitsMin) {
    return fail(ErrorCode::kInvalid,
                fmt::format("'{}' names no request: give at least {} digits of it, as 'tansiq leg list' prints them",
                            prefix, kHashDigitsMin));
  }
  std::optional<core::EntryHash> found;
  for (const LegVersion& v : versions) {
    if (!v.request.hex().starts_with(prefix)) continue;
    if (found)
      return fail(ErrorCode::kConflict, fmt::format("several requests begin with {}: give more digits", prefix));
    found = v.request;
  }
  if (!found)
    return fail(ErrorCode::kNotFound, fmt::format("no request {} is known here; see 'tansiq leg list --all'", prefix));
  return *found;
}

Result<std::int64_t> leg_number(std::string_view word, const FlightRow& row) {
  const auto& legs = row.flight.plan.legs;
  std::vector<std::string> known;
  std::optional<std::int64_t> found;
  bool several = false;
  for (std::size_t i = 0; i < legs.size() && !legs[i].beside; ++i) {
    known.push_back(fmt::format("{} {}", i, legs[i].zone.str()));
    if (word == std::to_string(i)) return static_cast<std::int64_t>(i);
    if (legs[i].zone.str() != word) continue;
    several = found.has_value();
    found = static_cast<std::int64_t>(i);
  }
  const std::string all = fmt::format("{}", fmt::join(known, ", "));
  if (several) {
    return fail(ErrorCode::kConflict,
                fmt::format("flight {} passes {} more than once: give the leg's number ({})", row.id, word, all));
  }
  if (!found) return fail(ErrorCode::kNotFound, fmt::format("flight {} has no leg '{}'; it has {}", row.id, word, all));
  return *found;
}

}  // namespace tansiq::cli
