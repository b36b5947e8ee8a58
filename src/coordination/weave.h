// Puts what peers gave back of a lost record into an order that it can have had.
//
// A node that was restored from an old copy fetches back what it had written to others, and reads its peers' logs again
// from where the copy ends. Both have to get a place in the local order, and replay has to find them where they make
// sense: a hold behind the request it answers, a commit behind the holds it quotes.
//
//   - An own entry says its number (`seq`): it gets that number again, so lines, numbers and quotes stay what they
//   were.
//     Numbers whose entries nobody gives back (`main`, which nobody mirrors) become gaps.
//   - A peer's entry that an own entry quotes, by its hash or in an anchor, had been read before, and so had the
//   windows
//     of a zone that an own entry takes over and the confirmations of what a crew was cleared for: it gets a free
//     number below, and above the last own entry that it quotes itself. Of who came in, or came back, with a later
//     version of the charter nothing had been read before that was in force. Since there was such an order once, the
//     earliest deadline first finds one.
//   - What no own entry quotes may not have been read at all: it comes last.
//
// A peer that gives back another log than it had shown can make this impossible. Then its entries come late, which
// every part of the fold bears (G2); nothing fails.
//
// Cost: O(entries · log entries), and one look at each line.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "coordination/log_name.h"
#include "coordination/log_origins.h"

namespace tansiq::coordination {

/// The end of one log: its entries from `first` on.
struct LogTail {
  LogName log;
  std::uint64_t first = 0;
  std::vector<std::string> lines;
};

struct Woven {
  LogName log;
  std::uint64_t seq = 0;
  std::string line;
};

/// Gives every entry its number, from `next_seq` on, growing. `in_force`: the charter where what is there ends. Fails
/// with `kConflict` when two own entries claim one number or one that is taken, `kMalformed` when an own entry has
/// none.
[[nodiscard]] Result<std::vector<Woven>> weave(std::vector<LogTail> own, std::vector<LogTail> peers,
                                               std::uint64_t next_seq, const Origins& origins,
                                               const core::Charter& in_force);

}  // namespace tansiq::coordination
