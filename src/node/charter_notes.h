// Texts of charters that others have adopted and this node has not: so that an officer reads what he is asked to adopt.
//
// They are fetched from whoever has adopted them, over the line on which files of messages come (body_links.h), as soon
// as an entry quotes them. Kept in memory, a few; they decide nothing: what is adopted is what an officer sends, and
// is checked then. A peer that is older gives none.
#pragma once

#include <cstddef>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "coordination/coalition.h"
#include "node/body_links.h"
#include "store/log_store.h"

namespace tansiq::node {

inline constexpr std::size_t kCharterNotesMax = 4;

/// Any thread.
class CharterNotes {
 public:
  /// Fails with `kMalformed` for what is no signed note, or none that JSON can quote. The oldest makes room.
  [[nodiscard]] Status keep(const log::Hash& sha256, std::string note);
  [[nodiscard]] std::optional<std::string> find(const log::Hash& sha256) const;

 private:
  mutable std::mutex mutex_;
  std::deque<std::pair<log::Hash, std::string>> notes_;
};

/// Fetches these beside what `config` fetches. `notes` outlives the fetcher.
[[nodiscard]] BodyFetcher::Config with_charter_notes(BodyFetcher::Config config, CharterNotes& notes);

/// {"charters":[{"adopted_by":[id…],"charter_sha256","effective_ms","note"?,"version"}…]}: what is adopted, here or by
/// another member, and not in force here, by version. `reader` has what this node has adopted.
[[nodiscard]] Result<std::string> proposed_charters_json(const coordination::Coalition& coalition,
                                                         store::LogReader* reader, const CharterNotes* notes);

}  // namespace tansiq::node
