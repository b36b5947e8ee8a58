#include "node/group_keeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

#include "picture/group_json.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr DurationMs kAgainMs = 10'000;

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

}  // namespace

Result<std::unique_ptr<GroupKeeper>> GroupKeeper::open(const std::filesystem::path& data_dir, File file,
                                                       picture::GroupOptions options) {
  std::unique_ptr<GroupKeeper> keeper(new GroupKeeper(data_dir / "groups.json", std::move(file), options));
  if (const Status good = keeper->read(); !good) {
    return fail(ErrorCode::kCorrupt, good.error().text(), keeper->path_.string());
  }
  return keeper;
}

Status GroupKeeper::read() {
  const auto bytes = TRY(store::system_files().read(path_.string()));
  if (!bytes) return {};
  std::string_view text(reinterpret_cast<const char*>(bytes->data()), bytes->size());
  if (text.ends_with('\n')) text.remove_suffix(1);
  const auto document = TRY(JcsDocument::parse(text));
  const JcsValue list = TRY(document.root().at("groups"));
  TRY_VOID(list.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < list.size(); ++i) {
    const JcsValue one = list[i];
    TRY_VOID(one.only({"filed", "group", "id", "manager"}));
    const JcsValue id = TRY(one.at("id"));
    const JcsValue group = TRY(one.at("group"));
    const JcsValue manager = TRY(one.at("manager"));
    const JcsValue filed = TRY(one.at("filed"));
    std::string name(TRY(id.string()));
    const std::string_view subject = TRY(manager.string());
    declare(TRY(picture::read_group(name, group)), TRY(core::Subject::parse(subject)));
    const auto& spaces = groups_.at(name).spaces;
    TRY_VOID(filed.expect(JcsValue::Kind::kArray));
    if (filed.size() != spaces.size()) return filed.fail_here("one for air and one for sea");
    for (std::size_t s = 0; s < filed.size(); ++s) {
      TRY_VOID(filed[s].only({"intent", "number", "version"}));
      const JcsValue intent = TRY(filed[s].at("intent"));
      const JcsValue number = TRY(filed[s].at("number"));
      const JcsValue version = TRY(filed[s].at("version"));
      const std::string_view intent_id = TRY(intent.string());
      if (!intent_id.empty()) spaces[s]->intent = TRY(IntentId::parse(intent_id));
      spaces[s]->number = TRY(number.integer(0, log::kJcsIntegerMax));
      spaces[s]->version = TRY(version.integer(0, log::kJcsIntegerMax));
    }
  }
  return {};
}

Status GroupKeeper::save() const {
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("groups").begin_array();
  for (const auto& [id, declared] : groups_) {
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

void GroupKeeper::declare(picture::Group group, core::Subject manager) {
  const auto known = groups_.find(group.id);
  Declared declared{std::move(group), std::move(manager), {}};
  for (const core::Domain domain : {core::Domain::kSea, core::Domain::kAir}) {
    picture::GroupPlan plan(declared.group, domain, options_);
    if (known == groups_.end()) {
      declared.spaces.push_back(std::make_shared<Space>(
          Space{.domain = domain, .plan = std::move(plan), .intent = {}, .not_before = {}, .why = {}}));
      continue;
    }
    // What stands, or is being filed, is changed to what is wanted now.
    std::shared_ptr<Space> space = known->second.spaces[declared.spaces.size()];
    space->plan = std::move(plan);
    space->known = false;
    space->not_before = {};
    space->why.clear();
    space->changed = space->waiting;
    declared.spaces.push_back(std::move(space));
  }
  groups_.insert_or_assign(declared.group.id, std::move(declared));
}

Status GroupKeeper::put(const picture::Group& group, const core::Subject& by) {
  TRY_VOID(picture::check(group));
  const auto known = groups_.find(group.id);
  if (known != groups_.end() && known->second.manager != by) {
    return fail(ErrorCode::kForbidden, fmt::format("the group was declared by {}", known->second.manager.str()), "id");
  }
  if (known == groups_.end() && groups_.size() >= picture::kGroupsMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} groups are followed", picture::kGroupsMax), "id");
  }
  declare(group, by);
  return save();
}

Status GroupKeeper::drop(const std::string& id, const core::Subject& by) {
  const auto known = groups_.find(id);
  if (known == groups_.end()) return fail(ErrorCode::kNotFound, "there is no such group", "id");
  if (known->second.manager != by) {
    return fail(ErrorCode::kForbidden, fmt::format("the group was declared by {}", known->second.manager.str()), "id");
  }
  for (const auto& space : known->second.spaces) {
    space->dropped = true;
    if (!space->waiting) end(by, space);  // Else as soon as it is known what stands.
  }
  groups_.erase(known);
  return save();
}

std::vector<picture::Group> GroupKeeper::groups() const {
  std::vector<picture::Group> out;
  for (const auto& [id, declared] : groups_) out.push_back(declared.group);
  return out;
}

CommandId GroupKeeper::next_command(UtcMs now) {
  return CommandId::trusted(fmt::format("group-{}-{}", now.ms, ++commands_));
}

void GroupKeeper::end(const core::Subject& manager, const std::shared_ptr<Space>& space) {
  if (space->intent.empty()) return;
  file_({CommandId::trusted(fmt::format("{}-{}", space->intent.str(), space->version)),
         {manager, false},
         core::EndIntent{space->intent, space->version}},
        [](Result<Recorded>) {});
  space->intent = {};
}

void GroupKeeper::look(const picture::Picture& picture, UtcMs now) {
  for (const auto& [id, declared] : groups_) {
    const picture::Track* guide = picture.guide_of(declared.group);
    if (guide == nullptr) continue;
    for (const auto& space : declared.spaces) look_at(declared, space, guide->motion(guide->last_fix), now);
  }
}

void GroupKeeper::look_at(const Declared& declared, const std::shared_ptr<Space>& space, const picture::Motion& guide,
                          UtcMs now) {
  if (space->waiting || now < space->not_before) return;
  // What stood before the last declaration, or restart, is looked at even where the group wants nothing any more.
  const bool left_over = !space->known && !space->intent.empty();
  if (!left_over && !space->plan.due(guide, now)) return;
  std::vector<geo::Volume4d> volumes = space->plan.volumes(guide, now);
  if (volumes.empty()) {
    end(declared.manager, space);
    space->plan.filed({});
    space->known = true;
    return;
  }
  core::Command command{next_command(now), {declared.manager, false}, {}};
  const bool anew = space->intent.empty();
  if (anew) {
    // Never one that another group of this name had.
    space->number = std::max(space->number + 1, now.ms);
    command.action =
        core::CreateIntent{.intent = IntentId::trusted(fmt::format("group-{}-{}-{}", declared.group.id,
                                                                   core::to_text(space->domain), space->number)),
                           .flight = label_of(declared.group),
                           .domain = space->domain,
                           .volumes = volumes,
                           .keys = {}};
  } else {
    command.action = core::UpdateIntent{.intent = space->intent,
                                        .version = space->version,
                                        .flight = label_of(declared.group),
                                        .volumes = volumes,
                                        .keys = {}};
  }
  const IntentId intent = anew ? std::get<core::CreateIntent>(command.action).intent : space->intent;
  space->waiting = true;
  file_(std::move(command), [this, space, intent, manager = declared.manager, volumes = std::move(volumes),
                             now](Result<Recorded> recorded) {
    settle(*space, intent, volumes, now, recorded);
    if (space->dropped) return end(manager, space);
    (void)save();  // After a restart what stands is found under the version before, and filed anew.
  });
}

void GroupKeeper::settle(Space& space, const IntentId& intent, const std::vector<geo::Volume4d>& volumes, UtcMs now,
                         const Result<Recorded>& recorded) {
  space.waiting = false;
  const bool changed = std::exchange(space.changed, false);
  if (recorded && recorded->decision.accepted()) {
    space.intent = intent;
    space.version = recorded->decision.version;
    space.why.clear();
    if (changed) return;
    space.plan.filed(volumes);
    space.known = true;
    return;
  }
  if (!changed) {
    space.why = recorded ? refusal_text(recorded->decision) : recorded.error().text();
    space.not_before = now + kAgainMs;
  }
  if (recorded || recorded.error().code == ErrorCode::kOverloaded) return;  // It stands as it was.
  if (recorded.error().code == ErrorCode::kVersionMismatch) {
    ++space.version;  // The last change was not noted before the node fell.
  } else {
    space.intent = {};  // It has ended.
  }
}

void GroupKeeper::write(JcsWriter& out, const picture::Picture& picture) const {
  out.begin_object().key("groups").begin_array();
  for (const auto& [id, declared] : groups_) {
    out.begin_object().key("filed").begin_array();
    for (const auto& space : declared.spaces) {
      out.begin_object().key("domain").string(core::to_text(space->domain));
      if (!space->intent.empty()) out.key("intent").string(space->intent.str());
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
