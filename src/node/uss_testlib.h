// A world of suppliers in one thread: a registry that is the real one without its sockets, any number of suppliers that
// are the node's own parts, a clock that stands still, and lines that can be cut or lose answers.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "f3548/registry.h"
#include "node/uss_answers.h"
#include "node/uss_outbox.h"
#include "node/uss_registrar.h"

namespace tansiq::node::test {

inline constexpr UtcMs kNow{1'795'341'600'000};  ///< 2026-11-22T10:00:00Z.
inline constexpr DurationMs kMinute = 60'000;

/// The record of one supplier: a ledger, its entries, bodies, and native intents set by hand.
class FakeHost final : public UssHost {
 public:
  explicit FakeHost(const ManualClock& clock) : clock_(clock), ledger_(std::make_unique<uss::Ledger>()) {}
  [[nodiscard]] UtcMs now() const override { return clock_.now(); }
  [[nodiscard]] Status with(const std::function<void(UssDesk&)>& work) override;
  /// As a restart would: the ledger from its entries.
  void replay();

  std::map<IntentId, core::Intent> intents;
  bool stopping = false;
  std::vector<std::string> log;
  std::map<log::Hash, std::string> bodies;
  [[nodiscard]] const uss::Ledger& ledger() const { return *ledger_; }
  [[nodiscard]] std::vector<std::string> types() const;

 private:
  class Desk;
  const ManualClock& clock_;
  std::unique_ptr<uss::Ledger> ledger_;
  std::uint64_t seq_ = 1;
};

class World;

/// One supplier.
struct Supplier {
  Supplier(World& world, std::string name);
  [[nodiscard]] std::string url() const { return "https://" + names.manager + ".example"; }
  core::Intent& file(std::string_view id, double lng = 6.6, core::IntentState state = core::IntentState::kAccepted);
  /// Registers and tells until nothing is due.
  void run();
  /// Forgets everything that is not in the record.
  void restart();
  [[nodiscard]] UssStanding standing(std::string_view id) const;
  [[nodiscard]] uss::Uuid uuid(std::string_view id) const;

  World& world;
  UssNames names;
  FakeHost host;
  std::unique_ptr<UssWire> wire;
  std::unique_ptr<UssRegistrar> registrar;
  std::unique_ptr<UssOutbox> outbox;
};

class World {
 public:
  World();
  Supplier& add(std::string name);
  /// What a caller's request leads to: at the registry (`https://dss.example`, which is `https://door.example` too), at
  /// another one (`https://dss-two.example`), at a supplier.
  [[nodiscard]] Result<net::ClientResponse> carry(const std::string& caller, const UssCall& call);

  /// Called first; what it returns is the answer.
  std::function<std::optional<Result<net::ClientResponse>>(const std::string& caller, const UssCall&)> before;
  /// The request arrives, and its answer is lost, where this says so.
  std::function<bool(const std::string& caller, const UssCall&)> lose_answer;
  struct Seen {
    std::string caller, line;
    int status = 0;
  };
  std::vector<Seen> seen;
  [[nodiscard]] std::size_t count(std::string_view line_part) const;

  ManualClock clock{kNow};
  f3548::Registry registry, second;
  std::map<std::string, std::unique_ptr<Supplier>> suppliers;

 private:
  [[nodiscard]] net::ClientResponse at_registry(f3548::Registry& dss, const std::string& caller, const UssCall& call);
  [[nodiscard]] net::ClientResponse at_supplier(Supplier& supplier, const std::string& caller, const UssCall& call);
  std::uint64_t seq_ = 1;
};

/// Whether a registry has an intent of a supplier, and in which state.
inline std::optional<uss::IntentState> in_registry(const f3548::Registry& registry, const Supplier& of,
                                                   std::string_view id) {
  const auto found = registry.get_intent(of.uuid(id));
  if (!found) return std::nullopt;
  return (*found)->state;
}
inline std::optional<uss::IntentState> at_registry(World& world, const Supplier& of, std::string_view id) {
  return in_registry(world.registry, of, id);
}
inline const uss::Registration& registration(const Supplier& of, std::string_view id) {
  return of.host.ledger().registrations().at(IntentId::trusted(id));
}

/// What alpha serves instead of what it has registered.
inline void serve_instead(World& world, const std::function<std::string(std::string)>& change) {
  world.before = [&world, change](const std::string& caller,
                                  const UssCall& call) -> std::optional<Result<net::ClientResponse>> {
    if (call.method != net::Method::kGet || call.base_url != "https://alpha.example") return std::nullopt;
    const auto before = std::exchange(world.before, nullptr);
    auto answer = world.carry(caller, call);
    world.before = before;
    answer->body = change(std::move(answer->body));
    return answer;
  };
}

}  // namespace tansiq::node::test
