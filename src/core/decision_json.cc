#include "core/decision_json.h"

#include <algorithm>
#include <array>

#include "core/jcs_read.h"
#include "core/volume_json.h"

namespace tansiq::core {
namespace {

using log::JcsValue;
using log::JcsWriter;

constexpr std::array<std::string_view, 6> kRefusals{
    "", "conflict", "measure", "missing_keys", "not_sequencer", "outside_zones"};

/// What stands behind the lists: state, version, refusal, counter, totals, names.
constexpr std::size_t kTailBytes = 600;
/// A row without the ids and names in it: member names, numbers of 16 digits, two heights, two times.
constexpr std::size_t kRowBytes = 320;

std::size_t row_bytes(const Conflict& c) {
  return kRowBytes + c.zone.str().size() + c.intent.str().size() + c.manager.str().size();
}
std::size_t row_bytes(const MeasureMet& m) { return 100 + m.zone.str().size() + m.measure.str().size(); }
std::size_t row_bytes(const IntentReference& r) { return 30 + r.intent.str().size() + r.manager.str().size(); }
std::size_t row_bytes(const ForeignZone& f) { return 30 + f.zone.str().size() + f.owner.str().size(); }

void write_row(JcsWriter& w, const Conflict& c) {
  w.begin_object();
  if (!unbounded(c.band)) {
    w.key("band");
    write_band(w, c.band);
  }
  w.key("intent").string(c.intent.str()).key("manager").string(c.manager.str()).key("told").string(to_text(c.told));
  w.key("version").integer(c.version).key("volume").integer(c.volume).key("window");
  write_window(w, c.window);
  w.key("zone").string(c.zone.str()).end_object();
}
void write_row(JcsWriter& w, const MeasureMet& m) {
  w.begin_object().key("measure").string(m.measure.str()).key("version").integer(m.version);
  w.key("volume").integer(m.volume).key("zone").string(m.zone.str()).end_object();
}
void write_row(JcsWriter& w, const IntentReference& r) {
  w.begin_array().string(r.intent.str()).integer(r.version);
  if (!r.manager.empty()) w.string(r.manager.str());
  w.end_array();
}
void write_row(JcsWriter& w, const ForeignZone& f) {
  w.begin_array().string(f.zone.str()).string(f.owner.str()).end_array();
}

Status read_row(const JcsValue& value, Conflict& c) {
  TRY_VOID(value.only({"band", "intent", "manager", "told", "version", "volume", "window", "zone"}));
  if (const auto band = value.find("band")) c.band = TRY(read_band(*band));
  c.intent = TRY(parsed_at(value, "intent", IntentId::parse));
  c.manager = TRY(parsed_at(value, "manager", Subject::parse));
  c.told = TRY(parsed_at(value, "told", parse_disclosure));
  c.version = TRY(integer_at(value, "version", 1, log::kJcsIntegerMax));
  c.volume = static_cast<std::uint32_t>(TRY(integer_at(value, "volume", 0, kVolumesPerIntentMax - 1)));
  c.window = TRY(read_at(value, "window", read_window));
  c.zone = TRY(parsed_at(value, "zone", ZoneId::parse));
  return {};
}
Status read_row(const JcsValue& value, MeasureMet& m) {
  TRY_VOID(value.only({"measure", "version", "volume", "zone"}));
  m.measure = TRY(parsed_at(value, "measure", MeasureId::parse));
  m.version = TRY(integer_at(value, "version", 1, log::kJcsIntegerMax));
  m.volume = static_cast<std::uint32_t>(TRY(integer_at(value, "volume", 0, kVolumesPerIntentMax - 1)));
  m.zone = TRY(parsed_at(value, "zone", ZoneId::parse));
  return {};
}
Status read_row(const JcsValue& value, IntentReference& r) {
  if (value.kind() != JcsValue::Kind::kArray || value.size() < 2 || value.size() > 3) {
    return value.fail_here("a reference is [id, version] or [id, version, manager]");
  }
  const std::string_view id = TRY(value[0].string());
  r.intent = TRY(IntentId::parse(id));
  r.version = TRY(value[1].integer(1, log::kJcsIntegerMax));
  if (value.size() == 3) {
    const std::string_view manager = TRY(value[2].string());
    r.manager = TRY(Subject::parse(manager));
  }
  return {};
}
Status read_row(const JcsValue& value, ForeignZone& f) {
  if (value.kind() != JcsValue::Kind::kArray || value.size() != 2) return value.fail_here("a row is [zone, owner]");
  const std::string_view zone = TRY(value[0].string());
  const std::string_view owner = TRY(value[1].string());
  f.zone = TRY(ZoneId::parse(zone));
  f.owner = TRY(AuthorityId::parse(owner));
  return {};
}

/// A list with its total, left out when empty. The total is written only where rows are missing.
class ListWriter {
 public:
  ListWriter(JcsWriter& w, const std::string& out, std::size_t size_max) : w_(w), out_(out), size_max_(size_max) {}

  template <class Row>
  void operator()(std::string_view name, std::string_view total_name, const std::vector<Row>& rows,
                  std::uint64_t total) {
    if (rows.empty() && total == 0) return;
    std::size_t written = 0;
    w_.key(name).begin_array();
    for (const Row& row : rows) {
      if (out_.size() + row_bytes(row) > size_max_) break;
      write_row(w_, row);
      ++written;
    }
    w_.end_array();
    if (!total_name.empty() && total != written) w_.key(total_name).integer(static_cast<std::int64_t>(total));
  }

 private:
  JcsWriter& w_;
  const std::string& out_;
  std::size_t size_max_;
};

template <class Row>
Status read_list(const JcsValue& value, std::string_view name, std::string_view total_name, std::vector<Row>& rows,
                 std::uint64_t& total) {
  const auto list = value.find(name);
  if (!list) return {};
  TRY_VOID(list->expect(JcsValue::Kind::kArray));
  rows.resize(list->size());
  for (std::size_t i = 0; i < rows.size(); ++i) TRY_VOID(read_row((*list)[i], rows[i]));
  total = rows.size();
  if (total_name.empty() || !value.find(total_name)) return {};
  total = static_cast<std::uint64_t>(
      TRY(integer_at(value, total_name, static_cast<std::int64_t>(rows.size()), log::kJcsIntegerMax)));
  return {};
}

bool all_alike(const std::vector<std::vector<ZoneId>>& zones) {
  return std::all_of(zones.begin(), zones.end(), [&](const auto& z) { return z == zones.front(); });
}

/// One list for each volume; a single one when all are alike.
void write_zones(JcsWriter& w, const std::vector<std::vector<ZoneId>>& zones) {
  if (zones.empty()) return;
  const std::size_t lists = all_alike(zones) ? 1 : zones.size();
  w.key("zones").begin_array();
  for (std::size_t i = 0; i < lists; ++i) {
    w.begin_array();
    for (const ZoneId& zone : zones[i]) w.string(zone.str());
    w.end_array();
  }
  w.end_array();
}

Status read_zones(const JcsValue& value, std::vector<std::vector<ZoneId>>& zones) {
  const auto member = value.find("zones");
  if (!member) return {};
  TRY_VOID(member->expect(JcsValue::Kind::kArray));
  if (member->size() > kVolumesPerIntentMax) return member->fail_here("more lists than an intent has volumes");
  zones.resize(member->size());
  for (std::size_t i = 0; i < zones.size(); ++i) {
    const JcsValue list = (*member)[i];
    TRY_VOID(list.expect(JcsValue::Kind::kArray));
    for (std::size_t k = 0; k < list.size(); ++k) {
      const std::string_view id = TRY(list[k].string());
      zones[i].push_back(TRY(ZoneId::parse(id)));
    }
  }
  return {};
}

Result<Counter> read_counter(const JcsValue& value) {
  TRY_VOID(value.only({"level_shift_cm", "time_shift_ms"}));
  Counter counter;
  if (const auto level = value.find("level_shift_cm")) {
    counter.level_shift_cm = TRY(level->integer(kHeightCmMin - kHeightCmMax, kHeightCmMax - kHeightCmMin));
  }
  if (const auto time = value.find("time_shift_ms")) {
    counter.time_shift_ms = TRY(time->integer(-log::kJcsIntegerMax, log::kJcsIntegerMax));
  }
  if (counter.empty()) return value.fail_here("an empty counter-proposal is left out");
  return counter;
}

Result<Refusal> parse_refusal(std::string_view text) {
  for (std::size_t i = 1; i < kRefusals.size(); ++i) {
    if (kRefusals[i] == text) return static_cast<Refusal>(i);
  }
  return fail(ErrorCode::kUnsupported, "unknown reason of a refusal: a newer program wrote this");
}

}  // namespace

std::string_view to_text(Refusal refusal) { return kRefusals[static_cast<std::size_t>(refusal)]; }

std::size_t zones_bytes(const std::vector<std::vector<ZoneId>>& zones) {
  if (zones.empty()) return 0;
  const std::size_t lists = all_alike(zones) ? 1 : zones.size();
  std::size_t bytes = 12;
  for (std::size_t i = 0; i < lists; ++i) {
    bytes += 3;
    for (const ZoneId& zone : zones[i]) bytes += zone.str().size() + 3;
  }
  return bytes;
}

void write_decision(JcsWriter& w, const std::string& out, const Decision& d, std::size_t size_max) {
  ListWriter list(w, out, size_max - kTailBytes - zones_bytes(d.zones));
  w.begin_object();
  list("affected", "affected_total", d.affected, d.affected_total);
  list("conflicts", "conflicts_total", d.conflicts, d.conflicts_total);
  if (!d.counter.empty()) {
    w.key("counter").begin_object();
    if (d.counter.level_shift_cm) w.key("level_shift_cm").integer(*d.counter.level_shift_cm);
    if (d.counter.time_shift_ms) w.key("time_shift_ms").integer(*d.counter.time_shift_ms);
    w.end_object();
  }
  list("foreign", "", d.foreign, d.foreign.size());
  list("known", "known_total", d.known, d.known_total);
  list("measures", "measures_total", d.measures, d.measures_total);
  list("missing", "missing_total", d.missing, d.missing_total);
  list("overlaps", "overlaps_total", d.overlaps, d.overlaps_total);
  if (d.overrun) w.key("overrun").boolean(true);
  if (!d.accepted()) w.key("refusal").string(to_text(d.refusal));
  if (d.state) w.key("state").string(to_text(*d.state));
  if (d.version != 0) w.key("version").integer(d.version);
  write_zones(w, d.zones);
  w.end_object();
}

Result<Decision> read_decision(const JcsValue& value) {
  TRY_VOID(value.only({"affected", "affected_total", "conflicts", "conflicts_total", "counter", "foreign", "known",
                       "known_total", "measures", "measures_total", "missing", "missing_total", "overlaps",
                       "overlaps_total", "overrun", "refusal", "state", "version", "zones"}));
  Decision d;
  std::uint64_t foreign_total = 0;
  TRY_VOID(read_list(value, "affected", "affected_total", d.affected, d.affected_total));
  TRY_VOID(read_list(value, "conflicts", "conflicts_total", d.conflicts, d.conflicts_total));
  TRY_VOID(read_list(value, "foreign", "", d.foreign, foreign_total));
  TRY_VOID(read_list(value, "known", "known_total", d.known, d.known_total));
  TRY_VOID(read_list(value, "measures", "measures_total", d.measures, d.measures_total));
  TRY_VOID(read_list(value, "missing", "missing_total", d.missing, d.missing_total));
  TRY_VOID(read_list(value, "overlaps", "overlaps_total", d.overlaps, d.overlaps_total));
  if (const auto counter = value.find("counter")) d.counter = TRY(read_counter(*counter));
  if (const auto overrun = value.find("overrun")) d.overrun = TRY(overrun->boolean());
  if (value.find("refusal")) d.refusal = TRY(parsed_at(value, "refusal", parse_refusal));
  if (value.find("version")) {
    d.version = TRY(integer_at(value, "version", 1, log::kJcsIntegerMax));
  }
  if (value.find("state")) d.state = TRY(parsed_at(value, "state", parse_intent_state));
  if (d.accepted() == (d.version == 0)) return value.fail_here("a decision has either a version or a refusal");
  TRY_VOID(read_zones(value, d.zones));
  return d;
}

}  // namespace tansiq::core
