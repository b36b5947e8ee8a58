// The zone machine as the owner's desk sees it: legs become bookings, and what a home is told of what stands in its way
// follows the relation.
#pragma once

#include "coordination/views.h"
#include "core/machine.h"

namespace tansiq::coordination {

class MachineAirspace final : public Airspace {
 public:
  /// Both must outlive this.
  MachineAirspace(core::Machine& machine, const RelationView& relations) : machine_(machine), relations_(relations) {}

  [[nodiscard]] Result<Answer> judge(const Ask& ask, UtcMs now) const override;
  void book(const Booking& booking) override;
  void confirm(const EntryHash& request) override;
  void release(const EntryHash& request) override;

 private:
  [[nodiscard]] LegConflict told(const core::Conflict& conflict, const Ask& ask) const;

  core::Machine& machine_;
  const RelationView& relations_;
};

}  // namespace tansiq::coordination
