// Makes an evidence bundle (log/bundle.h) out of a node's data folder, the node running or not: reads only.
//
//   const MadeEvidence made = TRY(make_evidence("/var/lib/tansiq", {.entries = {hash}, .made = now},
//   "incident-7.bundle"));
//
// Beside the entries that are asked for it puts in what makes them mean something to an outsider: every version of the
// charter that the folder holds; the newest checkpoint of each log, and those that peers have cosigned; the anchors
// before an entry (what its author had read) and the first anchors of others behind it (who had read it by when); the
// bodies that the entries name.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "log/bundle.h"
#include "node/evidence_subject.h"

namespace tansiq::node {

/// Entries of one bundle; beyond it the request has to be narrower.
inline constexpr std::size_t kEvidenceEntriesMax = 200'000;
/// All bodies together, which are held in memory.
inline constexpr std::size_t kEvidenceBodyBytesMax = 256U << 20;

struct EvidenceFile {
  std::string label;  ///< Empty: the file's name.
  std::filesystem::path path;
  std::optional<std::uint64_t> bytes{};  ///< Of one that is still being written: its beginning.
};

struct EvidenceRequest {
  std::vector<log::Hash> entries{};  ///< By their hash, wherever they stand.
  /// And those whose author gives a time from here (included) to there (not): both or none.
  std::optional<UtcMs> from{}, to{};
  std::optional<EvidenceSubject> subject{};  ///< And those that concern it.
  /// Origins of the logs in which they may stand, mirrors of peers' logs too. Empty: for hashes all that the node
  /// holds; for times all but its main log, which nobody else reads and which therefore must be named; for a subject
  /// those of pairs.
  std::vector<std::string> logs{};
  std::vector<EvidenceFile> attach{};
  bool bodies = true;  ///< Whether bodies that the entries name, and that the node holds, go with them.
  /// What was recorded in the time that is asked for, or that the subject is about. May be empty.
  std::function<Result<std::vector<EvidenceFile>>(UtcMs from, UtcMs to)> recordings{};
  /// Asked now and then; true: nobody waits for the bundle any more. May be empty.
  std::function<bool()> give_up{};
  UtcMs made;
};

struct MadeEvidence {
  log::WrittenBundle written;
  std::size_t entries = 0;  ///< That were asked for.
  std::size_t anchors = 0;  ///< That were added.
  std::size_t bodies = 0;
  std::size_t recordings = 0;
  std::vector<std::string> logs;      ///< Origins.
  std::vector<log::Hash> unquoted{};  ///< Files attached that no entry names: they prove nothing.
};

/// Fails with `kNotFound` (no record there, no such log, no such entry, nothing in that time, nothing about it),
/// `kTooLarge`, `kInvalid`, as `log::write_bundle`, and as reading the store does.
[[nodiscard]] Result<MadeEvidence> make_evidence(
    const std::filesystem::path& data_dir, const EvidenceRequest& request, const std::filesystem::path& bundle,
    const std::function<void(std::uint64_t done, std::uint64_t total)>& progress = {});

}  // namespace tansiq::node
