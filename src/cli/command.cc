#include "cli/command.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "base/spelling.h"

namespace tansiq::cli {

Command& Command::sub(std::string name, std::string summary) {
  subs_.push_back(std::make_unique<Command>(std::move(name), std::move(summary)));
  subs_.back()->parent_ = this;
  return *subs_.back();
}

Command& Command::about(std::string paragraph) {
  paragraphs_.push_back(std::move(paragraph));
  return *this;
}

Command& Command::example(std::string line, std::string what) {
  examples_.push_back({std::move(line), std::move(what)});
  return *this;
}

Command& Command::exits(int code, std::string meaning) {
  exit_codes_.push_back({code, std::move(meaning)});
  return *this;
}

Parameter& Command::add(std::string name, std::string value, std::string help) {
  Parameter parameter;
  parameter.name = std::move(name);
  parameter.value = std::move(value);
  parameter.help = std::move(help);
  parameters_.push_back(std::move(parameter));
  return parameters_.back();
}

Command& Command::flag(bool& target, std::string names, std::string help) {
  add(std::move(names), "", std::move(help)).set = [&target](std::string_view) -> Status {
    target = true;
    return {};
  };
  return *this;
}

Command& Command::option(std::string& target, std::string names, std::string value, std::string help) {
  if (!target.empty()) help += fmt::format(" [{}]", target);
  add(std::move(names), std::move(value), std::move(help)).set = [&target](std::string_view text) -> Status {
    target = text;
    return {};
  };
  return *this;
}

Command& Command::option(std::optional<std::string>& target, std::string names, std::string value, std::string help) {
  add(std::move(names), std::move(value), std::move(help)).set = [&target](std::string_view text) -> Status {
    target = std::string(text);
    return {};
  };
  return *this;
}

Command& Command::option(std::vector<std::string>& target, std::string names, std::string value, std::string help) {
  Parameter& parameter = add(std::move(names), std::move(value), std::move(help));
  parameter.repeated = true;
  parameter.set = [&target](std::string_view text) -> Status {
    target.emplace_back(text);
    return {};
  };
  return *this;
}

Command& Command::option(std::int64_t& target, std::string names, std::string value, std::string help, std::int64_t low,
                         std::int64_t high) {
  help += fmt::format(" [{}]", target);
  std::string where = names.substr(names.find("--"));
  add(std::move(names), std::move(value), std::move(help)).set = [&target, low, high,
                                                                  where](std::string_view text) -> Status {
    std::int64_t number = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size() || number < low || number > high) {
      return fail(ErrorCode::kUnsupported, fmt::format("'{}' is not a whole number from {} to {}", text, low, high),
                  where);
    }
    target = number;
    return {};
  };
  return *this;
}

Command& Command::argument(std::string& target, std::string name, std::string help) {
  Parameter& parameter = add(std::move(name), "", std::move(help));
  parameter.positional = true;
  parameter.required = true;
  parameter.set = [&target](std::string_view text) -> Status {
    target = text;
    return {};
  };
  return *this;
}

Command& Command::argument(std::optional<std::string>& target, std::string name, std::string help) {
  Parameter& parameter = add(std::move(name), "", std::move(help));
  parameter.positional = true;
  parameter.set = [&target](std::string_view text) -> Status {
    target = std::string(text);
    return {};
  };
  return *this;
}

Command& Command::argument(std::vector<std::string>& target, std::string name, std::string help) {
  Parameter& parameter = add(std::move(name), "", std::move(help));
  parameter.positional = true;
  parameter.repeated = true;
  parameter.set = [&target](std::string_view text) -> Status {
    target.emplace_back(text);
    return {};
  };
  return *this;
}

Command& Command::required() {
  parameters_.back().required = true;
  return *this;
}

Command& Command::choices(std::vector<std::string> values) {
  parameters_.back().choices = std::move(values);
  return *this;
}

Command& Command::completes(Completes what) {
  parameters_.back().completes = what;
  return *this;
}

Command& Command::run(Handler handler) {
  handler_ = std::move(handler);
  return *this;
}

std::string Command::path() const { return parent_ == nullptr ? name_ : parent_->path() + " " + name_; }

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  constexpr std::size_t kWordBytesMax = 64;
  if (word.size() > kWordBytesMax) return std::nullopt;
  std::optional<std::string> best;
  std::size_t best_distance = 1 + word.size() / 3;  // one slip in a short word, two or three in a long one
  for (const std::string& candidate : known) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance <= best_distance && (!best || distance < best_distance)) {
      best = candidate;
      best_distance = distance;
    }
  }
  return best;
}

}  // namespace tansiq::cli
