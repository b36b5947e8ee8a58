#include "sim/check_caveats.h"

#include <fmt/format.h>

#include <algorithm>

#include "sim/world.h"

namespace tansiq::sim {

using namespace coordination;

void CaveatSecret::on_record(const AuthorityId& at, const Record& record) {
  constexpr std::size_t kLength = kRedLine.size() + 5;
  for (std::size_t i = record.line.find(kRedLine); i != std::string::npos; i = record.line.find(kRedLine, i + 1)) {
    const std::string caveat = record.line.substr(i, kLength);
    if (world_.may_know(caveat).contains(at)) continue;
    return found(fmt::format("{} reads of {} in a record of {}: {}", at.str(), caveat, record.log.author.str(),
                             record.line.substr(0, 400)));
  }
}

bool CaveatGate::near(const LedgerLeg& ours, const LedgerLeg& theirs, const CaveatRule& rule) {
  return std::ranges::any_of(ours.prepared, [&](geo::PreparedVolume one) {
    if (!rule.vertical_cm) one.band = {};
    return std::ranges::any_of(theirs.prepared, [&](const geo::PreparedVolume& two) {
      return geo::conflict(
          one, two,
          {.horizontal_m = rule.horizontal_m, .vertical_cm = rule.vertical_cm.value_or(0), .time_ms = rule.time_ms});
    });
  });
}

/// By name, or, where there were too many to list, all that was left.
bool CaveatGate::accepts(const std::set<std::string>& names, const EntryHash& request) {
  return names.contains(request.hex()) ||
         std::ranges::any_of(names, [](const std::string& name) { return name.starts_with("and "); });
}

void CaveatGate::on_entry(const Durable& d) {
  Holder& holder = holders_[d.author];
  const Body& body = d.entry.body;
  if (const auto* set = std::get_if<CaveatSet>(&body)) {
    holder.caveats[set->caveat] = set->rule;
  } else if (const auto* ended = std::get_if<CaveatCleared>(&body)) {
    holder.caveats.erase(ended->caveat);
  } else if (const auto* met = std::get_if<CaveatMet>(&body)) {
    ++world_.counts().caveats_met;
    std::vector<std::string>& names = holder.met[d.hash];
    for (const CaveatMeet& row : met->meets) names.push_back(row.name);
  } else if (const auto* overridden = std::get_if<CaveatOverridden>(&body)) {
    if (!overridden->flight) return;
    ++world_.counts().caveats_overridden;
    std::set<std::string>& accepted = holder.accepted[*overridden->flight];
    for (const EntryHash& quoted : overridden->met) {
      accepted.insert(holder.met[quoted].begin(), holder.met[quoted].end());
    }
  } else if (const auto* report = std::get_if<CrewReport>(&body)) {
    if (report->step == CrewStep::kCleared) cleared(d, *report, holder);
  }
}

/// Against what the holder itself has granted: of that it certainly knew.
void CaveatGate::cleared(const Durable& d, const CrewReport& report, const Holder& holder) {
  const auto accepted = holder.accepted.find(report.flight);
  for (const auto& [id, rule] : holder.caveats) {
    const AuthorityId whom = AuthorityId::trusted(rule.of.str());
    for (const EntryHash& request : report.requests) {
      const LedgerLeg* ours = world_.ledger().find(request);
      if (ours == nullptr || ours->principal == whom) continue;
      for (const core::Zone& zone : world_.charters().ever().zones) {
        for (const EntryHash& other : world_.ledger().booked(zone.id)) {
          const LedgerLeg& theirs = *world_.ledger().find(other);
          if (theirs.holder != d.author || theirs.home != whom || !near(*ours, theirs, rule)) continue;
          if (accepted != holder.accepted.end() && accepts(accepted->second, other)) continue;
          return found(
              fmt::format("{} has cleared flight {}, which comes too near to {} of {} ({}), and no officer has "
                          "accepted that",
                          d.author.str(), report.flight.str(), theirs.flight.str(), whom.str(), id.str()));
        }
      }
    }
  }
}

}  // namespace tansiq::sim
