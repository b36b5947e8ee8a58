// What officers ask for in a zone, checked.
#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "coordination/zone_control.h"

namespace tansiq::coordination {
namespace {

/// What an entry takes beside its body, at most: two officers of 128 bytes, a command of 64, numbers, names, brackets.
constexpr std::size_t kEntryHeadBytesMax = 512;

std::size_t json_bytes(const auto& of) {
  std::string text;
  log::JcsWriter out(text);
  core::write_fields(out, of);
  return text.size();
}

}  // namespace

Result<std::vector<ZoneSnapshot>> split_snapshot(const ZoneId& zone, std::int64_t epoch, const AuthorityId& to,
                                                 std::vector<AdoptedWindow> windows) {
  // Measured with the longest numbers that can follow, so that numbering the parts later makes none of them longer.
  const ZoneSnapshot empty{.epoch = epoch,
                           .part = static_cast<std::int64_t>(kSnapshotPartsMax),
                           .parts = static_cast<std::int64_t>(kSnapshotPartsMax),
                           .to = to,
                           .windows = {},
                           .zone = zone};
  const std::size_t room =
      kEntryBytesMax - kEntryHeadBytesMax - json_bytes(empty) - std::string_view(",\"windows\":[]").size();
  std::vector<ZoneSnapshot> parts;
  std::size_t used = 0;
  for (AdoptedWindow& window : windows) {
    const std::size_t bytes = json_bytes(window) + 1;
    if (bytes > room) {
      return fail(
          ErrorCode::kTooLarge,
          fmt::format("the window of flight {} of {} takes {} bytes, but at most {} can go over with a zone: wait "
                      "until it has ended",
                      window.flight.str(), window.home.str(), bytes, room));
    }
    if (parts.empty() || used + bytes > room || parts.back().windows.size() == core::kListMax) {
      parts.push_back(empty);
      used = 0;
    }
    used += bytes;
    parts.back().windows.push_back(std::move(window));
  }
  if (parts.size() > kSnapshotPartsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("the windows of zone {} take {} entries, but at most {} can go over",
                                                  zone.str(), parts.size(), kSnapshotPartsMax));
  }
  for (std::size_t i = 0; i < parts.size(); ++i) {
    parts[i].part = static_cast<std::int64_t>(i);
    parts[i].parts = static_cast<std::int64_t>(parts.size());
  }
  return parts;
}

Result<const ZoneControl::ZoneEntry*> ZoneControl::get(const ZoneId& id) const {
  const ZoneEntry* zone = find(id);
  if (zone == nullptr || !zone->chartered) {
    return fail(ErrorCode::kNotFound, fmt::format("the charter has no zone \"{}\" with a sequencer", id.str()), "zone");
  }
  return zone;
}

Result<const ZoneControl::ZoneEntry*> ZoneControl::ours(const ZoneId& id) const {
  const ZoneEntry* zone = TRY(get(id));
  switch (state(*zone)) {
    case ControlState::kSequencer:
    case ControlState::kTenant:
      return zone;
    case ControlState::kHalted:
      return fail(
          ErrorCode::kWrongState,
          fmt::format("zone {} is halted: epoch {} was closed twice; officers must first resolve which entry stands",
                      id.str(), *zone->chain.halted()),
          "zone");
    case ControlState::kLessor:
      return fail(ErrorCode::kNotSequencer,
                  fmt::format("zone {} is leased to {} and has not come back", id.str(),
                              zone->chain.head().lessor ? zone->chain.head().sequencer.str()
                                                        : zone->chain.origin()->author.str()),
                  "zone");
    case ControlState::kNone:
      break;
  }
  return fail(
      ErrorCode::kNotSequencer,
      fmt::format("{} decides in zone {}, not {}", sequencer(id).value_or(zone->owner).str(), id.str(), self_.str()),
      "zone");
}

Result<ClosingPlan> ZoneControl::lease(const ZoneId& id, const AuthorityId& tenant, UtcMs until,
                                       std::vector<AdoptedWindow> windows, UtcMs now) const {
  const ZoneEntry* zone = TRY(ours(id));
  if (state(*zone) == ControlState::kTenant) {
    return fail(
        ErrorCode::kWrongState,
        fmt::format("{} is not the owner of zone {}: a tenant leases nothing on, it gives back", self_.str(), id.str()),
        "zone");
  }
  if (clock_fault_) {
    return fail(ErrorCode::kWrongState, "the clock of this node is not fit to judge when a lease ends");
  }
  if (!zone->tenants.contains(tenant)) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("{} is no tenant of zone {}: the charter must list it under \"tenants\"", tenant.str(), id.str()),
        "tenant");
  }
  // T7: the gap at the end, and a hold, are small against the lease.
  const DurationMs least = kLeaseOverGapMin * (4 * timing_.clock_error_ms + timing_.hold_ms(1));
  if (until > kUtcMax - timing_.clock_error_ms || until - now < least) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a lease from now to {} lasts {}; it must last {} at least", format_utc(until),
                            format_duration(std::max<DurationMs>(until - now, 0)), format_duration(least)),
                "until");
  }
  if (zone->redrawn && until > *zone->redrawn) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("the next version of the charter, which is adopted here, takes zone {} away at {}: it can be "
                    "leased until then",
                    id.str(), format_utc(*zone->redrawn)),
        "until");
  }
  const std::int64_t last = zone->chain.last();
  return plan(id, tenant, std::move(windows),
              ZoneLease{.epoch = last + 1, .snapshot = {}, .tenant = tenant, .until = until, .zone = id});
}

Result<ClosingPlan> ZoneControl::hand_over(const ZoneId& id, const AuthorityId& to,
                                           std::vector<AdoptedWindow> windows) const {
  const ZoneEntry* zone = TRY(ours(id));
  if (zone->chain.head().until) {
    return fail(ErrorCode::kWrongState,
                fmt::format("zone {} is leased from {}: a tenant hands nothing over, it gives back", id.str(),
                            zone->chain.head().lessor->str()),
                "zone");
  }
  if (zone->redrawn) {
    return fail(
        ErrorCode::kWrongState,
        fmt::format("the next version of the charter, which is adopted here, takes zone {} away at {}: it can be "
                    "leased until then, and is handed over afterwards",
                    id.str(), format_utc(*zone->redrawn)),
        "zone");
  }
  if (to == self_) return fail(ErrorCode::kInvalid, fmt::format("{} decides there already", to.str()), "to");
  if (to != zone->owner && !zone->tenants.contains(to)) {
    return fail(ErrorCode::kInvalid,
                fmt::format("{} is neither owner nor tenant of zone {} in the charter", to.str(), id.str()), "to");
  }
  const std::int64_t last = zone->chain.last();
  return plan(id, to, std::move(windows),
              ZoneLease{.epoch = last + 1, .snapshot = {}, .tenant = to, .until = {}, .zone = id});
}

Result<ClosingPlan> ZoneControl::give_back(const ZoneId& id, std::vector<AdoptedWindow> windows, UtcMs now) const {
  const ZoneEntry* zone = TRY(ours(id));
  const Epoch& head = zone->chain.head();
  if (!head.lessor) {
    return fail(ErrorCode::kWrongState,
                fmt::format("nobody leased zone {} to {}: hand it over instead", id.str(), self_.str()), "zone");
  }
  if (head.until && now >= *head.until - timing_.clock_error_ms) {
    return fail(
        ErrorCode::kWrongState,
        fmt::format("the lease of zone {} ends at {}: it goes back by itself", id.str(), format_utc(*head.until)),
        "zone");
  }
  const std::int64_t last = zone->chain.last();
  return plan(id, *head.lessor, std::move(windows),
              ZoneReturn{.accepted = true, .epoch = last, .snapshot = {}, .zone = id});
}

Result<ClosingPlan> ZoneControl::plan(const ZoneId& id, const AuthorityId& to, std::vector<AdoptedWindow> windows,
                                      std::variant<ZoneLease, ZoneReturn> closing) const {
  return ClosingPlan{.parts = TRY(split_snapshot(id, epoch(id), to, std::move(windows))),
                     .closing = std::move(closing)};
}

Result<Body> ZoneControl::close(const ClosingPlan& plan, std::vector<EntryHash> parts) const {
  if (parts.size() != plan.parts.size()) {
    return fail(ErrorCode::kInvalid, fmt::format("{} parts were written of {}", parts.size(), plan.parts.size()));
  }
  return std::visit(
      [&]<class T>(T closing) -> Result<Body> {
        const ZoneEntry* zone = TRY(ours(closing.zone));
        const std::int64_t closed = closing.epoch - (std::is_same_v<T, ZoneLease> ? 1 : 0);
        if (closed != zone->chain.last()) {
          return fail(ErrorCode::kWrongState, fmt::format("zone {} is in epoch {} by now, and this ends epoch {}",
                                                          closing.zone.str(), zone->chain.last(), closed));
        }
        closing.snapshot = std::move(parts);
        return Body(std::move(closing));
      },
      plan.closing);
}

Result<Body> ZoneControl::decline(const ZoneId& id) const {
  const ZoneEntry* zone = TRY(get(id));
  const ZoneChain& chain = zone->chain;
  const bool offered = chain.head().sequencer == self_ && !chain.begun() && !chain.halted() &&
                       chain.origin()->kind == ClosingKind::kLease;
  if (!offered) {
    return fail(ErrorCode::kWrongState, fmt::format("no lease of zone {} waits for {}", id.str(), self_.str()), "zone");
  }
  return Body(ZoneReturn{.accepted = false, .epoch = chain.last(), .snapshot = chain.origin()->snapshot, .zone = id});
}

Result<Body> ZoneControl::recall(const ZoneId& id, std::string text) const {
  const ZoneEntry* zone = TRY(get(id));
  if (state(*zone) != ControlState::kLessor || zone->chain.head().sequencer == self_) {
    return fail(ErrorCode::kWrongState, fmt::format("{} has not leased zone {} to anybody", self_.str(), id.str()),
                "zone");
  }
  if (Status ok = core::check_label(text, core::kTextBytesMax, "text"); !ok) {
    return fail(ErrorCode::kInvalid, std::move(ok).error().message, "text");
  }
  return Body(ZoneRecall{.epoch = zone->chain.last(), .text = std::move(text), .zone = id});
}

Result<Body> ZoneControl::resolve(const ZoneId& id, const EntryHash& stands) const {
  const ZoneEntry* zone = TRY(get(id));
  const std::optional<std::int64_t>& halted = zone->chain.halted();
  if (!halted) return fail(ErrorCode::kWrongState, fmt::format("zone {} is not halted", id.str()), "zone");
  const Epoch& disputed = *zone->chain.epoch(*halted);
  if (std::ranges::find(disputed.rivals, stands, &ClosingEntry::entry) == disputed.rivals.end()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("entry {} is none of those that closed epoch {}", stands.hex(), *halted), "stands");
  }
  // One word a round; another round only when this one is split and so can never agree.
  std::int64_t round = 0;
  const std::set<AuthorityId> concerned = zone->chain.concerned();
  for (const Resolution& said : disputed.resolutions) {
    if (concerned.contains(said.by)) round = std::max(round, said.round);  // Nobody else moves the parties on.
  }
  const auto own = std::ranges::find(disputed.resolutions, self_, &Resolution::by);
  if (own != disputed.resolutions.end() && own->round == round) {
    const bool split = std::ranges::any_of(disputed.resolutions, [&](const Resolution& said) {
      return said.round == round && said.stands != own->stands && concerned.contains(said.by);
    });
    if (!split) {
      return fail(
          ErrorCode::kWrongState,
          fmt::format("{} has said already that entry {} stands, and nobody has said otherwise: wait for the others",
                      self_.str(), own->stands.hex()),
          "stands");
    }
    if (round == kRoundMax) {
      return fail(ErrorCode::kTooMuchWork,
                  fmt::format("the parties have disagreed in {} rounds: only another charter resolves this", round),
                  "stands");
    }
    ++round;
  }
  return Body(ZoneResolved{.epoch = *halted, .round = round, .stands = stands, .zone = id});
}

Result<ZoneStatus> ZoneControl::status(const ZoneId& id) const {
  const ZoneEntry* zone = TRY(get(id));
  const ZoneChain& chain = zone->chain;
  const Epoch& head = chain.head();
  ZoneStatus out{.state = state(*zone),
                 .epoch = chain.last(),
                 .sequencer = sequencer(id),
                 .lessor = head.lessor,
                 .until = head.until,
                 .begun = chain.begun(),
                 .recall = head.recall,
                 .rivals = {},
                 .resolutions = {},
                 .concerned = chain.concerned(),
                 .awaited = awaited(id)};
  if (chain.halted()) {
    const Epoch& disputed = *chain.epoch(*chain.halted());
    out.rivals = disputed.rivals;
    out.resolutions = disputed.resolutions;
  }
  return out;
}

}  // namespace tansiq::coordination
