// What the auditor asks for: the command line of `tansiq-verify`.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "log/bundle_words.h"

namespace tansiq::verify {

struct Options {
  std::filesystem::path folder;                  ///< A log's folder, or a bundle's file.
  std::vector<std::string> keys;                 ///< vkeys.
  std::vector<std::filesystem::path> key_files;  ///< Files with a vkey a line.
  std::vector<std::filesystem::path> since;      ///< Files with older checkpoints.
  std::filesystem::path evidence;                ///< Where evidence of a fork is written; empty: nowhere.
  std::vector<std::filesystem::path> charters;   ///< Bundles: charters had from elsewhere.
  std::optional<log::Language> language;         ///< Bundles: absent is English.
  bool all = false;                              ///< Bundles: every entry is listed.
  bool any_content = false;                      ///< Entries need not be canonical JSON.
  bool json = false;
  bool quiet = false;
  bool help = false;
  bool version = false;
  unsigned threads = 2;
};

/// Exit code for a wrong command line (EX_USAGE).
inline constexpr int kExitUsage = 64;

/// Reads the arguments that follow the program's name. Fails with `kInvalid`: what is wrong, what would be right.
[[nodiscard]] Result<Options> parse_options(std::span<const char* const> arguments);

/// The text of `--help`.
[[nodiscard]] std::string_view help_text();

}  // namespace tansiq::verify
