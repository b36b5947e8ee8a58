#include "coordination/act.h"

#include <fmt/format.h>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "base/one_of_impl.h"
#include "core/jcs_read.h"

template class tansiq::OneOf<tansiq::coordination::Acts>;

namespace tansiq::coordination {

std::string_view kind_name(const Act& act) { return core::name_of(act); }

Result<ActCommand> read_act(const log::JcsValue& value, const core::Subject& by) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only({"act", "cmd", "kind", "second"}));
  ActCommand command;
  command.by = by;
  command.cmd = TRY(core::parsed_at(value, "cmd", CommandId::parse));
  if (value.find("second")) command.second = TRY(core::parsed_at(value, "second", core::Subject::parse));
  if (command.second == by && !by.empty()) {
    return value.fail_here("the second officer is somebody else than the first");
  }
  const std::string_view kind = TRY(core::string_at(value, "kind"));
  const log::JcsValue act = TRY(value.at("act"));
  auto read = core::read_named<Act::Variant>(kind, act);
  if (!read) {
    return fail(ErrorCode::kInvalid,
                fmt::format("there is no act \"{}\"; known are {}", foreign_text(kind, kQuotedBytesMax),
                            fmt::join(core::record_names<Act::Variant>, ", ")),
                "kind");
  }
  command.act = Act(TRY(std::move(*read)));
  return command;
}

void write_act(log::JcsWriter& out, const ActCommand& command) {
  out.begin_object().key("act");
  core::write_fields(out, command.act.variant());
  out.key("cmd").string(command.cmd.str()).key("kind").string(kind_name(command.act));
  if (!command.second.empty()) out.key("second").string(command.second.str());
  out.end_object();
}

}  // namespace tansiq::coordination

tansiq::Result<tansiq::coordination::NoteText> tansiq::core::Codec<tansiq::coordination::NoteText>::read(
    const log::JcsValue& value) {
  const std::string_view text = TRY(value.string());
  if (text.size() <= kNoteBytesMax) return coordination::NoteText{std::string(text)};
  return value.fail_here(fmt::format("a charter with its signatures has at most {} bytes", kNoteBytesMax));
}
