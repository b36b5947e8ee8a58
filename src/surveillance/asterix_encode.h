// ASTERIX records from reports: CAT 021 edition 2.6, CAT 048 edition 1.31, CAT 062 edition 1.20, for recorded and
// generated traffic as a real stream.
//
//   AsterixEncoder encoder(62);
//   for (const Report& report : reports) TRY_VOID(encoder.add(report));
//   send(encoder.take());   // one data block
//
// Only what a report holds is written; an item is left out where the report does not say it. What was read from a
// record of these items reads back to the same octets.
#pragma once

#include <cstdint>

#include "base/bytes.h"
#include "base/result.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// A block of a datagram's size.
inline constexpr std::size_t kAsterixEncodedBytesMax = 1'400;

class AsterixEncoder {
 public:
  /// `category`: 21, 48 or 62.
  explicit AsterixEncoder(std::uint8_t category);

  /// Appends a record. Fails with `kInvalid` where the category needs what the report does not have (021: a 24-bit
  /// address; 062: a track number; all: who says so), with `kTooLarge` when the block is full: take it, and add again.
  [[nodiscard]] Status add(const Report& report);
  /// The block, and begins another. Empty when nothing was added.
  [[nodiscard]] Bytes take();

 private:
  std::uint8_t category_;
  Bytes block_;
};

}  // namespace tansiq::surveillance
