// Why bytes were not taken: one list of reasons for every decoder, counted, never logged line by line.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace tansiq::surveillance {

/// A rejection names what was wrong with the bytes; the unit that is dropped is the smallest that framing allows: a
/// sentence, a frame, a block of records, an event.
enum class Reject : std::uint8_t {
  kNotForUs,        ///< Well framed, but no kind of message that is read here (another sentence, another category).
  kNoise,           ///< Bytes between frames; counted once a run, not once a byte.
  kTooLong,         ///< Longer than the stated bound; dropped up to the next frame.
  kTruncated,       ///< Ends before its own layout does.
  kWrongLength,     ///< A length that the kind of message cannot have.
  kBadChecksum,     ///< Checksum or parity does not fit.
  kNoChecksum,      ///< None where the format has one.
  kBadSyntax,       ///< A field that is not written as the format says.
  kOutOfRange,      ///< A number outside of what the format allows.
  kUnknownItem,     ///< ASTERIX: an item whose layout is not known, so that what follows could be misread.
  kMissingItem,     ///< Without what every record of the kind must have.
  kUnknownAddress,  ///< Parity hides the address, and nobody with that address has been heard.
  kInconsistent,    ///< Parts that contradict each other: a CPR pair, two fragments with one number.
  kIncomplete,      ///< Some parts of a message never came.
  kNoRoom,          ///< A bounded table is full of younger entries.
  kForbidden,       ///< XML with a document type, entities, processing instructions.
  kFutureDated,     ///< Said to be so later than the clocks' bound allows.
  kTooOld,          ///< Said to have been so too long ago.
  kDuplicate,       ///< The same statement again.
  kOutOfOrder,      ///< Older than what the same source said of the same craft before.
  kCount,
};
[[nodiscard]] std::string_view name_of(Reject reject);

/// What one decoder of one source has seen. Written by the thread that feeds it; a plain value, to be copied for
/// metrics.
struct DecodeCounters {
  std::uint64_t bytes = 0;
  std::uint64_t units = 0;  ///< Sentences, frames, records, events found, whatever became of them.
  std::uint64_t reports = 0;
  std::uint64_t statuses = 0;
  std::uint64_t identities = 0;
  std::uint64_t texts = 0;
  std::uint64_t unused = 0;  ///< Read without fault, but saying nothing that a report carries.
  std::array<std::uint64_t, static_cast<std::size_t>(Reject::kCount)> rejected{};

  void reject(Reject why) { ++rejected[static_cast<std::size_t>(why)]; }
  [[nodiscard]] std::uint64_t of(Reject why) const { return rejected[static_cast<std::size_t>(why)]; }
  [[nodiscard]] std::uint64_t rejected_sum() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : rejected) sum += n;
    return sum;
  }
};

}  // namespace tansiq::surveillance
