#include "coordination/caveat.h"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "geo/conflict.h"
#include "log/sha256.h"

namespace tansiq::coordination {
namespace {

/// Volumes of ours, named so that the same ones are known again. Stays at home.
EntryHash name_of(const std::vector<geo::Volume4d>& volumes) {
  std::string text;
  log::JcsWriter out(text);
  core::write_volumes(out, volumes);
  return log::sha256(text);
}

bool is_below(std::string_view name, std::string_view whom) {
  return name.starts_with(whom) && (name.size() == whom.size() || name[whom.size()] == ':');
}

std::string length_words(std::int64_t metres) {
  constexpr std::int64_t kNauticalMile = 1'852;
  if (metres % kNauticalMile == 0) return fmt::format("{} NM", metres / kNauticalMile);
  return fmt::format("{} m", metres);
}

std::string time_words(DurationMs time_ms) {
  if (time_ms % 60'000 == 0) return fmt::format("{} min", time_ms / 60'000);
  return format_duration(time_ms);
}

}  // namespace

EntryHash name_of(const PlannedUse& use) {
  std::string text;
  log::JcsWriter out(text);
  out.begin_array();
  for (const PlannedUse::Part& part : use.parts) {
    out.integer(part.leg);
    core::write_volumes(out, *part.volumes);
  }
  out.end_array();
  return log::sha256(text);
}

Status CaveatRule::check() const {
  if (of.empty()) return fail(ErrorCode::kInvalid, "a caveat names whom to keep away from");
  const auto bound = [](std::string_view what, std::int64_t value, std::int64_t most) -> Status {
    if (value >= 0 && value <= most) return {};
    return fail(ErrorCode::kInvalid, fmt::format("{} is {}; a caveat takes 0 to {}", what, value, most));
  };
  TRY_VOID(bound("the horizontal distance in metres", horizontal_m, kCaveatMetresMax));
  TRY_VOID(bound("the time in milliseconds", time_ms, kCaveatTimeMax));
  TRY_VOID(bound("the vertical distance in centimetres", vertical_cm.value_or(0), kCaveatVerticalCmMax));
  if (vertical_cm && domain == core::Domain::kSea) return fail(ErrorCode::kInvalid, "the sea has no levels");
  return {};
}

geo::Minima CaveatRule::minima() const {
  return {.horizontal_m = horizontal_m, .vertical_cm = vertical_cm.value_or(0), .time_ms = time_ms};
}

bool belongs_to(const core::Subject& manager, const core::Subject& whom) {
  return is_below(manager.str(), whom.str()) || core::in_office(manager, AuthorityId::trusted(whom.str()));
}

bool belongs_to(const AuthorityId& authority, const core::Subject& whom) {
  return is_below(authority.str(), whom.str());
}

bool belongs_to(const core::Subject& manager, const std::optional<AuthorityId>& principal, const core::Subject& whom) {
  return belongs_to(manager, whom) || (principal && belongs_to(*principal, whom));
}

std::vector<CaveatMeet> meets_of(const CaveatRule& rule, const PlannedUse& use, const KnownTraffic& known, bool here) {
  std::vector<CaveatMeet> out;
  // What is filed for X itself is what others keep away from, not who keeps away.
  if (use.domain != rule.domain || belongs_to(use.manager, use.principal, rule.of)) return out;
  for (const PlannedUse::Part& part : use.parts) {
    std::map<std::pair<std::string, std::int64_t>, CaveatMeet> rows;
    std::optional<EntryHash> ours = part.ours;
    const auto add = [&](core::Subject manager, std::string name, std::int64_t version, geo::TimeWindow window) {
      if (!ours) ours = name_of(*part.volumes);
      rows.try_emplace({name, version}, CaveatMeet{.leg = part.leg,
                                                   .manager = std::move(manager),
                                                   .name = name,
                                                   .ours = *ours,
                                                   .told_by = {},
                                                   .version = version,
                                                   .window = window});
    };
    for (geo::Volume4d volume : *part.volumes) {
      // At whatever level: as if ours reached through all of them.
      if (!rule.vertical_cm) volume.band = {};
      const auto from = here ? KnownTraffic::From::kOwnZones : KnownTraffic::From::kEverywhere;
      const auto found = known.near(rule.of, rule.domain, volume, rule.minima(), from);
      if (!found) {
        add(rule.of, std::string(kCaveatTooMany), 1, volume.window);
        continue;
      }
      for (const KnownUse& other : *found) {
        const bool itself = use.party.request && other.party.request == use.party.request;
        if (itself) continue;
        add(other.manager, other.name, other.version, other.window);
      }
    }
    for (auto& [key, row] : rows) out.push_back(std::move(row));
  }
  cut_meets(out, kCaveatMeetsMax);
  return out;
}

void cut_meets(std::vector<CaveatMeet>& rows, std::size_t most) {
  if (rows.size() <= most) return;
  // The row for the rest is another one as soon as any of the rest is.
  std::string rest;
  log::JcsWriter writer(rest);
  writer.begin_array();
  for (std::size_t i = most - 1; i < rows.size(); ++i) core::write_fields(writer, rows[i]);
  writer.end_array();
  CaveatMeet& last = rows[most - 1];
  last.ours = log::sha256(rest);
  last.name = fmt::format("and {} more", rows.size() - most + 1);
  rows.resize(most);
}

std::string caveat_words(const CaveatRule& rule) {
  std::string level;
  if (rule.vertical_cm) level = fmt::format(", {} m in height", *rule.vertical_cm / 100);
  return fmt::format("never within {}{} and {} of {}", length_words(rule.horizontal_m), level, time_words(rule.time_ms),
                     rule.of.str());
}

std::string party_words(const UseParty& party, const AuthorityId& self) {
  std::string out = party.flight ? fmt::format("flight {}", party.flight->str())
                                 : fmt::format("intent {}", party.intent ? party.intent->str() : std::string());
  if (party.home != self) out += fmt::format(" {} {}", party.flight ? "of" : "filed with", party.home.str());
  return out;
}

}  // namespace tansiq::coordination
