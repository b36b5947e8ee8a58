// The keys of [talks]: lines to peers, and whom else an alarm calls.
#include "cli/serve_config_values.h"

namespace tansiq::cli {
namespace {

using namespace config;

Status check_webhook(std::string_view url) {
  if (url.starts_with("https://") || url.starts_with("http://")) return {};
  return fail(ErrorCode::kInvalid, "must be an address, as https://pager.example/tansiq");
}

}  // namespace

std::vector<ConfigKey> talks_keys() {
  return {
      number_key<DurationMs>(
          "talks.line_check_seconds", "how often the line to each peer is checked, up to 86400; 0: when asked (0)", 0,
          86'400, [](ServeConfig& c) -> auto& { return c.node.talks.line_check_every_ms; }, 1'000),
      list_key(
          "talks.alarm_command",
          "a program and its arguments, run without a shell, with an alarm as JSON on its standard input",
          R"(["/usr/local/bin/ring", "--all"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            if (v.empty()) return fail(ErrorCode::kInvalid, "must be a program and arguments that are not empty");
            c.node.talks.alarm_command.push_back(v);
            return {};
          },
          [](ServeConfig& c) { return shown_list(c.node.talks.alarm_command); }),
      text_key(
          "talks.alarm_webhook", "an address to which the same is posted", R"("https://pager.example/tansiq")",
          [](const std::string& v, ServeConfig& c) -> Status {
            TRY_VOID(check_webhook(v));
            c.node.talks.alarm_webhook = v;
            return {};
          },
          [](ServeConfig& c) { return shown(c.node.talks.alarm_webhook); }),
  };
}

}  // namespace tansiq::cli
