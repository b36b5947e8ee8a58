#include "node/log_book.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.h"

namespace tansiq::node {

using coordination::LogName;

LogBook::LogBook(AuthorityId self) : self_(std::move(self)) {
  const LogName main{self_, LogName::Kind::kMain, {}};
  ids_.emplace(main, store::kMainLog);
  names_.emplace(store::kMainLog, main);
}

Status LogBook::add(const Number& number, const LogName& name) {
  if (ids_.contains(name)) return {};
  const store::LogId id = TRY(number(origins_.origin(name)));
  ids_.emplace(name, id);
  names_.emplace(id, name);
  return {};
}

Result<LogBook> LogBook::open(store::LogStore& store, const core::Charter& charter, const AuthorityId& self) {
  LogBook book(self);
  TRY_VOID(book.adopt(store, charter));
  return book;
}

Result<LogBook> LogBook::read(store::LogReader& reader, const core::Charter& charter, const AuthorityId& self) {
  LogBook book(self);
  TRY_VOID(book.adopt(reader, charter));
  return book;
}

Status LogBook::adopt(store::LogStore& store, const core::Charter& charter) {
  return adopt([&store](const std::string& origin) { return store.add_log(origin); }, charter);
}

Status LogBook::adopt(store::LogReader& reader, const core::Charter& charter) {
  const std::vector<store::LogInfo> logs = TRY(reader.logs());
  const auto number = [&logs](const std::string& origin) -> Result<store::LogId> {
    const auto found = std::ranges::find(logs, origin, &store::LogInfo::origin);
    if (found != logs.end()) return found->id;
    return fail(ErrorCode::kCorrupt, fmt::format("the charter calls for the log {}, and the store has none", origin));
  };
  return adopt(number, charter);
}

Status LogBook::adopt(const Number& number, const core::Charter& charter) {
  TRY_VOID(origins_.adopt(charter));
  shared_.clear();
  mirrors_.clear();
  if (charter.authorities.size() < 2) return {};
  shared_.push_back({self_, LogName::Kind::kMembers, {}});
  for (const core::Authority& other : charter.authorities) {
    if (other.id == self_ || !other.peer) continue;
    shared_.push_back({self_, LogName::Kind::kPair, other.id});
    mirrors_.push_back({other.id, LogName::Kind::kMembers, {}});
    mirrors_.push_back({other.id, LogName::Kind::kPair, self_});
  }
  for (const LogName& name : shared_) TRY_VOID(add(number, name));
  for (const LogName& name : mirrors_) TRY_VOID(add(number, name));
  return {};
}

store::LogId LogBook::id(const LogName& log) const {
  const auto at = ids_.find(log);
  EXPECT_INVARIANT(at != ids_.end());
  return at->second;
}

const LogName& LogBook::name(store::LogId id) const {
  const auto at = names_.find(id);
  EXPECT_INVARIANT(at != names_.end());
  return at->second;
}

std::optional<LogName> LogBook::find(std::string_view origin) const {
  const auto name = origins_.log(origin);
  if (!name || !ids_.contains(*name)) return std::nullopt;
  return name;
}

}  // namespace tansiq::node
