// Files the space that moves with a group of ships (picture/group.h), as intents of whoever declared the group.
//
// Of each group there is one intent at sea and one in the air, `group-<id>-sea` and `group-<id>-air` with a number
// behind that rises (when it was filed, in milliseconds, so that a group declared again under an old name takes no old
// number): what was filed is changed while it stands, and filed anew once it has ended. Whatever refuses it (another's
// intent in an exclusive zone, a measure) is shown, and tried again ten seconds later: the group is where it is.
//
// One command of a space is under way at a time. A group that is changed or dropped meanwhile is settled when the
// answer comes: what then stands is changed again, or ended.
//
// Groups are kept in `groups.json` of the data folder, replaced whole and synced with every change. Picture's thread
// only.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/command.h"
#include "log/jcs.h"
#include "node/node.h"
#include "picture/group.h"
#include "picture/picture.h"

namespace tansiq::node {

class GroupKeeper {
 public:
  /// Files a command; calls back on the picture's thread, later.
  using File = std::function<void(core::Command command, std::function<void(Result<Recorded>)> done)>;

  /// Reads what was kept. Fails with `kCorrupt` when the file is not what this program writes.
  [[nodiscard]] static Result<std::unique_ptr<GroupKeeper>> open(const std::filesystem::path& data_dir, File file,
                                                                 picture::GroupOptions options);

  /// Declared by `by`, durably. Fails as picture::check, `kForbidden` when it is another's, `kIo`.
  [[nodiscard]] Status put(const picture::Group& group, const core::Subject& by);
  /// Its intents are ended. Fails with `kNotFound`, `kForbidden`, `kIo`.
  [[nodiscard]] Status drop(const std::string& id, const core::Subject& by);
  /// What was read at the start, for the picture.
  [[nodiscard]] std::vector<picture::Group> groups() const;

  /// Files what is due, given where the guides are.
  void look(const picture::Picture& picture, UtcMs now);

  /// {"groups":[{"filed":[{"domain","intent"?,"why"?}…],"group":{…},"heard","id","manager"}…]}
  void write(log::JcsWriter& out, const picture::Picture& picture) const;

 private:
  /// The space of one domain.
  struct Space {
    core::Domain domain = core::Domain::kSea;
    picture::GroupPlan plan;
    IntentId intent;  ///< Empty: none stands.
    std::int64_t version = 0;
    std::int64_t number = 0;
    bool known = false;    ///< `plan` has been told what stands.
    bool waiting = false;  ///< For an answer,
    bool changed = false;  ///< to what has been declared otherwise since,
    bool dropped = false;  ///< or to what is to end.
    UtcMs not_before;      ///< After a refusal.
    std::string why;       ///< Of the last refusal; empty when it stands.
  };
  struct Declared {
    picture::Group group;
    core::Subject manager;
    std::vector<std::shared_ptr<Space>> spaces;
  };

  GroupKeeper(std::filesystem::path path, File file, picture::GroupOptions options)
      : path_(std::move(path)), file_(std::move(file)), options_(options) {}
  [[nodiscard]] Status read();
  [[nodiscard]] Status save() const;
  void declare(picture::Group group, core::Subject manager);
  void look_at(const Declared& declared, const std::shared_ptr<Space>& space, const picture::Motion& guide, UtcMs now);
  /// What a command led to.
  static void settle(Space& space, const IntentId& intent, const std::vector<geo::Volume4d>& volumes, UtcMs now,
                     const Result<Recorded>& recorded);
  void end(const core::Subject& manager, const std::shared_ptr<Space>& space);
  [[nodiscard]] CommandId next_command(UtcMs now);

  std::filesystem::path path_;
  File file_;
  picture::GroupOptions options_;
  std::map<std::string, Declared> groups_;
  std::uint64_t commands_ = 0;
};

}  // namespace tansiq::node
