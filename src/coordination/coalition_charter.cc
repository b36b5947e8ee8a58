// Another version of the charter: an officer's act that adopts it, and the entry that brings it into force.
#include <fmt/format.h>

#include <algorithm>

#include "coordination/coalition.h"

namespace tansiq::coordination {

/// Before the entry is folded: an own entry that speaks of the charter moves everything that stands on it. An adopted
/// text is at hand from the adoption on, so that nothing can be missing at the moment itself.
Status Coalition::follow_charter(const LogName& log, const Body& body) {
  if (misplaced(log, body)) return {};
  if (const auto* adopted = std::get_if<CharterAdopted>(&body)) {
    TRY_VOID(load_pending(*adopted));
    control_->announce(pending_->charter);
    return {};
  }
  const auto* force = std::get_if<CharterInForce>(&body);
  if (force == nullptr) return {};
  if (!pending_ || core::charter_hash(pending_->text) != force->charter_sha256.hex()) {
    return fail(ErrorCode::kCorrupt, fmt::format("version {} comes into force, but was not adopted", force->version));
  }
  TRY_VOID(origins_.adopt(pending_->charter));
  TRY_VOID(machine_.adopt(std::move(pending_->charter), pending_->text));
  pending_.reset();
  const core::Charter& charter = machine_.charter();
  relations_->adopt(charter);
  control_->adopt(charter);
  legs_->adopt(charter);
  flights_->adopt();
  shown_->adopt();
  std::erase_if(skew_noted_, [&](const auto& noted) { return !is_member(noted.first); });
  return {};
}

Status Coalition::load_pending(const CharterAdopted& adopted) {
  const std::string wanted = adopted.charter_sha256.hex();
  if (pending_ && core::charter_hash(pending_->text) == wanted) return {};
  if (!texts_) {
    return fail(ErrorCode::kNotFound,
                fmt::format("the text of version {} of the charter is not here", adopted.version));
  }
  std::string text = TRY(texts_(wanted));
  if (core::charter_hash(text) != wanted) {
    return fail(ErrorCode::kCorrupt, fmt::format("the text kept as version {} of the charter has another hash than {}",
                                                 adopted.version, wanted));
  }
  core::Charter charter = TRY(core::parse_charter(text));
  pending_ = Pending{.charter = std::move(charter), .text = std::move(text)};
  return {};
}

Result<EntryHash> Coalition::adopt_charter(const AdoptCharter& act, const ActCommand& command, UtcMs now,
                                           Batch& batch) {
  const CharterAdopted adopted = TRY(adoptions_->adopt(machine_.charter(), act.note.note, now));
  core::SignedCharter opened = TRY(core::open_charter(act.note.note));
  // That it can be folded is found out now, and not when it has to be.
  core::ZoneTable zones = machine_.zones();
  TRY_VOID(zones.adopt(opened.charter));
  Origins origins = origins_;
  TRY_VOID(origins.adopt(opened.charter));
  TRY_VOID(check_windows_end(opened.charter));
  bodies_ = {opened.text, act.note.note};
  pending_ = Pending{.charter = std::move(opened.charter), .text = std::move(opened.text)};
  return say(adopted, {command.by, command.second, command.cmd}, now, batch);
}

/// Where a version takes space away, nobody knows of a window there after it: none may still be open.
Status Coalition::check_windows_end(const core::Charter& next) const {
  for (const auto& [request, version] : legs_->versions()) {
    if (version.state != LegState::kConfirmed || !control_->keeps(version.zone)) continue;
    const core::Zone* before = machine_.charter().find_zone(version.zone);
    const core::Zone* after = next.find_zone(version.zone);
    if (before == nullptr || (after != nullptr && after->outline == before->outline && after->band == before->band)) {
      continue;
    }
    const UtcMs end = version.window.end;
    if (end <= next.valid_from) continue;
    return fail(ErrorCode::kConflict,
                fmt::format("it redraws zone {} at {}, but flight {} of {} is confirmed there until {}: have it given "
                            "back, or begin later",
                            version.zone.str(), format_utc(next.valid_from), version.flight.str(), version.home.str(),
                            format_utc(end)),
                "valid_from_ms");
  }
  return {};
}

}  // namespace tansiq::coordination
