#include "node/record_moment.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <set>

#include "coordination/log_origins.h"
#include "node/entry_time.h"

namespace tansiq::node {
namespace {

/// Of one question to the store, which keeps its journal as long as one lasts.
constexpr std::uint64_t kSliceEntries = 4'096;

struct MainEntry {
  std::uint64_t seq = 0;
  UtcMs time;
};

Result<UtcMs> time_in(const store::StoredEntry& entry) {
  const auto time = entry_time(as_text(entry.bytes));
  if (time) return *time;
  return fail(ErrorCode::kCorrupt, "an entry of this node has no time", fmt::format("entry {}", entry.seq));
}

Result<MainEntry> main_entry(store::LogReader& reader, std::uint64_t index) {
  MainEntry out;
  TRY_VOID(reader.entries(store::kMainLog, index, 1, [&](const store::StoredEntry& entry) -> Status {
    out = {entry.seq, TRY(time_in(entry))};
    return {};
  }));
  return out;
}

/// The logs in which this node itself writes.
Result<std::set<store::LogId>> own_logs(store::LogReader& reader, const std::string& main_origin) {
  std::set<store::LogId> out{store::kMainLog};
  const auto members = coordination::members_origin(main_origin);
  if (!members) return out;  // It speaks with nobody.
  const std::string pairs = members->substr(0, members->rfind('/') + 1) + "with/";
  for (const store::LogInfo& log : TRY(reader.logs())) {
    if (log.origin == *members || log.origin.starts_with(pairs)) out.insert(log.id);
  }
  return out;
}

}  // namespace

Result<RecordMoment> record_moment(store::LogReader& reader, const std::string& main_origin, UtcMs at, UtcMs now) {
  const std::uint64_t size = TRY(reader.head(store::kMainLog)).size;
  const std::uint64_t end = TRY(reader.next_seq());
  if (size == 0) return fail(ErrorCode::kNotFound, "the record is empty", "at_ms");
  const MainEntry first = TRY(main_entry(reader, 0));
  if (first.time > at) {
    return fail(ErrorCode::kNotFound, fmt::format("the record begins at {}", format_utc(first.time)), "at_ms");
  }
  // Of main, the last entry that is not later.
  std::uint64_t low = 0;
  std::uint64_t high = size;
  MainEntry last = first;
  std::uint64_t next = end;  // Where the first that is later stands.
  while (high - low > 1) {
    const std::uint64_t middle = low + (high - low) / 2;
    const MainEntry entry = TRY(main_entry(reader, middle));
    if (entry.time <= at) {
      low = middle;
      last = entry;
    } else {
      high = middle;
      next = entry.seq;
    }
  }
  RecordMoment out{last.seq + 1, last.time};
  // Between the two, what this node has said to others.
  const std::set<store::LogId> own = TRY(own_logs(reader, main_origin));
  bool later = false;
  const auto look = [&](const store::StoredEntry& entry) -> Status {
    if (later || !own.contains(entry.log)) return {};
    const UtcMs time = TRY(time_in(entry));
    later = time > at;
    if (!later) out = {entry.seq + 1, time};
    return {};
  };
  for (std::uint64_t from = out.end_seq; from < next && !later; from += kSliceEntries) {
    TRY_VOID(reader.sequence(from, std::min(from + kSliceEntries, next), look));
  }
  if (next == end && !later && at >= now) out.end_seq = end;
  return out;
}

}  // namespace tansiq::node
