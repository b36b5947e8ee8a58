#include "node/log_book.h"

#include "base/invariant.h"

namespace tansiq::node {

using coordination::LogName;

Status LogBook::add(store::LogStore& store, const LogName& name) {
  const store::LogId id = TRY(store.add_log(origins_.origin(name)));
  ids_.emplace(name, id);
  names_.emplace(id, name);
  return {};
}

Result<LogBook> LogBook::open(store::LogStore& store, const core::Charter& charter, const AuthorityId& self) {
  LogBook book(TRY(coordination::Origins::make(charter)));
  const LogName main{self, LogName::Kind::kMain, {}};
  book.ids_.emplace(main, store::kMainLog);
  book.names_.emplace(store::kMainLog, main);
  if (charter.authorities.size() < 2) return book;
  book.shared_.push_back({self, LogName::Kind::kMembers, {}});
  for (const core::Authority& other : charter.authorities) {
    if (other.id == self || !other.peer) continue;
    book.shared_.push_back({self, LogName::Kind::kPair, other.id});
    book.mirrors_.push_back({other.id, LogName::Kind::kMembers, {}});
    book.mirrors_.push_back({other.id, LogName::Kind::kPair, self});
  }
  for (const LogName& name : book.shared_) TRY_VOID(book.add(store, name));
  for (const LogName& name : book.mirrors_) TRY_VOID(book.add(store, name));
  return book;
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
