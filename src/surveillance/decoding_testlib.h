// Bytes as each format has them, for the tests of what is common to all.
#pragma once

#include <array>
#include <string>

#include "surveillance/decoding.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance::testing {

inline constexpr std::array kEverySpeech{Speaks::kAsterix, Speaks::kBeast, Speaks::kSbs,
                                         Speaks::kAivdm,   Speaks::kCot,   Speaks::kCsv};

/// A source that listens on TCP.
[[nodiscard]] SourceConfig source_of(Speaks format);

/// What a stream begins with, before any statement: the heading of CSV.
[[nodiscard]] std::string preamble(Speaks format);

/// The `i`th statement, as one unit of the format (Beast: the two halves of a position): another craft each, at rest,
/// so that two statements never contradict each other.
[[nodiscard]] std::string statement(Speaks format, unsigned i);

/// What the `i`th statement is recognised by in a report.
[[nodiscard]] std::uint32_t number_of(const Report& report);

}  // namespace tansiq::surveillance::testing
