// What authorities give themselves: intents that their own nodes decide, beside the legs of flights.
#pragma once

#include <map>
#include <vector>

#include "geo/conflict.h"
#include "sim/checker.h"

namespace tansiq::sim {

/// No own intent conflicts with a leg that stands confirmed in its zone, whoever decides there by then; and who accepts
/// one decides there (ADR 29).
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
    geo::TimeWindow window;
    std::vector<geo::PreparedVolume> volumes;
  };
  [[nodiscard]] bool conflict(const Intent& intent, const LedgerLeg& leg) const;
  void accepted(const AuthorityId& node, const Record& record);

  World& world_;
  std::map<IntentId, Intent> live_;
};

}  // namespace tansiq::sim
