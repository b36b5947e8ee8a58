// The recordings of the live picture that go with a bundle of evidence: what was received in the time that it is about.
#pragma once

#include <filesystem>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "node/evidence_maker.h"

namespace tansiq::node {

/// Of one bundle.
inline constexpr std::size_t kEvidenceRecordingsMax = 1'024;
inline constexpr std::uint64_t kEvidenceRecordingBytesMax = std::uint64_t{4} << 30;

/// Files of `folder` that hold something from `from` (included) to `to` (not), oldest first; whole files, whose readers
/// can tell what is of which moment. Of the newest, which may be under way, the beginning as of now. None where there
/// is no such folder. What is no recording is passed over. Fails with `kTooLarge`.
[[nodiscard]] Result<std::vector<EvidenceFile>> recordings_of(const std::filesystem::path& folder, UtcMs from,
                                                              UtcMs to);

}  // namespace tansiq::node
