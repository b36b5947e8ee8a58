#include "store/unsynced_vfs.h"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <optional>

#include "base/invariant.h"

namespace tansiq::store {
namespace {

/// What a disk writes as a whole.
constexpr std::size_t kSectorBytes = 512;

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string::npos ? std::string() : path.substr(0, slash);
}

void write_at(Bytes& content, std::size_t offset, ByteView bytes) {
  if (content.size() < offset + bytes.size()) content.resize(offset + bytes.size());
  std::ranges::copy(bytes, content.begin() + static_cast<std::ptrdiff_t>(offset));
}

}  // namespace

struct UnsyncedDisk::File {
  /// A write since the last sync, or a truncation to `offset` when `truncate`.
  struct Pending {
    std::size_t offset = 0;
    Bytes bytes{};
    bool truncate = false;
  };

  Bytes current;
  Bytes durable;
  std::vector<Pending> pending;

  // SQLite's locks on a database: number of shared holders, and who holds more.
  int shared = 0;
  const void* reserved = nullptr;
  const void* pending_lock = nullptr;
  const void* exclusive = nullptr;
  // Shared memory of the write-ahead log's index.
  std::vector<std::unique_ptr<std::array<std::uint8_t, 32'768>>> shm;
  struct ShmLock {
    int shared = 0;
    const void* exclusive = nullptr;
  };
  std::array<ShmLock, SQLITE_SHM_NLOCK> shm_locks;

  void sync() {
    for (const Pending& change : pending) apply(change);
    pending.clear();
  }
  void apply(const Pending& change) {
    if (change.truncate) {
      durable.resize(std::min(durable.size(), change.offset));
    } else {
      write_at(durable, change.offset, change.bytes);
    }
  }
  /// Keeps a random part of what was not synced.
  void lose(SeededRandom& random) {
    const std::int64_t mode = random.between(0, 3);  // 0: nothing stays, 1: all, 2: a beginning, 3: any pieces
    const auto kept = static_cast<std::size_t>(random.between(0, static_cast<std::int64_t>(pending.size())));
    for (std::size_t i = 0; i < pending.size(); ++i) {
      if (mode == 0 || (mode == 2 && i >= kept)) break;
      if (mode == 3) {
        apply_pieces(pending[i], random);
      } else {
        apply(pending[i]);
      }
    }
    pending.clear();
    current = durable;
    shared = 0;
    reserved = pending_lock = exclusive = nullptr;
    shm.clear();
    shm_locks = {};
  }
  void apply_pieces(const Pending& change, SeededRandom& random) {
    if (change.truncate) {
      if (random.one_in(2)) apply(change);
      return;
    }
    for (std::size_t done = 0; done < change.bytes.size();) {
      const std::size_t at = change.offset + done;
      const std::size_t length = std::min(kSectorBytes - at % kSectorBytes, change.bytes.size() - done);
      if (random.one_in(2)) write_at(durable, at, ByteView(change.bytes).subspan(done, length));
      done += length;
    }
  }
};

/// The functions that SQLite calls. One instance per disk; the disk's mutex is held inside each.
struct UnsyncedDisk::Vfs {
  struct Handle {
    sqlite3_file base;
    UnsyncedDisk* disk;
    std::shared_ptr<File>* file;
    std::uint64_t epoch;
    int level;
    bool sync_names_too;
    bool shm_attached;
    std::string* path;
    std::array<int, SQLITE_SHM_NLOCK>* shm_held;  // 0 none, 1 shared, 2 exclusive
  };

  sqlite3_vfs vfs{};

  static Handle& of(sqlite3_file* file) { return *reinterpret_cast<Handle*>(file); }
  static bool dead(const Handle& handle) {
    const UnsyncedDisk& disk = *handle.disk;
    return handle.epoch != disk.epoch_ || (disk.cut_at_ != 0 && disk.operations_ >= disk.cut_at_);
  }

  static int open(sqlite3_vfs* vfs, const char* name, sqlite3_file* out, int flags, int* out_flags) {
    auto& disk = *static_cast<UnsyncedDisk*>(vfs->pAppData);
    const std::lock_guard guard(disk.mutex_);
    Handle& handle = of(out);
    handle.base.pMethods = nullptr;
    if (disk.cut_at_ != 0 && disk.operations_ >= disk.cut_at_) return SQLITE_IOERR;
    std::shared_ptr<File> file;
    bool created = false;
    if (name == nullptr) {
      file = std::make_shared<File>();
    } else if (const auto found = disk.names_.find(name); found != disk.names_.end()) {
      file = found->second;
    } else {
      if ((flags & SQLITE_OPEN_CREATE) == 0) return SQLITE_CANTOPEN;
      if (disk.faults_.read_only) return SQLITE_CANTOPEN;
      if (!disk.operation()) return SQLITE_IOERR;
      file = std::make_shared<File>();
      disk.names_[name] = file;
      created = true;
    }
    if (disk.faults_.read_only && (flags & SQLITE_OPEN_READWRITE) != 0) {
      flags = (flags & ~(SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE)) | SQLITE_OPEN_READONLY;
    }
    if (out_flags != nullptr) *out_flags = flags;
    handle.disk = &disk;
    handle.file = new std::shared_ptr<File>(std::move(file));
    handle.epoch = disk.epoch_;
    handle.level = SQLITE_LOCK_NONE;
    handle.sync_names_too = created && (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
    handle.shm_attached = false;
    handle.path = new std::string(name == nullptr ? "" : name);
    handle.shm_held = new std::array<int, SQLITE_SHM_NLOCK>{};
    handle.base.pMethods = &kMethods;
    return SQLITE_OK;
  }

  static int close(sqlite3_file* out) {
    Handle& handle = of(out);
    {
      const std::lock_guard guard(handle.disk->mutex_);
      release_shm(handle);
      set_level(handle, SQLITE_LOCK_NONE);
    }
    delete handle.file;
    delete handle.path;
    delete handle.shm_held;
    return SQLITE_OK;
  }

  static int read(sqlite3_file* out, void* to, int amount, sqlite3_int64 offset) {
    Handle& handle = of(out);
    UnsyncedDisk& disk = *handle.disk;
    const std::lock_guard guard(disk.mutex_);
    if (dead(handle)) return SQLITE_IOERR_READ;
    ++disk.reads_;
    if (disk.reads_ == disk.faults_.fail_read) return SQLITE_IOERR_READ;
    const Bytes& content = (*handle.file)->current;
    const auto want = static_cast<std::size_t>(amount);
    const auto at = std::min(static_cast<std::size_t>(offset), content.size());
    std::size_t have = std::min(want, content.size() - at);
    if (disk.reads_ == disk.faults_.short_read) have /= 2;
    if (have != 0) std::memcpy(to, content.data() + at, have);
    if (have == want) return SQLITE_OK;
    std::memset(static_cast<std::uint8_t*>(to) + have, 0, want - have);
    return SQLITE_IOERR_SHORT_READ;
  }

  static int write(sqlite3_file* out, const void* from, int amount, sqlite3_int64 offset) {
    Handle& handle = of(out);
    UnsyncedDisk& disk = *handle.disk;
    const std::lock_guard guard(disk.mutex_);
    if (dead(handle)) return SQLITE_IOERR_WRITE;
    ++disk.writes_;
    if (disk.faults_.read_only) return SQLITE_READONLY;
    if (disk.writes_ == disk.faults_.fail_write) return SQLITE_IOERR_WRITE;
    File& file = **handle.file;
    const auto at = static_cast<std::size_t>(offset);
    const auto size = static_cast<std::size_t>(amount);
    if (disk.faults_.full_from_write != 0 && disk.writes_ >= disk.faults_.full_from_write &&
        at + size > file.current.size()) {
      return SQLITE_FULL;
    }
    const auto* bytes = static_cast<const std::uint8_t*>(from);
    // A write that the power cut interrupts may still reach the disk in part.
    const bool alive = disk.operation();
    file.pending.push_back({at, Bytes(bytes, bytes + size)});
    if (!alive) return SQLITE_IOERR_WRITE;
    write_at(file.current, at, ByteView(bytes, size));
    return SQLITE_OK;
  }

  static int truncate(sqlite3_file* out, sqlite3_int64 size) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    if (dead(handle) || !handle.disk->operation()) return SQLITE_IOERR_TRUNCATE;
    File& file = **handle.file;
    file.current.resize(std::min(file.current.size(), static_cast<std::size_t>(size)));
    file.pending.push_back({static_cast<std::size_t>(size), {}, true});
    return SQLITE_OK;
  }

  static int sync(sqlite3_file* out, int) {
    Handle& handle = of(out);
    UnsyncedDisk& disk = *handle.disk;
    const std::lock_guard guard(disk.mutex_);
    if (dead(handle) || !disk.operation()) return SQLITE_IOERR_FSYNC;
    ++disk.syncs_;
    if (disk.syncs_ == disk.faults_.fail_sync) return SQLITE_IOERR_FSYNC;
    if (disk.faults_.lying_syncs) return SQLITE_OK;
    (*handle.file)->sync();
    if (handle.sync_names_too) {
      disk.sync_names(folder_of(*handle.path));
      handle.sync_names_too = false;
    }
    return SQLITE_OK;
  }

  static int file_size(sqlite3_file* out, sqlite3_int64* size) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    if (dead(handle)) return SQLITE_IOERR_FSTAT;
    *size = static_cast<sqlite3_int64>((*handle.file)->current.size());
    return SQLITE_OK;
  }

  static void set_level(Handle& handle, int level) {
    if (handle.epoch != handle.disk->epoch_) return;
    File& file = **handle.file;
    if (handle.level >= SQLITE_LOCK_SHARED && level < SQLITE_LOCK_SHARED) --file.shared;
    if (handle.level < SQLITE_LOCK_SHARED && level >= SQLITE_LOCK_SHARED) ++file.shared;
    if (level < SQLITE_LOCK_RESERVED && file.reserved == &handle) file.reserved = nullptr;
    if (level < SQLITE_LOCK_PENDING && file.pending_lock == &handle) file.pending_lock = nullptr;
    if (level < SQLITE_LOCK_EXCLUSIVE && file.exclusive == &handle) file.exclusive = nullptr;
    handle.level = level;
  }

  static int lock(sqlite3_file* out, int level) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    if (dead(handle)) return SQLITE_IOERR_LOCK;
    if (level <= handle.level) return SQLITE_OK;
    File& file = **handle.file;
    const auto others = [&handle](const void* holder) { return holder != nullptr && holder != &handle; };
    if (others(file.exclusive)) return SQLITE_BUSY;
    if (level == SQLITE_LOCK_SHARED && others(file.pending_lock)) return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED && (others(file.reserved) || others(file.pending_lock))) return SQLITE_BUSY;
    if (level >= SQLITE_LOCK_RESERVED) file.reserved = &handle;
    if (level == SQLITE_LOCK_EXCLUSIVE) {
      file.pending_lock = &handle;
      if (file.shared > 1) {
        handle.level = SQLITE_LOCK_PENDING;
        return SQLITE_BUSY;
      }
      file.exclusive = &handle;
    }
    set_level(handle, level);
    return SQLITE_OK;
  }

  static int unlock(sqlite3_file* out, int level) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    if (level < handle.level) set_level(handle, level);
    return SQLITE_OK;
  }

  static int check_reserved(sqlite3_file* out, int* result) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    *result = (*handle.file)->reserved != nullptr ? 1 : 0;
    return SQLITE_OK;
  }

  static int file_control(sqlite3_file*, int, void*) { return SQLITE_NOTFOUND; }
  static int sector_size(sqlite3_file*) { return static_cast<int>(kSectorBytes); }
  // As for a file on Unix: a torn write does not touch the bytes beside it.
  static int characteristics(sqlite3_file*) { return SQLITE_IOCAP_POWERSAFE_OVERWRITE; }

  static int shm_map(sqlite3_file* out, int region, int size, int extend, void volatile** result) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    *result = nullptr;
    if (dead(handle)) return SQLITE_IOERR_SHMMAP;
    File& file = **handle.file;
    const auto index = static_cast<std::size_t>(region);
    EXPECT_INVARIANT(size == 32'768);
    handle.shm_attached = true;
    while (file.shm.size() <= index) {
      if (extend == 0) return SQLITE_OK;
      file.shm.push_back(std::make_unique<std::array<std::uint8_t, 32'768>>());
    }
    *result = file.shm[index]->data();
    return SQLITE_OK;
  }

  static int shm_lock(sqlite3_file* out, int first, int count, int flags) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    if (handle.epoch != handle.disk->epoch_) return SQLITE_IOERR_SHMLOCK;
    File& file = **handle.file;
    for (int i = first; i < first + count; ++i) {
      const auto slot = static_cast<std::size_t>(i);
      File::ShmLock& held = file.shm_locks[slot];
      int& mine = (*handle.shm_held)[slot];
      if ((flags & SQLITE_SHM_UNLOCK) != 0) {
        if (mine == 1) --held.shared;
        if (mine == 2) held.exclusive = nullptr;
        mine = 0;
      } else if ((flags & SQLITE_SHM_SHARED) != 0) {
        if (held.exclusive != nullptr && held.exclusive != &handle) return SQLITE_BUSY;
        if (mine == 0) ++held.shared;
        mine = std::max(mine, 1);
      } else {
        const int others = held.shared - (mine == 1 ? 1 : 0);
        if (others > 0 || (held.exclusive != nullptr && held.exclusive != &handle)) {
          for (int k = first; k < i; ++k) {  // All or none.
            file.shm_locks[static_cast<std::size_t>(k)].exclusive = nullptr;
            (*handle.shm_held)[static_cast<std::size_t>(k)] = 0;
          }
          return SQLITE_BUSY;
        }
        held.exclusive = &handle;
        mine = 2;
      }
    }
    return SQLITE_OK;
  }

  static void shm_barrier(sqlite3_file* out) {
    // The mutex of every call above orders memory; SQLite wants it here as well.
    const std::lock_guard guard(of(out).disk->mutex_);
  }

  static void release_shm(Handle& handle) {
    if (handle.epoch != handle.disk->epoch_) return;
    File& file = **handle.file;
    for (std::size_t slot = 0; slot < file.shm_locks.size(); ++slot) {
      int& mine = (*handle.shm_held)[slot];
      if (mine == 1) --file.shm_locks[slot].shared;
      if (mine == 2) file.shm_locks[slot].exclusive = nullptr;
      mine = 0;
    }
  }

  static int shm_unmap(sqlite3_file* out, int remove) {
    Handle& handle = of(out);
    const std::lock_guard guard(handle.disk->mutex_);
    release_shm(handle);
    handle.shm_attached = false;
    if (remove != 0 && handle.epoch == handle.disk->epoch_) (*handle.file)->shm.clear();
    return SQLITE_OK;
  }

  static int remove(sqlite3_vfs* vfs, const char* name, int sync_folder_too) {
    auto& disk = *static_cast<UnsyncedDisk*>(vfs->pAppData);
    const std::lock_guard guard(disk.mutex_);
    if (!disk.operation()) return SQLITE_IOERR_DELETE;
    if (disk.faults_.read_only) return SQLITE_READONLY;
    if (disk.names_.erase(name) == 0) return SQLITE_IOERR_DELETE_NOENT;
    if (sync_folder_too != 0) disk.sync_names(folder_of(name));
    return SQLITE_OK;
  }

  static int access(sqlite3_vfs* vfs, const char* name, int flags, int* result) {
    auto& disk = *static_cast<UnsyncedDisk*>(vfs->pAppData);
    const std::lock_guard guard(disk.mutex_);
    const auto found = disk.names_.find(name);
    *result = found != disk.names_.end() ? 1 : 0;
    // As on Unix: an empty file does not count as existing.
    if (*result == 1 && flags == SQLITE_ACCESS_EXISTS && found->second->current.empty()) *result = 0;
    return SQLITE_OK;
  }

  static int full_path(sqlite3_vfs*, const char* name, int size, char* out) {
    sqlite3_snprintf(size, out, "%s", name);
    return SQLITE_OK;
  }

  static int randomness(sqlite3_vfs*, int size, char* out) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xRandomness(system, size, out);
  }
  static int sleep(sqlite3_vfs*, int microseconds) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xSleep(system, microseconds);
  }
  static int current_time(sqlite3_vfs*, double* now) {
    sqlite3_vfs* system = sqlite3_vfs_find(nullptr);
    return system->xCurrentTime(system, now);
  }
  static int last_error(sqlite3_vfs*, int, char*) { return 0; }

  static const sqlite3_io_methods kMethods;
};

const sqlite3_io_methods UnsyncedDisk::Vfs::kMethods = {
    2,          &close,          &read,         &write,       &truncate,        &sync,    &file_size, &lock,
    &unlock,    &check_reserved, &file_control, &sector_size, &characteristics, &shm_map, &shm_lock,  &shm_barrier,
    &shm_unmap, nullptr,         nullptr,
};

UnsyncedDisk::UnsyncedDisk() : vfs_(std::make_unique<Vfs>()) {
  static std::atomic<std::uint64_t> counter{0};
  name_ = fmt::format("tansiq-unsynced-{}", ++counter);
  sqlite3_initialize();
  sqlite3_vfs& vfs = vfs_->vfs;
  vfs.iVersion = 1;
  vfs.szOsFile = sizeof(Vfs::Handle);
  vfs.mxPathname = 512;
  vfs.zName = name_.c_str();
  vfs.pAppData = this;
  vfs.xOpen = &Vfs::open;
  vfs.xDelete = &Vfs::remove;
  vfs.xAccess = &Vfs::access;
  vfs.xFullPathname = &Vfs::full_path;
  vfs.xRandomness = &Vfs::randomness;
  vfs.xSleep = &Vfs::sleep;
  vfs.xCurrentTime = &Vfs::current_time;
  vfs.xGetLastError = &Vfs::last_error;
  EXPECT_INVARIANT(sqlite3_vfs_register(&vfs, 0) == SQLITE_OK);
}

UnsyncedDisk::~UnsyncedDisk() { sqlite3_vfs_unregister(&vfs_->vfs); }

void UnsyncedDisk::set_faults(const DiskFaults& faults) {
  const std::lock_guard guard(mutex_);
  faults_ = faults;
}

std::uint64_t UnsyncedDisk::operations() const {
  const std::lock_guard guard(mutex_);
  return operations_;
}
std::uint64_t UnsyncedDisk::writes() const {
  const std::lock_guard guard(mutex_);
  return writes_;
}
std::uint64_t UnsyncedDisk::reads() const {
  const std::lock_guard guard(mutex_);
  return reads_;
}
std::uint64_t UnsyncedDisk::syncs() const {
  const std::lock_guard guard(mutex_);
  return syncs_;
}

void UnsyncedDisk::cut_power_at(std::uint64_t operation) {
  const std::lock_guard guard(mutex_);
  cut_at_ = operation;
}

bool UnsyncedDisk::operation() {
  ++operations_;
  return cut_at_ == 0 || operations_ < cut_at_;
}

void UnsyncedDisk::sync_names(const std::string& folder) {
  if (faults_.lying_syncs) return;
  std::erase_if(durable_names_, [&](const auto& name) { return folder_of(name.first) == folder; });
  for (const auto& [path, file] : names_) {
    if (folder_of(path) == folder) durable_names_[path] = file;
  }
}

void UnsyncedDisk::restart(std::uint64_t seed) {
  const std::lock_guard guard(mutex_);
  SeededRandom random(seed);
  for (const auto& [path, file] : names_) {
    if (!durable_names_.contains(path) && random.one_in(2)) durable_names_[path] = file;  // Created, not synced.
  }
  std::erase_if(durable_names_, [&](const auto& name) {
    return !names_.contains(name.first) && random.one_in(2);  // Removed, not synced.
  });
  for (auto& [path, file] : durable_names_) {
    const auto now = names_.find(path);
    if (now != names_.end() && now->second != file && random.one_in(2)) file = now->second;  // Renamed over it.
  }
  names_ = durable_names_;
  for (const auto& [path, file] : names_) file->lose(random);
  locks_.clear();
  faults_ = {};
  cut_at_ = 0;
  ++epoch_;
}

Bytes UnsyncedDisk::content(const std::string& path) const {
  const std::lock_guard guard(mutex_);
  const auto found = names_.find(path);
  return found == names_.end() ? Bytes{} : found->second->current;
}

void UnsyncedDisk::set_content(const std::string& path, Bytes bytes) {
  const std::lock_guard guard(mutex_);
  auto file = std::make_shared<File>();
  file->current = file->durable = std::move(bytes);
  names_[path] = durable_names_[path] = std::move(file);
}

Status UnsyncedDisk::refuse(const char* doing, const std::string& path, const char* why) const {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", doing, why), path);
}

Result<std::optional<Bytes>> UnsyncedDisk::read(const std::string& path) {
  const std::lock_guard guard(mutex_);
  ++reads_;
  if (reads_ == faults_.fail_read) return std::unexpected(refuse("reading", path, "input/output error").error());
  const auto found = names_.find(path);
  if (found == names_.end()) return std::nullopt;
  return found->second->current;
}

Result<bool> UnsyncedDisk::exists(const std::string& path) {
  const std::lock_guard guard(mutex_);
  return names_.contains(path);
}

Status UnsyncedDisk::replace(const std::string& path, std::span<const ByteView> parts) {
  const std::lock_guard guard(mutex_);
  if (faults_.read_only) return refuse("creating", path, "read-only file system");
  const std::string temporary = path + ".tmp";
  auto file = std::make_shared<File>();
  if (!operation()) return refuse("creating", temporary, "power cut");
  names_[temporary] = file;
  for (const ByteView part : parts) {
    ++writes_;
    if (faults_.full_from_write != 0 && writes_ >= faults_.full_from_write)
      return refuse("writing", temporary, "the disk is full");
    if (writes_ == faults_.fail_write) return refuse("writing", temporary, "input/output error");
    file->pending.push_back({file->current.size(), Bytes(part.begin(), part.end())});
    if (!operation()) return refuse("writing", temporary, "power cut");
    file->current.insert(file->current.end(), part.begin(), part.end());
  }
  ++syncs_;
  if (!operation()) return refuse("syncing", temporary, "power cut");
  if (syncs_ == faults_.fail_sync) return refuse("syncing", temporary, "input/output error");
  if (!faults_.lying_syncs) file->sync();
  if (!operation()) return refuse("renaming into place", path, "power cut");
  names_.erase(temporary);
  names_[path] = file;
  ++syncs_;
  if (!operation()) return refuse("syncing the folder of", path, "power cut");
  if (syncs_ == faults_.fail_sync) return refuse("syncing the folder of", path, "input/output error");
  sync_names(folder_of(path));
  return {};
}

Status UnsyncedDisk::remove(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!operation()) return refuse("removing", path, "power cut");
  if (faults_.read_only) return refuse("removing", path, "read-only file system");
  names_.erase(path);
  return {};
}

Result<std::vector<std::string>> UnsyncedDisk::list(const std::string& folder) {
  const std::lock_guard guard(mutex_);
  std::vector<std::string> found;
  for (const auto& [path, file] : names_) {
    if (folder_of(path) == folder) found.push_back(path.substr(folder.size() + 1));
  }
  return found;
}

Status UnsyncedDisk::make_folder(const std::string&) { return {}; }

Status UnsyncedDisk::sync_folder(const std::string& folder) {
  const std::lock_guard guard(mutex_);
  ++syncs_;
  if (!operation()) return refuse("syncing the folder", folder, "power cut");
  if (syncs_ == faults_.fail_sync) return refuse("syncing the folder", folder, "input/output error");
  sync_names(folder);
  return {};
}

/// Held until destroyed, or until the power is cut.
class DiskLock final : public FileLock {
 public:
  DiskLock(UnsyncedDisk& disk, std::string path, std::uint64_t epoch)
      : disk_(disk), path_(std::move(path)), epoch_(epoch) {}
  ~DiskLock() override {
    const std::lock_guard guard(disk_.mutex_);
    if (disk_.epoch_ == epoch_) disk_.locks_.erase(path_);
  }

 private:
  UnsyncedDisk& disk_;
  std::string path_;
  std::uint64_t epoch_;
};

Result<std::unique_ptr<FileLock>> UnsyncedDisk::lock(const std::string& path) {
  const std::lock_guard guard(mutex_);
  if (!locks_.emplace(path, true).second) {
    return fail(ErrorCode::kUnavailable, "this process has this store open for writing; close it first", path);
  }
  return std::make_unique<DiskLock>(*this, path, epoch_);
}

}  // namespace tansiq::store
