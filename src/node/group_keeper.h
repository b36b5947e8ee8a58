// Files the space that moves with a group of ships (picture/group.h), as intents of whoever declared the group.
//
// Of each group there is one intent at sea and one in the air, `group-<id>-sea-<n>` and `group-<id>-air-<n>`, where the
// number rises (when it was asked for, in milliseconds, so that a group declared again under an old name takes no old
// number): what was filed is changed while it stands, and filed anew once it has ended. Whatever refuses it (another's
// intent in an exclusive zone, a measure) is shown, and tried again ten seconds later: the group is where it is.
//
// Nothing that was filed is ever forgotten while it may stand. What is about to be filed is written down before it is
// sent; an answer that never came (the node fell, the queue was full) leaves it written, and the next attempt finds out
// under the same id. Where an answer says that things are not as they were thought to be (the id is taken, the version
// is another, it cannot be changed), the record is asked how the intent stands. What is to be ended stays on a list
// until the record says that it is. Only the record's word that there is no such intent, or that its life is over, lets
// go of one. An intent that its manager has declared off nominal is left to people: it goes on, and the space of the
// group is filed beside it.
//
// Groups are kept in `groups.json` of the data folder, replaced whole and synced: with what people declare before it is
// in memory, with the names of new intents before they are sent, once a look at most. Answers wait for the next look.
// Picture's thread only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/command.h"
#include "log/jcs.h"
#include "node/node.h"
#include "picture/group.h"
#include "picture/picture.h"

namespace tansiq::node {

/// Intents on the list of those to be ended.
inline constexpr std::size_t kGroupEndingsMax = 4 * picture::kGroupsMax;

class GroupKeeper {
 public:
  /// Files a command; calls back on the picture's thread, later.
  using File = std::function<void(core::Command command, std::function<void(Result<Recorded>)> done)>;

  /// What the record says of an intent.
  struct Standing {
    core::Subject manager;
    core::IntentState state = core::IntentState::kAccepted;
    std::int64_t version = 0;
  };
  /// Asks the record; calls back on the picture's thread, later: nothing when there is no such intent.
  using Find = std::function<void(const IntentId& intent, std::function<void(Result<std::optional<Standing>>)> done)>;

  /// Reads what was kept. Fails with `kCorrupt` when the file is not what this program writes.
  [[nodiscard]] static Result<std::unique_ptr<GroupKeeper>> open(const std::filesystem::path& data_dir, File file,
                                                                 Find find, picture::GroupOptions options);

  /// Declared by `by`, durably. Fails as picture::check, `kForbidden` when it is
  /// another's, `kTooLarge`, `kIo`; then everything is as it was.
  [[nodiscard]] Status put(const picture::Group& group, const core::Subject& by);
  /// Its intents are ended. Who speaks for the authority drops anybody's. Fails with `kNotFound`, `kForbidden`,
  /// `kOverloaded` (too many intents wait for their end), `kIo`; then everything is as it was.
  [[nodiscard]] Status drop(const std::string& id, const core::Subject& by, bool authority = false);
  /// What was read at the start, for the picture.
  [[nodiscard]] std::vector<picture::Group> groups() const;
  /// Ids of all intents that stand, or may: their craft are the guides, so no plan is made of them.
  [[nodiscard]] std::set<std::string, std::less<>> intents() const;

  /// Files what is due, given where the guides are.
  void look(const picture::Picture& picture, UtcMs now);
  /// Writes down what answers have changed since the last look. At a stop.
  void save() { (void)save_changes(); }

  /// {"groups":[{"filed":[{"domain","intent"?,"why"?}…],"group":{…},"heard","id","manager"}…]}
  void write(log::JcsWriter& out, const picture::Picture& picture) const;

 private:
  /// The space of one domain. One object from the declaration of its group to its end: answers come to it.
  struct Space {
    core::Domain domain = core::Domain::kSea;
    picture::GroupPlan plan;
    IntentId intent;             ///< Empty: none.
    std::int64_t version = 0;    ///< 0: it was asked for, and nobody knows yet whether it stands.
    std::int64_t number = 0;     ///< Of the id that was used last.
    std::uint64_t declared = 0;  ///< How often the group has changed: an answer may belong to what it was before.
    bool waiting = false;        ///< For an answer.
    UtcMs not_before;            ///< After a refusal.
    bool settled = false;        ///< `plan` knows what stands: not after a start or a change, nor while it is asked.
    bool dropped = false;        ///< Its group is no more: the answer tells which version is to end.
    std::string why;             ///< Of the last refusal; empty when it stands.
  };
  struct Declared {
    picture::Group group;
    core::Subject manager;
    std::vector<std::shared_ptr<Space>> spaces;
  };
  struct Ending {
    std::int64_t version = 1;
    core::Subject manager;
    bool waiting = false;  ///< For its own answer, or for that to the last question about the space.
    UtcMs not_before;
  };
  using Groups = std::map<std::string, Declared>;
  using Endings = std::map<IntentId, Ending>;

  /// What a look has found to be filed: sent when its name is on the disk.
  struct Due {
    const Declared* declared = nullptr;
    std::shared_ptr<Space> space;
    std::vector<geo::Volume4d> volumes;
    bool named = false;  ///< With this look.
  };

  GroupKeeper(std::filesystem::path path, File file, Find find, picture::GroupOptions options);
  [[nodiscard]] Status read();
  [[nodiscard]] Status read_endings(const log::JcsValue& list);
  [[nodiscard]] Status read_filed(const log::JcsValue& filed, Declared& declared) const;
  [[nodiscard]] Status save(const Groups& groups, const Endings& endings) const;
  /// Writes down what has changed since; false when the disk refuses, then it is tried again with every look.
  bool save_changes();
  [[nodiscard]] Declared fresh(const picture::Group& group, const core::Subject& manager) const;
  [[nodiscard]] std::optional<Due> due_of(const Declared& declared, const std::shared_ptr<Space>& space,
                                          const picture::Motion& guide, UtcMs now);
  [[nodiscard]] bool name_intent(const picture::Group& group, Space& space, UtcMs now);
  void ask(Due due, UtcMs now);
  void answered(const core::Subject& manager, const std::shared_ptr<Space>& space, const Result<Recorded>& recorded,
                UtcMs asked);
  void found(const core::Subject& manager, Space& space, const Result<std::optional<Standing>>& standing, UtcMs asked);
  void end_dropped(const IntentId& intent, std::int64_t version);
  void file_endings(UtcMs now);
  void ending_answered(const IntentId& intent, const Result<Recorded>& recorded, UtcMs asked);
  void ending_found(const IntentId& intent, const Result<std::optional<Standing>>& standing, UtcMs asked);
  [[nodiscard]] CommandId next_command();

  std::filesystem::path path_;
  File file_;
  Find find_;
  picture::GroupOptions options_;
  Groups groups_;
  Endings endings_;
  std::string life_;  ///< Tells this process's commands from those of others before it.
  std::uint64_t commands_ = 0;
  bool unsaved_ = false;
  bool failing_ = false;  ///< The disk refused last time: said once.
  UtcMs now_;
};

}  // namespace tansiq::node
