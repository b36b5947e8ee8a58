// Checkers of changes of the charter (checker.h says what each promises).
#pragma once

#include <map>
#include <optional>
#include <utility>

#include "coordination/control_entries.h"
#include "sim/checker.h"

namespace tansiq::sim {

/// Which version each node has brought into force, durably, and which it has adopted: from its own entries.
class VersionBook {
 public:
  explicit VersionBook(World& world) : world_(world) {}
  /// The entry, when the line is an own one about charters.
  std::optional<Entry> note(const AuthorityId& at, const Record& record);
  /// Nothing before its first entry.
  [[nodiscard]] std::int64_t in_force(const AuthorityId& at) const;
  [[nodiscard]] bool member(const AuthorityId& at, const AuthorityId& who) const;
  /// What it has adopted and is not in force yet.
  [[nodiscard]] std::optional<std::int64_t> pending(const AuthorityId& at) const;

 private:
  World& world_;
  std::map<AuthorityId, std::int64_t> in_force_;
  std::map<AuthorityId, std::int64_t> adopted_;
};

class OneVersion final : public Checker {
 public:
  OneVersion(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "one-version"; }
  void at_end() override;

 private:
  World& world_;
};

class Strangers final : public Checker {
 public:
  Strangers(World& world, std::vector<Finding>& findings) : Checker(findings), book_(world) {}
  [[nodiscard]] std::string_view name() const override { return "strangers"; }
  void on_record(const AuthorityId& at, const Record& record) override;
  void on_entry(const Durable& durable) override;

 private:
  VersionBook book_;
};

class Removed final : public Checker {
 public:
  Removed(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world), book_(world) {}
  [[nodiscard]] std::string_view name() const override { return "removed"; }
  void on_record(const AuthorityId& at, const Record& record) override;

 private:
  World& world_;
  VersionBook book_;
  /// By who struck out, and who was: the number of the entry that did.
  std::map<std::pair<AuthorityId, AuthorityId>, std::uint64_t> since_;
};

class Outlived final : public Checker {
 public:
  Outlived(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world), book_(world) {}
  [[nodiscard]] std::string_view name() const override { return "outlived"; }
  void on_record(const AuthorityId& at, const Record& record) override;
  void on_entry(const Durable& durable) override;

 private:
  /// When the zone is struck out, redrawn or disputed by that version; nothing when it stays as it was.
  [[nodiscard]] std::optional<UtcMs> redrawn(const ZoneId& zone, std::int64_t by) const;
  void look(const AuthorityId& at, const ZoneId& zone, const LedgerLeg& leg, std::int64_t version);
  void look_at_all(const AuthorityId& at, const ZoneId& zone, std::int64_t version);
  /// A zone has gone from one node to another, or is on its way.
  void follow(const Durable& durable);

  World& world_;
  VersionBook book_;
  /// Who keeps the windows of a zone that has ever changed hands; nobody while it is on its way.
  std::map<ZoneId, std::optional<AuthorityId>> keeper_;
};

}  // namespace tansiq::sim
