#include "cli/context.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <system_error>

namespace tansiq::cli {

namespace fs = std::filesystem;

namespace {

std::string system_message(int number) { return std::error_code(number, std::generic_category()).message(); }

/// Closes on every way out.
class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}
  ~Descriptor() {
    if (number_ > STDERR_FILENO) ::close(number_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const { return number_; }

 private:
  int number_;
};

}  // namespace

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe): before any thread starts
  return value == nullptr ? std::string() : std::string(value);
}

std::filesystem::path data_folder(const std::string& wish) {
  if (!wish.empty()) return wish;
  if (std::string named = environment("TANSIQ_DATA"); !named.empty()) return named;
  const std::filesystem::path here = "tansiq-data";
  std::error_code ignored;
  if (std::filesystem::exists(here, ignored)) return here;
  if (const std::string state = environment("XDG_STATE_HOME"); !state.empty()) {
    std::filesystem::path there = std::filesystem::path(state) / "tansiq";
    if (std::filesystem::exists(there, ignored)) return there;
  }
  return here;
}

Error in_file(Error error, const std::string& file) {
  error.where = error.where.empty() ? file : file + ": " + error.where;
  return error;
}

Result<std::string> read_text(const std::string& file, std::size_t bytes_max) {
  const bool standard_input = file == "-";
  const std::string where = standard_input ? "standard input" : file;
  const Descriptor input(standard_input ? STDIN_FILENO : ::open(file.c_str(), O_RDONLY | O_CLOEXEC));
  if (input.get() < 0) {
    const ErrorCode code = errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo;
    return fail(code, errno == ENOENT ? "there is no such file" : "cannot be opened: " + system_message(errno), where);
  }
  std::string text;
  std::array<char, 65'536> buffer{};
  while (true) {
    const ssize_t got = ::read(input.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(ErrorCode::kIo, "cannot be read: " + system_message(errno), where);
    if (got == 0) return text;
    text.append(buffer.data(), static_cast<std::size_t>(got));
    if (text.size() > bytes_max) {
      return fail(ErrorCode::kTooLarge, fmt::format("larger than {} bytes", bytes_max), where);
    }
  }
}

namespace {

Status write_and_sync(const Descriptor& output, std::string_view text, const std::string& where) {
  while (!text.empty()) {
    const ssize_t put = ::write(output.get(), text.data(), text.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return fail(ErrorCode::kIo, "cannot be written: " + system_message(errno), where);
    text.remove_prefix(static_cast<std::size_t>(put));
  }
  // A pipe or a device has nothing to be synced.
  if (::fsync(output.get()) != 0 && errno != EINVAL && errno != EROFS) {
    return fail(ErrorCode::kIo, "cannot be synced: " + system_message(errno), where);
  }
  return {};
}

/// The new name is there already: a folder that does not let itself be read, or a file system that syncs no folders, is
/// no reason to say that nothing was written.
Status sync_folder_of(const fs::path& file) {
  const fs::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const Descriptor open(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (open.get() < 0 ? errno == EACCES : ::fsync(open.get()) == 0 || errno == EINVAL || errno == EROFS) return {};
  return fail(ErrorCode::kIo, "cannot be synced: " + system_message(errno), folder.string());
}

/// A new file, whole or not at all.
Status write_new(const fs::path& file, std::string_view text, unsigned mode) {
  const std::string where = file.string();
  const Descriptor output(::open(file.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (output.get() < 0) {
    if (errno == EEXIST) return fail(ErrorCode::kConflict, "exists already and is not overwritten", where);
    return fail(ErrorCode::kIo, "cannot be written: " + system_message(errno), where);
  }
  Status written = write_and_sync(output, text, where);
  if (!written) ::unlink(file.c_str());
  return written;
}

/// Whatever happens on the way, what stands there stays until the new is whole: others' signatures, say. Who may read
/// and write it stays as well.
Status write_instead(const fs::path& target, std::string_view text) {
  const auto failed = [&](std::string_view what) {
    return fail(ErrorCode::kIo, fmt::format("cannot be {}: {}", what, system_message(errno)), target.string());
  };
  struct stat before{};
  if (::stat(target.c_str(), &before) != 0) return failed("read");
  std::string beside = target.string() + ".XXXXXX";
  const Descriptor output(::mkostemp(beside.data(), O_CLOEXEC));
  if (output.get() < 0) return failed("written");
  Status done = write_and_sync(output, text, target.string());
  if (done) {
    (void)!::fchown(output.get(), before.st_uid, before.st_gid);  // where it may
    const bool placed =
        ::fchmod(output.get(), before.st_mode & 07777U) == 0 && ::rename(beside.c_str(), target.c_str()) == 0;
    if (!placed) done = failed("written");
  }
  if (!done) ::unlink(beside.c_str());
  return done;
}

}  // namespace

Status write_text(const fs::path& file, std::string_view text, unsigned mode, bool replace) {
  std::error_code ignored;
  // Behind links, also behind one to what is not there yet.
  fs::path target = replace ? fs::weakly_canonical(file, ignored) : file;
  if (replace && fs::is_symlink(target, ignored)) target = target.parent_path() / fs::read_symlink(target, ignored);
  if (target.empty()) target = file;
  const bool there = fs::exists(target, ignored);
  if (replace && there && !fs::is_regular_file(target, ignored)) {  // as /dev/stdout: nothing to be replaced
    const Descriptor output(::open(file.c_str(), O_WRONLY | O_CLOEXEC));
    if (output.get() >= 0) return write_and_sync(output, text, file.string());
    return fail(ErrorCode::kIo, "cannot be written: " + system_message(errno), file.string());
  }
  TRY_VOID(replace && there ? write_instead(target, text) : write_new(target, text, mode));
  return sync_folder_of(target);
}

}  // namespace tansiq::cli
