// Another version of the charter: an officer's act that adopts it, and the entry that brings it into force.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "coordination/coalition.h"
#include "coordination/plant.h"

namespace tansiq::coordination {

bool Coalition::is_member(const AuthorityId& authority) const {
  if (planted(Plant::kDeafToRemoval)) {
    return std::ranges::any_of(machine_.versions(), [&](const core::Charter& version) {
      return version.find_authority(authority) != nullptr;
    });
  }
  return machine_.charter().find_authority(authority) != nullptr;
}

/// Before the entry is folded: an own entry that speaks of the charter moves everything that stands on it. An adopted
/// text is at hand from the adoption on, so that nothing can be missing at the moment itself.
Status Coalition::follow_charter(const LogName& log, const Body& body) {
  if (misplaced(log, body)) return {};
  if (const auto* adopted = std::get_if<CharterAdopted>(&body)) {
    TRY_VOID(load_pending(*adopted));
    control_->announce(pending_.back().charter);
    return {};
  }
  const auto* force = std::get_if<CharterInForce>(&body);
  if (force == nullptr) return {};
  if (pending_.empty() || core::charter_hash(pending_.back().text) != force->charter_sha256.hex()) {
    return fail(ErrorCode::kCorrupt, fmt::format("version {} comes into force, but was not adopted", force->version));
  }
  // In those that had no place for this authority others were entitled to zones, and its relations ended.
  for (Version& version : std::exchange(pending_, {})) {
    TRY_VOID(origins_.adopt(version.charter));
    TRY_VOID(machine_.adopt(std::move(version.charter), version.text));
    relations_->adopt(machine_.charter());
    control_->adopt(machine_.charter());
  }
  legs_->adopt(machine_.charter());
  flights_->adopt();
  shown_->adopt();
  std::erase_if(skew_noted_, [&](const auto& noted) { return !is_member(noted.first); });
  return {};
}

/// Zones and members that are not known here yet are no oddity of whoever speaks of them. `odd` is what was odd about
/// the first reading. True when it was kept.
bool Coalition::keep_for_later(const LogName& log, const Entry& entry, std::string_view line,
                               std::vector<Oddity>& odd) {
  // A record that came back from peers may have the words of a newcomer before the version that names it: they were
  // read under that version once, and are again.
  const bool stranger = !is_member(log.author);
  const std::int64_t version =
      std::max(adoptions_->version_of(log.author), stranger ? adoptions_->in_force() + 1 : std::int64_t{0});
  const std::string_view type = type_name(entry.body);
  const bool of_zone = type.starts_with("zone.");
  if (version <= adoptions_->in_force() || !(of_zone || type.starts_with("relation."))) return false;
  if (misplaced(log, entry.body)) return false;
  // What is odd is said when it can be understood. Only the chain of a zone is the same under every version: what it
  // alarms about, two entries that close one epoch, is so now, and would not be said a second time.
  std::erase_if(odd, [&](const Oddity& oddity) { return !oddity.alarm || !of_zone; });
  const std::size_t share =
      std::min(kAheadBytesMax, kAheadBytesOfAllMax / std::max<std::size_t>(machine_.charter().authorities.size(), 1));
  std::size_t bytes = line.size();
  for (const Ahead& one : ahead_) {
    if (one.log.author != log.author) continue;
    if (one.line.empty()) return false;
    bytes += one.line.size();
  }
  if (bytes <= share) {
    ahead_.push_back({.log = log, .line = std::string(line), .version = version});
    return true;
  }
  ahead_.push_back({.log = log, .line = {}, .version = version});
  odd.push_back({.text = fmt::format("what {} says under version {} of the charter and later takes more than {} bytes, "
                                     "and no more of it is kept to be understood here: adopt that version",
                                     log.author.str(), version, share),
                 .alarm = true});
  return false;
}

/// Everything is idempotent (G2): what was understood the first time changes nothing now.
void Coalition::read_again(std::vector<PeerOddity>* odd) {
  std::vector<Ahead> later;
  for (Ahead& one : std::exchange(ahead_, {})) {
    // Who has been a member and is none now says nothing more; what it had said of zones is part of their chains.
    const bool to_come = std::ranges::none_of(machine_.versions(), [&](const core::Charter& version) {
      return version.find_authority(one.log.author) != nullptr;
    });
    if (one.version > adoptions_->in_force() || to_come) {
      later.push_back(std::move(one));
      continue;
    }
    const auto entry = read_entry(one.line);
    if (!entry) continue;
    const EntryHash hash = hash_of(one.line);
    std::vector<Oddity> found;
    fold(one.log, *entry, hash, one.version, &found);
    if (odd == nullptr || !is_member(one.log.author)) continue;
    for (Oddity& oddity : found) odd->push_back({one.log.author, hash, std::move(oddity)});
  }
  ahead_ = std::move(later);
}

Status Coalition::load_pending(const CharterAdopted& adopted) {
  if (!pending_.empty() && core::charter_hash(pending_.back().text) == adopted.charter_sha256.hex()) return {};
  std::vector<Version> loaded;
  std::int64_t version = adopted.version - static_cast<std::int64_t>(adopted.through.size());
  for (const CharterStep& step : adopted.through) {
    loaded.push_back(TRY(load_version(step.charter_sha256, version)));
    ++version;
  }
  loaded.push_back(TRY(load_version(adopted.charter_sha256, adopted.version)));
  pending_ = std::move(loaded);
  return {};
}

Result<Coalition::Version> Coalition::load_version(const log::Hash& sha256, std::int64_t version) const {
  const std::string wanted = sha256.hex();
  if (!texts_) {
    return fail(ErrorCode::kNotFound, fmt::format("the text of version {} of the charter is not here", version));
  }
  std::string text = TRY(texts_(wanted));
  if (core::charter_hash(text) != wanted) {
    return fail(ErrorCode::kCorrupt,
                fmt::format("the text kept as version {} of the charter has another hash than {}", version, wanted));
  }
  core::Charter charter = TRY(core::parse_charter(text));
  return Version{.charter = std::move(charter), .text = std::move(text)};
}

Result<EntryHash> Coalition::adopt_charter(const AdoptCharter& act, const ActCommand& command, UtcMs now,
                                           Batch& batch) {
  const CharterAdopted adopted = TRY(adoptions_->adopt(machine_.charter(), act.note.note, now, act.through));
  // That it can be folded is found out now, and not when it has to be.
  core::ZoneTable zones = machine_.zones();
  Origins origins = origins_;
  std::vector<Version> versions;
  std::vector<std::string> bodies;
  const auto take = [&](const std::string& note) -> Status {
    core::SignedCharter opened = TRY(core::open_charter(note));
    TRY_VOID(zones.adopt(opened.charter));
    TRY_VOID(origins.adopt(opened.charter));
    bodies.push_back(opened.text);
    bodies.push_back(note);
    versions.push_back({.charter = std::move(opened.charter), .text = std::move(opened.text)});
    return {};
  };
  for (const NoteText& step : act.through) TRY_VOID(take(step.note));
  TRY_VOID(take(act.note.note));
  const core::Charter& next = versions.back().charter;
  TRY_VOID(check_windows_end(next));
  TRY_VOID(check_leases_end(next, now));
  TRY_VOID(check_own_end(next, now));
  lapse_holds_beyond(next, now, batch);
  bodies_ = std::move(bodies);
  pending_ = std::move(versions);
  return say(adopted, {command.by, command.second, command.cmd}, now, batch);
}

/// Whether the zone, and what others have confirmed in it, comes to this authority when whoever decides there gives it
/// back or refuses it: to its owner, and to whom leased it before it was another's.
bool Coalition::comes_back(const ZoneId& id) const {
  if (machine_.charter().find_zone(id)->owner == self()) return true;
  const auto status = control_->status(id);
  return status && status->lessor == self() && (status->until || !status->begun);
}

/// Where a version takes space away, nobody knows of a window there after it: none may still be open.
Status Coalition::check_windows_end(const core::Charter& next) const {
  if (planted(Plant::kKeepRedrawn)) return {};
  for (const auto& [request, version] : legs_->versions()) {
    if (version.state != LegState::kConfirmed || !takes_away(machine_.charter(), next, version.zone)) continue;
    // What went over with a lease comes back with it.
    const bool keeps = control_->keeps(version.zone);
    if (!keeps && !comes_back(version.zone)) continue;
    const UtcMs end = version.window.end;
    // Its window has passed, its aircraft has not reported out: booked until an officer frees it (ADR 21).
    if (keeps && version.entered && end <= machine_.last_time()) {
      return fail(
          ErrorCode::kConflict,
          fmt::format("it redraws zone {} at {}, but flight {} of {} was to leave it at {} and has not reported "
                      "out: the space stays booked until an officer frees it, and nobody would know of it then",
                      version.zone.str(), format_utc(next.valid_from), version.flight.str(), version.home.str(),
                      format_utc(end)),
          "zones");
    }
    if (end <= next.valid_from) continue;
    // Whether somebody has overstayed there is the question of whoever keeps the zone now.
    if (!keeps && end + machine_.charter().timing.clock_error_ms <= machine_.last_time()) continue;
    return fail(ErrorCode::kConflict,
                fmt::format("it redraws zone {} at {}, but flight {} of {} is confirmed there until {}: have it given "
                            "back, or begin later",
                            version.zone.str(), format_utc(next.valid_from), version.flight.str(), version.home.str(),
                            format_utc(end)),
                "valid_from_ms");
  }
  return {};
}

/// A tenant is bound by its own adoption alone.
Status Coalition::check_leases_end(const core::Charter& next, UtcMs now) const {
  for (const core::Zone& zone : machine_.charter().zones) {
    if (!comes_back(zone.id) || !takes_away(machine_.charter(), next, zone.id)) continue;
    const auto who = control_->sequencer(zone.id);
    if (!who || *who == self() || adoptions_->adopted_by(*who) >= next.version) continue;
    const ZoneStatus status = TRY(control_->status(zone.id));
    if (status.until && *status.until <= next.valid_from) continue;
    // Of an authority that was struck out before it handed the zone over, or that this version strikes out and whose
    // moment has come, no word can come here. Whoever gains the space waits for it when it is back
    // (ZoneControl::awaited). What was lent to it for a time, and may have been given on to others of whom nobody else
    // knows, stays its until then.
    const bool member = is_member(*who);
    const bool stays = next.find_authority(*who) != nullptr;
    if (!status.until && (!member || (!stays && next.valid_from <= now))) continue;
    const std::string until = status.until ? " until " + format_utc(*status.until) : "";
    const std::string_view back = status.lessor == self() ? "recall the zone" : "have it hand the zone over";
    return fail(ErrorCode::kConflict,
                fmt::format("it redraws zone {} at {}, but {} decides there{}, {}", zone.id.str(),
                            format_utc(next.valid_from), who->str(), until,
                            !member ? "and is no member any more: begin then, or later"
                            : stays ? fmt::format("and has not adopted this version: have it do so first, or {}", back)
                                    : fmt::format("and has no place in this version: {} first", back)),
                "valid_from_ms");
  }
  return {};
}

/// The authority's own intents and measures are in nobody else's record at all (ADR 36).
Status Coalition::check_own_end(const core::Charter& next, UtcMs now) const {
  for (const core::Zone& zone : machine_.charter().zones) {
    if (!takes_away(machine_.charter(), next, zone.id)) continue;
    const OwnTraffic own =
        TRY(own_traffic(zone.id, now, [&](const geo::TimeWindow& window) { return window.end > next.valid_from; }));
    if (own.total == 0) continue;
    return fail(
        ErrorCode::kConflict,
        fmt::format("it redraws zone {} at {}, but {} of our own there last longer: end what is listed, or begin "
                    "after {}",
                    zone.id.str(), format_utc(next.valid_from), fmt::join(own.names, ", "), format_utc(own.last)),
        "valid_from_ms");
  }
  return {};
}

/// A hold is no promise yet: what could not be confirmed any more ends now, and home files anew.
void Coalition::lapse_holds_beyond(const core::Charter& next, UtcMs now, Batch& batch) {
  std::vector<EntryHash> beyond;
  for (const auto& [request, version] : legs_->versions()) {
    const bool ends = version.state == LegState::kHeld && control_->keeps(version.zone) &&
                      takes_away(machine_.charter(), next, version.zone) && version.window.end > next.valid_from;
    if (ends) beyond.push_back(request);
  }
  for (const EntryHash& request : beyond) {
    auto lapsed = legs_->withdraw(request);
    if (lapsed) say(std::move(*lapsed), {}, now, batch);
  }
}

}  // namespace tansiq::coordination
