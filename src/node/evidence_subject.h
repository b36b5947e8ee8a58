// Which entries concern one incident, or one thread of messages: for bundles that are asked for by what they are about.
//
//   const SubjectEntries found = TRY(entries_about(*reader, logs, {EvidenceSubject::Kind::kIncident, opener,
//   "dam-1"}));
//
// Of an incident: its opening, all statements and states of all sides; messages that speak of it; and the messages and
// entries that it is about, or that statements name as held, as far as they are here. Of a thread: all its messages. Of
// messages in either, all receipts.
//
// Reads the logs from their beginning: about a microsecond an entry.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "base/ids.h"
#include "base/result.h"
#include "base/time.h"
#include "store/log_store.h"

namespace tansiq::node {

struct EvidenceSubject {
  enum class Kind : std::uint8_t { kIncident, kThread };
  Kind kind = Kind::kIncident;
  AuthorityId opener;
  std::string id;
  /// `incident ru/dam-1`
  [[nodiscard]] std::string text() const;
};

/// A log that is looked through.
struct SubjectLog {
  store::LogId id;
  AuthorityId author;
  std::uint64_t size = 0;
};

struct SubjectEntries {
  std::map<store::LogId, std::set<std::uint64_t>> entries{};
  /// What it is about: an incident's own window; of a thread, from its first message to its last.
  std::optional<UtcMs> from{}, to{};
};

/// `give_up` is asked now and then. Fails with `kNotFound` when no entry concerns it, `kUnavailable` when given up, and
/// as the reader does.
[[nodiscard]] Result<SubjectEntries> entries_about(store::LogReader& reader, std::span<const SubjectLog> logs,
                                                   const EvidenceSubject& subject,
                                                   const std::function<bool()>& give_up = {});

}  // namespace tansiq::node
