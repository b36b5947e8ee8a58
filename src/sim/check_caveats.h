// Checkers of caveats (checker.h says what each promises).
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "coordination/caveat_entries.h"
#include "sim/checker.h"

namespace tansiq::sim {

/// Ids of simulated caveats begin with this, and no other text holds it. Five digits follow.
inline constexpr std::string_view kRedLine = "RED-LINE-";

class CaveatSecret final : public Checker {
 public:
  CaveatSecret(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "caveat-secret"; }
  void on_record(const AuthorityId& at, const Record& record) override;

 private:
  World& world_;
};

class CaveatGate final : public Checker {
 public:
  CaveatGate(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "caveat-gate"; }
  void on_entry(const Durable& durable) override;

 private:
  using CaveatRule = coordination::CaveatRule;
  struct Holder {
    std::map<coordination::CaveatId, CaveatRule> caveats;
    std::map<EntryHash, std::vector<std::string>> met;  ///< By entry: names of what was met.
    std::map<FlightId, std::set<std::string>> accepted;
  };
  void cleared(const Durable& durable, const coordination::CrewReport& report, const Holder& holder);
  [[nodiscard]] static bool near(const LedgerLeg& ours, const LedgerLeg& theirs, const CaveatRule& rule);
  [[nodiscard]] static bool accepts(const std::set<std::string>& names, const EntryHash& request);
  World& world_;
  std::map<AuthorityId, Holder> holders_;
};

}  // namespace tansiq::sim
