#include "net/file_watch.h"

#include <sys/stat.h>

#include <utility>

namespace tansiq::net {

FileWatch::FileWatch(std::vector<std::string> files) : files_(std::move(files)) {
  for (const std::string& file : files_) stamps_.push_back(look_at(file));
}

bool FileWatch::changed() {
  bool any = false;
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const Stamp now = look_at(files_[i]);
    any = any || now != stamps_[i];
    stamps_[i] = now;
  }
  return any;
}

FileWatch::Stamp FileWatch::look_at(const std::string& file) {
  struct stat info{};
  if (::stat(file.c_str(), &info) != 0) return {};
  return {.there = true,
          .device = info.st_dev,
          .file = info.st_ino,
          .bytes = info.st_size,
          .modified_s = info.st_mtim.tv_sec,
          .modified_ns = info.st_mtim.tv_nsec,
          .changed_s = info.st_ctim.tv_sec,
          .changed_ns = info.st_ctim.tv_nsec};
}

}  // namespace tansiq::net
