#include "verify/options.h"

#include <fmt/format.h>

#include <charconv>

#include "log/verify.h"

namespace tansiq::verify {
namespace {

// Steps through the arguments; `--name VALUE` and `--name=VALUE` are the same.
class Arguments {
 public:
  explicit Arguments(std::span<const char* const> all) : all_(all) {}

  [[nodiscard]] bool done() const { return next_ == all_.size(); }
  // The next argument; a value joined by `=` is kept for `value`.
  std::string_view take() {
    const std::string_view argument = all_[next_++];
    const std::size_t equals = argument.starts_with("--") ? argument.find('=') : std::string_view::npos;
    joined_ = equals == std::string_view::npos ? std::string_view{} : argument.substr(equals);
    return argument.substr(0, equals);
  }
  [[nodiscard]] Result<std::string> value(std::string_view name) {
    if (!joined_.empty()) return std::string(joined_.substr(1));
    if (done()) return fail(ErrorCode::kInvalid, fmt::format("{} needs a value", name));
    return std::string(all_[next_++]);
  }
  [[nodiscard]] bool has_joined() const { return !joined_.empty(); }

 private:
  std::span<const char* const> all_;
  std::size_t next_ = 0;
  std::string_view joined_;
};

bool* flag_of(Options& options, std::string_view name) {
  if (name == "--json") return &options.json;
  if (name == "--quiet" || name == "-q") return &options.quiet;
  if (name == "--all") return &options.all;
  if (name == "--any-content") return &options.any_content;
  if (name == "--help" || name == "-h") return &options.help;
  if (name == "--version") return &options.version;
  return nullptr;
}

Result<unsigned> parse_threads(const std::string& text) {
  unsigned threads = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (error == std::errc() && end == text.data() + text.size() && threads >= 1 && threads <= log::kVerifyThreadsMax) {
    return threads;
  }
  return fail(ErrorCode::kInvalid, fmt::format("--threads must be 1 to {}, not `{}`", log::kVerifyThreadsMax, text));
}

Result<log::Language> parse_language(const std::string& text) {
  if (const auto language = log::parse_language(text)) return *language;
  return fail(ErrorCode::kInvalid, fmt::format("--language must be ar, en, fr or ru, not `{}`", text));
}

// Options with a value.
Status take_value(Options& options, std::string_view name, Arguments& arguments) {
  if (name == "--key") {
    options.keys.push_back(TRY(arguments.value(name)));
  } else if (name == "--key-file") {
    options.key_files.emplace_back(TRY(arguments.value(name)));
  } else if (name == "--since") {
    options.since.emplace_back(TRY(arguments.value(name)));
  } else if (name == "--evidence") {
    options.evidence = TRY(arguments.value(name));
  } else if (name == "--charter") {
    options.charters.emplace_back(TRY(arguments.value(name)));
  } else if (name == "--language") {
    const std::string text = TRY(arguments.value(name));
    options.language = TRY(parse_language(text));
  } else if (name == "--threads") {
    const std::string text = TRY(arguments.value(name));
    options.threads = TRY(parse_threads(text));
  } else {
    return fail(ErrorCode::kInvalid, fmt::format("unknown option {}; see --help", name));
  }
  return {};
}

}  // namespace

Result<Options> parse_options(std::span<const char* const> all) {
  Options options;
  Arguments arguments(all);
  bool only_folders = false;
  while (!arguments.done()) {
    const std::string_view argument = arguments.take();
    if (argument == "--" && !only_folders) {
      only_folders = true;
    } else if (only_folders || !argument.starts_with('-')) {
      if (!options.folder.empty()) return fail(ErrorCode::kInvalid, "one folder or bundle is verified at a time");
      options.folder = argument;
    } else if (bool* const flag = flag_of(options, argument)) {
      if (arguments.has_joined()) return fail(ErrorCode::kInvalid, fmt::format("{} takes no value", argument));
      *flag = true;
    } else {
      TRY_VOID(take_value(options, argument, arguments));
    }
  }
  if (options.folder.empty() && !options.help && !options.version) {
    return fail(ErrorCode::kInvalid, "which log or bundle? Usage: tansiq-verify DIR|BUNDLE [--key VKEY]; see --help");
  }
  return options;
}

std::string_view help_text() {
  return R"(Verifies a transparency log that stands in a folder (checkpoint, tile/…), or an evidence bundle, which is one
file, trusting nothing but the keys given.

Usage: tansiq-verify DIR    [--key VKEY | --key-file FILE]… [--since FILE]… [options]
       tansiq-verify BUNDLE [--key VKEY | --key-file FILE | --charter FILE]… [--language ar|en|fr|ru] [options]

  --key VKEY       public key of the log or of a cosigner, as name+id+base64; may be repeated
  --key-file FILE  the same, one key a line; empty lines and lines that begin with # are skipped

Of a bundle
  --charter FILE   a charter that you have from elsewhere: its keys count, and the bundle must hold it; may be repeated
  --language L     the language of the report: ar, en, fr or ru (en)
  --all            list every entry, however many there are

Of a folder
  --since FILE     an older checkpoint of the same log, which must be a prefix of it; may be repeated
  --evidence FILE  write evidence of a fork there, if --since finds one
  --any-content    entries may be anything, not only lines of canonical JSON
  --threads N      threads that hash, 1 to 16 (2)

Of both
  --json           print the report as one line of JSON
  --quiet, -q      print nothing; the exit code tells
  --help, -h       this text
  --version        the program's version

Everything is recomputed from the entries. What is wrong is named: file, entry, bytes, and what was expected there.
Without a key the tree is checked, but not who signed it. Of a bundle the report says in plain words what is proved, by
whose keys, no later than when, and what is not; with keys or a charter given, all must be signed by those.

Examples
  tansiq-verify /srv/log --key north.example/log1+3c827f28+AddamAGCsQq31Uv+08lkBzoO4XLz2qYjJa8CGmj3B1Ea
  tansiq-verify copy/ --key-file keys.txt --since checkpoint.last-week --json
  tansiq-verify incident-7.bundle --charter charter.note --language ar

Exit codes
  0   the log is as its checkpoint says; all that is in the bundle fits together
  1   something is wrong; the report says what
  64  the command line is wrong
  65  a key, a charter or an older checkpoint given is not one
  66  there is no log in DIR and no such file, or a file given is missing
  74  reading failed
)";
}

}  // namespace tansiq::verify
