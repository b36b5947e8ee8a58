#include "talks/catalogue.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <tuple>

#include "base/foreign_text.h"
#include "base/invariant.h"
#include "base/json_in.h"
#include "log/canonical_json.h"
#include "talks/harmless.h"
#include "talks/pattern.h"

namespace tansiq::talks {
namespace {

constexpr std::size_t kTitleBytesMax = 200;
constexpr std::int64_t kGroups = 9;

struct PhraseSpec {
  std::string_view name;
  std::vector<ArgumentSpec> arguments;
};

/// What render.cc says values with. Every language has all of them and no others.
const std::vector<PhraseSpec>& phrase_specs() {
  constexpr auto kNumber = ArgumentKind::kNumber;
  static const std::vector<PhraseSpec> kSpecs{
      {"area.circle", {{"centre"}, {"radius"}}},
      {"area.corridor", {{"left"}, {"points"}, {"right"}}},
      {"area.polygon", {{"points"}}},
      {"bearing", {{"degrees"}}},
      // Some languages have a word of its own for the first of a month.
      {"date", {{"day", ArgumentKind::kChoice, false}, {"month", ArgumentKind::kChoice}, {"number"}, {"year"}}},
      {"distance.far", {{"kilometres", kNumber}, {"miles", kNumber}}},
      {"distance.near", {{"metres", kNumber}}},
      {"foreign", {{"language", ArgumentKind::kChoice}, {"text"}}},
      {"group.1", {}},
      {"group.2", {}},
      {"group.3", {}},
      {"group.4", {}},
      {"group.5", {}},
      {"group.6", {}},
      {"group.7", {}},
      {"group.8", {}},
      {"group.9", {}},
      {"hours", {{"n", kNumber}}},
      {"join", {{"a"}, {"b"}}},
      {"level.agl", {{"feet", kNumber}, {"metres", kNumber}}},
      {"level.amsl", {{"feet", kNumber}, {"metres", kNumber}}},
      {"level.fl", {{"value"}}},
      {"level.wgs84", {{"feet", kNumber}, {"metres", kNumber}}},
      {"minutes", {{"n", kNumber}}},
      {"moment", {{"clock"}, {"date"}}},
      {"own", {{"text"}}},
      {"seconds", {{"n", kNumber}}},
      {"speed", {{"knots", kNumber}}},
      {"window", {{"from"}, {"to"}}},
      {"window.day", {{"date"}, {"from"}, {"to"}}},
  };
  return kSpecs;
}

/// A lower-case word, fit for an argument of the message format.
Status check_name(const JsonValue& at, std::string_view name) {
  const bool right = !name.empty() && name.size() <= 32 && name.front() >= 'a' && name.front() <= 'z' &&
                     std::ranges::all_of(name, [](char c) { return (c >= 'a' && c <= 'z') || c == '_'; });
  if (right) return {};
  return at.error(ErrorCode::kInvalid, "the name of a parameter is of lower-case letters and '_', at most 32");
}

Result<Template> read_template(const JsonValue& value) {
  TRY_VOID(value.only({"floor", "number", "parameters", "version"}));
  Template out;
  const JsonValue number = TRY(value.at("number"));
  const JsonValue version = TRY(value.at("version"));
  const JsonValue floor = TRY(value.at("floor"));
  const JsonValue parameters = TRY(value.at("parameters"));
  out.number = TRY(number.integer(kTemplateNumberMin, kTemplateNumberMax));
  out.version = TRY(version.integer(1, kTemplateVersionMax));
  out.floor = TRY(floor.boolean());
  TRY_VOID(parameters.expect(JsonValue::Kind::kObject));
  if (parameters.size() > kTemplateParametersMax) {
    return parameters.error(ErrorCode::kInvalid,
                            fmt::format("{} parameters; at most {}", parameters.size(), kTemplateParametersMax));
  }
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    TRY_VOID(check_name(parameters, parameters.name(i)));
    const std::string_view word = TRY(parameters[i].string());
    const auto type = parse_parameter_type(word);
    if (!type) return parameters[i].error(ErrorCode::kInvalid, type.error().message);
    out.parameters.push_back({.name = std::string(parameters.name(i)), .type = *type});
  }
  std::ranges::sort(out.parameters, {}, &ParameterSpec::name);
  return out;
}

std::vector<ArgumentSpec> arguments_of(const Template& of) {
  std::vector<ArgumentSpec> out;
  for (const ParameterSpec& spec : of.parameters) {
    out.push_back(
        {.name = spec.name, .kind = spec.type == ParameterType::kCount ? ArgumentKind::kNumber : ArgumentKind::kWord});
  }
  return out;
}

/// The pattern that a member holds.
Result<std::string> read_pattern(const JsonValue& value, Language language, std::span<const ArgumentSpec> arguments) {
  const std::string_view text = TRY(value.string());
  if (const auto right = check_pattern(text, language, arguments); !right) {
    return value.error(ErrorCode::kInvalid, right.error().message);
  }
  return std::string(text);
}

Result<TemplateText> read_text(const JsonValue& value, const Template& of, Language language) {
  TRY_VOID(value.only({"text", "title"}));
  const JsonValue title = TRY(value.at("title"));
  const JsonValue text = TRY(value.at("text"));
  TemplateText out;
  out.title = TRY(read_pattern(title, language, {}));
  if (out.title.size() > kTitleBytesMax) {
    return title.error(ErrorCode::kInvalid, fmt::format("a title has at most {} bytes", kTitleBytesMax));
  }
  out.text = TRY(read_pattern(text, language, arguments_of(of)));
  return out;
}

Error in_file(Error error, std::string_view stem) {
  error.where = error.where.empty() ? fmt::format("{}.json", stem) : fmt::format("{}.json: {}", stem, error.where);
  return error;
}

}  // namespace

Result<std::vector<Template>> Catalogue::read_templates(std::string_view json, std::string& canonical) {
  const JsonDocument document = TRY(JsonDocument::parse(json));
  const JsonValue root = document.root();
  TRY_VOID(root.only({"templates"}));
  const JsonValue list = TRY(root.at("templates"));
  TRY_VOID(list.expect(JsonValue::Kind::kArray));
  if (list.size() == 0 || list.size() > kTemplatesMax) {
    return list.error(ErrorCode::kInvalid, fmt::format("{} templates; 1 to {} are right", list.size(), kTemplatesMax));
  }
  std::vector<Template> out;
  for (std::size_t i = 0; i < list.size(); ++i) {
    Template next = TRY(read_template(list[i]));
    if (!out.empty() && std::tie(out.back().number, out.back().version) >= std::tie(next.number, next.version)) {
      return list[i].error(ErrorCode::kInvalid, "templates stand in the order of their number and version, each once");
    }
    out.push_back(std::move(next));
  }
  canonical = TRY(log::canonical_json(root));
  return out;
}

Result<Catalogue::OneLanguage> Catalogue::read_language(std::string_view json, Language language,
                                                        std::string& canonical) const {
  const JsonDocument document = TRY(JsonDocument::parse(json));
  const JsonValue root = document.root();
  TRY_VOID(root.only({"phrases", "texts"}));
  const JsonValue phrases = TRY(root.at("phrases"));
  const JsonValue texts = TRY(root.at("texts"));
  TRY_VOID(phrases.expect(JsonValue::Kind::kObject));
  TRY_VOID(texts.expect(JsonValue::Kind::kObject));
  OneLanguage out;
  for (const PhraseSpec& spec : phrase_specs()) {
    const JsonValue phrase = TRY(phrases.at(spec.name));
    out.phrases.emplace(spec.name, TRY(read_pattern(phrase, language, spec.arguments)));
  }
  for (std::size_t i = 0; i < phrases.size(); ++i) {
    if (out.phrases.contains(phrases.name(i))) continue;
    return phrases[i].error(ErrorCode::kInvalid, "nothing is said with a phrase of this name");
  }
  for (const Template& of : templates_) {
    const JsonValue text = TRY(texts.at(fmt::format("{}.{}", of.number, of.version)));
    out.texts.push_back(TRY(read_text(text, of, language)));
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const bool known = std::ranges::any_of(
        templates_, [&](const Template& of) { return texts.name(i) == fmt::format("{}.{}", of.number, of.version); });
    if (!known) return texts[i].error(ErrorCode::kInvalid, "templates.json has no such template");
  }
  canonical = TRY(log::canonical_json(root));
  return out;
}

Result<Catalogue> Catalogue::load(const CatalogueFiles& files) {
  Catalogue out;
  std::string templates_json;
  auto templates = read_templates(files.templates, templates_json);
  if (!templates) return std::unexpected(in_file(std::move(templates).error(), "templates"));
  out.templates_ = *std::move(templates);

  std::string canonical;
  log::JcsWriter writer(canonical);
  writer.begin_object();
  for (const Language language : kLanguages) {  // in canonical order, as their codes are
    std::string json;
    auto read = out.read_language(files.languages[index_of(language)], language, json);
    if (!read) return std::unexpected(in_file(std::move(read).error(), to_text(language)));
    out.languages_[index_of(language)] = *std::move(read);
    writer.key(to_text(language)).raw(json);
  }
  writer.key("templates").raw(templates_json).end_object();
  out.hash_ = log::sha256(canonical);
  return out;
}

const Catalogue& Catalogue::built_in() {
  static const Catalogue kCatalogue = [] {
    Result<Catalogue> loaded = load(catalogue_text());
    EXPECT_INVARIANT(loaded.has_value());
    return *std::move(loaded);
  }();
  return kCatalogue;
}

const Template* Catalogue::find(std::int64_t number, std::int64_t version) const {
  const auto at = std::ranges::lower_bound(templates_, std::pair(number, version), {},
                                           [](const Template& of) { return std::pair(of.number, of.version); });
  if (at == templates_.end() || at->number != number || at->version != version) return nullptr;
  return &*at;
}

const Template* Catalogue::newest(std::int64_t number) const {
  const auto behind = std::ranges::upper_bound(templates_, number, {}, &Template::number);
  if (behind == templates_.begin() || std::prev(behind)->number != number) return nullptr;
  return &*std::prev(behind);
}

const TemplateText& Catalogue::text(const Template& of, Language language) const {
  const auto index = static_cast<std::size_t>(&of - templates_.data());
  EXPECT_INVARIANT(index < templates_.size());
  return languages_[index_of(language)].texts[index];
}

std::string_view Catalogue::group_title(std::int64_t group, Language language) const {
  EXPECT_INVARIANT(group >= 1 && group <= kGroups);
  return phrase(fmt::format("group.{}", group), language);
}

const std::string& Catalogue::phrase(std::string_view name, Language language) const {
  const auto& phrases = languages_[index_of(language)].phrases;
  const auto at = phrases.find(name);
  EXPECT_INVARIANT(at != phrases.end());
  return at->second;
}

Result<Filled> Catalogue::check(std::int64_t number, std::int64_t version, const log::JcsValue& parameters) const {
  if (const Template* of = find(number, version)) {
    return Filled{.of = of, .parameters = TRY(read_parameters(of->parameters, parameters))};
  }
  if (const Template* newest_of = newest(number)) {
    return fail(ErrorCode::kNotFound, fmt::format("the catalogue has no version {} of template {}; the newest is {}",
                                                  version, number, newest_of->version));
  }
  return fail(ErrorCode::kNotFound, fmt::format("the catalogue has no template {}", number));
}

Result<Filled> Catalogue::check(std::string_view id, std::int64_t version,
                                std::span<const NamedValue> parameters) const {
  std::int64_t number = 0;
  const auto read = std::from_chars(id.data(), id.data() + id.size(), number);
  if (read.ec != std::errc() || fmt::format("{}", number) != id) {
    return fail(ErrorCode::kNotFound,
                fmt::format("a template's id is its number, as 401, not \"{}\"", foreign_text(id, kQuotedBytesMax)));
  }
  std::string json;
  log::JcsWriter out(json);
  out.begin_object();
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    const NamedValue& parameter = parameters[i];
    if (!log::check_jcs_text(parameter.name)) return fail(ErrorCode::kInvalid, "the name of a parameter is no text");
    if (i > 0 && log::compare_jcs_names(parameters[i - 1].name, parameter.name) >= 0) {
      return fail(ErrorCode::kInvalid, "parameters stand in the order of their names, each once",
                  foreign_text(parameter.name, kQuotedBytesMax));
    }
    // Each alone: two values in the place of one would be a second spelling of the same message.
    if (const auto alone = log::JcsDocument::check(parameter.json); !alone) {
      return fail(ErrorCode::kInvalid, fmt::format("the value is not canonical JSON: {}", alone.error().text()),
                  foreign_text(parameter.name, kQuotedBytesMax));
    }
    out.key(parameter.name).raw(parameter.json);
  }
  out.end_object();
  const log::JcsDocument document = TRY(log::JcsDocument::parse(json));
  return check(number, version, document.root());
}

}  // namespace tansiq::talks
