#include "node/log_book.h"

#include "base/invariant.h"

namespace tansiq::node {

using coordination::LogName;

Status LogBook::add(store::LogStore& store, const LogName& name) {
  if (ids_.contains(name)) return {};
  const store::LogId id = TRY(store.add_log(origins_.origin(name)));
  ids_.emplace(name, id);
  names_.emplace(id, name);
  return {};
}

Result<LogBook> LogBook::open(store::LogStore& store, const core::Charter& charter, const AuthorityId& self) {
  LogBook book(self);
  const LogName main{self, LogName::Kind::kMain, {}};
  book.ids_.emplace(main, store::kMainLog);
  book.names_.emplace(store::kMainLog, main);
  TRY_VOID(book.adopt(store, charter));
  return book;
}

Status LogBook::adopt(store::LogStore& store, const core::Charter& charter) {
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
  for (const LogName& name : shared_) TRY_VOID(add(store, name));
  for (const LogName& name : mirrors_) TRY_VOID(add(store, name));
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
