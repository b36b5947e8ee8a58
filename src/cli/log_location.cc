#include "cli/log_location.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/context.h"
#include "coordination/log_origins.h"
#include "core/charter.h"
#include "log/checkpoint.h"
#include "log/tile.h"
#include "node/data_dir.h"
#include "store/sqlite_log_source.h"

namespace tansiq::cli {
namespace {

namespace fs = std::filesystem;

/// A log served over HTTP. Follows no redirects and trusts nothing: the verifier does the checking.
class HttpLogSource final : public log::LogSource {
 public:
  HttpLogSource(NodeClient client, std::string prefix) : client_(std::move(client)), prefix_(std::move(prefix)) {}

  Result<std::string> checkpoint() override { return client_.text(prefix_ + "/checkpoint"); }
  Result<Bytes> tile(unsigned level, std::uint64_t number, unsigned width) override {
    return file(log::TileId::hashes(level, number, width));
  }
  Result<Bytes> entries(std::uint64_t number, unsigned width) override {
    return file(log::TileId::entries(number, width));
  }
  std::string name() const override { return client_.url() + prefix_; }

 private:
  Result<Bytes> file(const log::TileId& id) {
    const std::string text = TRY(client_.text(prefix_ + "/" + id.path()));
    return Bytes(text.begin(), text.end());
  }

  NodeClient client_;
  std::string prefix_;
};

std::vector<log::VerifierKey> keys_of(const core::Charter& charter) {
  std::vector<log::VerifierKey> keys;
  for (const core::Authority& authority : charter.authorities) {
    for (const std::string& text : authority.keys) {
      if (auto key = log::VerifierKey::parse(text)) keys.push_back(std::move(*key));
    }
  }
  return keys;
}

std::vector<log::VerifierKey> keys_of_note(std::string_view note) {
  const auto opened = core::open_charter(note);
  return opened ? keys_of(opened->charter) : std::vector<log::VerifierKey>{};
}

bool has(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

Result<LogLocation> in_folder(const fs::path& folder) {
  LogLocation location;
  if (has(folder / "log.db")) {
    location.source = TRY(store::SqliteLogSource::open(folder.string()));
  } else if (has(folder / "checkpoint")) {
    location.source = std::make_unique<log::DirectorySource>(folder);
  } else {
    return fail(ErrorCode::kNotFound,
                has(folder) ? "holds no log: neither 'checkpoint' nor 'log.db' is there" : "there is no such folder",
                folder.string());
  }
  const fs::path charter = folder / "charter.note";
  if (const auto note = read_text(charter.string(), kNoteBytesMax)) {
    location.keys = keys_of_note(*note);
    location.keys_from = charter.string();
    // A record outlives the keys that its first charter named: each version beside it names those of its time.
    const node::VersionsBeside beside = TRY(node::versions_beside(folder, *note));
    for (const core::Charter& version : beside.later) {
      for (log::VerifierKey& key : keys_of(version)) {
        const auto same = [&](const log::VerifierKey& known) { return known.text() == key.text(); };
        if (std::ranges::none_of(location.keys, same)) location.keys.push_back(std::move(key));
      }
      location.keys_from = node::version_path(folder, version.version).string();
    }
  }
  return location;
}

// A node's own URL does not say which log: the charter names the keys, and a log has the name of its key.
Result<LogLocation> at_node(NodeClient client) {
  const std::string note = TRY(client.text("/v1/charter"));
  LogLocation location;
  location.keys = keys_of_note(note);
  location.keys_from = "the charter that " + client.url() + " serves";
  for (const log::VerifierKey& key : location.keys) {
    const std::string prefix = "/log/" + key.name();
    if (!client.text(prefix + "/checkpoint")) continue;
    location.source = std::make_unique<HttpLogSource>(std::move(client), prefix);
    return location;
  }
  return fail(ErrorCode::kNotFound, "serves no log of an authority of its charter, or not to this token", client.url());
}

Result<LogLocation> at_url(std::string_view url, const NodeOptions& options) {
  const auto host = url.find("://") + 3;
  const auto slash = url.find('/', host);
  NodeOptions node = options;
  node.node = url.substr(0, slash);
  std::string path(slash == std::string_view::npos ? "" : url.substr(slash));
  while (path.ends_with('/')) path.pop_back();
  if (path.ends_with("/checkpoint")) path.resize(path.size() - std::string_view("/checkpoint").size());
  auto client = TRY(NodeClient::open(node));
  if (path.empty()) return at_node(std::move(client));
  LogLocation location;
  location.source = std::make_unique<HttpLogSource>(std::move(client), std::move(path));
  return location;
}

}  // namespace

Result<LogLocation> find_log(const std::string& where, const NodeOptions& options) {
  if (where.starts_with("http://") || where.starts_with("https://")) return at_url(where, options);
  return in_folder(where);
}

Result<std::vector<LogLocation>> other_logs(const std::string& where, std::vector<std::string>& behind) {
  std::vector<LogLocation> found;
  const fs::path folder(where);
  const auto note = read_text((folder / "charter.note").string(), kNoteBytesMax);
  if (!has(folder / "log.db") || !note) return found;
  const auto opened = core::open_charter(*note);
  if (!opened) return found;
  auto origins = TRY(coordination::Origins::make(opened->charter));
  std::vector<core::Charter> versions{opened->charter};
  const node::VersionsBeside beside = TRY(node::versions_beside(folder, *note));
  for (const core::Charter& version : beside.later) {
    TRY_VOID(origins.adopt(version));
    versions.push_back(version);
  }
  const auto reader = TRY(store::SqliteReader::open(folder.string(), store::system_files()));
  for (const store::LogInfo& info : TRY(reader->logs())) {
    const auto name = origins.log(info.origin);
    const store::Head head = TRY(reader->head(info.id));
    if (info.id == store::kMainLog || !name || head.size == 0) continue;
    const auto signed_note = log::parse_note(head.checkpoint);
    if (!signed_note || !log::Checkpoint::parse(signed_note->text)) {
      behind.push_back(info.origin);
      continue;
    }
    LogLocation location;
    location.source = TRY(store::SqliteLogSource::open(folder.string(), info.id));
    for (const core::Charter& version : versions) {
      const core::Authority* author = version.find_authority(name->author);
      if (author == nullptr) continue;
      for (log::VerifierKey& key : TRY(coordination::log_keys(*author, info.origin))) {
        const auto same = [&](const log::VerifierKey& known) { return known.text() == key.text(); };
        if (std::ranges::none_of(location.keys, same)) location.keys.push_back(std::move(key));
      }
    }
    location.keys_from = (folder / "charter.note").string();
    found.push_back(std::move(location));
  }
  return found;
}

Result<std::uint64_t> log_size(log::LogSource& source) {
  const std::string raw = TRY(source.checkpoint());
  const log::Note note = TRY(log::parse_note(raw));
  const log::Checkpoint head = TRY(log::Checkpoint::parse(note.text));
  return head.size;
}

Status for_each_entry(log::LogSource& source, std::uint64_t from, std::uint64_t end,
                      const std::function<Status(std::uint64_t index, ByteView entry)>& visit) {
  const std::uint64_t size = TRY(log_size(source));
  const log::LevelTiles tiles = log::tiles_of_level(size, 0);
  for (std::uint64_t bundle = from / log::kTileWidth; bundle * log::kTileWidth < std::min(end, size); ++bundle) {
    const unsigned width = tiles.width(bundle);
    const log::FetchedTile fetched = TRY(log::fetch(source, log::TileId::entries(bundle, width)));
    const auto entries = TRY(log::read_bundle(fetched.bytes, width));
    for (std::size_t i = 0; i < entries.size(); ++i) {
      const std::uint64_t index = bundle * log::kTileWidth + i;
      if (index >= from && index < end) TRY_VOID(visit(index, entries[i].bytes));
    }
  }
  return {};
}

Result<std::vector<log::VerifierKey>> read_keys(const std::string& word) {
  if (auto key = log::VerifierKey::parse(word)) return std::vector{std::move(*key)};
  const std::string text = TRY(read_text(word, kNoteBytesMax));
  if (auto keys = keys_of_note(text); !keys.empty()) return keys;
  std::vector<log::VerifierKey> keys;
  std::string_view rest = text;
  for (int line = 1; !rest.empty(); ++line) {
    const auto end = rest.find('\n');
    const std::string_view one = rest.substr(0, end);
    rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    if (one.empty() || one.starts_with('#')) continue;
    if (one.starts_with("PRIVATE+KEY+")) {
      const log::SignerKey key = TRY(log::read_key_file(word));
      keys.push_back(key.verifier());
      continue;
    }
    auto key = log::VerifierKey::parse(one);
    if (!key) return std::unexpected(in_file(key.error(), fmt::format("{}:{}", word, line)));
    keys.push_back(std::move(*key));
  }
  if (keys.empty()) return fail(ErrorCode::kInvalid, "holds no verifier key", word);
  return keys;
}

}  // namespace tansiq::cli
