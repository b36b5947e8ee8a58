#include "node/group_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/logging.h"
#include "base/random.h"
#include "picture/group_json.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr DurationMs kAgainMs = 10'000;
/// Nothing waits for longer than that: where it seems to, the clock has been set back since.
bool too_early(UtcMs now, UtcMs not_before) { return now < not_before && not_before - now <= kAgainMs; }
/// Above what so many groups, with as many shapes, windows and members as each may have, come to.
constexpr std::size_t kFileBytesMax = 16U << 20;
/// As much of the name as a flight label holds, and no half character.
std::string label_of(const picture::Group& group) {
  std::size_t size = std::min(group.name.size(), core::kFlightBytesMax);
  const auto continues = [&](std::size_t at) { return (static_cast<unsigned char>(group.name[at]) & 0xC0U) == 0x80U; };
  while (size > 0 && size < group.name.size() && continues(size)) --size;
  return group.name.substr(0, size);
}

std::string refusal_text(const core::Decision& decision) {
  std::string out = fmt::format("refused: {}", core::to_text(decision.refusal));
  if (!decision.conflicts.empty()) out += fmt::format(", in zone {}", decision.conflicts.front().zone.str());
  return out;
}

bool accepted(const Result<Recorded>& recorded) { return recorded && recorded->decision.accepted(); }
bool failed_with(const Result<Recorded>& recorded, ErrorCode code) {
  return !recorded && recorded.error().code == code;
}

std::string new_life() {
  std::array<std::uint8_t, 8> octets{};
  fill_secure_random(octets);
  std::string out;
  for (const std::uint8_t octet : octets) out += fmt::format("{:02x}", octet);
  return out;
}

}  // namespace

GroupKeeper::GroupKeeper(std::filesystem::path path, File file, Find find, picture::GroupOptions options)
    : path_(std::move(path)), file_(std::move(file)), find_(std::move(find)), options_(options), life_(new_life()) {}

Result<std::unique_ptr<GroupKeeper>> GroupKeeper::open(const std::filesystem::path& data_dir, File file, Find find,
                                                       picture::GroupOptions options) {
  std::unique_ptr<GroupKeeper> keeper(
      new GroupKeeper(data_dir / "groups.json", std::move(file), std::move(find), options));
  if (const Status good = keeper->read(); !good) {
    return fail(ErrorCode::kCorrupt, good.error().text(), keeper->path_.string());
  }
  return keeper;
}

// The file
// ---------------------------------------------------------------------------------------------------------------------

Status GroupKeeper::read() {
  const auto bytes = TRY(store::system_files().read(path_.string()));
  if (!bytes) return {};
  std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto document = TRY(JcsDocument::parse(text, kFileBytesMax));
  TRY_VOID(document.root().only({"endings", "groups"}));
  if (const auto endings = document.root().find("endings")) TRY_VOID(read_endings(*endings));
  const JcsValue list = TRY(document.root().at("groups"));
  TRY_VOID(list.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JcsValue one = list[i];
    TRY_VOID(one.only({"filed", "group", "id", "manager"}));
    const JcsValue id = TRY(one.at("id"));
    const JcsValue group = TRY(one.at("group"));
    const JcsValue manager = TRY(one.at("manager"));
    const JcsValue filed = TRY(one.at("filed"));
    const std::string name(TRY(id.string()));
    const std::string_view subject = TRY(manager.string());
    Declared declared = fresh(TRY(picture::read_group(name, group)), TRY(core::Subject::parse(subject)));
    TRY_VOID(read_filed(filed, declared));
    groups_.insert_or_assign(name, std::move(declared));
  }
  return {};
}

Status GroupKeeper::read_filed(const JcsValue& filed, Declared& declared) const {
  TRY_VOID(filed.expect(JcsValue::Kind::kArray));
  if (filed.size() != declared.spaces.size()) return filed.fail_here("one for air and one for sea");
  for (std::size_t s = 0; s < filed.size(); ++s) {
    Space& space = *declared.spaces[s];
    TRY_VOID(filed[s].only({"intent", "number", "version"}));
    const JcsValue intent = TRY(filed[s].at("intent"));
    const JcsValue number = TRY(filed[s].at("number"));
    const JcsValue version = TRY(filed[s].at("version"));
    const std::string_view intent_id = TRY(intent.string());
    if (!intent_id.empty()) space.intent = TRY(IntentId::parse(intent_id));
    space.number = TRY(number.integer(0, log::kJcsIntegerMax));
    space.version = TRY(version.integer(0, log::kJcsIntegerMax));
  }
  return {};
}

Status GroupKeeper::read_endings(const JcsValue& list) {
  TRY_VOID(list.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list.size() && i < kGroupEndingsMax; ++i) {
    TRY_VOID(list[i].only({"intent", "manager", "version"}));
    const JcsValue intent = TRY(list[i].at("intent"));
    const JcsValue manager = TRY(list[i].at("manager"));
    const JcsValue version = TRY(list[i].at("version"));
    const std::string_view id = TRY(intent.string());
    const std::string_view subject = TRY(manager.string());
    Ending ending;
    ending.manager = TRY(core::Subject::parse(subject));
    ending.version = TRY(version.integer(1, log::kJcsIntegerMax));
    endings_.insert_or_assign(TRY(IntentId::parse(id)), std::move(ending));
  }
  return {};
}

Status GroupKeeper::save(const Groups& groups, const Endings& endings) const {
  std::string text;
  JcsWriter out(text);
  out.begin_object();
  if (!endings.empty()) {
    out.key("endings").begin_array();
    for (const auto& [intent, ending] : endings) {
      out.begin_object().key("intent").string(intent.str()).key("manager").string(ending.manager.str());
      out.key("version").integer(ending.version).end_object();
    }
    out.end_array();
  }
  out.key("groups").begin_array();
  for (const auto& [id, declared] : groups) {
    out.begin_object().key("filed").begin_array();
    for (const auto& space : declared.spaces) {
      out.begin_object().key("intent").string(space->intent.str()).key("number").integer(space->number);
      out.key("version").integer(space->version).end_object();
    }
    out.end_array().key("group");
    picture::write_group(out, declared.group);
    out.key("id").string(id).key("manager").string(declared.manager.str()).end_object();
  }
  out.end_array().end_object();
  text += '\n';
  const std::array parts{ByteView(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())};
  return store::system_files().replace(path_.string(), parts);
}

bool GroupKeeper::save_changes() {
  if (!unsaved_) return true;
  const Status saved = save(groups_, endings_);
  if (!saved && !failing_) log_error("live.groups", {{"message", saved.error().text()}});
  failing_ = !saved;
  unsaved_ = failing_;
  return saved.has_value();
}

// What people declare
// ----------------------------------------------------------------------------------------------------------

GroupKeeper::Declared GroupKeeper::fresh(const picture::Group& group, const core::Subject& manager) const {
  Declared out{group, manager, {}};
  for (const core::Domain domain : {core::Domain::kSea, core::Domain::kAir}) {
    out.spaces.push_back(std::make_shared<Space>(Space{.domain = domain,
                                                       .plan = picture::GroupPlan(group, domain, options_),
                                                       .intent = {},
                                                       .not_before = {},
                                                       .why = {}}));
  }
  return out;
}

Status GroupKeeper::put(const picture::Group& group, const core::Subject& by) {
  TRY_VOID(picture::check(group));
  const auto before = groups_.find(group.id);
  const bool known = before != groups_.end();
  if (known && before->second.manager != by) {
    return fail(ErrorCode::kForbidden, fmt::format("the group was declared by {}", before->second.manager.str()), "id");
  }
  if (!known && groups_.size() >= picture::kGroupsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} groups are followed", picture::kGroupsMax), "id");
  }
  Groups next = groups_;
  if (known) {
    next.at(group.id).group = group;
  } else {
    next.emplace(group.id, fresh(group, by));
  }
  TRY_VOID(save(next, endings_));
  groups_ = std::move(next);
  unsaved_ = false;
  if (!known) return {};
  // What stands is changed to what is wanted now.
  for (const auto& space : groups_.at(group.id).spaces) {
    space->plan = picture::GroupPlan(group, space->domain, options_);
    space->not_before = {};
    space->settled = false;
    ++space->declared;
  }
  return {};
}

Status GroupKeeper::drop(const std::string& id, const core::Subject& by, bool authority) {
  const auto known = groups_.find(id);
  if (known == groups_.end()) return fail(ErrorCode::kNotFound, "there is no such group", "id");
  const Declared& declared = known->second;
  if (declared.manager != by && !authority) {
    return fail(ErrorCode::kForbidden, fmt::format("the group was declared by {}", declared.manager.str()), "id");
  }
  Groups next = groups_;
  next.erase(id);
  Endings endings = endings_;
  for (const auto& space : declared.spaces) {
    // One that is only asked for is ended too, once the answer has come.
    if (space->intent.empty()) continue;
    endings.insert_or_assign(space->intent,
                             Ending{std::max<std::int64_t>(1, space->version), declared.manager, space->waiting, {}});
  }
  if (endings.size() > kGroupEndingsMax) {
    return fail(ErrorCode::kOverloaded, fmt::format("{} intents wait for their end already", endings_.size()), "id");
  }
  TRY_VOID(save(next, endings));
  for (const auto& space : declared.spaces) space->dropped = true;
  groups_ = std::move(next);
  endings_ = std::move(endings);
  unsaved_ = false;
  file_endings(now_);
  return {};
}

std::vector<picture::Group> GroupKeeper::groups() const {
  std::vector<picture::Group> out;
  for (const auto& [id, declared] : groups_) out.push_back(declared.group);
  return out;
}

std::set<std::string, std::less<>> GroupKeeper::intents() const {
  std::set<std::string, std::less<>> out;
  for (const auto& [id, declared] : groups_) {
    for (const auto& space : declared.spaces) {
      if (!space->intent.empty()) out.insert(space->intent.str());
    }
  }
  for (const auto& [intent, ending] : endings_) out.insert(intent.str());
  return out;
}

// What is filed
// ----------------------------------------------------------------------------------------------------------------

CommandId GroupKeeper::next_command() { return CommandId::trusted(fmt::format("group-{}-{}", life_, ++commands_)); }

void GroupKeeper::look(const picture::Picture& picture, UtcMs now) {
  now_ = now;
  std::vector<Due> due;
  for (const auto& [id, declared] : groups_) {
    const picture::Track* guide = picture.guide_of(declared.group);
    if (guide == nullptr) continue;
    for (const auto& space : declared.spaces) {
      if (auto one = due_of(declared, space, guide->motion(guide->last_fix), now)) due.push_back(std::move(*one));
    }
  }
  // Written down before it is sent: whatever happens to the answer, it is known what may stand.
  const bool saved = save_changes();
  for (Due& one : due) {
    if (saved || !one.named) {
      ask(std::move(one), now);
      continue;
    }
    one.space->intent = {};
    one.space->why = "its name could not be written down: groups.json";
    one.space->not_before = now + kAgainMs;
  }
  file_endings(now);
}

std::optional<GroupKeeper::Due> GroupKeeper::due_of(const Declared& declared, const std::shared_ptr<Space>& space,
                                                    const picture::Motion& guide, UtcMs now) {
  if (space->waiting || too_early(now, space->not_before)) return {};
  // What stands of a shape that is no more is not missed by the plan, which knows nothing of it.
  const bool unknown = !space->intent.empty() && !space->settled;
  if (!unknown && !space->plan.due(guide, now)) return {};
  Due out{&declared, space, space->plan.volumes(guide, now), false};
  if (!out.volumes.empty()) {
    out.named = space->intent.empty();
    if (out.named && !name_intent(declared.group, *space, now)) return {};
    return out;
  }
  if (!space->intent.empty()) {
    if (endings_.size() >= kGroupEndingsMax) return {};  // Until some have ended.
    endings_.insert_or_assign(space->intent,
                              Ending{std::max<std::int64_t>(1, space->version), declared.manager, false, {}});
    space->intent = {};
    space->version = 0;
    unsaved_ = true;
  }
  space->plan.filed({});
  space->settled = true;
  return {};
}

bool GroupKeeper::name_intent(const picture::Group& group, Space& space, UtcMs now) {
  const std::int64_t number = std::max(space.number + 1, now.ms);
  auto id = IntentId::parse(fmt::format("group-{}-{}-{}", group.id, core::to_text(space.domain), number));
  if (!id) {
    space.why = id.error().text();
    space.not_before = now + kAgainMs;
    return false;
  }
  space.intent = std::move(*id);
  space.version = 0;
  space.number = number;
  unsaved_ = true;
  return true;
}

void GroupKeeper::ask(Due due, UtcMs now) {
  const Declared& declared = *due.declared;
  const std::shared_ptr<Space>& space = due.space;
  core::Command command{next_command(), {declared.manager, false}, {}};
  if (space->version == 0) {
    command.action = core::CreateIntent{.intent = space->intent,
                                        .flight = label_of(declared.group),
                                        .domain = space->domain,
                                        .volumes = due.volumes,
                                        .keys = {}};
  } else {
    command.action = core::UpdateIntent{.intent = space->intent,
                                        .version = space->version,
                                        .flight = label_of(declared.group),
                                        .volumes = due.volumes,
                                        .keys = {}};
  }
  space->waiting = true;
  space->settled = false;
  file_(std::move(command),
        [this, space, intent = space->intent, manager = declared.manager, declaration = space->declared,
         volumes = std::move(due.volumes), now](const Result<Recorded>& recorded) {
          answered(manager, space, recorded, now);
          if (space->dropped) return end_dropped(intent, space->version);
          if (accepted(recorded) && declaration == space->declared) {
            space->plan.filed(volumes);
            space->settled = true;
          }
        });
}

/// The last question about a space whose group is no more has been answered.
void GroupKeeper::end_dropped(const IntentId& intent, std::int64_t version) {
  if (const auto at = endings_.find(intent); at != endings_.end()) {
    at->second.version = std::max(at->second.version, version);
    at->second.waiting = false;
  }
  unsaved_ = true;
  file_endings(now_);
}

void GroupKeeper::answered(const core::Subject& manager, const std::shared_ptr<Space>& space,
                           const Result<Recorded>& recorded, UtcMs asked) {
  space->waiting = false;
  unsaved_ = true;
  if (accepted(recorded)) {
    space->version = recorded->decision.version;
    space->why.clear();
    return;
  }
  space->why = recorded ? refusal_text(recorded->decision) : recorded.error().text();
  const bool otherwise = failed_with(recorded, ErrorCode::kVersionMismatch) ||
                         failed_with(recorded, ErrorCode::kWrongState) ||
                         failed_with(recorded, ErrorCode::kForbidden) || failed_with(recorded, ErrorCode::kNotFound) ||
                         (failed_with(recorded, ErrorCode::kConflict) && space->version == 0);
  if (otherwise && !space->dropped) {
    space->waiting = true;
    find_(space->intent,
          [this, space, intent = space->intent, manager, asked](const Result<std::optional<Standing>>& standing) {
            found(manager, *space, standing, asked);
            if (space->dropped) end_dropped(intent, space->version);
          });
    return;
  }
  space->not_before = asked + kAgainMs;
  if (recorded && space->version == 0) space->intent = {};  // Nothing stands: the next one has another name.
}

/// How what was filed stands, after an answer that did not fit.
void GroupKeeper::found(const core::Subject& manager, Space& space, const Result<std::optional<Standing>>& standing,
                        UtcMs asked) {
  space.waiting = false;
  if (!standing) {
    space.not_before = asked + kAgainMs;
    return;
  }
  unsaved_ = true;
  const std::optional<Standing>& of = *standing;
  const bool ours = of && of->manager == manager;
  if (ours && (of->state == core::IntentState::kAccepted || of->state == core::IntentState::kActivated)) {
    // It stands, as an answer said that was lost, or as its manager has changed it: it is changed with the next look.
    space.not_before = of->version == space.version ? asked + kAgainMs : UtcMs{};
    space.version = of->version;
    return;
  }
  if (ours && of->state != core::IntentState::kEnded) {
    space.why = fmt::format("{} is {}: that is left to people, and the group is filed beside it", space.intent.str(),
                            core::to_text(of->state));
  }
  // It is over, or was never ours.
  space.intent = {};
  space.version = 0;
  if (!of) space.not_before = asked + kAgainMs;
}

void GroupKeeper::file_endings(UtcMs now) {
  std::vector<IntentId> due;
  for (const auto& [intent, ending] : endings_) {
    if (!ending.waiting && !too_early(now, ending.not_before)) due.push_back(intent);
  }
  for (const IntentId& intent : due) {
    const auto at = endings_.find(intent);
    if (at == endings_.end()) continue;
    Ending& ending = at->second;
    ending.waiting = true;
    file_({next_command(), {ending.manager, false}, core::EndIntent{intent, ending.version}},
          [this, intent, now](const Result<Recorded>& recorded) { ending_answered(intent, recorded, now); });
  }
}

void GroupKeeper::ending_answered(const IntentId& intent, const Result<Recorded>& recorded, UtcMs asked) {
  const auto at = endings_.find(intent);
  if (at == endings_.end()) return;
  if (failed_with(recorded, ErrorCode::kVersionMismatch)) {
    find_(intent, [this, intent, asked](const Result<std::optional<Standing>>& standing) {
      ending_found(intent, standing, asked);
    });
    return;
  }
  at->second.waiting = false;
  const bool over = accepted(recorded) || failed_with(recorded, ErrorCode::kNotFound) ||
                    failed_with(recorded, ErrorCode::kWrongState) || failed_with(recorded, ErrorCode::kForbidden);
  if (!over) {
    at->second.not_before = asked + kAgainMs;
    return;
  }
  endings_.erase(at);
  unsaved_ = true;
}

void GroupKeeper::ending_found(const IntentId& intent, const Result<std::optional<Standing>>& standing, UtcMs asked) {
  const auto at = endings_.find(intent);
  if (at == endings_.end()) return;
  Ending& ending = at->second;
  ending.waiting = false;
  if (!standing) {
    ending.not_before = asked + kAgainMs;
    return;
  }
  unsaved_ = true;
  const std::optional<Standing>& of = *standing;
  if (of && of->manager == ending.manager && of->state != core::IntentState::kEnded) {
    ending.version = of->version;
  } else {
    endings_.erase(at);
  }
}

void GroupKeeper::write(JcsWriter& out, const picture::Picture& picture) const {
  out.begin_object().key("groups").begin_array();
  for (const auto& [id, declared] : groups_) {
    out.begin_object().key("filed").begin_array();
    for (const auto& space : declared.spaces) {
      out.begin_object().key("domain").string(core::to_text(space->domain));
      if (space->version > 0) out.key("intent").string(space->intent.str());
      if (!space->why.empty()) out.key("why").string(space->why);
      out.end_object();
    }
    out.end_array().key("group");
    picture::write_group(out, declared.group);
    out.key("heard").boolean(picture.guide_of(declared.group) != nullptr);
    out.key("id").string(id).key("manager").string(declared.manager.str()).end_object();
  }
  out.end_array().end_object();
}

}  // namespace tansiq::node
