// What all logs together say of messages between officers, as an auditor would note it who may read everything: from
// durable entries alone, with nothing of the desk's own code. Checkers of talks judge by this (check_talks.h).
#pragma once

#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "sim/disk.h"
#include "sim/ledger.h"

namespace tansiq::sim {

/// A receipt of a message, in its recipient's log.
struct LedgerReceipt {
  EntryHash hash;
  coordination::Receipt kind = coordination::Receipt::kReceived;
  std::optional<coordination::TalkRefusal> refusal = {};
  bool by_officer = false;
  UtcMs written;                   ///< True time, as all below.
  std::optional<UtcMs> read = {};  ///< When it became durable at the message's sender.
};

struct LedgerTalk {
  EntryHash hash;
  AuthorityId from;
  coordination::TalkMessage message;
  UtcMs said;  ///< The sender's log time.
  UtcMs due;   ///< By the sender's clock, without what STANDBY adds.
  UtcMs written;
  std::vector<LedgerReceipt> receipts;
  std::optional<UtcMs> alarmed;  ///< The first `talk.overdue`.
  std::optional<UtcMs> anomaly;  ///< When the recipient's node noted with an alarm that something is wrong with it.

  [[nodiscard]] const AuthorityId& to() const { return message.to; }
  [[nodiscard]] std::size_t count(coordination::Receipt kind) const;
  /// The recipient's machine has shown it to nobody, and said so.
  [[nodiscard]] const LedgerReceipt* turned_away() const;
  /// Whether a receipt, an officer's where one is needed, is the one that its sender waits for.
  [[nodiscard]] bool satisfied_by(const LedgerReceipt& receipt) const;
};

class TalkLedger {
 public:
  explicit TalkLedger(const core::Charter& charter) : timing_(charter.timing) {}

  /// An own entry of a node.
  void note(const Durable& durable);
  /// A line has become durable at `at`.
  void note_read(const AuthorityId& at, const Record& record, UtcMs now);

  [[nodiscard]] const std::map<EntryHash, LedgerTalk>& talks() const { return talks_; }
  [[nodiscard]] const LedgerTalk* find(const EntryHash& message) const;
  /// The message that a receipt quotes.
  [[nodiscard]] const LedgerTalk* of_receipt(const EntryHash& receipt) const;
  /// All that were ever written under one index, in order. More than one: an index was used again.
  [[nodiscard]] const std::map<std::tuple<AuthorityId, AuthorityId, std::int64_t>, std::vector<EntryHash>>& indexes()
      const {
    return indexes_;
  }

 private:
  void receipt(const Durable& durable, coordination::Receipt kind, const EntryHash& message,
               std::optional<coordination::TalkRefusal> refusal = {});

  const core::Timing timing_;
  std::map<EntryHash, LedgerTalk> talks_;
  std::map<EntryHash, EntryHash> receipts_;  ///< Message by receipt.
  std::map<std::tuple<AuthorityId, AuthorityId, std::int64_t>, std::vector<EntryHash>> indexes_;
};

}  // namespace tansiq::sim
