#include "core/craft_json.h"

#include <fmt/core.h>

#include <utility>

namespace tansiq::core {
namespace {

using log::JcsValue;
using log::JcsWriter;

template <class T>
Status read_identity(const JcsValue& object, std::string_view name, std::optional<T>& out) {
  const auto member = object.find(name);
  if (!member) return {};
  const std::string_view text = TRY(member->string());
  auto parsed = T::parse(text);
  if (!parsed) return member->fail_here(std::move(parsed).error().message);
  if (parsed->str() != text) return member->fail_here(fmt::format("stands in records as \"{}\"", parsed->str()));
  out = *parsed;
  return {};
}

Status read_time(const JcsValue& object, std::string_view name, std::optional<UtcMs>& out) {
  const auto member = object.find(name);
  if (member) out = UtcMs{TRY(member->integer(kUtcMin.ms, kUtcMax.ms))};
  return {};
}

}  // namespace

void Codec<Craft>::write(JcsWriter& out, const Craft& value) {
  out.begin_object();
  if (value.from) out.key("from_ms").integer(value.from->ms);
  if (value.icao) out.key("icao").string(value.icao->str());
  if (value.mmsi) out.key("mmsi").string(value.mmsi->str());
  if (value.mode_3a) out.key("mode_3a").string(value.mode_3a->str());
  if (value.to) out.key("to_ms").integer(value.to->ms);
  out.end_object();
}

Result<Craft> Codec<Craft>::read(const JcsValue& v) {
  TRY_VOID(v.only({"from_ms", "icao", "mmsi", "mode_3a", "to_ms"}));
  Craft out;
  TRY_VOID(read_time(v, "from_ms", out.from));
  TRY_VOID(read_identity(v, "icao", out.icao));
  TRY_VOID(read_identity(v, "mmsi", out.mmsi));
  TRY_VOID(read_identity(v, "mode_3a", out.mode_3a));
  TRY_VOID(read_time(v, "to_ms", out.to));
  return out;
}

void write_craft(JcsWriter& out, const std::vector<Craft>& craft) { Codec<std::vector<Craft>>::write(out, craft); }

Result<std::vector<Craft>> read_craft(const JcsValue& value) {
  auto craft = TRY(Codec<std::vector<Craft>>::read(value));
  if (const Status checked = check_craft(craft); !checked) return value.fail_here(checked.error().text());
  return craft;
}

}  // namespace tansiq::core
