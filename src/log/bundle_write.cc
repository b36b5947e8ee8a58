// Writing a bundle: one pass over what is attached, so that hundreds of megabytes cost one reading.
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "log/bundle.h"

namespace tansiq::log {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kCopyBytes = 1U << 20;

std::unexpected<Error> failed(const std::string& what, const fs::path& path) {
  const int error = errno;
  return fail(error == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
              fmt::format("cannot {}: {}", what, std::strerror(error)), path.string());
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  [[nodiscard]] int get() const { return fd_; }

 private:
  int fd_;
};

// The name under which the file is written; it goes in any case, the finished file has another.
class Scratch {
 public:
  explicit Scratch(fs::path path) : path_(std::move(path)) {}
  ~Scratch() { ::unlink(path_.c_str()); }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

Status write_at(int fd, std::string_view bytes, std::uint64_t offset, const fs::path& path) {
  while (!bytes.empty()) {
    const ::ssize_t done = ::pwrite(fd, bytes.data(), bytes.size(), static_cast<::off_t>(offset));
    if (done < 0 && errno == EINTR) continue;
    if (done <= 0) return failed("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(done));
    offset += static_cast<std::uint64_t>(done);
  }
  return {};
}

struct Source {
  Descriptor fd;
  std::uint64_t bytes = 0;
  bool finished = true;  ///< Nothing may follow.
};

// O_NONBLOCK: a pipe in the place of a file must not hold us up; it is refused then.
Result<Source> open_source(const fs::path& path, std::optional<std::uint64_t> beginning) {
  Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd.get() < 0) return failed("open", path);
  struct stat status{};
  if (::fstat(fd.get(), &status) != 0) return failed("examine", path);
  if (!S_ISREG(status.st_mode)) return fail(ErrorCode::kInvalid, "is no regular file", path.string());
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (!beginning) return Source{std::move(fd), size};
  return Source{std::move(fd), std::min(size, *beginning), false};
}

std::unexpected<Error> changed(const fs::path& path) {
  return fail(ErrorCode::kConflict, "the file changed its length while it was read: attach what is finished",
              path.string());
}

class Writer {
 public:
  Writer(int fd, const fs::path& path, const WriteBundleOptions& options) : fd_(fd), path_(path), options_(options) {}

  void expect(std::uint64_t total) { total_ = total; }
  [[nodiscard]] std::uint64_t offset() const { return offset_; }

  Status text(std::string_view bytes) {
    if (options_.give_up && options_.give_up()) return fail(ErrorCode::kUnavailable, "the bundle was given up");
    TRY_VOID(write_at(fd_, bytes, offset_, path_));
    offset_ += bytes.size();
    if (options_.progress) options_.progress(offset_, total_);
    return {};
  }

  Result<Hash> copy(const Source& source, const fs::path& from) {
    Sha256 hash;
    buffer_.resize(kCopyBytes);
    std::uint64_t left = source.bytes;
    while (left != 0) {
      const ::ssize_t got = ::read(source.fd.get(), buffer_.data(), std::min<std::uint64_t>(left, kCopyBytes));
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return failed("read", from);
      if (got == 0) return changed(from);
      const std::string_view piece(buffer_.data(), static_cast<std::size_t>(got));
      hash.update(piece);
      TRY_VOID(text(piece));
      left -= piece.size();
    }
    char more = 0;
    if (source.finished && ::read(source.fd.get(), &more, 1) != 0) return changed(from);
    return hash.finish();
  }

 private:
  int fd_;
  const fs::path& path_;
  const WriteBundleOptions& options_;
  std::uint64_t total_ = 0;
  std::uint64_t offset_ = 0;
  std::string buffer_;
};

Status sync_and_name(int fd, const fs::path& scratch, const fs::path& path) {
  if (::fsync(fd) != 0) return failed("sync", scratch);
  // A link refuses a name that is taken, which a renaming would not.
  if (::link(scratch.c_str(), path.c_str()) != 0) {
    if (errno == EEXIST) {
      return fail(ErrorCode::kConflict, "the file exists: evidence is not overwritten", path.string());
    }
    return failed("name the bundle", path);
  }
  const fs::path folder = path.has_parent_path() ? path.parent_path() : fs::path(".");
  const Descriptor parent(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (parent.get() < 0 || ::fsync(parent.get()) != 0) return failed("sync the folder", folder);
  return {};
}

}  // namespace

Result<WrittenBundle> write_bundle(const fs::path& path, std::span<const BundlePart> parts,
                                   const WriteBundleOptions& options) {
  std::error_code ignored;
  if (fs::exists(path, ignored)) {
    return fail(ErrorCode::kConflict, "the file exists: evidence is not overwritten", path.string());
  }
  WrittenBundle out{.manifest = {.made = options.made, .sections = {}}, .bytes = 0};
  std::vector<std::optional<Source>> sources;
  for (const BundlePart& part : parts) {
    BundleSection section{.kind = part.kind, .name = part.name, .bytes = part.content.size(), .sha256 = {}};
    std::optional<Source> source;
    if (!part.file.empty()) {
      source.emplace(TRY(open_source(part.file, part.file_bytes)));
      section.bytes = source->bytes;
    } else {
      section.sha256 = sha256(part.content);
    }
    sources.push_back(std::move(source));
    out.manifest.sections.push_back(std::move(section));
  }
  // The place of the first two lines is known before the hashes of attached files are: a hash has always 64 digits.
  const std::string placeholder = TRY(write_bundle_manifest(out.manifest));

  const Scratch scratch(path.string() + fmt::format(".{}.partial", ::getpid()));
  const Descriptor fd(::open(scratch.path().c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644));
  if (fd.get() < 0) return failed("make the bundle", scratch.path());
  Writer writer(fd.get(), scratch.path(), options);
  std::uint64_t total = kBundleFirstLineBytes + placeholder.size();
  for (const BundleSection& section : out.manifest.sections) total += section.bytes;
  writer.expect(total);
  TRY_VOID(writer.text(bundle_first_line(placeholder) + placeholder));
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (sources[i]) {
      out.manifest.sections[i].sha256 = TRY(writer.copy(*sources[i], parts[i].file));
    } else {
      TRY_VOID(writer.text(parts[i].content));
    }
  }
  const std::string manifest = TRY(write_bundle_manifest(out.manifest));
  TRY_VOID(write_at(fd.get(), bundle_first_line(manifest) + manifest, 0, scratch.path()));
  TRY_VOID(sync_and_name(fd.get(), scratch.path(), path));
  out.bytes = writer.offset();
  return out;
}

}  // namespace tansiq::log
