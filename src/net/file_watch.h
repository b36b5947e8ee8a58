// Notices that files have changed, by looking: certificates and keys are replaced a few times a year, by programs that
// write in place, rename over, or move a symbolic link. Looking sees all of them alike, on every file system.
//
//   FileWatch watch({certificate_file, key_file});
//   … read them …
//   every few seconds: if (watch.changed()) … read them again …
//
// The state is taken before the caller reads, so a change during the reading is seen at the next look.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <string>
#include <vector>

namespace tansiq::net {

/// How often to look.
inline constexpr std::int64_t kFileLookMs = 2'000;

/// One thread.
class FileWatch {
 public:
  FileWatch() = default;
  explicit FileWatch(std::vector<std::string> files);

  /// Whether any file differs from what it was at the last call, or at the construction: another file, another size or
  /// time, gone, back. One stat(2) a file.
  [[nodiscard]] bool changed();

 private:
  struct Stamp {
    bool there = false;
    dev_t device = 0;
    ino_t file = 0;
    off_t bytes = 0;
    std::int64_t modified_s = 0, modified_ns = 0, changed_s = 0, changed_ns = 0;
    friend bool operator==(const Stamp&, const Stamp&) = default;
  };
  [[nodiscard]] static Stamp look_at(const std::string& file);

  std::vector<std::string> files_;
  std::vector<Stamp> stamps_;
};

}  // namespace tansiq::net
