#include "node/officer_evidence.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <map>
#include <utility>

#include "base/logging.h"
#include "core/jcs_read.h"
#include "log/jcs.h"

namespace tansiq::node {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr std::string_view kPurpose = "tansiq-officer-act-1";
constexpr std::string_view kLinkPurpose = "tansiq-officer-chain-1";
constexpr std::size_t kChunkBytes = std::size_t{64} << 10;

std::unexpected<Error> refused(std::string_view doing, const std::string& path) {
  return fail(ErrorCode::kIo, fmt::format("{}: {}", doing, std::strerror(errno)), path);
}

/// Closes what it holds.
class OpenFile {
 public:
  explicit OpenFile(int file) : file_(file) {}
  ~OpenFile() {
    if (file_ >= 0) ::close(file_);
  }
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  [[nodiscard]] int get() const { return file_; }

 private:
  int file_;
};

/// Makes the creation of a file durable.
Status sync_folder_of(const std::filesystem::path& path) {
  const std::string folder = path.parent_path().string();
  const OpenFile file(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (file.get() < 0 || ::fsync(file.get()) != 0) return refused("syncing", folder);
  return {};
}

Status append(const std::string& path, std::string_view text) {
  const OpenFile file(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (file.get() < 0) return refused("opening", path);
  const off_t before = ::lseek(file.get(), 0, SEEK_END);
  Status out;
  for (std::string_view rest = text; !rest.empty() && out;) {
    const ssize_t written = ::write(file.get(), rest.data(), rest.size());
    if (written >= 0) {
      rest.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      out = refused("writing", path);
    }
  }
  if (out && ::fsync(file.get()) != 0) out = refused("syncing", path);
  if (out && before == 0) out = sync_folder_of(path);
  // Half a line would make the next one unreadable.
  if (!out && before >= 0) (void)!::ftruncate(file.get(), before);
  return out;
}

std::string link_text(const AuthorityId& self, std::string_view prev, std::string_view unlinked) {
  return fmt::format("{}\n{}\n{}\n{}\n", kLinkPurpose, self.str(), prev, log::sha256(unlinked).hex());
}

template <std::size_t N>
Result<std::array<std::uint8_t, N>> taken(const JcsValue& member, Result<Bytes> bytes) {
  if (!bytes) return std::unexpected(bytes.error());
  if (bytes->size() != N) return member.fail_here(fmt::format("expected {} bytes", N));
  std::array<std::uint8_t, N> out{};
  std::ranges::copy(*bytes, out.begin());
  return out;
}

Result<std::array<std::uint8_t, 32>> key_at(const JcsValue& line, std::string_view name) {
  const JcsValue member = TRY(line.at(name));
  const std::string_view text = TRY(member.string());
  return taken<32>(member, from_hex(text));
}

Result<std::array<std::uint8_t, 64>> signature_at(const JcsValue& line, std::string_view name) {
  const JcsValue member = TRY(line.at(name));
  const std::string_view text = TRY(member.string());
  return taken<64>(member, from_base64(text));
}

Result<log::Hash> hash_at(const JcsValue& line, std::string_view name) {
  const JcsValue member = TRY(line.at(name));
  const std::string_view text = TRY(member.string());
  return log::Hash::from_hex(text);
}

Result<AuthorityId> authority_of(const JcsValue& line, std::string_view subject) {
  const std::size_t at = subject.rfind('@');
  if (at == std::string_view::npos) return line.fail_here("`by` is no officer's name");
  return AuthorityId::parse(subject.substr(at + 1));
}

/// The line without its `link`, as it was signed.
std::string unlinked(const JcsValue& line) {
  std::string out;
  JcsWriter w(out);
  w.begin_object();
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (line.name(i) != "link") w.key(line.name(i)).value(line[i]);
  }
  w.end_object();
  return out;
}

/// Checks one line after another.
class Reader {
 public:
  Result<OfficerActLine> take(std::string_view text) {
    const auto document = TRY(JcsDocument::parse(text, kOfficerActLineBytesMax));
    const JcsValue root = document.root();
    TRY_VOID(root.expect(JcsValue::Kind::kObject));
    OfficerActLine out;
    out.number = ++number_;
    out.line = log::sha256(std::string(text) + "\n");
    out.at.ms = TRY(core::integer_at(root, "at_ms", 0, log::kJcsIntegerMax));
    out.by = TRY(core::string_at(root, "by"));
    out.key = TRY(key_at(root, "by_key"));
    const AuthorityId self = TRY(authority_of(root, out.by));
    if (root.find("act")) {
      TRY_VOID(take_entry(root, out));
    } else {
      TRY_VOID(take_act(root, self, out));
    }
    out.chained = root.find("prev").has_value();
    if (!out.chained && chained_) return root.fail_here("a line without `prev` behind the beginning of the chain");
    if (out.chained) TRY_VOID(check_link(root, self, out));
    chained_ = chained_ || out.chained;
    last_ = out.line;
    if (!out.act) acts_.emplace(out.line, out.second.empty() ? out.key : out.second_key);
    return out;
  }

 private:
  static Status take_act(const JcsValue& root, const AuthorityId& self, OfficerActLine& out) {
    TRY_VOID(root.only({"at_ms", "by", "by_key", "by_signature", "link", "prev", "request", "second", "second_key",
                        "second_signature"}));
    const JcsValue request = TRY(root.at("request"));
    TRY_VOID(request.expect(JcsValue::Kind::kObject));
    out.kind = TRY(core::string_at(request, "kind"));
    if (request.find("cmd")) out.cmd = TRY(core::string_at(request, "cmd"));
    OfficerRequest signed_request{.by = core::Subject::trusted(out.by), .cmd = {}, .kind = {}, .text = {}};
    JcsWriter w(signed_request.text);
    w.value(request);
    const std::string signed_text = officer_act_text(signed_request, self);
    const auto by_signature = TRY(signature_at(root, "by_signature"));
    if (!officer_signature_fits(out.key, signed_text, by_signature)) {
      return root.fail_here("the signature of who asked does not fit");
    }
    if (!root.find("second")) return {};
    out.second = TRY(core::string_at(root, "second"));
    out.second_key = TRY(key_at(root, "second_key"));
    if (out.second == out.by) return root.fail_here("the second officer is the first");
    const auto second_signature = TRY(signature_at(root, "second_signature"));
    if (!officer_signature_fits(out.second_key, signed_text, second_signature)) {
      return root.fail_here("the second officer's signature does not fit");
    }
    return {};
  }

  Status take_entry(const JcsValue& root, OfficerActLine& out) const {
    TRY_VOID(root.only({"act", "at_ms", "by", "by_key", "hash", "link", "prev", "seq"}));
    out.act = TRY(hash_at(root, "act"));
    const auto act = acts_.find(*out.act);
    if (act == acts_.end()) return root.fail_here("no line before it is the act that it names");
    if (act->second != out.key) return root.fail_here("another key than that which completed the act");
    out.seq = static_cast<std::uint64_t>(TRY(core::integer_at(root, "seq", 0, log::kJcsIntegerMax)));
    if (root.find("hash")) out.hash = TRY(hash_at(root, "hash"));
    if (!root.find("prev")) return root.fail_here("a line about an entry without `prev`");
    return {};
  }

  Status check_link(const JcsValue& root, const AuthorityId& self, const OfficerActLine& line) const {
    if (TRY(hash_at(root, "prev")) != last_) return root.fail_here("the line before it is another than it was");
    const auto link = TRY(signature_at(root, "link"));
    const auto& key = line.second.empty() ? line.key : line.second_key;
    if (officer_signature_fits(key, link_text(self, last_.hex(), unlinked(root)), link)) return {};
    return root.fail_here("the signature over its place does not fit");
  }

  std::uint64_t number_ = 0;
  bool chained_ = false;
  log::Hash last_;
  std::map<log::Hash, std::array<std::uint8_t, 32>> acts_;  ///< With the key that completed each.
};

}  // namespace

std::string officer_act_text(const OfficerRequest& request, const AuthorityId& self) {
  return fmt::format("{}\n{}\n{}\n{}\n", kPurpose, self.str(), request.by.str(), request.text);
}

OfficerSignature sign_act(const OfficerKey& key, const OfficerRequest& request, const AuthorityId& self) {
  return {key.public_key(), key.sign(officer_act_text(request, self))};
}

// --- adding to it ----------------------------------------------------------------------------------------------------

Result<std::unique_ptr<OfficerActs>> OfficerActs::open(const std::filesystem::path& data_dir, AuthorityId self) {
  std::unique_ptr<OfficerActs> out(new OfficerActs(data_dir / kOfficerActsName, std::move(self)));
  TRY_VOID(out->read_end());
  return out;
}

/// Reads backwards until the last whole line is there.
Status OfficerActs::read_end() {
  const std::string path = path_.string();
  const OpenFile file(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  if (file.get() < 0) return errno == ENOENT ? Status{} : Status(refused("opening", path));
  const off_t size = ::lseek(file.get(), 0, SEEK_END);
  if (size < 0) return refused("reading", path);
  std::string end;
  std::size_t whole = std::string::npos;  // Where the last line feed stands in `end`.
  off_t from = size;
  while (from > 0) {
    const auto chunk = static_cast<std::size_t>(std::min<off_t>(from, kChunkBytes));
    std::string before(chunk, '\0');
    from -= static_cast<off_t>(chunk);
    for (std::size_t got = 0; got < chunk;) {
      const ssize_t read = ::pread(file.get(), before.data() + got, chunk - got, from + static_cast<off_t>(got));
      if (read == 0 || (read < 0 && errno != EINTR)) return refused("reading", path);
      if (read > 0) got += static_cast<std::size_t>(read);
    }
    end.insert(0, before);
    whole = end.rfind('\n');
    if (whole != std::string::npos && whole > 0 && end.rfind('\n', whole - 1) != std::string::npos) break;
    if (end.size() > 2 * kOfficerActLineBytesMax) {
      return fail(ErrorCode::kCorrupt, "the last line is longer than any that was written", path);
    }
  }
  const off_t kept = whole == std::string::npos ? 0 : from + static_cast<off_t>(whole) + 1;
  if (kept < size) {
    log_warning("officers.acts_cut", {{"message", "the last line was not whole: nothing was done on it"}});
    if (::ftruncate(file.get(), kept) != 0 || ::fsync(file.get()) != 0) return refused("cutting", path);
  }
  if (whole == std::string::npos) return {};
  const std::size_t line_feed = whole == 0 ? std::string::npos : end.rfind('\n', whole - 1);
  const std::size_t first = line_feed == std::string::npos ? 0 : line_feed + 1;
  last_ = log::sha256(std::string_view(end).substr(first, whole + 1 - first));
  return {};
}

Result<log::Hash> OfficerActs::add(const WriteLine& line, const OfficerKey& key) {
  const std::lock_guard lock(mutex_);
  const std::string prev = last_.hex();
  const auto link = key.sign(link_text(self_, prev, line(prev, {})));
  const std::string text = line(prev, to_base64(link)) + "\n";
  TRY_VOID(append(path_.string(), text));
  last_ = log::sha256(text);
  return last_;
}

Result<KeptAct> OfficerActs::keep(const OfficerRequest& request, std::shared_ptr<const OfficerKey> key, UtcMs now) {
  const OfficerSignature by = sign_act(*key, request, self_);
  const auto line = [&](std::string_view prev, std::string_view link) {
    std::string out;
    JcsWriter w(out);
    w.begin_object().key("at_ms").integer(now.ms).key("by").string(request.by.str());
    w.key("by_key").string(to_hex(by.key)).key("by_signature").string(to_base64(by.signature));
    if (!link.empty()) w.key("link").string(link);
    w.key("prev").string(prev).key("request").raw(request.text).end_object();
    return out;
  };
  const log::Hash hash = TRY(add(line, *key));
  return KeptAct{hash, request.by, std::move(key)};
}

Result<KeptAct> OfficerActs::keep_two(const OfficerRequest& request, const OfficerSignature& asked,
                                      const core::Subject& second, std::shared_ptr<const OfficerKey> key, UtcMs now) {
  const OfficerSignature own = sign_act(*key, request, self_);
  const auto line = [&](std::string_view prev, std::string_view link) {
    std::string out;
    JcsWriter w(out);
    w.begin_object().key("at_ms").integer(now.ms).key("by").string(request.by.str());
    w.key("by_key").string(to_hex(asked.key)).key("by_signature").string(to_base64(asked.signature));
    if (!link.empty()) w.key("link").string(link);
    w.key("prev").string(prev).key("request").raw(request.text).key("second").string(second.str());
    w.key("second_key").string(to_hex(own.key)).key("second_signature").string(to_base64(own.signature));
    w.end_object();
    return out;
  };
  const log::Hash hash = TRY(add(line, *key));
  return KeptAct{hash, second, std::move(key)};
}

Status OfficerActs::keep_entry(const KeptAct& act, std::uint64_t seq, const std::optional<log::Hash>& hash, UtcMs now) {
  const auto line = [&](std::string_view prev, std::string_view link) {
    std::string out;
    JcsWriter w(out);
    w.begin_object().key("act").string(act.line.hex()).key("at_ms").integer(now.ms).key("by").string(act.by.str());
    w.key("by_key").string(to_hex(act.key->public_key()));
    if (hash) w.key("hash").string(hash->hex());
    if (!link.empty()) w.key("link").string(link);
    w.key("prev").string(prev).key("seq").integer(static_cast<std::int64_t>(seq)).end_object();
    return out;
  };
  TRY(add(line, *act.key));
  return {};
}

// --- reading it ------------------------------------------------------------------------------------------------------

Result<std::uint64_t> read_officer_acts(const std::filesystem::path& data_dir,
                                        const std::function<Status(const OfficerActLine&)>& visit) {
  const std::filesystem::path path = data_dir / kOfficerActsName;
  std::error_code error;
  if (!std::filesystem::exists(path, error)) return std::uint64_t{0};
  std::ifstream file(path, std::ios::binary);
  if (!file) return fail(ErrorCode::kIo, "cannot be read", path.string());
  Reader reader;
  std::uint64_t lines = 0;
  for (std::string text; std::getline(file, text);) {
    if (file.eof()) break;  // Without its line feed: on its way, or cut short.
    auto line = reader.take(text);
    if (!line) {
      return fail(ErrorCode::kCorrupt, line.error().text(), fmt::format("{}, line {}", path.string(), lines + 1));
    }
    ++lines;
    line->text = text;
    TRY_VOID(visit(*line));
  }
  return lines;
}

}  // namespace tansiq::node
