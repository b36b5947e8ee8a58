// `tansiq bench`: measures, prints targets beside values, compares with an earlier run. It judges nothing by itself:
// exit code 0 even when a target is missed, unless --strict.
#include "cli/bench.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <cstdio>

#include "base/json_in.h"
#include "base/logging.h"
#include "cli/commands.h"
#include "cli/context.h"

namespace tansiq::cli {

bool Figure::ok() const {
  if (!skipped.empty() || wanted == Wanted::kNothing) return true;
  return wanted == Wanted::kAtMost ? value <= target : value >= target;
}

std::string figure_json(const Figure& figure) {
  JsonOut json;
  json.open_object().member("name", figure.name);
  if (!figure.skipped.empty()) {
    json.key("value").null().member("unit", figure.unit).member("skipped", figure.skipped);
    return json.close().line();
  }
  json.member("value", figure.value).member("unit", figure.unit);
  const bool judged = figure.wanted != Figure::Wanted::kNothing;
  json.key("target");
  if (judged) {
    json.value(figure.target).member("wanted", figure.wanted == Figure::Wanted::kAtMost ? "at most" : "at least");
  } else {
    json.null();
  }
  json.key("ok");
  judged ? json.value(figure.ok()) : json.null();
  json.key("baseline");
  figure.baseline ? json.value(*figure.baseline) : json.null();
  json.key("ratio");
  figure.ratio ? json.value(*figure.ratio) : json.null();
  return json.close().line();
}

Result<std::vector<Figure>> read_figures(const std::string& text) {
  std::vector<Figure> figures;
  std::string_view rest = text;
  while (!rest.empty()) {
    const auto end = rest.find('\n');
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (line.empty()) continue;
    const JsonDocument document = TRY(JsonDocument::parse(line));
    const JsonValue name = TRY(document.root().at("name"));
    const JsonValue value = TRY(document.root().at("value"));
    if (value.is_null()) continue;
    Figure figure;
    figure.name = TRY(name.string());
    figure.value = TRY(value.number());
    figures.push_back(std::move(figure));
  }
  return figures;
}

namespace {

constexpr std::size_t kTokenBytesMax = 16U << 10;

struct BenchArguments {
  std::optional<std::string> group;
  std::optional<std::string> only;
  std::optional<std::string> save;
  std::optional<std::string> compare;
  std::optional<std::string> url;
  std::optional<std::string> token;
  std::optional<std::string> token_command;
  bool strict = false;
};

// Three significant digits are what a benchmark knows.
std::string number_text(double value) {
  if (value == 0) return "0";
  if (std::abs(value) >= 1'000) {
    const double unit = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 2);
    return group_digits(static_cast<std::uint64_t>(std::llround(value / unit) * std::llround(unit)));
  }
  return fmt::format("{:.3g}", value);
}

std::string target_text(const Figure& figure) {
  if (figure.wanted == Figure::Wanted::kNothing) return "";
  return fmt::format("{} {}", figure.wanted == Figure::Wanted::kAtMost ? "≤" : "≥", number_text(figure.target));
}

std::string verdict_text(const Context& context, const Figure& figure) {
  if (!figure.skipped.empty()) return context.paint(Colour::kDim, "skipped");
  if (figure.wanted == Figure::Wanted::kNothing) return "";
  return figure.ok() ? context.paint(Colour::kGreen, "ok") : context.paint(Colour::kRed, "missed");
}

std::string change_text(const Figure& figure, const std::vector<Figure>& before) {
  const auto found = std::ranges::find(before, figure.name, &Figure::name);
  if (found == before.end() || found->value == 0 || !figure.skipped.empty()) return "";
  return fmt::format("{:+.1f} %", 100 * (figure.value / found->value - 1));
}

std::string table_text(const Context& context, const std::vector<Figure>& figures, const std::vector<Figure>& before) {
  std::vector<std::string> columns{"figure", ">value", "unit", ">target", "", ">baseline", ">ratio"};
  if (!before.empty()) columns.push_back(">change");
  Table table(columns);
  for (const Figure& figure : figures) {
    std::vector<std::string> row{figure.name,
                                 figure.skipped.empty() ? number_text(figure.value) : "–",
                                 figure.skipped.empty() ? figure.unit : figure.skipped,
                                 target_text(figure),
                                 verdict_text(context, figure),
                                 figure.baseline ? number_text(*figure.baseline) : "",
                                 figure.ratio ? fmt::format("{:.2f}×", *figure.ratio) : ""};
    if (!before.empty()) row.push_back(change_text(figure, before));
    table.row(std::move(row));
  }
  return table.text(context.terminal);
}

/// What a shell command prints, without the white space at its end.
Result<std::string> output_of(const std::string& command) {
  std::FILE* const pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) return fail(ErrorCode::kIo, "cannot be run", "--token-command");
  std::string out;
  std::array<char, 4'096> buffer;
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    out.append(buffer.data(), got);
    if (out.size() > kTokenBytesMax) break;
  }
  const int status = ::pclose(pipe);
  while (!out.empty() && std::isspace(static_cast<unsigned char>(out.back())) != 0) out.pop_back();
  if (status != 0) return fail(ErrorCode::kInvalid, fmt::format("ends with status {}", status), "--token-command");
  if (out.empty() || out.size() > kTokenBytesMax)
    return fail(ErrorCode::kInvalid, "prints no token", "--token-command");
  return out;
}

Result<int> bench(Context& context, const BenchArguments& arguments) {
  set_log_level(LogLevel::kError);  // of the nodes that are measured
  std::vector<Figure> before;
  if (arguments.compare) {
    const std::string text = TRY(read_text(*arguments.compare, 16U << 20));
    auto read = read_figures(text);
    if (!read) return std::unexpected(in_file(read.error(), *arguments.compare));
    before = std::move(*read);
  }
  std::vector<Figure> figures;
  std::string lines;
  if (arguments.url && arguments.group != "f3548") {
    return fail(ErrorCode::kUnsupported, "only the group f3548 can measure another service", "--url");
  }
  BenchTarget target{arguments.url.value_or(""), arguments.token.value_or("")};
  if (arguments.token_command) target.token = TRY(output_of(*arguments.token_command));
  for (const BenchPart& part : bench_parts(arguments.group.value_or(""), target)) {
    if (arguments.only && !part.name.starts_with(*arguments.only)) continue;
    if (context.terminal.progress() && !context.json) put_error(fmt::format("measuring {} …", part.what));
    auto measured = part.run();
    if (!measured) return std::unexpected(inside(measured.error(), part.name));
    for (Figure& figure : *measured) {
      figure.name = part.name + "." + figure.name;
      lines += figure_json(figure);
      if (context.json) put(figure_json(figure));
      figures.push_back(std::move(figure));
    }
  }
  if (figures.empty()) return fail(ErrorCode::kUnsupported, "there is no such part", arguments.only.value_or(""));
  if (!context.json) put(table_text(context, figures, before));
  if (arguments.save) TRY_VOID(write_text(*arguments.save, lines, 0644, /*replace=*/true));
  const auto missed = std::ranges::count_if(figures, [](const Figure& f) { return !f.ok(); });
  if (!context.json && missed > 0)
    put(fmt::format("{} missed\n", count_text(static_cast<std::uint64_t>(missed), "target", "targets")));
  return arguments.strict && missed > 0 ? 1 : 0;
}

std::string part_names() {
  std::string names;
  for (const BenchPart& part : bench_parts({}, {})) names += (names.empty() ? "" : ", ") + part.name;
  return names;
}

}  // namespace

void add_bench(Command& root) {
  auto a = std::make_shared<BenchArguments>();
  root.sub("bench", "measure, with targets and baselines")
      .about(
          "Prints a table: value, target, and where the same work can be done another way the baseline of the same run "
          "and the ratio. With --json one line a figure. Some minutes on two cores; run it on a release build of an "
          "otherwise idle machine. Recordings are found under TANSIQ_SHARED.")
      .argument(a->group, "GROUP", "only this group")
      .choices(bench_groups())
      .option(a->only, "--only", "PART", "parts whose name begins so: " + part_names())
      .option(a->save, "--save", "FILE", "also write the figures here, one line of JSON each")
      .completes(Completes::kFile)
      .option(a->compare, "--compare", "FILE", "print the change since a saved run")
      .completes(Completes::kFile)
      .option(a->url, "--url", "URL",
              "group f3548: measure the service at this address, plain HTTP, instead of a node here")
      .option(a->token, "--token", "TOKEN", "the bearer token for --url")
      .option(a->token_command, "--token-command", "COMMAND",
              "a shell command that prints that token; it needs the scopes of strategic coordination and constraint "
              "processing")
      .flag(a->strict, "--strict", "exit code 1 when a target is missed")
      .example("tansiq bench --save before.jsonl", "measure and keep")
      .example("tansiq bench --only index --compare before.jsonl", "did a change of the index help?")
      .exits(1, "with --strict: a target is missed")
      .run([a](Context& context) { return bench(context, *a); });
}

}  // namespace tansiq::cli
