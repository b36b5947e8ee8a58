#include "verify/run.h"

#include <fmt/format.h>

#include <chrono>

#include "base/file.h"
#include "base/limits.h"
#include "log/bundle_report.h"
#include "log/bundle_verify.h"
#include "log/export.h"
#include "log/source.h"
#include "log/verify.h"
#include "log/verify_report.h"

namespace tansiq::verify {
namespace {

constexpr std::size_t kKeyFileBytesMax = 1U << 20;

Status add_key(std::string_view text, const std::string& where, std::vector<log::VerifierKey>& keys) {
  auto key = log::VerifierKey::parse(text);
  if (!key) return std::unexpected(inside(std::move(key).error(), where));
  keys.push_back(std::move(*key));
  return {};
}

Status add_key_file(const std::filesystem::path& path, std::vector<log::VerifierKey>& keys) {
  const std::string content = TRY(read_file(path, kKeyFileBytesMax));
  std::string_view text = content;
  const std::size_t before = keys.size();
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (!line.empty() && line[0] != '#') {
      TRY_VOID(add_key(line, fmt::format("{}:{}", path.string(), number), keys));
    }
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  // Else nobody's signature would be asked for, where somebody's was meant to be.
  if (keys.size() == before) return fail(ErrorCode::kInvalid, "holds no verifier key", path.string());
  return {};
}

Result<log::VerifyOptions> verify_options(const Options& options) {
  log::VerifyOptions out;
  for (const std::string& key : options.keys) TRY_VOID(add_key(key, "--key", out.keys));
  for (const auto& file : options.key_files) TRY_VOID(add_key_file(file, out.keys));
  for (const auto& file : options.since) {
    out.older.push_back(TRY(read_file(file, kNoteBytesMax)));
  }
  out.check_canonical = !options.any_content;
  out.threads = options.threads;
  return out;
}

// One line on a terminal, rewritten a few times a second.
class Progress {
 public:
  explicit Progress(const Output& output) : output_(output) {}
  void show(std::uint64_t done, std::uint64_t total) {
    const auto now = std::chrono::steady_clock::now();
    if (done != total && now - last_ < std::chrono::milliseconds(100)) return;
    last_ = now;
    const double part = total == 0 ? 1.0 : static_cast<double>(done) / static_cast<double>(total);
    const auto filled = static_cast<std::size_t>(part * 30.0);
    output_.err(
        fmt::format("\r[{:<30}] {:3.0f} %  {} of {} entries", std::string(filled, '#'), part * 100.0, done, total));
    shown_ = true;
  }
  void clear() {
    if (shown_) output_.err("\r\x1b[K");
  }

 private:
  const Output& output_;
  std::chrono::steady_clock::time_point last_;
  bool shown_ = false;
};

Status write_evidence(const Options& options, const log::VerifyReport& report) {
  if (options.evidence.empty()) return {};
  for (const log::OlderCheckpoint& older : report.older) {
    if (older.evidence) return log::write_file_atomically(options.evidence, as_bytes(log::to_json(*older.evidence)));
  }
  return {};
}

int give_up(const Error& error, const Output& output) {
  output.err(fmt::format("tansiq-verify: {}\n", log::harmless(error.text())));
  return error_info(error.code).exit_code;
}

// --- bundles

Result<log::VerifyBundleOptions> bundle_options(const Options& options) {
  log::VerifyBundleOptions out;
  for (const std::string& key : options.keys) TRY_VOID(add_key(key, "--key", out.keys));
  for (const auto& file : options.key_files) TRY_VOID(add_key_file(file, out.keys));
  for (const auto& file : options.charters) {
    std::string note = TRY(read_file(file, kNoteBytesMax));
    if (const Status charter = log::check_charter_note(note); !charter) {
      return fail(ErrorCode::kInvalid, fmt::format("no charter: {}", charter.error().text()), file.string());
    }
    out.charters.push_back(std::move(note));
  }
  return out;
}

// What means something for folders alone would be passed over in silence.
Status only_of_bundles(const Options& options) {
  if (options.since.empty() && options.evidence.empty() && !options.any_content) return {};
  return fail(ErrorCode::kInvalid, "--since, --evidence and --any-content are for the folder of a log, not a bundle");
}
Status only_of_folders(const Options& options) {
  if (!options.evidence.empty() && options.since.empty()) {
    return fail(ErrorCode::kInvalid, "--evidence is of a fork from an older checkpoint: name that with --since");
  }
  if (options.charters.empty() && !options.language && !options.all) return {};
  return fail(ErrorCode::kInvalid, "--charter, --language and --all are for a bundle, not the folder of a log");
}

int refuse(const Error& error, const Output& output) {
  output.err(fmt::format("tansiq-verify: {}\n", log::harmless(error.text())));
  return kExitUsage;
}

int run_bundle(const Options& options, const Output& output) {
  if (const Status fits = only_of_bundles(options); !fits) return refuse(fits.error(), output);
  const auto wanted = bundle_options(options);
  if (!wanted) return give_up(wanted.error(), output);
  const auto report = log::verify_bundle_file(options.folder, *wanted);
  if (!report) return give_up(report.error(), output);
  if (!options.quiet && options.json) output.out(log::bundle_json(*report));
  if (!options.quiet && !options.json) {
    log::BundleTextOptions text{.language = options.language.value_or(log::Language::kEnglish)};
    if (options.all) text.entries_max = log::kBundleEntriesMax;
    output.out(log::bundle_text(*report, text));
  }
  return log::exit_code(*report);
}

}  // namespace

int run(const Options& options, const Output& output) {
  if (log::may_be_bundle(options.folder)) return run_bundle(options, output);
  if (const Status fits = only_of_folders(options); !fits) return refuse(fits.error(), output);
  auto wanted = verify_options(options);
  if (!wanted) return give_up(wanted.error(), output);
  Progress progress(output);
  if (output.progress && !options.quiet) {
    wanted->progress = [&progress](std::uint64_t done, std::uint64_t total) { progress.show(done, total); };
  }
  log::DirectorySource source(options.folder);
  const auto start = std::chrono::steady_clock::now();
  const auto report = log::verify_log(source, *wanted);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  progress.clear();
  if (!report) return give_up(report.error(), output);
  if (!options.quiet && options.json) output.out(log::to_json(*report));
  if (!options.quiet && !options.json) {
    output.out(log::to_text(*report));
    output.out(fmt::format("time       {:.2f} s\n", took.count()));
  }
  if (const Status written = write_evidence(options, *report); !written) return give_up(written.error(), output);
  return log::exit_code(*report);
}

}  // namespace tansiq::verify
