#include "picture/note.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/charter.h"
#include "core/craft_json.h"
#include "core/volume_json.h"
#include "picture/group_json.h"

namespace tansiq::picture {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr std::array kAreaKinds{AlertKind::kVolumeEntry, AlertKind::kForeignZone};
constexpr std::int64_t kIcaoMax = 0xFFFFFE;  // all ones is the address of none
constexpr std::int64_t kMmsiMax = 999'999'999;
constexpr std::int64_t kTrackMax = 0xFFFFFFFF;

Result<std::string> text(const JcsValue& of, std::string_view name) {
  const JcsValue member = TRY(of.at(name));
  return std::string(TRY(member.string()));
}

Result<std::int64_t> number(const JcsValue& of, std::string_view name, std::int64_t min, std::int64_t max) {
  const JcsValue member = TRY(of.at(name));
  return member.integer(min, max);
}

Result<core::Domain> domain(const JcsValue& of) {
  const JcsValue member = TRY(of.at("domain"));
  const std::string_view word = TRY(member.string());
  const auto parsed = core::parse_domain(word);
  if (!parsed) return member.fail_here(parsed.error().message);
  return *parsed;
}

Result<AlertKind> area_kind(const JcsValue& of) {
  const JcsValue member = TRY(of.at("kind"));
  const std::string_view word = TRY(member.string());
  for (const AlertKind kind : kAreaKinds) {
    if (name_of(kind) == word) return kind;
  }
  return member.fail_here("an area is volume_entry or foreign_zone");
}

surveillance::Domain as_seen(core::Domain domain) {
  return domain == core::Domain::kSea ? surveillance::Domain::kSea : surveillance::Domain::kAir;
}
core::Domain as_filed(surveillance::Domain domain) {
  return domain == surveillance::Domain::kSea ? core::Domain::kSea : core::Domain::kAir;
}

// Writing
// -------------------------------------------------------------------------------------------------------------------

void write(JcsWriter& out, const Acknowledge& of) {
  out.key("acknowledge").begin_object().key("alert").integer(static_cast<std::int64_t>(of.alert));
  out.key("by").string(of.by).end_object();
}

void write(JcsWriter& out, const KnownArea& of) {
  out.key("area").begin_object().key("domain").string(core::to_text(of.domain)).key("id").string(of.id);
  out.key("kind").string(name_of(of.kind)).key("volumes");
  core::write_volumes(out, of.volumes);
  out.end_object();
}

void write(JcsWriter& out, const AreaGone& of) {
  out.key("area_gone").begin_object().key("id").string(of.id).key("kind").string(name_of(of.kind)).end_object();
}

void write(JcsWriter& out, const Group& of) {
  out.key("group").begin_object().key("group");
  write_group(out, of);
  out.key("id").string(of.id).end_object();
}

void write(JcsWriter& out, const GroupGone& of) { out.key("group_gone").string(of.id); }

void write(JcsWriter& out, const Inhibit& of) {
  out.key("inhibit").begin_object().key("tracks").begin_array();
  out.integer(of.first.value).integer(of.second.value).end_array().key("until_ms").integer(of.until.ms).end_object();
}

void write(JcsWriter& out, const KnownPlan& of) {
  const Plan& plan = of.plan;
  out.key("plan").begin_object().key("authority").string(of.authority).key("call_sign").string(plan.call_sign);
  if (!plan.craft.empty()) {
    out.key("craft");
    core::write_craft(out, plan.craft);
  }
  out.key("domain").string(core::to_text(as_filed(plan.domain)));
  out.key("intent").string(plan.intent).key("legs").begin_array();
  for (const Leg& leg : plan.legs) {
    out.begin_object().key("confirmed").boolean(leg.confirmed).key("volume");
    core::write_volume(out, leg.volume);
    out.key("zone").string(leg.zone).end_object();
  }
  out.end_array().key("manager").string(plan.manager);
  out.key("state").string(core::to_text(plan.state)).end_object();
}

void write(JcsWriter& out, const PlanGone& of) { out.key("plan_gone").string(of.intent); }

void write(JcsWriter& out, const Tolerances& of) {
  out.key("tolerances");
  if (of.terms) {
    core::write_fields(out, *of.terms);
  } else {
    out.begin_object().end_object();
  }
}

void write(JcsWriter& out, const Zones& of) {
  out.key("zones").begin_array();
  for (const ZoneSpace& zone : of.zones) {
    out.begin_object().key("domain").string(core::to_text(zone.domain)).key("id").string(zone.id);
    out.key("minima").begin_object().key("horizontal_m").integer(zone.minima.horizontal_m);
    out.key("time_ms").integer(zone.minima.time_ms).key("vertical_cm").integer(zone.minima.vertical_cm).end_object();
    if (zone.volume) {
      out.key("volume");
      core::write_volume(out, *zone.volume);
    }
    out.end_object();
  }
  out.end_array();
}

// Reading
// -------------------------------------------------------------------------------------------------------------------

Result<Note> read_acknowledge(const JcsValue& value) {
  TRY_VOID(value.only({"alert", "by"}));
  Acknowledge out;
  out.alert = static_cast<AlertId>(TRY(number(value, "alert", 1, log::kJcsIntegerMax)));
  out.by = TRY(text(value, "by"));
  return out;
}

Result<Note> read_area(const JcsValue& value) {
  TRY_VOID(value.only({"domain", "id", "kind", "volumes"}));
  KnownArea out;
  out.domain = TRY(domain(value));
  out.id = TRY(text(value, "id"));
  out.kind = TRY(area_kind(value));
  const JcsValue volumes = TRY(value.at("volumes"));
  out.volumes = TRY(core::read_volumes(volumes));
  return out;
}

Result<Note> read_area_gone(const JcsValue& value) {
  TRY_VOID(value.only({"id", "kind"}));
  AreaGone out;
  out.id = TRY(text(value, "id"));
  out.kind = TRY(area_kind(value));
  return out;
}

Result<Note> read_named_group(const JcsValue& value) {
  TRY_VOID(value.only({"group", "id"}));
  const JcsValue group = TRY(value.at("group"));
  std::string id = TRY(text(value, "id"));
  return TRY(read_group(std::move(id), group));
}

Result<Note> read_group_gone(const JcsValue& value) { return GroupGone{std::string(TRY(value.string()))}; }

Result<Note> read_inhibit(const JcsValue& value) {
  TRY_VOID(value.only({"tracks", "until_ms"}));
  const JcsValue tracks = TRY(value.at("tracks"));
  TRY_VOID(tracks.expect(JcsValue::Kind::kArray));
  if (tracks.size() != 2) return tracks.fail_here("two tracks");
  Inhibit out;
  out.first.value = static_cast<std::uint32_t>(TRY(tracks[0].integer(1, kTrackMax)));
  out.second.value = static_cast<std::uint32_t>(TRY(tracks[1].integer(1, kTrackMax)));
  out.until.ms = TRY(number(value, "until_ms", 0, log::kJcsIntegerMax));
  return out;
}

/// The one craft of a plan, as older recordings have it.
Result<std::vector<core::Craft>> read_former_craft(const JcsValue& plan) {
  core::Craft out;
  const auto code = plan.find("code");
  const auto icao = plan.find("icao");
  const auto mmsi = plan.find("mmsi");
  if (!code && !icao && !mmsi) return std::vector<core::Craft>();
  if (code) {
    TRY_VOID(code->only({"mode_3a", "window"}));
    out.mode_3a = core::Mode3a{static_cast<std::uint16_t>(TRY(number(*code, "mode_3a", 0, 07777)))};
    const JcsValue window = TRY(code->at("window"));
    const geo::TimeWindow valid = TRY(core::read_window(window));
    out.from = valid.start;
    out.to = valid.end;
  }
  if (icao) out.icao = core::IcaoAddress{static_cast<std::uint32_t>(TRY(icao->integer(1, kIcaoMax)))};
  if (mmsi) out.mmsi = core::Mmsi{static_cast<std::uint32_t>(TRY(mmsi->integer(1, kMmsiMax)))};
  std::vector<core::Craft> craft{out};
  if (const Status checked = core::check_craft(craft); !checked) return plan.fail_here(checked.error().text());
  return craft;
}

Result<Leg> read_leg(const JcsValue& value) {
  TRY_VOID(value.only({"confirmed", "volume", "zone"}));
  Leg out;
  const JcsValue confirmed = TRY(value.at("confirmed"));
  out.confirmed = TRY(confirmed.boolean());
  const JcsValue volume = TRY(value.at("volume"));
  out.volume = TRY(core::read_volume(volume));
  out.zone = TRY(text(value, "zone"));
  return out;
}

Result<Note> read_plan(const JcsValue& value) {
  TRY_VOID(value.only(
      {"authority", "call_sign", "code", "craft", "domain", "icao", "intent", "legs", "manager", "mmsi", "state"}));
  KnownPlan out;
  out.authority = TRY(text(value, "authority"));
  Plan& plan = out.plan;
  plan.call_sign = TRY(text(value, "call_sign"));
  plan.craft = TRY(read_former_craft(value));
  if (const auto craft = value.find("craft")) {
    if (!plan.craft.empty()) return craft->fail_here("stands in place of code, icao and mmsi, not beside them");
    plan.craft = TRY(core::read_craft(*craft));
  }
  plan.domain = as_seen(TRY(domain(value)));
  plan.intent = TRY(text(value, "intent"));
  const JcsValue legs = TRY(value.at("legs"));
  TRY_VOID(legs.expect(JcsValue::Kind::kArray));
  if (legs.size() > kVolumesPerIntentMax) return legs.fail_here(fmt::format("at most {} legs", kVolumesPerIntentMax));
  for (std::size_t i = 0; i < legs.size(); ++i) plan.legs.push_back(TRY(read_leg(legs[i])));
  plan.manager = TRY(text(value, "manager"));
  const JcsValue state = TRY(value.at("state"));
  const std::string_view word = TRY(state.string());
  const auto parsed = core::parse_intent_state(word);
  if (!parsed) return state.fail_here(parsed.error().message);
  plan.state = *parsed;
  return out;
}

Result<Note> read_plan_gone(const JcsValue& value) { return PlanGone{std::string(TRY(value.string()))}; }

Result<Note> read_tolerances(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kObject));
  Tolerances out;
  if (value.size() > 0) out.terms = TRY(core::read_fields<core::ConformanceTerms>(value));
  return out;
}

Result<ZoneSpace> read_zone(const JcsValue& value) {
  TRY_VOID(value.only({"domain", "id", "minima", "volume"}));
  ZoneSpace out;
  out.domain = TRY(domain(value));
  out.id = TRY(text(value, "id"));
  const JcsValue minima = TRY(value.at("minima"));
  TRY_VOID(minima.only({"horizontal_m", "time_ms", "vertical_cm"}));
  out.minima.horizontal_m = TRY(number(minima, "horizontal_m", 0, core::kMinimaHorizontalMMax));
  out.minima.time_ms = TRY(number(minima, "time_ms", 0, core::kMinimaTimeMsMax));
  out.minima.vertical_cm = TRY(number(minima, "vertical_cm", 0, core::kMinimaVerticalCmMax));
  if (const auto volume = value.find("volume")) out.volume = TRY(core::read_volume(*volume));
  return out;
}

Result<Note> read_zones(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kArray));
  if (value.size() > core::kCharterZonesMax)
    return value.fail_here(fmt::format("at most {} zones", core::kCharterZonesMax));
  Zones out;
  for (std::size_t i = 0; i < value.size(); ++i) out.zones.push_back(TRY(read_zone(value[i])));
  return out;
}

struct Reader {
  std::string_view name;
  Result<Note> (*read)(const JcsValue&);
};
constexpr std::array kReaders{Reader{"acknowledge", read_acknowledge},
                              Reader{"area", read_area},
                              Reader{"area_gone", read_area_gone},
                              Reader{"group", read_named_group},
                              Reader{"group_gone", read_group_gone},
                              Reader{"inhibit", read_inhibit},
                              Reader{"plan", read_plan},
                              Reader{"plan_gone", read_plan_gone},
                              Reader{"tolerances", read_tolerances},
                              Reader{"zones", read_zones}};

}  // namespace

std::string note_line(const Note& note) {
  std::string line;
  JcsWriter out(line);
  out.begin_object();
  std::visit([&](const auto& of) { write(out, of); }, note);
  out.end_object();
  return line;
}

Result<Note> read_note(std::string_view line) {
  const auto document = TRY(JcsDocument::parse(line, kNoteBytesMax));
  const JcsValue root = document.root();
  TRY_VOID(root.expect(JcsValue::Kind::kObject));
  for (const Reader& reader : kReaders) {
    if (root.size() == 1 && root.name(0) == reader.name) return reader.read(root[0]);
  }
  return fail(ErrorCode::kInvalid,
              "a note has one member: acknowledge, area, group, inhibit, plan, tolerances, zones, or one that is gone");
}

bool names_by_number(const Note& note) {
  return std::holds_alternative<Acknowledge>(note) || std::holds_alternative<Inhibit>(note);
}

Status tell(Picture& picture, const Note& note, UtcMs now) {
  struct Teller {
    Picture& picture;
    UtcMs now;
    Status operator()(const Acknowledge& of) const { return picture.acknowledge(of.alert, of.by, now); }
    Status operator()(const KnownArea& of) const { return picture.put_area(of); }
    Status operator()(const AreaGone& of) const {
      picture.drop_area(of.kind, of.id, now);
      return {};
    }
    Status operator()(const Group& of) const { return picture.put_group(of); }
    Status operator()(const GroupGone& of) const {
      picture.drop_group(of.id, now);
      return {};
    }
    Status operator()(const Inhibit& of) const { return picture.inhibit(of.first, of.second, of.until); }
    Status operator()(const KnownPlan& of) const { return picture.put_plan(of); }
    Status operator()(const PlanGone& of) const {
      picture.drop_plan(of.intent);
      return {};
    }
    Status operator()(const Tolerances& of) const {
      picture.set_tolerances(of.terms);
      return {};
    }
    Status operator()(const Zones& of) const { return picture.set_zones(of.zones); }
  };
  return std::visit(Teller{picture, now}, note);
}

}  // namespace tansiq::picture
