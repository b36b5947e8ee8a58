// What authorities give themselves: intents that their own nodes decide, beside the legs of flights.
#pragma once

#include <map>
#include <vector>

#include "geo/conflict.h"
#include "sim/checker.h"

namespace tansiq::sim {

/// No own intent conflicts with a leg that stands confirmed in its zone, whoever decides there by then (ADR 29); nor is
/// it where a leg of another zone is, or an intent of another authority.
class OwnUse final : public Checker {
 public:
  OwnUse(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "own-use"; }
  void on_record(const AuthorityId& node, const Record& record) override;
  void on_entry(const Durable& durable) override;

 private:
  struct Intent {
    AuthorityId of;
    ZoneId zone;
    std::vector<geo::PreparedVolume> volumes;
  };
  [[nodiscard]] bool conflict(const Intent& intent, const LedgerLeg& leg) const;
  [[nodiscard]] static bool meet(const Intent& intent, const std::vector<geo::PreparedVolume>& others,
                                 const geo::Minima& minima);
  void accepted(const AuthorityId& node, const Record& record);

  World& world_;
  std::map<IntentId, Intent> live_;
};

}  // namespace tansiq::sim
