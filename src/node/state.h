// Everything that a node's record folds to: the coalition (zone machine and coordination), the registry of F3548, and
// what the node remembers as a supplier beside others.
//
// Their entries stand in one local order. Each part reads its own, told apart by a line's first member, and takes note
// of the numbers of the others'.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "coordination/coalition.h"
#include "f3548/registry.h"
#include "node/exclusive_bookings.h"
#include "uss/ledger.h"

namespace tansiq::node {

class State {
 public:
  /// Fails as `Coalition::make`.
  [[nodiscard]] static Result<State> make(const coordination::CoalitionConfig& config, f3548::Switches switches = {});

  [[nodiscard]] coordination::Coalition& coalition() { return *coalition_; }
  [[nodiscard]] const coordination::Coalition& coalition() const { return *coalition_; }
  [[nodiscard]] f3548::Registry& registry() { return *registry_; }
  [[nodiscard]] const f3548::Registry& registry() const { return *registry_; }

  [[nodiscard]] const uss::Ledger& ledger() const { return *ledger_; }

  /// Replay: the next entry of the local order. Fails as `Coalition::apply`, `Registry::apply` and `Ledger::apply`.
  [[nodiscard]] Status apply(const coordination::LogName& log, std::string_view line);
  [[nodiscard]] Status apply_core(core::Entry entry, std::string_view line) {
    return coalition_->apply_core(std::move(entry), line);
  }

  /// Where the registry's next entry will stand.
  [[nodiscard]] f3548::Place next_place(UtcMs now) const;
  /// What the registry has just written for that place; what it changes in the zones follows here, with the shapes that
  /// are `ready`.
  void add(f3548::Place place, std::string entry, coordination::Batch& batch, const ReadyShares* ready = nullptr);
  /// What the supplier has to say next. Fails as `Ledger::say`; then nothing has changed.
  [[nodiscard]] Status say(uss::Body body, UtcMs now, coordination::Batch& batch);
  /// Says what time calls for, in every part.
  void tick(UtcMs now, coordination::Batch& batch);

  [[nodiscard]] std::uint64_t next_seq() const { return coalition_->next_seq(); }
  /// The coalition's as long as registry and ledger were never used; else SHA-256(the coalition's ‖ their states, of
  /// those that were).
  [[nodiscard]] core::StateHash hash() const;
  /// The coalition's as long as registry and ledger were never used; else
  /// `tansiq-node` LF ‖ u64 length (little-endian) ‖ the coalition's snapshot ‖ their states ‖ state hash.
  [[nodiscard]] Bytes write_snapshot() const;
  /// Fails with `kCorrupt`, or `kInvalid` when it belongs to another charter or authority.
  [[nodiscard]] static Result<State> read_snapshot(const coordination::CoalitionConfig& config, ByteView snapshot,
                                                   f3548::Switches switches = {});

 private:
  State(std::unique_ptr<coordination::Coalition> coalition, std::unique_ptr<f3548::Registry> registry)
      : coalition_(std::move(coalition)), registry_(std::move(registry)), ledger_(std::make_unique<uss::Ledger>()) {}

  /// Fails as `ExclusiveBookings::follow`.
  [[nodiscard]] Status follow_exclusive(const ReadyShares* ready = nullptr);

  std::unique_ptr<coordination::Coalition> coalition_;
  std::unique_ptr<f3548::Registry> registry_;
  ExclusiveBookings bookings_;  ///< For intents of F3548.
  std::unique_ptr<uss::Ledger> ledger_;
};

/// The state hash of a record, of its parts.
[[nodiscard]] core::StateHash joined_hash(const core::StateHash& coalition, const f3548::Registry& registry,
                                          const uss::Ledger& ledger);

/// The state hash that a snapshot ends in (docs/core.md); taking it from there saves encoding the state
/// a second time. Zeros when the bytes are too short to be a snapshot.
[[nodiscard]] log::Hash snapshot_state_hash(ByteView snapshot);

}  // namespace tansiq::node
