// What every command gets: how to print, and where its files and its node are when nobody said so.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.h"
#include "cli/command.h"
#include "cli/json_out.h"
#include "cli/terminal.h"

namespace tansiq::cli {

/// Options that every command takes.
struct CommonOptions {
  bool json = false;
  bool no_colour = false;
};

/// Lives from parsing to the end of the command.
class Context {
 public:
  explicit Context(const CommonOptions& options)
      : terminal(options.json ? Terminal() : Terminal::detect(options.no_colour)), json(options.json) {}

  Terminal terminal;
  bool json;

  /// A line for people: nothing with `--json`.
  void say(std::string_view line) const {
    if (!json) put(std::string(line) + "\n");
  }
  [[nodiscard]] std::string paint(Colour colour, std::string_view text) const { return terminal.paint(colour, text); }
};

/// The data folder of a node: what the command line says, else TANSIQ_DATA, else `./tansiq-data` when that exists, else
/// `$XDG_STATE_HOME/tansiq` when that exists, else `./tansiq-data`.
[[nodiscard]] std::filesystem::path data_folder(const std::string& wish);

/// The value of an environment variable; empty when it is not set.
[[nodiscard]] std::string environment(const char* name);

/// The same error, in a file: "charter.json: zones[3].owner".
[[nodiscard]] Error in_file(Error error, const std::string& file);

/// Reads a whole file; `-` is standard input. Fails with `kNotFound`, `kIo`, `kTooLarge`; `where` is the file's name.
[[nodiscard]] Result<std::string> read_text(const std::string& file, std::size_t bytes_max);
/// Writes a new file with the given mode and syncs it; fails with `kConflict` when it exists and `replace` is false.
/// What is replaced stays until the new is whole, and passes its mode on; a device or pipe is written to.
[[nodiscard]] Status write_text(const std::filesystem::path& file, std::string_view text, unsigned mode, bool replace);

}  // namespace tansiq::cli
