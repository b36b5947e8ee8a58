// A letter as an officer gives it on the command line, made into what the API takes.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "base/time.h"
#include "cli/command.h"
#include "coordination/talk_letter.h"

namespace tansiq::cli {

/// The parts that messages, answers and statements of incidents can carry.
struct PartOptions {
  std::optional<std::string> text;  ///< `-`: standard input.
  std::string language = "en";
  std::vector<std::string> positions, times, tracks;
  std::vector<std::string> areas;  ///< Files.
  std::optional<std::string> parts_file;
};
void add_part_options(Command& command, PartOptions& options);
/// In the order text, positions, areas, times, tracks, the file's.
[[nodiscard]] Result<std::vector<coordination::TalkPart>> parts_from(const PartOptions& options, UtcMs now);

struct LetterOptions {
  PartOptions parts;
  std::vector<std::string> to;
  std::string thread;
  std::string precedence = "routine";
  std::string needs;
  std::string due;
  std::string echelon = "centres";
  std::string number;  ///< Of a template.
  std::vector<std::string> settings;
  std::string danger;
  std::string query;
  std::string flight;
  std::string incident;
  std::string re;
  std::vector<std::string> attach;  ///< Files.
};
void add_letter_options(Command& command, LetterOptions& options);

/// Fails with `kUnsupported` where the options do not fit together; `re` has to be a whole hash by now.
[[nodiscard]] Result<coordination::Letter> letter_from(const LetterOptions& options, UtcMs now,
                                                       std::string_view command_id);

}  // namespace tansiq::cli
