// The state of zone control as canonical JSON. What the charter says already is left out: a zone appears once anything
// has been said about it.
#include "base/invariant.h"
#include "coordination/zone_control.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {

using log::JcsValue;

ZoneChain ZoneControl::fresh(const ZoneEntry& zone) {
  ZoneChain chain(zone.owner);
  for (const AuthorityId& tenant : zone.tenants) chain.entitle(tenant);
  return chain;
}

void ZoneControl::write_state(log::JcsWriter& out) const {
  EXPECT_INVARIANT(adoptions_.empty());
  out.begin_object().key("clock_fault").boolean(clock_fault_).key("zones").begin_array();
  for (const auto& [id, zone] : zones_) {
    if (zone.chartered && zone.parts.empty() && zone.chain == fresh(zone)) continue;
    out.begin_object().key("chain");
    zone.chain.write(out);
    out.key("id").string(id.str()).key("parts").begin_array();
    for (const auto& [hash, part] : zone.parts) {
      out.begin_object().key("author").string(part.author.str()).key("hash").string(hash.hex()).key("snapshot");
      core::write_fields(out, part.snapshot);
      out.end_object();
    }
    out.end_array().end_object();
  }
  out.end_array().end_object();
}

Status ZoneControl::read_state(const JcsValue& value) {
  TRY_VOID(value.only({"clock_fault", "zones"}));
  const JcsValue fault = TRY(value.at("clock_fault"));
  clock_fault_ = TRY(fault.boolean());
  for (auto& [id, zone] : zones_) {
    zone.chain = fresh(zone);
    zone.parts.clear();
  }
  adoptions_.clear();
  const JcsValue zones = TRY(value.at("zones"));
  TRY_VOID(zones.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < zones.size(); ++i) TRY_VOID(read_zone(zones[i]));
  due_.clear();
  for (auto& [id, zone] : zones_) zone.due.reset();
  all_changed();
  return {};
}

Status ZoneControl::read_zone(const JcsValue& value) {
  TRY_VOID(value.only({"chain", "id", "parts"}));
  const auto id = TRY(core::parsed_at(value, "id", ZoneId::parse));
  ZoneChain chain = TRY(core::read_at(value, "chain", ZoneChain::read));
  // A zone that the charter in force has no longer is kept with what is known of it.
  const AuthorityId owner = chain.epoch(0)->sequencer;
  ZoneEntry& zone = zones_.try_emplace(id, owner).first->second;
  zone.chain = std::move(chain);
  const JcsValue parts = TRY(value.at("parts"));
  TRY_VOID(parts.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    const JcsValue& of = parts[i];
    TRY_VOID(of.only({"author", "hash", "snapshot"}));
    const auto hash = TRY(core::parsed_at(of, "hash", [](std::string_view text) { return EntryHash::from_hex(text); }));
    Part part;
    part.author = TRY(core::parsed_at(of, "author", AuthorityId::parse));
    part.snapshot = TRY(core::read_at(of, "snapshot", core::read_fields<ZoneSnapshot>));
    part.sound = sound(part.snapshot);
    zone.parts.emplace(hash, std::move(part));
  }
  return {};
}

}  // namespace tansiq::coordination
