// `tansiq message template`: the catalogue of numbered messages that this program carries. Needs no node.
#include <fmt/format.h>

#include <memory>

#include "cli/commands.h"
#include "cli/context.h"
#include "log/canonical_json.h"
#include "talks/render.h"

namespace tansiq::cli {
namespace {

using talks::Catalogue;
using talks::Language;
using talks::Template;

struct TemplateArguments {
  std::string language = "en";
  std::int64_t group = 0;  ///< 0: all.
  std::string number;
  std::optional<std::string> parameters;
};

constexpr std::size_t kParametersBytesMax = 64U << 10;

/// `401` or `401.1`.
Result<const Template*> find(const std::string& text) {
  const auto wrong = [&] {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no template '{}'; see tansiq message template list", printable(text)), "NUMBER");
  };
  const auto digits = [](std::string_view word) -> std::int64_t {
    if (word.empty() || word.size() > 4) return -1;
    std::int64_t out = 0;
    for (const char c : word) {
      if (c < '0' || c > '9') return -1;
      out = out * 10 + (c - '0');
    }
    return out;
  };
  const std::string_view all = text;
  const auto dot = all.find('.');
  const Catalogue& catalogue = Catalogue::built_in();
  const std::int64_t number = digits(all.substr(0, dot));
  const Template* found =
      dot == std::string_view::npos ? catalogue.newest(number) : catalogue.find(number, digits(all.substr(dot + 1)));
  if (found == nullptr) return wrong();
  return found;
}

void put_json(JsonOut& out, const Template& of, Language language) {
  const talks::TemplateText& text = Catalogue::built_in().text(of, language);
  out.open_object().member("number", of.number).member("version", of.version).member("floor", of.floor);
  out.member("title", text.title).member("text", text.text).key("parameters").open_object();
  for (const talks::ParameterSpec& spec : of.parameters) out.member(spec.name, talks::to_text(spec.type));
  out.close().close();
}

Result<int> list(Context& context, const TemplateArguments& arguments) {
  const Catalogue& catalogue = Catalogue::built_in();
  const Language language = TRY(talks::parse_language(arguments.language));
  JsonOut out;
  out.open_object().member("hash", catalogue.hash().hex()).key("templates").open_array();
  std::int64_t group = 0;
  for (const Template& of : catalogue.templates()) {
    if (arguments.group != 0 && of.group() != arguments.group) continue;
    if (context.json) {
      put_json(out, of, language);
      continue;
    }
    if (of.group() != group) {
      group = of.group();
      context.say(context.paint(Colour::kBold, catalogue.group_title(group, language)));
    }
    context.say(
        fmt::format("  {}.{}{} {}", of.number, of.version, of.floor ? "*" : " ", catalogue.text(of, language).title));
  }
  if (context.json) {
    put(out.close().close().line());
  } else {
    context.say(fmt::format("* may be said whatever is frozen\ncatalogue {}", catalogue.hash().hex()));
  }
  return 0;
}

Result<int> show(Context& context, const TemplateArguments& arguments) {
  const Catalogue& catalogue = Catalogue::built_in();
  const Language language = TRY(talks::parse_language(arguments.language));
  const Template* of = TRY(find(arguments.number));
  if (arguments.parameters) {
    const std::string json = TRY(read_text(*arguments.parameters, kParametersBytesMax));
    const auto canonical = log::canonical_json(json);
    if (!canonical) return std::unexpected(in_file(canonical.error(), *arguments.parameters));
    const log::JcsDocument document = TRY(log::JcsDocument::parse(*canonical));
    const auto parameters = talks::read_parameters(of->parameters, document.root());
    if (!parameters) return std::unexpected(in_file(parameters.error(), *arguments.parameters));
    // Harmless as it is; `printable` would show the isolates round its values.
    const std::string text = talks::render(catalogue, *of, *parameters, language);
    put(context.json ? JsonOut().open_object().member("text", text).close().line() : text + "\n");
    return 0;
  }
  if (context.json) {
    JsonOut out;
    put_json(out, *of, language);
    put(out.line());
    return 0;
  }
  const talks::TemplateText& text = catalogue.text(*of, language);
  context.say(context.paint(Colour::kBold, fmt::format("{}.{} {}", of->number, of->version, text.title)));
  context.say(text.text);
  for (const talks::ParameterSpec& spec : of->parameters) {
    context.say(fmt::format("  {}: {}, {}", spec.name, talks::to_text(spec.type), talks::shape_of(spec.type)));
  }
  return 0;
}

}  // namespace

void add_message_template(Command& message) {
  Command& group = message.sub("template", "numbered messages that each side reads in its own language");
  group.about(
      "What is signed is a template's number, its version and the parameters. The hash of the catalogue tells whether "
      "two nodes read the same texts; the charter names it. Languages: ar, en, fr, ru.");
  auto arguments = std::make_shared<TemplateArguments>();
  group.sub("list", "the catalogue, its numbers and its hash")
      .about("An asterisk marks what may be said whatever is frozen.")
      .option(arguments->language, "--language", "LANGUAGE", "the language of the titles")
      .choices({"ar", "en", "fr", "ru"})
      .option(arguments->group, "--group", "N", "1 flight safety … 9 daily plan; 0: all", 0, 9)
      .example("tansiq message template list --language fr --group 4", "distress, search and rescue, in French")
      .run([arguments](Context& context) { return list(context, *arguments); });
  group.sub("show", "one template, its text and its parameters; with parameters, as a message reads")
      .about("The parameters are what 'tansiq message send --template' sets with --set.")
      .argument(arguments->number, "NUMBER", "as 401, or 401.1 with its version")
      .option(arguments->language, "--language", "LANGUAGE", "the language of the text")
      .choices({"ar", "en", "fr", "ru"})
      .option(arguments->parameters, "--parameters", "FILE", "JSON of the parameters; - is standard input")
      .completes(Completes::kFile)
      .example("tansiq message template show 401 --language ru", "an aircraft in distress, in Russian")
      .run([arguments](Context& context) { return show(context, *arguments); });
}

}  // namespace tansiq::cli
