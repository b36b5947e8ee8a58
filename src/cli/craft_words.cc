#include "cli/craft_words.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "cli/json_out.h"
#include "cli/units_text.h"

namespace tansiq::cli {
namespace {

constexpr std::string_view kForm =
    R"(a craft is "icao=4CA1FA", "mmsi=211234560" or "code=4321 valid=now/+2h", or several)";

template <class T>
Status take(std::optional<T>& place, std::string_view name, Result<T> value) {
  if (place) return fail(ErrorCode::kUnsupported, fmt::format("{} stands twice", name));
  place = TRY(std::move(value));
  return {};
}

Status take_word(core::Craft& out, std::string_view word, UtcMs now) {
  const std::size_t equals = word.find('=');
  const std::string_view name = word.substr(0, equals);
  const std::string_view value = equals == std::string_view::npos ? std::string_view() : word.substr(equals + 1);
  if (name == "icao") return take(out.icao, name, core::IcaoAddress::parse(value));
  if (name == "mmsi") return take(out.mmsi, name, core::Mmsi::parse(value));
  if (name == "code") return take(out.mode_3a, name, core::Mode3a::parse(value));
  if (name != "valid") return fail(ErrorCode::kUnsupported, fmt::format("\"{}\" is not understood: {}", word, kForm));
  const geo::TimeWindow window = TRY(read_window(value, now));
  TRY_VOID(take(out.from, name, Result<UtcMs>(window.start)));
  return take(out.to, name, Result<UtcMs>(window.end));
}

template <class T>
Status identity(const JsonValue& object, std::string_view name, std::optional<T>& out) {
  const auto member = object.find(name);
  if (!member) return {};
  const std::string_view text = TRY(member->string());
  auto parsed = T::parse(text);
  if (!parsed) return std::unexpected(inside(std::move(parsed).error(), name));
  out = *parsed;
  return {};
}

Status moment(const JsonValue& object, std::string_view name, std::optional<UtcMs>& out) {
  const auto member = object.find(name);
  if (member) out = UtcMs{TRY(member->integer())};
  return {};
}

Result<core::Craft> one_from(const JsonValue& value) {
  TRY_VOID(value.only({"from_ms", "icao", "mmsi", "mode_3a", "to_ms"}));
  core::Craft out;
  TRY_VOID(moment(value, "from_ms", out.from));
  TRY_VOID(identity(value, "icao", out.icao));
  TRY_VOID(identity(value, "mmsi", out.mmsi));
  TRY_VOID(identity(value, "mode_3a", out.mode_3a));
  TRY_VOID(moment(value, "to_ms", out.to));
  return out;
}

}  // namespace

Result<std::vector<core::Craft>> craft_from(const std::vector<std::string>& words, UtcMs now) {
  std::vector<core::Craft> out;
  for (std::size_t i = 0; i < words.size(); ++i) {
    core::Craft craft;
    const std::vector<std::string_view> list = split_words(words[i]);
    if (list.empty()) return fail(ErrorCode::kUnsupported, std::string(kForm), fmt::format("--craft {}", i));
    for (const std::string_view word : list) {
      if (Status taken = take_word(craft, word, now); !taken) {
        return std::unexpected(inside(std::move(taken).error(), fmt::format("--craft {}", i)));
      }
    }
    out.push_back(craft);
  }
  TRY_VOID(core::check_craft(out));
  return out;
}

std::string craft_json(const std::vector<core::Craft>& craft) {
  JsonOut json;
  json.open_array();
  for (const core::Craft& one : craft) {
    json.open_object();
    if (one.from) json.member("from_ms", one.from->ms);
    if (one.icao) json.member("icao", one.icao->str());
    if (one.mmsi) json.member("mmsi", one.mmsi->str());
    if (one.mode_3a) json.member("mode_3a", one.mode_3a->str());
    if (one.to) json.member("to_ms", one.to->ms);
    json.close();
  }
  return json.close().text();
}

Result<std::vector<core::Craft>> craft_list_from(const JsonValue& list) {
  std::vector<core::Craft> out;
  for (std::size_t i = 0; i < list.size() && i <= core::kCraftMax; ++i) {
    auto one = one_from(list[i]);
    if (!one) return std::unexpected(inside(std::move(one).error(), fmt::format("craft[{}]", i)));
    out.push_back(*one);
  }
  TRY_VOID(core::check_craft(out));
  return out;
}

std::string craft_text(const std::vector<core::Craft>& craft) {
  std::string out;
  for (const core::Craft& one : craft) {
    std::string text;
    const auto add = [&text](const std::string& part) { text += text.empty() ? part : " " + part; };
    if (one.icao) add(one.icao->str());
    if (one.mmsi) add("MMSI " + one.mmsi->str());
    if (one.mode_3a) add("code " + one.mode_3a->str());
    if (one.from) add("from " + format_utc(*one.from));
    if (one.to) add("until " + format_utc(*one.to));
    out += out.empty() ? text : "; " + text;
  }
  return out;
}

}  // namespace tansiq::cli
