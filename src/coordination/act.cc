#include "coordination/act.h"

#include <fmt/format.h>

#include <array>

#include "base/limits.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {
namespace {

constexpr auto kIndices = std::make_index_sequence<std::variant_size_v<Act>>();

template <std::size_t... I>
constexpr std::array<std::string_view, sizeof...(I)> all_kinds(std::index_sequence<I...>) {
  return {std::variant_alternative_t<I, Act>::kKind...};
}
constexpr auto kKinds = all_kinds(kIndices);

template <std::size_t... I>
Result<Act> read_kind(std::string_view kind, const log::JcsValue& value, std::index_sequence<I...>) {
  Result<Act> out =
      fail(ErrorCode::kInvalid,
           fmt::format("there is no act \"{}\"; known are {}", kind.substr(0, 64), fmt::join(kKinds, ", ")), "kind");
  const auto attempt = [&]<class T>(std::type_identity<T>) {
    if (T::kKind != kind) return false;
    auto act = core::read_fields<T>(value);
    if (act) {
      out = Act(std::move(*act));
    } else {
      out = std::unexpected(std::move(act).error());
    }
    return true;
  };
  static_cast<void>((attempt(std::type_identity<std::variant_alternative_t<I, Act>>()) || ...));
  return out;
}

}  // namespace

std::string_view kind_name(const Act& act) { return kKinds[act.index()]; }

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
  command.act = TRY(read_kind(kind, act, kIndices));
  return command;
}

void write_act(log::JcsWriter& out, const ActCommand& command) {
  out.begin_object().key("act");
  std::visit([&](const auto& of) { core::write_fields(out, of); }, command.act);
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
