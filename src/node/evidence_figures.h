// How fast an evidence bundle is made and verified. For `tansiq bench`.
#pragma once

#include <cstdint>
#include <filesystem>

#include "base/result.h"

namespace tansiq::node {

struct EvidenceRun {
  std::filesystem::path folder;      ///< Exists; what is written below it stays (the caller removes it).
  std::uint64_t tracks = 10'000;     ///< That the attached recording holds, each with
  std::uint64_t seconds = 3'600;     ///< so long
  std::uint64_t report_every_s = 5;  ///< a report of 60 octets every so often, in datagrams of 24.
  std::uint64_t entries = 36'000;    ///< Of that hour, all of which the bundle holds.
};

struct EvidenceFigures {
  std::uint64_t bundle_bytes = 0;
  std::uint64_t recording_bytes = 0;
  std::uint64_t entries = 0;
  double make_seconds = 0;    ///< From the data folder to the synced file.
  double verify_seconds = 0;  ///< The whole file, with the charter given.
};

/// Writes a record and a recording, makes a bundle of both, verifies it. Fails with `kCorrupt` when it does not verify,
/// `kIo`, and as `make_evidence`.
[[nodiscard]] Result<EvidenceFigures> measure_evidence(const EvidenceRun& run);

}  // namespace tansiq::node
