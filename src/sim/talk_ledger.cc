#include "sim/talk_ledger.h"

#include <algorithm>

namespace tansiq::sim {

using namespace coordination;

std::size_t LedgerTalk::count(Receipt kind) const {
  return static_cast<std::size_t>(std::ranges::count(receipts, kind, &LedgerReceipt::kind));
}

const LedgerReceipt* LedgerTalk::turned_away() const {
  const auto at = std::ranges::find_if(receipts, [](const LedgerReceipt& receipt) {
    return receipt.refusal && *receipt.refusal != TalkRefusal::kOfficer;
  });
  return at == receipts.end() ? nullptr : &*at;
}

bool LedgerTalk::satisfied_by(const LedgerReceipt& receipt) const {
  if (receipt.refusal && *receipt.refusal != TalkRefusal::kOfficer) return false;
  if (receipt.kind >= Receipt::kRead && !receipt.by_officer) return false;
  switch (message.needs) {
    case Needs::kReceived:
      return receipt.kind >= Receipt::kReceived;
    case Needs::kRead:
      return receipt.kind >= Receipt::kRead;
    case Needs::kAnswer:
      return receipt.kind >= Receipt::kAnswered;
  }
  return false;
}

const LedgerTalk* TalkLedger::find(const EntryHash& message) const {
  const auto at = talks_.find(message);
  return at == talks_.end() ? nullptr : &at->second;
}

void TalkLedger::receipt(const Durable& durable, Receipt kind, const EntryHash& message,
                         std::optional<TalkRefusal> refusal) {
  const auto at = talks_.find(message);
  if (at == talks_.end()) return;
  at->second.receipts.push_back({.hash = durable.hash,
                                 .kind = kind,
                                 .refusal = refusal,
                                 .by_officer = !durable.entry.by.empty(),
                                 .written = durable.now});
  receipts_[durable.hash] = message;
}

void TalkLedger::note(const Durable& durable) {
  std::visit(
      [&]<class T>(const T& body) {
        if constexpr (std::is_same_v<T, TalkMessage>) {
          LedgerTalk& talk = talks_[durable.hash];
          talk.hash = durable.hash;
          talk.from = durable.author;
          talk.message = body;
          talk.said = durable.entry.time;
          talk.due = body.due.value_or(durable.entry.time + 2 * timing_.delivery_ms + timing_.decision_ms);
          talk.written = durable.now;
          indexes_[{durable.author, body.to, body.index}].push_back(durable.hash);
        } else if constexpr (std::is_same_v<T, TalkReceived>) {
          receipt(durable, Receipt::kReceived, body.message);
        } else if constexpr (std::is_same_v<T, TalkRead>) {
          receipt(durable, Receipt::kRead, body.message);
        } else if constexpr (std::is_same_v<T, TalkStandby>) {
          receipt(durable, Receipt::kStandby, body.message);
        } else if constexpr (std::is_same_v<T, TalkAnswered>) {
          receipt(durable, Receipt::kAnswered, body.message);
        } else if constexpr (std::is_same_v<T, TalkRefused>) {
          receipt(durable, Receipt::kRefused, body.message, body.reason);
        } else if constexpr (std::is_same_v<T, TalkOverdue>) {
          const auto at = talks_.find(body.message);
          if (at != talks_.end() && !at->second.alarmed) at->second.alarmed = durable.now;
        } else if constexpr (std::is_same_v<T, Anomaly>) {
          const auto at = talks_.find(body.entry);
          if (body.alarm && at != talks_.end() && !at->second.anomaly) at->second.anomaly = durable.now;
        }
      },
      durable.entry.body);
}

const LedgerTalk* TalkLedger::of_receipt(const EntryHash& receipt) const {
  const auto at = receipts_.find(receipt);
  return at == receipts_.end() ? nullptr : find(at->second);
}

void TalkLedger::note_read(const AuthorityId& at, const Record& record, UtcMs now) {
  if (record.log.kind != LogName::Kind::kPair || record.log.reader != at) return;
  const auto quoted = receipts_.find(record.leaf);
  if (quoted == receipts_.end()) return;
  LedgerTalk& talk = talks_.at(quoted->second);
  // Who quotes a message that was sent to somebody else has given no receipt.
  if (talk.from != at || talk.to() != record.log.author) return;
  const auto receipt = std::ranges::find(talk.receipts, record.leaf, &LedgerReceipt::hash);
  if (!receipt->read) receipt->read = now;
}

}  // namespace tansiq::sim
