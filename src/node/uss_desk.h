// The record as the supplier's parts see it (uss_host.h): the state of the core thread, the batch that it is writing,
// and the bodies that go with it.
#pragma once

#include <string>
#include <vector>

#include "node/state.h"
#include "node/uss_host.h"
#include "store/log_store.h"

namespace tansiq::node {

/// Whether a native intent is to stand in a registry: in the air, and every volume in zones with the rule `aware`
/// alone. Where an exclusive zone is touched its owner decides, and a disputed one allocates nothing.
[[nodiscard]] bool is_shared(const core::Machine& machine, const core::Intent& intent);

/// On the core thread, for the length of one task. All of it outlives this.
class RecordDesk final : public UssDesk {
 public:
  RecordDesk(State& state, UtcMs now, coordination::Batch& batch, std::vector<std::string>& bodies,
             store::LogReader& reader)
      : state_(state), now_(now), batch_(batch), bodies_(bodies), reader_(reader) {}

  [[nodiscard]] const uss::Ledger& ledger() const override { return state_.ledger(); }
  [[nodiscard]] UtcMs now() const override { return now_; }
  [[nodiscard]] Status say(uss::Body body) override { return state_.say(std::move(body), now_, batch_); }
  void keep(std::string body) override { bodies_.push_back(std::move(body)); }
  [[nodiscard]] Result<std::string> body(const log::Hash& sha256) override;
  [[nodiscard]] std::optional<std::uint64_t> visit_intents(
      std::uint64_t after_seq, const std::function<void(const core::Intent&)>& visit) override;

 private:
  State& state_;
  const UtcMs now_;
  coordination::Batch& batch_;
  std::vector<std::string>& bodies_;
  store::LogReader& reader_;
};

}  // namespace tansiq::node
