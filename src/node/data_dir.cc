#include "node/data_dir.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>

#include "base/file.h"
#include "base/logging.h"
#include "base/random.h"
#include "coordination/charter_change.h"
#include "log/note.h"
#include "node/default_charter.h"

namespace tansiq::node {
namespace fs = std::filesystem;
namespace {

std::string system_message(int code) { return std::generic_category().message(code); }

/// Writes a new file, synced; `kConflict` when it exists.
Status write_new_file(const fs::path& path, ByteView bytes, mode_t mode) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
  if (file < 0) {
    return fail(errno == EEXIST ? ErrorCode::kConflict : ErrorCode::kIo,
                fmt::format("cannot create {}: {}", path.string(), system_message(errno)));
  }
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = ::write(file, bytes.data() + done, bytes.size() - done);
    if (n <= 0) break;
    done += static_cast<std::size_t>(n);
  }
  const bool good = done == bytes.size() && ::fsync(file) == 0;
  const int code = errno;
  ::close(file);
  if (good) return {};
  ::unlink(path.c_str());
  return fail(ErrorCode::kIo, fmt::format("cannot write {}: {}", path.string(), system_message(code)));
}

Status make_folder(const fs::path& dir, bool& created) {
  std::error_code error;
  if (fs::is_directory(dir, error)) {
    created = fs::is_empty(dir, error);
    return {};
  }
  fs::create_directories(dir, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("cannot create {}: {}", dir.string(), error.message()));
  fs::permissions(dir, fs::perms::owner_all, error);
  created = true;
  return {};
}

Result<std::array<std::uint8_t, 32>> ovn_secret(const fs::path& path) {
  std::array<std::uint8_t, 32> secret{};
  std::error_code error;
  if (!fs::exists(path, error)) {
    fill_secure_random(secret);
    TRY_VOID(write_new_file(path, secret, 0600));
    return secret;
  }
  struct stat status{};
  if (::stat(path.c_str(), &status) == 0 && (status.st_mode & 077) != 0) {
    return fail(ErrorCode::kForbidden,
                fmt::format("{} can be read by others; run: chmod 600 {}", path.string(), path.string()));
  }
  const std::string bytes = TRY(read_file(path, secret.size()));
  if (bytes.size() != secret.size()) {
    return fail(ErrorCode::kCorrupt, fmt::format("{} has {} bytes, not 32", path.string(), bytes.size()));
  }
  std::memcpy(secret.data(), bytes.data(), secret.size());
  return secret;
}

Result<log::SignerKey> node_key(const fs::path& path, bool may_create) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    if (!may_create) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("there is no key at {}: a node that is new begins with: tansiq init {} --authority ID; "
                              "one that moves here brings its keys",
                              path.string(), path.parent_path().string()));
    }
    const log::SignerKey key = TRY(log::SignerKey::generate(kDefaultOrigin, log::KeyType::kEd25519));
    TRY_VOID(log::write_key_file(path, key));
  }
  return log::read_key_file(path);
}

/// The key of receipts, if the charter gives this authority peers: the one that the founding version names, or, once it
/// has rolled over, a later one.
Result<std::optional<log::SignerKey>> cosigner_key(std::span<const core::Charter> versions, const AuthorityId& self,
                                                   const fs::path& path) {
  const core::Authority& founding = *versions.front().find_authority(self);
  if (!founding.peer) return std::nullopt;
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no key at {}, but the charter names the cosigner {}",
                                                  path.string(), founding.peer->cosigner));
  }
  log::SignerKey key = TRY(log::read_key_file(path));
  const bool named = std::ranges::any_of(versions, [&](const core::Charter& version) {
    const core::Authority* of = version.find_authority(self);
    return of != nullptr && of->peer && of->peer->cosigner == key.verifier().text();
  });
  if (!named) {
    return fail(ErrorCode::kInvalid, fmt::format("{} holds {}, but the charter names {}", path.string(),
                                                 key.verifier().text(), founding.peer->cosigner));
  }
  return key;
}

Result<net::TokenKey> token_key(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) TRY_VOID(net::TokenKey::generate().save(path.string()));
  return net::TokenKey::load(path.string());
}

/// Copies the versions before the founding one into the folder, each under its number.
Status provide_former(const NodeConfig& config) {
  for (const fs::path& path : config.former_charter_paths) {
    const std::string note = TRY(read_file(path, kNoteBytesMax));
    auto opened = core::open_charter(note);
    if (!opened) return std::unexpected(inside(std::move(opened).error(), path.string()));
    keep_version(config.data_dir, opened->charter.version, note);
  }
  return {};
}

/// Puts a charter into the folder when none is there: the configured one, or in develop mode a self-made one.
Status provide_charter(const NodeConfig& config, const fs::path& path, const log::SignerKey& key, UtcMs now) {
  std::error_code error;
  if (fs::exists(path, error)) return {};
  if (!config.charter_path.empty()) {
    const std::string note = TRY(read_file(config.charter_path, kNoteBytesMax));
    TRY_VOID(core::open_charter(note));
    return write_new_file(path, as_bytes(note), 0644);
  }
  if (!config.develop) {
    const fs::path draft = path.parent_path() / "charter.json";
    if (fs::exists(draft, error)) {
      return fail(
          ErrorCode::kNotFound,
          fmt::format("there is no charter at {}, only its draft; sign it with: tansiq charter sign {} --key {}",
                      path.string(), draft.string(), (path.parent_path() / "node.key").string()));
    }
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no charter at {}; give a signed one with --charter, or write one: "
                            "tansiq charter new",
                            path.string()));
  }
  // Valid from the start of the day, so that two starts on one day give the same text for the same key.
  constexpr DurationMs kDayMs = 86'400'000;
  const UtcMs today{now.ms - now.ms % kDayMs};
  const std::string vkey = key.verifier().text();
  const core::Charter charter = config.develop_region ? region_charter(vkey, today) : default_charter(vkey, today);
  const log::SignerKey* signers[] = {&key};
  const std::string note = TRY(log::sign_note(core::charter_text(charter), signers));
  return write_new_file(path, as_bytes(note), 0644);
}

/// The authority that one of `versions` gives this node's key; the newest that does counts.
Result<AuthorityId> find_self(std::span<const core::Charter> versions, const std::string& wanted,
                              const std::string& vkey) {
  const core::Charter& charter = versions.front();
  const core::Authority* found = nullptr;
  for (const core::Charter& version : versions) {
    for (const core::Authority& authority : version.authorities) {
      if (std::ranges::find(authority.keys, vkey) != authority.keys.end()) found = &authority;
    }
  }
  if (found == nullptr) {
    return fail(ErrorCode::kInvalid,
                fmt::format("no authority of charter {} lists this node's key {}", charter.id, vkey), "authorities");
  }
  if (!wanted.empty() && found->id.str() != wanted) {
    return fail(ErrorCode::kInvalid,
                fmt::format("this node's key belongs to authority {}, not to {}", found->id.str(), wanted),
                "authorities");
  }
  return found->id;
}

Status judge_charter(const core::SignedCharter& signed_charter, const NodeConfig& config) {
  const core::Charter& charter = signed_charter.charter;
  const std::vector<core::Finding> findings = core::lint(charter, signed_charter.signers);
  if (!findings.empty()) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the charter is not fit for use: {} ({} finding{}; see: tansiq charter lint)",
                            findings.front().message, findings.size(), findings.size() == 1 ? "" : "s"),
                findings.front().where);
  }
  if (config.simulated.scale > 0 && charter.data_mode != core::DataMode::kSimulated) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a simulated clock needs data mode SIMULATED, not {}", core::to_text(charter.data_mode)));
  }
  if (!config.console.story.empty() && charter.data_mode != core::DataMode::kSimulated) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a story needs data mode SIMULATED, not {}", core::to_text(charter.data_mode)));
  }
  const bool serious = charter.data_mode == core::DataMode::kReal || charter.data_mode == core::DataMode::kExercise;
  if (serious && config.recovery_wait_ms) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a stated wait of a recovery needs data mode TEST or SIMULATED, not {}",
                            core::to_text(charter.data_mode)));
  }
  if (serious && config.clock_error_ms) {
    return fail(
        ErrorCode::kInvalid,
        fmt::format("a stated bound of the clock's error needs data mode TEST or SIMULATED, not {}: in {} it is "
                    "the kernel's",
                    core::to_text(charter.data_mode), core::to_text(charter.data_mode)));
  }
  if (serious && config.clock_offset_ms != 0) {
    return fail(ErrorCode::kInvalid, fmt::format("a clock that is set off needs data mode TEST or SIMULATED, not {}",
                                                 core::to_text(charter.data_mode)));
  }
  return {};
}

}  // namespace

Result<DataDir> open_data_dir(const NodeConfig& config, UtcMs now) {
  const fs::path& dir = config.data_dir;
  bool created = false;
  TRY_VOID(make_folder(dir, created));
  const fs::path key_path = config.key_path.empty() ? dir / "node.key" : config.key_path;
  const bool self_made = config.develop && config.charter_path.empty() && !fs::exists(dir / "charter.note");
  log::SignerKey key = TRY(node_key(key_path, self_made));
  TRY_VOID(provide_charter(config, dir / "charter.note", key, now));

  std::string note = TRY(read_file(dir / "charter.note", kNoteBytesMax));
  core::SignedCharter charter = TRY(core::open_charter(note));
  TRY_VOID(judge_charter(charter, config));
  TRY_VOID(provide_former(config));
  VersionsBeside others = TRY(versions_beside(dir, note));
  std::vector<core::Charter> versions{charter.charter};
  versions.insert(versions.end(), others.later.begin(), others.later.end());
  AuthorityId self = TRY(find_self(versions, config.authority, key.verifier().text()));
  std::optional<log::SignerKey> next_key;
  if (fs::exists(dir / "node-next.key")) next_key = TRY(log::read_key_file(dir / "node-next.key"));
  net::TokenKey token = TRY(token_key(config.token_key_path.empty() ? dir / "token.key" : config.token_key_path));
  const auto secret = TRY(ovn_secret(dir / "ovn.key"));
  const bool develop = charter.charter.id == "develop";
  std::optional<log::SignerKey> next_cosigner;
  if (fs::exists(dir / "cosigner-next.key")) next_cosigner = TRY(log::read_key_file(dir / "cosigner-next.key"));
  auto cosigner = TRY(
      cosigner_key(versions, self, config.cosigner_key_path.empty() ? dir / "cosigner.key" : config.cosigner_key_path));
  return DataDir{.created = created,
                 .develop_charter = develop,
                 .charter = std::move(charter),
                 .charter_note = std::move(note),
                 .self = std::move(self),
                 .key = std::move(key),
                 .next_key = std::move(next_key),
                 .former = std::move(others.former),
                 .token_key = std::move(token),
                 .ovn_secret = secret,
                 .cosigner = std::move(cosigner),
                 .next_cosigner = std::move(next_cosigner)};
}

Result<VersionsBeside> versions_beside(const fs::path& data_dir, std::string_view note) {
  VersionsBeside out;
  const core::Charter founding = TRY(core::open_charter(note)).charter;
  const auto follows = [](const core::Charter& before, std::string_view text, const fs::path& path) {
    auto checked = coordination::check_successor(before, text);
    return checked ? std::move(checked)
                   : Result<core::SignedCharter>(std::unexpected(inside(std::move(checked).error(), path.string())));
  };
  for (std::int64_t version = 1; version < founding.version; ++version) {
    const fs::path path = version_path(data_dir, version);
    std::error_code error;
    if (!fs::exists(path, error)) continue;
    const std::string text = TRY(read_file(path, kNoteBytesMax));
    auto opened = out.former.empty() ? core::open_charter(text) : follows(out.former.back(), text, path);
    if (!opened) return std::unexpected(std::move(opened).error());
    out.former.push_back(std::move(opened->charter));
  }
  if (!out.former.empty() && out.former.back().version + 1 != founding.version) {
    return fail(ErrorCode::kNotFound,
                fmt::format("version {} of the charter is missing between {} and {}: give it with --former",
                            out.former.back().version + 1, out.former.back().version, founding.version),
                data_dir.string());
  }
  if (!out.former.empty()) TRY_VOID(follows(out.former.back(), note, data_dir / "charter.note"));
  for (std::int64_t version = founding.version + 1;; ++version) {
    const fs::path path = version_path(data_dir, version);
    std::error_code error;
    if (!fs::exists(path, error)) return out;
    const std::string text = TRY(read_file(path, kNoteBytesMax));
    core::SignedCharter next = TRY(follows(out.later.empty() ? founding : out.later.back(), text, path));
    out.later.push_back(std::move(next.charter));
  }
}

core::CharterTexts texts_beside(fs::path data_dir) {
  return [dir = std::move(data_dir)](const std::string& sha256) -> Result<std::string> {
    std::error_code error;
    for (const fs::directory_entry& file : fs::directory_iterator(dir, error)) {
      const std::string name = file.path().filename().string();
      if (!name.starts_with("charter") || !name.ends_with(".note")) continue;
      const auto note = read_file(file.path(), kNoteBytesMax);
      const auto opened = note ? core::open_charter(*note) : Result<core::SignedCharter>(std::unexpected(note.error()));
      if (opened && core::charter_hash(opened->text) == sha256) return opened->text;
    }
    return fail(
        ErrorCode::kNotFound,
        fmt::format("the record was led under a version of the charter whose text is lost (SHA-256 {}): put its "
                    "note into {} as charter-N.note, N its number, and start again; every member has it, as "
                    "such a file and at /v1/charter",
                    sha256, dir.string()),
        "charter");
  };
}

fs::path version_path(const fs::path& data_dir, std::int64_t version) {
  return data_dir / fmt::format("charter-{}.note", version);
}

void keep_version(const fs::path& data_dir, std::int64_t version, std::string_view note) {
  const Status written = write_new_file(version_path(data_dir, version), as_bytes(note), 0644);
  if (!written && written.error().code != ErrorCode::kConflict) {
    log_warning("charter.not_copied", {{"message", written.error().message}});
  }
}

}  // namespace tansiq::node
