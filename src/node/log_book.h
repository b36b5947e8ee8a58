// The logs that a node keeps: its own, and mirrors of what its peers write for it; by name, origin and number in the
// store.
//
// Mirrors stand in the node's own store, as logs like any other. So one local sequence orders everything that the node
// has said and read, replay meets it in the order in which it became known, and a mirror is served and proved with the
// same code as an own log. What covers a mirror is the peer's own checkpoint, which whoever verified it hands over.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "coordination/log_name.h"
#include "coordination/log_origins.h"
#include "store/log_store.h"

namespace tansiq::node {

class LogBook {
 public:
  /// Opens, or begins, every log that the founding charter calls for. Fails as `store.add_log` does.
  [[nodiscard]] static Result<LogBook> open(store::LogStore& store, const core::Charter& charter,
                                            const AuthorityId& self);

  /// The same for whoever only reads: every log is there already, or this fails with `kCorrupt`.
  [[nodiscard]] static Result<LogBook> read(store::LogReader& reader, const core::Charter& charter,
                                            const AuthorityId& self);

  /// A later version is in force: begins the logs that it calls for. What is mirrored and shared from now on is its
  /// members'; logs of members that have left keep their names and numbers. Writer's thread.
  [[nodiscard]] Status adopt(store::LogStore& store, const core::Charter& charter);
  /// The same for whoever only reads.
  [[nodiscard]] Status adopt(store::LogReader& reader, const core::Charter& charter);

  [[nodiscard]] store::LogId id(const coordination::LogName& log) const;
  [[nodiscard]] const coordination::LogName& name(store::LogId id) const;
  [[nodiscard]] const std::string& origin(const coordination::LogName& log) const { return origins_.origin(log); }
  [[nodiscard]] std::optional<coordination::LogName> find(std::string_view origin) const;
  /// Logs of peers that this node mirrors, in order.
  [[nodiscard]] const std::vector<coordination::LogName>& mirrors() const { return mirrors_; }
  /// Logs of its own that others read.
  [[nodiscard]] const std::vector<coordination::LogName>& shared() const { return shared_; }

 private:
  /// The number of a log by its origin.
  using Number = std::function<Result<store::LogId>(const std::string& origin)>;
  explicit LogBook(AuthorityId self);
  Status adopt(const Number& number, const core::Charter& charter);
  Status add(const Number& number, const coordination::LogName& name);

  AuthorityId self_;
  coordination::Origins origins_;
  std::map<coordination::LogName, store::LogId> ids_;
  std::map<store::LogId, coordination::LogName> names_;
  std::vector<coordination::LogName> mirrors_;
  std::vector<coordination::LogName> shared_;
};

}  // namespace tansiq::node
