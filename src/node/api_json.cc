#include "node/api_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "core/craft_json.h"
#include "core/volume_json.h"
#include "log/jcs.h"

namespace tansiq::node {
namespace {

using log::JcsWriter;

std::int64_t number(std::uint64_t value) { return static_cast<std::int64_t>(value); }

void write_band_member(JcsWriter& w, const geo::LevelBand& band) {
  if (core::unbounded(band)) return;
  w.key("band");
  core::write_band(w, band);
}

bool known(const geo::TimeWindow& window) { return window.start != window.end; }

// --- findings --------------------------------------------------------------------------------------------------------

void write_row(JcsWriter& w, const core::Conflict& c) {
  w.begin_object();
  write_band_member(w, c.band);
  if (!c.intent.empty()) w.key("intent").string(c.intent.str());
  if (!c.manager.empty()) w.key("manager").string(c.manager.str());
  w.key("told").string(core::to_text(c.told));
  if (c.version > 0) w.key("version").integer(c.version);
  w.key("volume").integer(c.volume);
  if (known(c.window)) {
    w.key("window");
    core::write_window(w, c.window);
  }
  w.key("zone").string(c.zone.str()).end_object();
}

void write_row(JcsWriter& w, const core::MeasureMet& m) {
  w.begin_object().key("measure").string(m.measure.str()).key("version").integer(m.version);
  w.key("volume").integer(m.volume).key("zone").string(m.zone.str()).end_object();
}

void write_row(JcsWriter& w, const core::IntentReference& r) {
  w.begin_object().key("intent").string(r.intent.str());
  if (!r.manager.empty()) w.key("manager").string(r.manager.str());
  w.key("version").integer(r.version).end_object();
}

void write_row(JcsWriter& w, const core::ForeignZone& f) {
  w.begin_object().key("owner").string(f.owner.str()).key("zone").string(f.zone.str()).end_object();
}

template <class Row>
void write_list(JcsWriter& w, std::string_view name, std::string_view total_name, const std::vector<Row>& rows,
                std::uint64_t total) {
  if (rows.empty() && total == 0) return;
  w.key(name).begin_array();
  for (const Row& row : rows) write_row(w, row);
  w.end_array();
  if (!total_name.empty() && total > rows.size()) w.key(total_name).integer(number(total));
}

void write_findings(JcsWriter& w, const core::Decision& d) {
  w.begin_object();
  write_list(w, "affected", "affected_total", d.affected, d.affected_total);
  write_list(w, "conflicts", "conflicts_total", d.conflicts, d.conflicts_total);
  if (!d.counter.empty()) {
    w.key("counter").begin_object();
    if (d.counter.level_shift_cm) w.key("level_shift_cm").integer(*d.counter.level_shift_cm);
    if (d.counter.time_shift_ms) w.key("time_shift_ms").integer(*d.counter.time_shift_ms);
    w.end_object();
  }
  write_list(w, "foreign", "", d.foreign, d.foreign.size());
  write_list(w, "known", "known_total", d.known, d.known_total);
  write_list(w, "measures", "measures_total", d.measures, d.measures_total);
  write_list(w, "missing", "missing_total", d.missing, d.missing_total);
  write_list(w, "overlaps", "overlaps_total", d.overlaps, d.overlaps_total);
  if (d.overrun) w.key("overrun").boolean(true);
  if (!d.zones.empty()) {
    w.key("zones").begin_array();
    for (const auto& zones : d.zones) {
      w.begin_array();
      for (const ZoneId& zone : zones) w.string(zone.str());
      w.end_array();
    }
    w.end_array();
  }
  w.end_object();
}

// --- intents ---------------------------------------------------------------------------------------------------------

void write_extents(JcsWriter& w, const core::Intent& intent) {
  w.key("extents").begin_array();
  for (const auto* list : {&intent.volumes, &intent.off_nominal}) {
    for (const geo::Volume4d& volume : *list) {
      w.begin_object();
      write_band_member(w, volume.band);
      w.key("window");
      core::write_window(w, volume.window);
      w.end_object();
    }
  }
  w.end_array();
}

void write_zones(JcsWriter& w, const core::Intent& intent, const core::Machine& machine) {
  std::set<core::ZoneNumber> numbers;
  for (const auto& zones : intent.zones) numbers.insert(zones.begin(), zones.end());
  w.key("zones").begin_array();
  for (const core::ZoneNumber zone : numbers) w.string(machine.zones()[zone].id.str());
  w.end_array();
}

void write_intent(JcsWriter& w, const core::Intent& intent, const core::Machine& machine, core::Disclosure told) {
  const bool coarse = told >= core::Disclosure::kCoarse;
  const bool full = told == core::Disclosure::kFull;
  w.begin_object();
  if (coarse) {
    w.key("changed_ms").integer(intent.changed.ms).key("changed_seq").integer(number(intent.changed_seq));
  }
  if (full && !intent.craft.empty()) {
    w.key("craft");
    core::write_craft(w, intent.craft);
  }
  if (coarse) w.key("created_ms").integer(intent.created.ms).key("created_seq").integer(number(intent.created_seq));
  w.key("data_mode").string(core::to_text(machine.charter().data_mode));
  w.key("disclosure").string(core::to_text(told)).key("domain").string(core::to_text(intent.domain));
  if (coarse && intent.expired) w.key("expired").boolean(true);
  if (!full) write_extents(w, intent);
  if (full && !intent.flight.empty()) w.key("flight").string(intent.flight);
  if (coarse) w.key("id").string(intent.id.str()).key("manager").string(intent.manager.str());
  if (full && !intent.off_nominal.empty()) {
    w.key("off_nominal");
    core::write_volumes(w, intent.off_nominal);
  }
  if (full) w.key("ovn").string(machine.ovn(intent));
  if (coarse) w.key("state").string(core::to_text(intent.state)).key("version").integer(intent.version);
  if (full) {
    w.key("volumes");
    core::write_volumes(w, intent.volumes);
  }
  write_zones(w, intent, machine);
  w.end_object();
}

void write_measure(JcsWriter& w, const core::Measure& m, const core::Machine& machine) {
  w.begin_object().key("by").string(m.by.str()).key("changed_ms").integer(m.changed.ms);
  w.key("created_ms").integer(m.created.ms).key("data_mode").string(core::to_text(machine.charter().data_mode));
  w.key("effect").string(core::to_text(m.effect)).key("ended").boolean(m.ended).key("id").string(m.id.str());
  if (!m.text.empty()) w.key("text").string(m.text);
  w.key("version").integer(m.version).key("volumes");
  core::write_volumes(w, m.volumes);
  w.key("zone").string(m.zone.str()).end_object();
}

void write_zone(JcsWriter& w, const core::Zone& zone, const core::Machine& machine) {
  w.begin_object();
  if (zone.background) w.key("background").boolean(true);
  write_band_member(w, zone.band);
  w.key("data_mode").string(core::to_text(machine.charter().data_mode));
  w.key("disclosure").string(core::to_text(zone.disclosure)).key("domain").string(core::to_text(zone.domain));
  w.key("id").string(zone.id.str()).key("minima").begin_object();
  w.key("horizontal_m").integer(zone.minima.horizontal_m).key("time_ms").integer(zone.minima.time_ms);
  w.key("vertical_cm").integer(zone.minima.vertical_cm).end_object().key("name").string(zone.name);
  if (zone.outline) {
    w.key("outline");
    core::write_outline(w, *zone.outline);
  }
  w.key("owner").string(zone.owner.str()).key("rule").string(core::to_text(zone.rule));
  w.key("sequenced_here").boolean(zone.owner == machine.self()).end_object();
}

// A proposal is the least move that was found free: a little less conflicts, and a little more may meet the next one.
// So it is said to the millisecond and the centimetre, not rounded.

/// `17 min`, `1 h 2 min 3.5 s`.
std::string exact_duration(DurationMs ms) {
  std::vector<std::string> parts;
  if (ms >= 3'600'000) parts.push_back(fmt::format("{} h", ms / 3'600'000));
  if (ms / 60'000 % 60 != 0) parts.push_back(fmt::format("{} min", ms / 60'000 % 60));
  if (const std::int64_t rest = ms % 60'000; rest != 0 || parts.empty()) {
    std::string seconds = rest % 1'000 == 0 ? "" : fmt::format(".{:03}", rest % 1'000);
    while (seconds.ends_with('0')) seconds.pop_back();
    parts.push_back(fmt::format("{}{} s", rest / 1'000, seconds));
  }
  return fmt::format("{}", fmt::join(parts, " "));
}

/// In feet when they are whole, as the levels of most airspace are; else in metres: `1000 ft`, `120.5 m`.
std::string exact_height(std::int64_t cm) {
  // 100 ft are 3048 cm.
  if (cm * 100 % 3'048 == 0) return fmt::format("{} ft", cm * 100 / 3'048);
  std::string fraction = cm % 100 == 0 ? "" : fmt::format(".{:02}", cm % 100);
  if (fraction.ends_with('0')) fraction.pop_back();
  return fmt::format("{}{} m", cm / 100, fraction);
}

std::string plural(std::uint64_t count, std::string_view what) {
  return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
}

template <class Rows>
std::string zones_named(const Rows& rows) {
  std::set<std::string> names;
  for (const auto& row : rows) names.insert(row.zone.str());
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

std::string zone_json(const core::Zone& zone, const core::Machine& machine) {
  std::string out;
  JcsWriter w(out);
  write_zone(w, zone, machine);
  return out;
}

std::string zone_list_json(const core::Machine& machine) {
  std::vector<const core::Zone*> zones;
  for (const core::Zone& zone : machine.charter().zones) zones.push_back(&zone);
  std::ranges::sort(zones, {}, [](const core::Zone* z) -> const std::string& { return z->id.str(); });
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("zones").begin_array();
  for (const core::Zone* zone : zones) write_zone(w, *zone, machine);
  w.end_array().end_object();
  return out;
}

std::optional<std::string> intent_json(const core::Intent& intent, const core::Machine& machine,
                                       const core::Caller& asker, bool by_id) {
  const core::Disclosure told = machine.disclosure(intent, asker);
  if (told == core::Disclosure::kNone || (by_id && told < core::Disclosure::kCoarse)) return {};
  std::string out;
  JcsWriter w(out);
  write_intent(w, intent, machine, told);
  return out;
}

std::string intent_list_json(const std::vector<const core::Intent*>& intents, std::size_t limit,
                             const core::Machine& machine, const core::Caller& asker) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("intents").begin_array();
  for (const core::Intent* intent : intents) {
    const core::Disclosure told = machine.disclosure(*intent, asker);
    if (told != core::Disclosure::kNone) write_intent(w, *intent, machine, told);
  }
  w.end_array();
  if (intents.size() >= limit) w.key("next").integer(number(intents.back()->created_seq));
  w.end_object();
  return out;
}

std::string measure_json(const core::Measure& measure, const core::Machine& machine) {
  std::string out;
  JcsWriter w(out);
  write_measure(w, measure, machine);
  return out;
}

std::string measure_list_json(const std::vector<const core::Measure*>& measures, std::uint64_t after, std::size_t limit,
                              const core::Machine& machine) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("measures").begin_array();
  std::size_t written = 0;
  std::uint64_t last = 0;
  for (const core::Measure* m : measures) {
    if (m->created_seq <= after) continue;
    if (written == limit) break;
    write_measure(w, *m, machine);
    last = m->created_seq;
    ++written;
  }
  w.end_array();
  if (written == limit) w.key("next").integer(number(last));
  w.end_object();
  return out;
}

std::string decision_json(const Recorded& recorded, std::string_view id, std::string_view ovn, core::DataMode mode) {
  std::string out;
  out.reserve(512);
  JcsWriter w(out);
  w.begin_object().key("data_mode").string(core::to_text(mode)).key("findings");
  write_findings(w, recorded.decision);
  w.key("id").string(id).key("index").integer(number(recorded.index));
  if (!ovn.empty()) w.key("ovn").string(ovn);
  w.key("repeated").boolean(recorded.repeated).key("seq").integer(number(recorded.seq));
  if (recorded.decision.state) w.key("state").string(core::to_text(*recorded.decision.state));
  w.key("type").string(core::to_text(recorded.type)).key("version").integer(recorded.decision.version).end_object();
  return out;
}

std::string refusal_json(const Recorded& recorded, const RefusalHead& head, core::DataMode mode) {
  std::string out;
  out.reserve(1'024);
  JcsWriter w(out);
  w.begin_object().key("data_mode").string(core::to_text(mode));
  w.key("detail").string(refusal_sentence(recorded.decision)).key("findings");
  write_findings(w, recorded.decision);
  w.key("id").string(head.problem_id).key("index").integer(number(recorded.index));
  w.key("reason").string(core::to_text(recorded.decision.refusal)).key("repeated").boolean(recorded.repeated);
  w.key("seq").integer(number(recorded.seq)).key("status").integer(head.status).key("title").string(head.title);
  w.key("type").string(fmt::format("/problems/{}", head.slug)).end_object();
  return out;
}

std::string refusal_sentence(const core::Decision& d) {
  std::string text;
  switch (d.refusal) {
    case core::Refusal::kNone:
      return "not refused";
    case core::Refusal::kConflict:
      text = fmt::format("conflicts with {} in {}", plural(d.conflicts_total, "intent"), zones_named(d.conflicts));
      break;
    case core::Refusal::kMeasure:
      text = fmt::format("meets {} that refuse{} in {}", plural(d.measures_total, "measure"),
                         d.measures_total == 1 ? "s" : "", zones_named(d.measures));
      break;
    case core::Refusal::kMissingKeys:
      text = fmt::format("the keys of {} are missing", plural(d.missing_total, "relevant intent"));
      break;
    case core::Refusal::kNotSequencer:
      text = fmt::format("another authority decides in {}", zones_named(d.foreign));
      break;
    case core::Refusal::kOutsideZones:
      text = "a volume lies in no zone of the charter";
      break;
  }
  if (d.counter.time_shift_ms) {
    const std::int64_t ms = *d.counter.time_shift_ms;
    text += fmt::format("; free {} {}", exact_duration(ms < 0 ? -ms : ms), ms < 0 ? "earlier" : "later");
  }
  if (d.counter.level_shift_cm) {
    const std::int64_t cm = *d.counter.level_shift_cm;
    text += fmt::format("{} {} {}", d.counter.time_shift_ms ? " or" : "; free", exact_height(cm < 0 ? -cm : cm),
                        cm < 0 ? "lower" : "higher");
  }
  return text;
}

std::string preview_json(const core::Decision& decision, core::DataMode mode) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("accepted").boolean(decision.accepted());
  w.key("data_mode").string(core::to_text(mode)).key("findings");
  write_findings(w, decision);
  if (!decision.accepted()) w.key("reason").string(core::to_text(decision.refusal));
  w.end_object();
  return out;
}

}  // namespace tansiq::node
