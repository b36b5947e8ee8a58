// Up to where the record stood at a moment of the past: what this node knew then.
//
// Entries of this node bear its own clock, and that never goes back along the record. Those of peers stand among them
// in the order in which they became durable here, and bear their authors' clocks, which say nothing of when they came.
// So what was known at a moment is everything up to this node's last entry of that moment or before it; what peers said
// behind that counts from this node's next entry on. Every batch in which something of consequence is read leads to an
// entry, so what this leaves out had led to nothing yet.
#pragma once

#include <cstdint>
#include <string>

#include "base/time.h"
#include "store/log_store.h"

namespace tansiq::node {

struct RecordMoment {
  std::uint64_t end_seq = 0;  ///< One more than the seq of the last entry that counts.
  UtcMs last;                 ///< When this node wrote its last entry of those.
};

/// `main_origin`: of this node's own record. `now`: from then on all of the record counts. Fails with `kNotFound` for a
/// moment before the record begins; otherwise as the reader. Cost: O(log entries), and the entries between two of main.
[[nodiscard]] Result<RecordMoment> record_moment(store::LogReader& reader, const std::string& main_origin, UtcMs at,
                                                 UtcMs now);

}  // namespace tansiq::node
