// Acts that wait for a second officer. One officer asks, under his own session; another one of the same authority,
// under his, sees exactly what was asked and confirms or refuses it. Nobody names a second: whoever confirms is the
// second.
//
//   const PendingAct asked = TRY(acts.ask(request, "anna", epoch, signature, now));  // 202, asked.id
//   const PendingAct ready = TRY(acts.confirm(asked.id, "ben", now));                // ben is the second: to be done
//   acts.settle(asked.id, outcome);
//
// What waits is kept in memory and lapses after ten minutes; a restart forgets it, and so does a change of the asker's
// account (docs/officers.md says why that is safe). What has come to its end can be looked at for as long. Both are
// bounded. The same command asked again by the same officer is the same pending act.
//
// Times are milliseconds of a clock that only goes forward. Any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "coordination/act.h"
#include "node/officer_evidence.h"
#include "node/officer_request.h"

namespace tansiq::node {

inline constexpr DurationMs kPendingActMs = 10LL * 60'000;
inline constexpr std::size_t kPendingActsMax = 64;
inline constexpr std::size_t kPendingActsOfOneMax = 8;
inline constexpr std::size_t kSettledActsMax = 128;
inline constexpr std::size_t kRefusalTextMax = 1'000;

/// Whether an act takes two officers, by the rule of this node: what thaws or widens a relation, or what others may
/// pass on; an emergency revoke; release of information, our own or what others have shown; a charter; a zone that was
/// halted. What is no act of coordination and takes two has a kind of its own (officer_request.h).
[[nodiscard]] bool needs_two_officers(const coordination::Act& act);

enum class PendingState : std::uint8_t { kWaiting, kConfirmed, kDone, kFailed, kRefused, kLapsed };
[[nodiscard]] std::string_view to_text(PendingState state);

struct PendingAct {
  std::string id;  ///< 32 hexadecimal digits.
  OfficerRequest request;
  std::string asker;  ///< Name of the account.
  std::uint64_t asker_epoch = 0;
  OfficerSignature asker_signature;
  PendingState state = PendingState::kWaiting;
  std::int64_t asked_ms = 0;
  std::int64_t ended_ms = 0;
  std::string second;   ///< Who confirmed or refused.
  std::string outcome;  ///< Of `kDone`: what the act was answered (JSON). Else why not, for people.
};

class PendingActs {
 public:
  /// Fails with `kOverloaded` (too many wait, of this officer or of all), `kConflict` when the command id stands for
  /// another act.
  [[nodiscard]] Result<PendingAct> ask(OfficerRequest request, std::string_view asker, std::uint64_t epoch,
                                       const OfficerSignature& signature, std::int64_t now_ms);
  /// Hands it over, once. Fails with `kNotFound`, `kWrongState` (no longer waiting), `kForbidden` for the asker.
  [[nodiscard]] Result<PendingAct> confirm(std::string_view id, std::string_view by, std::int64_t now_ms);
  /// What came of it.
  void settle(std::string_view id, bool done, std::string outcome, std::int64_t now_ms);
  /// It was not tried after all: waits again.
  void put_back(std::string_view id);
  /// Also by the asker, who then withdraws it. Fails as `confirm`.
  [[nodiscard]] Status refuse(std::string_view id, std::string_view by, std::string_view text, std::int64_t now_ms);
  /// Ends it as failed, if it waits.
  void void_it(std::string_view id, std::string why, std::int64_t now_ms);

  [[nodiscard]] std::optional<PendingAct> find(std::string_view id, std::int64_t now_ms) const;
  /// Waiting and ended, oldest first.
  [[nodiscard]] std::vector<PendingAct> list(std::int64_t now_ms) const;
  [[nodiscard]] std::size_t waiting(std::int64_t now_ms) const;

 private:
  using Acts = std::map<std::uint64_t, PendingAct>;  ///< In the order in which they were asked.
  void forget(std::int64_t now_ms);
  [[nodiscard]] Result<PendingAct*> waiting_act(std::string_view id);
  [[nodiscard]] PendingAct* of(std::string_view id);

  mutable std::mutex mutex_;
  Acts acts_;
  std::uint64_t next_ = 0;
};

}  // namespace tansiq::node
