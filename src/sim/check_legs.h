// Checkers of what is granted, and of who grants (checker.h says what each promises).
#pragma once

#include <map>
#include <set>

#include "sim/checker.h"

namespace tansiq::sim {

class Trip;

class DoubleConfirmation final : public Checker {
 public:
  DoubleConfirmation(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "double-confirmation"; }
  void on_entry(const Durable& durable) override;

 private:
  World& world_;
};

class UnconfirmedEntry final : public Checker {
 public:
  UnconfirmedEntry(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "unconfirmed-entry"; }
  void on_entry(const Durable& durable) override;
  void on_entered(const Aircraft& aircraft) override;
  void on_left(const Aircraft& aircraft) override;

 private:
  World& world_;
  std::map<EntryHash, bool> inside_;  ///< Request, and whether it overstays.
};

/// Aircraft in neighbouring zones, on either side of a boundary (ADR 17).
class Boundary final : public Checker {
 public:
  Boundary(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "boundary"; }
  void on_entered(const Aircraft& aircraft) override;
  void on_left(const Aircraft& aircraft) override { inside_.erase(aircraft.request); }

 private:
  World& world_;
  std::set<EntryHash> inside_;
};

class OneSequencer final : public Checker {
 public:
  explicit OneSequencer(std::vector<Finding>& findings) : Checker(findings) {}
  [[nodiscard]] std::string_view name() const override { return "one-sequencer"; }
  void on_entry(const Durable& durable) override;

 private:
  struct Zone {
    std::map<std::int64_t, AuthorityId> author;
    std::map<std::int64_t, std::int64_t> number;
    UtcMs leased_until = kUtcMin;
    std::int64_t granting = 0;  ///< Newest epoch in which something was granted.
  };
  std::map<ZoneId, Zone> zones_;
};

class Holds final : public Checker {
 public:
  Holds(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "holds"; }
  void on_entry(const Durable& durable) override;

 private:
  void look_again(const EntryHash& request);
  World& world_;
};

class OwnZones final : public Checker {
 public:
  OwnZones(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "own-zones"; }
  void on_filed(const Trip& trip) override { watch(trip); }

 private:
  void watch(const Trip& trip);
  /// How things stood when a flight was filed.
  struct Filed {
    std::int64_t under;  ///< The version in force.
    bool all_adopted;
    UtcMs at;
  };
  [[nodiscard]] bool adopted_by_all(Node& at) const;
  [[nodiscard]] bool decides(Node& home, const ZoneId& id, const Filed& filed) const;
  void look(const Trip& trip, const Filed& filed);
  World& world_;
};

}  // namespace tansiq::sim
