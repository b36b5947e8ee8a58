// AIS messages by type (ITU-R M.1371-5): bits to reports, statuses, identities and texts.
#pragma once

#include <expected>
#include <string_view>

#include "surveillance/ais_payload.h"
#include "surveillance/counters.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// Where and when a message came from.
struct AisContext {
  SourceId source;
  UtcMs received;
  UtcMs base;              ///< Near which the second of a minute lies: the tag block's time, else the reception.
  bool base_full = false;  ///< `base` is the tag block's.
};

/// What became of a message.
enum class AisOutcome : std::uint8_t {
  kTaken,   ///< At least one value went to the sink.
  kByType,  ///< A type that is only counted (6, 7, 8, 10, 13, 15 to 17, 20, 22, 23, 25, 26).
};

/// Decodes one whole message. Types 1 to 5, 9, 11, 12, 14, 18, 19, 21, 24 and 27 in full.
///
/// Fails with `kWrongLength` where the type cannot have that many bits, `kOutOfRange` on a type, MMSI, latitude or
/// longitude that does not exist. "Not available" codes become absent values. Times: types 4 and 11 are full; position
/// reports give the second of a minute (60 and above: none, and the time is `base`).
[[nodiscard]] std::expected<AisOutcome, Reject> decode_ais(const AisPayload& bits, const AisContext& context,
                                                           Sink& sink, DecodeCounters& counters);

}  // namespace tansiq::surveillance
