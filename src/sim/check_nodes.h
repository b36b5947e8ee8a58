// Checkers of records and of what nodes know (checker.h says what each promises).
#pragma once

#include <map>
#include <set>
#include <utility>

#include "sim/checker.h"

namespace tansiq::sim {

class Replay final : public Checker {
 public:
  explicit Replay(std::vector<Finding>& findings) : Checker(findings) {}
  [[nodiscard]] std::string_view name() const override { return "replay"; }
  void on_replayed(const AuthorityId& node, std::string_view how, const core::StateHash& live,
                   const core::StateHash& replayed) override;
};

class EquivocationFound final : public Checker {
 public:
  EquivocationFound(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "equivocation"; }
  void at_end() override;

 private:
  World& world_;
};

class Canary final : public Checker {
 public:
  Canary(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "canary"; }
  void on_record(const AuthorityId& at, const Record& record) override;
  void on_served(const AuthorityId& from, const AuthorityId& to, const log::Hash& hash,
                 const std::string& bytes) override;

 private:
  void look_for_craft(const AuthorityId& at, const Record& record);
  [[nodiscard]] std::int64_t most_ever(const AuthorityId& from, const AuthorityId& to) const;
  World& world_;
  std::set<log::Hash> seen_;  ///< Entries, by hash: mirrors repeat them.
  /// The highest level that anybody has ever proposed for an edge; more than was ever in force, never less.
  std::map<std::pair<AuthorityId, AuthorityId>, std::int64_t> proposed_;
  /// Whom an originator has ever named for a recipient.
  std::map<std::pair<AuthorityId, AuthorityId>, std::set<AuthorityId>> named_;
  /// What a node has read to be revoked.
  std::map<AuthorityId, std::set<log::Hash>> revoked_;
};

/// What was revoked is gone everywhere in the end, and its originator has the receipts.
class Destroyed final : public Checker {
 public:
  Destroyed(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "destroyed"; }
  void at_end() override;

 private:
  World& world_;
};

class Convergence final : public Checker {
 public:
  Convergence(World& world, std::vector<Finding>& findings) : Checker(findings), world_(world) {}
  [[nodiscard]] std::string_view name() const override { return "convergence"; }
  void at_end() override;

 private:
  void flights_and_legs(Node& node);
  void relations(Node& node, Node& other);
  void mirrors(Node& reader, Node& author);
  World& world_;
};

/// Call signs of simulated flights begin with this, and no other text holds it. Five digits follow.
inline constexpr std::string_view kCanary = "CANARY-";
/// And so do the MMSIs of their craft, of which some have one. Six digits follow.
inline constexpr std::string_view kCraftCanary = "\"mmsi\":\"970";
inline constexpr std::uint32_t kCraftCanaryFirst = 970'000'000;

}  // namespace tansiq::sim
