// The bodies of what other suppliers have told and served to this node: notices and reports as they came, details.
// Their entries stay; the bodies are destroyed kForeignBodyKeptMs after they were taken, as soon as nothing refers to
// them any more that counts (uss/ledger.h): the newest known version of something, an incident, a registration.
//
//   UssBodies bodies({}, core, TRY(core.open_reader()));
//   while (waited a second) (void)bodies.round();
//
// It walks through `main` behind everything that is young, on a thread and a reader of its own, and keeps its place in
// the store. What to destroy is decided on the core thread, over a state that is durable, a few at a time: each costs
// it a sync. A body is told by its hash alone; where the same bytes have come twice the first time counts.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "node/core_thread.h"
#include "store/log_store.h"
#include "uss/ledger.h"

namespace tansiq::node {

inline constexpr DurationMs kForeignBodyKeptMs = 56LL * 86'400'000;

/// What an entry quotes of what others have sent; nothing of other entries.
struct QuotedBodies {
  UtcMs time;
  std::vector<log::Hash> bodies;
};
/// Fails as `uss::read_entry`.
[[nodiscard]] Result<QuotedBodies> quoted_bodies(std::string_view line);
/// Those to which nothing in the ledger refers. Cost: one look at everything in it.
[[nodiscard]] std::vector<log::Hash> unneeded_bodies(const uss::Ledger& ledger, std::vector<log::Hash> of);

/// One thread.
class UssBodies {
 public:
  struct Config {
    DurationMs kept_ms = kForeignBodyKeptMs;
    DurationMs again_ms = 86'400'000;    ///< What is still needed is asked about again so much later.
    std::uint64_t entries_max = 10'000;  ///< Looked at in one round.
    std::size_t bodies_max = 16;         ///< Destroyed in one.
  };
  /// `core` outlives this.
  UssBodies(Config config, CoreThread& core, std::unique_ptr<store::LogReader> reader);
  /// Walks on, and destroys what is due. Blocks until the core thread has. Fails when the node is stopping, or the
  /// store cannot be read; the next one goes on.
  [[nodiscard]] Status round();

 private:
  struct Held {
    std::uint64_t index = 0;  ///< In `main`: the entry that quotes it.
    log::Hash body;
    UtcMs not_before;
  };
  [[nodiscard]] Status begin();
  [[nodiscard]] Status walk(UtcMs now);
  [[nodiscard]] Status destroy(UtcMs now);
  void remember();

  const Config config_;
  CoreThread& core_;
  const std::unique_ptr<store::LogReader> reader_;
  std::optional<std::uint64_t> next_;  ///< The entry of `main` to look at; nothing before the first round.
  std::deque<Held> held_;              ///< There, and to be destroyed. In the order in which they are asked about.
  std::uint64_t remembered_ = 0;       ///< The place that is kept in the store.
};

}  // namespace tansiq::node
