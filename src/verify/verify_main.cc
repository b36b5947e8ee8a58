// tansiq-verify: the auditor's program. Links the log alone.
#include <unistd.h>

#include <cstdio>

#include "base/result.h"
#include "verify/run.h"

int main(int argc, char** argv) {
  using namespace tansiq;
  const auto write = [](std::FILE* file, std::string_view text) { std::fwrite(text.data(), 1, text.size(), file); };
  const auto options =
      verify::parse_options(std::span<const char* const>(argv, static_cast<std::size_t>(argc)).subspan(argc > 0));
  if (!options) {
    write(stderr, "tansiq-verify: " + options.error().text() + "\n");
    return verify::kExitUsage;
  }
  if (options->help) {
    write(stdout, verify::help_text());
    return 0;
  }
  if (options->version) {
    write(stdout, "tansiq-verify " TANSIQ_VERSION "\n");
    return 0;
  }
  const int code = verify::run(*options, {[&write](std::string_view text) { write(stdout, text); },
                                          [&write](std::string_view text) { write(stderr, text); }, ::isatty(2) == 1});
  // Half a report must not pass for a whole one.
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return code;
  write(stderr, "tansiq-verify: standard output cannot be written\n");
  return error_info(ErrorCode::kIo).exit_code;
}
