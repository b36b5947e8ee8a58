// Where a log is: a static folder, a node's data folder, or a URL; and whose keys may have signed it.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/result.h"
#include "cli/node_client.h"
#include "log/note_key.h"
#include "log/source.h"

namespace tansiq::cli {

/// A log that has been found.
struct LogLocation {
  std::unique_ptr<log::LogSource> source;
  std::vector<log::VerifierKey> keys;  ///< From the charter that stands beside the log; empty when there is none.
  std::string keys_from;               ///< For people: where the keys came from.
};

/// `where` is a folder in the layout of C2SP tlog-tiles (it has a `checkpoint`), a node's data folder (it has a
/// `log.db`), a node's URL, or the URL of one log, as http://host/log/<origin>. For URLs `options` gives token and
/// trust. Fails with `kNotFound` and what would be right.
[[nodiscard]] Result<LogLocation> find_log(const std::string& where, const NodeOptions& options);

/// The other logs in a node's data folder that have entries: what it writes for members and pairs, and its mirrors of
/// what peers write for it, each with the keys that may sign it. Empty for anything but such a folder. A mirror that is
/// still catching up is left out, and named in `behind`.
[[nodiscard]] Result<std::vector<LogLocation>> other_logs(const std::string& where, std::vector<std::string>& behind);

/// How many entries the log's checkpoint describes. Verifies nothing.
[[nodiscard]] Result<std::uint64_t> log_size(log::LogSource& source);

/// Visits entries [from, end) in order; `end` at most the log's size. Verifies nothing. Stops at, and returns, the
/// first error.
[[nodiscard]] Status for_each_entry(log::LogSource& source, std::uint64_t from, std::uint64_t end,
                                    const std::function<Status(std::uint64_t index, ByteView entry)>& visit);

/// A verifier key as it is written, or the name of a file that holds one a line, a charter, or a key file.
[[nodiscard]] Result<std::vector<log::VerifierKey>> read_keys(const std::string& word);

}  // namespace tansiq::cli
