// What talks may hold, of one peer and of all together. The state of talks is part of one JSON document, which has a
// bound (log::kJcsDocumentBytesMax): however many members a charter has, what their messages come to stays well below.
//
// Each class of messages has a *pool* over all peers, and each peer an equal part of it, at most what stands here for
// one. Up to kTalkFullPeers peers that is the whole; beyond, parts shrink. A part may be exceeded by one message, the
// pool never: so whoever floods takes nobody else's room. Deciding code: it follows from the charter in force alone.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/limits.h"
#include "core/charter.h"
#include "log/jcs.h"

namespace tansiq::coordination {

/// What may wait for one peer's receipts: beyond it a send is refused. What no freeze stops has a share of its own.
inline constexpr std::size_t kTalkOpenMax = 256;
inline constexpr std::size_t kTalkOpenBytesMax = std::size_t{4} << 20;
inline constexpr std::size_t kTalkOpenFloorMax = 64;
inline constexpr std::size_t kTalkOpenFloorBytesMax = std::size_t{1} << 20;
/// What of one peer may wait for officers here: beyond it the machine refuses (`quota`). Twice the bytes that an honest
/// peer may have open, so that it meets its own limit first; more messages, for those that need no answer wait here
/// too.
inline constexpr std::size_t kTalkWaitingMax = 1'024;
inline constexpr std::size_t kTalkWaitingBytesMax = std::size_t{8} << 20;
inline constexpr std::size_t kTalkWaitingFloorMax = 256;
inline constexpr std::size_t kTalkWaitingFloorBytesMax = std::size_t{2} << 20;
/// Settled messages with one peer, each way, with what is known of them.
inline constexpr std::size_t kTalkSettledBytesMax = std::size_t{4} << 20;
/// Indexes of one peer's messages that are remembered with their hash.
inline constexpr std::size_t kTalkIndexesMax = 4'096;
/// Nobody waits longer for a receipt: what is due later is not sent.
inline constexpr DurationMs kTalkDueMsMax = 31LL * 24 * 3'600'000;
/// Threads that have left the state and whose last number is remembered.
inline constexpr std::size_t kTalkNumbersMax = 4'096;
/// So many peers may each have all of the above.
inline constexpr std::size_t kTalkFullPeers = 4;

/// A class of messages: how many, and their bytes.
struct TalkRoom {
  std::size_t rows = 0;
  std::size_t bytes = 0;
  friend bool operator==(const TalkRoom&, const TalkRoom&) = default;
};

/// What one peer has, and all together.
struct TalkLimits {
  TalkRoom open, open_floor;        ///< Ours, by whether no freeze stops them.
  TalkRoom waiting, waiting_floor;  ///< Its.
  std::size_t settled_bytes = 0;    ///< Each way.
  std::size_t indexes = 0;
};

/// Where this authority has so many peers.
[[nodiscard]] constexpr TalkLimits talk_limits(std::size_t peers) {
  const auto part = [&](std::size_t full, std::size_t least) {
    return std::max(least, full * kTalkFullPeers / std::max(kTalkFullPeers, peers));
  };
  const auto room = [&](std::size_t rows, std::size_t bytes, std::size_t least) {
    return TalkRoom{part(rows, least), part(bytes, 1)};
  };
  return {.open = room(kTalkOpenMax, kTalkOpenBytesMax, 8),
          .open_floor = room(kTalkOpenFloorMax, kTalkOpenFloorBytesMax, 4),
          .waiting = room(kTalkWaitingMax, kTalkWaitingBytesMax, 32),
          .waiting_floor = room(kTalkWaitingFloorMax, kTalkWaitingFloorBytesMax, 8),
          .settled_bytes = part(kTalkSettledBytesMax, 1),
          .indexes = part(kTalkIndexesMax, 256)};
}

/// Bytes of a class over all peers.
[[nodiscard]] constexpr std::size_t talk_pool(std::size_t bytes_of_one) { return bytes_of_one * kTalkFullPeers; }

/// No state of talks is larger, with so many peers. A row is its message and at most kRowBytes, but for the places that
/// have moved, which are said once more of a message that was read; one that is settled counts with all it has.
[[nodiscard]] constexpr std::size_t talk_state_bytes(std::size_t peers) {
  constexpr std::size_t kRowBytes = 1'536;
  constexpr std::size_t kIndexBytes = 160;
  constexpr std::size_t kNumberBytes = 320;
  const TalkLimits of = talk_limits(peers);
  const std::size_t rows = of.open.rows + of.open_floor.rows + of.waiting.rows + of.waiting_floor.rows;
  const std::size_t sent = talk_pool(kTalkOpenBytesMax + kTalkOpenFloorBytesMax + kTalkSettledBytesMax);
  const std::size_t heard =
      5 * talk_pool(kTalkWaitingBytesMax + kTalkWaitingFloorBytesMax) / 2 + talk_pool(kTalkSettledBytesMax);
  return sent + heard + peers * (rows * kRowBytes + of.indexes * kIndexBytes) + kTalkNumbersMax * kNumberBytes;
}
/// The rest is for everything else that is coordinated.
static_assert(talk_state_bytes(core::kCharterAuthoritiesMax) < log::kJcsDocumentBytesMax * 3 / 4);
static_assert(talk_state_bytes(kTalkFullPeers) < log::kJcsDocumentBytesMax * 3 / 4);

}  // namespace tansiq::coordination
