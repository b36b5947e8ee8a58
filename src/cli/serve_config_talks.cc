// The keys of [talks]: lines to peers, and whom else an alarm calls.
#include <fmt/format.h>

#include "cli/serve_config_values.h"

namespace tansiq::cli {
namespace {

using namespace config;

Status check_webhook(std::string_view url) {
  if (url.starts_with("https://") || url.starts_with("http://")) return {};
  return fail(ErrorCode::kInvalid, "must be an address, as https://pager.example/tansiq");
}

/// A time of day, in UTC, after 00:00Z.
Result<DurationMs> time_of_day(std::string_view text) {
  const auto digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
  const auto number = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  const bool shaped = text.size() == 6 && digit(0) && digit(1) && text[2] == ':' && digit(3) && digit(4) &&
                      text[5] == 'Z' && number(0) < 24 && number(3) < 60;
  if (!shaped) return fail(ErrorCode::kInvalid, R"(must be a time of day in UTC, as "16:00Z")");
  return (DurationMs{number(0)} * 60 + number(3)) * 60'000;
}

std::string time_of_day_text(DurationMs ms) { return fmt::format("{:02}:{:02}Z", ms / 3'600'000, ms / 60'000 % 60); }

ConfigKey time_of_day_key(std::string_view name, std::string_view meaning, std::string_view example,
                          DurationMs& (*at)(ServeConfig&)) {
  return text_key(
      name, meaning, example,
      [at](const std::string& v, ServeConfig& c) -> Status {
        at(c) = TRY(time_of_day(v));
        return {};
      },
      [at](ServeConfig& c) { return shown(time_of_day_text(at(c))); });
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
      list_key(
          "talks.plan_with",
          "with whom plans of the next day are exchanged: an alarm says when one was not submitted in time",
          R"(["ru", "us"])",
          [](const std::string& v, ServeConfig& c, const Path&) -> Status {
            auto& peers = c.node.talks.plans.counterparts;
            if (peers.size() >= coordination::kPlanCounterpartsMax) {
              return fail(ErrorCode::kInvalid,
                          fmt::format("at most {} authorities", coordination::kPlanCounterpartsMax));
            }
            peers.push_back(TRY(AuthorityId::parse(v)));
            return {};
          },
          [](ServeConfig& c) {
            std::vector<std::string> names;
            for (const AuthorityId& peer : c.node.talks.plans.counterparts) names.push_back(peer.str());
            return shown_list(names);
          }),
      time_of_day_key("talks.plan_submit_by", "by when, on the day before (16:00Z)", R"("16:00Z")",
                      [](ServeConfig& c) -> auto& { return c.node.talks.plans.submit_by_ms; }),
      time_of_day_key("talks.plan_answer_by", "by when it is to be answered, on the day before (18:00Z)", R"("18:00Z")",
                      [](ServeConfig& c) -> auto& { return c.node.talks.plans.answer_by_ms; }),
  };
}

}  // namespace tansiq::cli
