#include "picture/group_json.h"

#include <fmt/format.h>

#include <charconv>

#include "core/volume_json.h"

namespace tansiq::picture {
namespace {

using log::JcsValue;
using log::JcsWriter;
using surveillance::IdKind;

constexpr std::int64_t kMmsiMax = 999'999'999;

void write_craft(JcsWriter& out, const surveillance::CraftId& id) {
  out.begin_object();
  if (id.kind == IdKind::kMmsi) {
    out.key("mmsi").integer(id.number);
  } else {
    out.key("icao").string(fmt::format("{:06X}", id.number));
  }
  out.end_object();
}

void write_shape(JcsWriter& out, const GroupShape& shape) {
  out.begin_object().key("ahead_m").integer(shape.ahead_m).key("astern_m").integer(shape.astern_m);
  if (!core::unbounded(shape.band)) {
    out.key("band");
    core::write_band(out, shape.band);
  }
  out.key("domain").string(core::to_text(shape.domain)).key("port_m").integer(shape.port_m);
  out.key("starboard_m").integer(shape.starboard_m);
  if (!shape.windows.empty()) {
    out.key("windows").begin_array();
    for (const geo::TimeWindow& window : shape.windows) core::write_window(out, window);
    out.end_array();
  }
  out.end_object();
}

Result<surveillance::CraftId> read_craft(const JcsValue& value) {
  TRY_VOID(value.only({"icao", "mmsi"}));
  if (value.size() != 1) return value.fail_here("a craft is {\"mmsi\":…} or {\"icao\":\"…\"}");
  if (const auto mmsi = value.find("mmsi")) {
    const std::int64_t number = TRY(mmsi->integer(1, kMmsiMax));
    return surveillance::CraftId{IdKind::kMmsi, static_cast<std::uint32_t>(number)};
  }
  const JcsValue icao = TRY(value.at("icao"));
  const std::string_view text = TRY(icao.string());
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, 16);
  if (text.size() != 6 || error != std::errc() || end != text.data() + text.size()) {
    return icao.fail_here("an address is six hexadecimal digits");
  }
  return surveillance::CraftId{IdKind::kIcao, number};
}

Result<GroupShape> read_shape(const JcsValue& value) {
  TRY_VOID(value.only({"ahead_m", "astern_m", "band", "domain", "port_m", "starboard_m", "windows"}));
  GroupShape shape;
  const auto reach = [&](std::string_view name, std::int64_t& to) -> Status {
    const JcsValue member = TRY(value.at(name));
    to = TRY(member.integer(1, kGroupReachMMax));
    return {};
  };
  TRY_VOID(reach("ahead_m", shape.ahead_m));
  TRY_VOID(reach("astern_m", shape.astern_m));
  TRY_VOID(reach("port_m", shape.port_m));
  TRY_VOID(reach("starboard_m", shape.starboard_m));
  const JcsValue domain = TRY(value.at("domain"));
  const std::string_view domain_text = TRY(domain.string());
  const auto parsed = core::parse_domain(domain_text);
  if (!parsed) return domain.fail_here(parsed.error().message);
  shape.domain = *parsed;
  if (const auto band = value.find("band")) shape.band = TRY(core::read_band(*band));
  if (const auto windows = value.find("windows")) {
    TRY_VOID(windows->expect(JcsValue::Kind::kArray));
    if (windows->size() > kGroupWindowsMax)
      return windows->fail_here(fmt::format("at most {} windows", kGroupWindowsMax));
    for (std::size_t i = 0; i < windows->size(); ++i) shape.windows.push_back(TRY(core::read_window((*windows)[i])));
  }
  return shape;
}

}  // namespace

void write_group(JcsWriter& out, const Group& group) {
  out.begin_object().key("guide");
  write_craft(out, group.guide);
  if (!group.members.empty()) {
    out.key("members").begin_array();
    for (const surveillance::CraftId& member : group.members) write_craft(out, member);
    out.end_array();
  }
  out.key("name").string(group.name).key("shapes").begin_array();
  for (const GroupShape& shape : group.shapes) write_shape(out, shape);
  out.end_array().end_object();
}

Result<Group> read_group(std::string id, const JcsValue& value) {
  TRY_VOID(value.only({"guide", "members", "name", "shapes"}));
  Group group;
  group.id = std::move(id);
  const JcsValue guide = TRY(value.at("guide"));
  group.guide = TRY(read_craft(guide));
  if (const auto members = value.find("members")) {
    TRY_VOID(members->expect(JcsValue::Kind::kArray));
    if (members->size() > kGroupMembersMax)
      return members->fail_here(fmt::format("at most {} members", kGroupMembersMax));
    for (std::size_t i = 0; i < members->size(); ++i) group.members.push_back(TRY(read_craft((*members)[i])));
  }
  const JcsValue name = TRY(value.at("name"));
  group.name = TRY(name.string());
  const JcsValue shapes = TRY(value.at("shapes"));
  TRY_VOID(shapes.expect(JcsValue::Kind::kArray));
  if (shapes.size() > kGroupShapesMax) return shapes.fail_here(fmt::format("at most {} shapes", kGroupShapesMax));
  for (std::size_t i = 0; i < shapes.size(); ++i) group.shapes.push_back(TRY(read_shape(shapes[i])));
  TRY_VOID(check(group));
  return group;
}

}  // namespace tansiq::picture
