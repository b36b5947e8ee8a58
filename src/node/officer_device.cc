#include "node/officer_device.h"

#include <fmt/format.h>
#include <sodium.h>

#include <algorithm>
#include <map>
#include <utility>

#include "base/bytes.h"
#include "base/random.h"
#include "core/jcs_read.h"
#include "log/jcs.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr std::string_view kPurpose = "tansiq-device-1";
constexpr std::size_t kNonceCharacters = 22;
constexpr std::size_t kMacCharacters = 43;
constexpr std::int64_t kVersion = 1;
constexpr std::size_t kFileBytesMax = 1U << 20;
constexpr std::int64_t kCountMax = 1'000'000;
constexpr std::array<std::string_view, 3> kKinds{"account", "device", "network"};

Result<GuessGuard::Row> read_row(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kObject));
  TRY_VOID(value.only({"count", "device", "kind", "last_ms", "name", "until_ms"}));
  GuessGuard::Row out;
  const std::string_view kind = TRY(core::string_at(value, "kind"));
  const auto at = std::ranges::find(kKinds, kind);
  if (at == kKinds.end()) return value.fail_here("`kind` is account, device or network");
  out.kind = static_cast<GuessGuard::Kind>(at - kKinds.begin());
  out.name = TRY(core::string_at(value, "name"));
  if (value.find("device")) out.device = TRY(core::string_at(value, "device"));
  out.count = static_cast<unsigned>(TRY(core::integer_at(value, "count", 1, kCountMax)));
  out.last_ms = TRY(core::integer_at(value, "last_ms", 0, log::kJcsIntegerMax));
  out.until_ms = TRY(core::integer_at(value, "until_ms", 0, log::kJcsIntegerMax));
  return out;
}

void write_row(JcsWriter& w, const GuessGuard::Row& row) {
  w.begin_object().key("count").integer(std::min<std::int64_t>(row.count, kCountMax));
  if (!row.device.empty()) w.key("device").string(row.device);
  w.key("kind").string(kKinds.at(static_cast<std::size_t>(row.kind))).key("last_ms").integer(row.last_ms);
  w.key("name").string(row.name).key("until_ms").integer(row.until_ms).end_object();
}

}  // namespace

std::string DeviceKey::mac(std::string_view name, std::string_view nonce) const {
  static_assert(crypto_auth_hmacsha256_KEYBYTES == 32 && crypto_auth_hmacsha256_BYTES == 32);
  const std::string text = fmt::format("{}\n{}\n{}\n", kPurpose, name, nonce);
  const ByteView bytes = as_bytes(text);
  std::array<std::uint8_t, 32> out{};
  (void)crypto_auth_hmacsha256(out.data(), bytes.data(), bytes.size(), bytes_.data());
  return to_base64url(out);
}

std::string DeviceKey::issue(std::string_view name) const {
  std::array<std::uint8_t, 16> octets{};
  fill_secure_random(octets);
  const std::string nonce = to_base64url(octets);
  return fmt::format("{}.{}", nonce, mac(name, nonce));
}

std::optional<std::string> DeviceKey::known(std::string_view name, std::string_view cookie) const {
  if (cookie.size() != kNonceCharacters + 1 + kMacCharacters || cookie[kNonceCharacters] != '.') return std::nullopt;
  const std::string_view nonce = cookie.substr(0, kNonceCharacters);
  const std::string expected = mac(name, nonce);
  if (!equal_constant_time(as_bytes(cookie.substr(kNonceCharacters + 1)), as_bytes(expected))) return std::nullopt;
  return std::string(nonce);
}

Result<GuardFile> GuardFile::open(const std::filesystem::path& data_dir) {
  std::array<std::uint8_t, 32> fresh{};
  fill_secure_random(fresh);
  GuardFile out(data_dir / kOfficerGuardName, DeviceKey(fresh));
  const auto bytes = TRY(store::system_files().read(out.path_.string()));
  if (!bytes) return out;
  std::string_view text = as_text(*bytes);
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (const Status read = out.read(text); !read) {
    return fail(ErrorCode::kCorrupt,
                read.error().text() + "; remove it: nobody waits any more then, and no device is known",
                out.path_.string());
  }
  out.saved_ = true;
  return out;
}

Status GuardFile::read(std::string_view text) {
  const auto document = TRY(JcsDocument::parse(text, kFileBytesMax));
  const JcsValue root = document.root();
  TRY_VOID(root.expect(JcsValue::Kind::kObject));
  TRY_VOID(root.only({"device_key", "failures", "version"}));
  TRY(core::integer_at(root, "version", kVersion, kVersion));
  const std::string_view key = TRY(core::string_at(root, "device_key"));
  const Bytes bytes = TRY(from_base64(key));
  std::array<std::uint8_t, 32> octets{};
  if (bytes.size() != octets.size()) return root.fail_here("`device_key` has 32 bytes");
  std::ranges::copy(bytes, octets.begin());
  key_ = DeviceKey(octets);
  const JcsValue failures = TRY(root.at("failures"));
  TRY_VOID(failures.expect(JcsValue::Kind::kArray));
  if (failures.size() > 3 * kGuardRowsKeptMax) return failures.fail_here("more rows than are ever written");
  for (std::size_t i = 0; i < failures.size(); ++i) rows_.push_back(TRY(read_row(failures[i])));
  return {};
}

std::vector<GuessGuard::Row> GuardFile::rows(UtcMs now, std::int64_t now_ms) const {
  std::vector<GuessGuard::Row> out = rows_;
  for (GuessGuard::Row& row : out) {
    row.last_ms = now_ms - (now.ms - row.last_ms);
    row.until_ms = now_ms - (now.ms - row.until_ms);
  }
  return out;
}

Status GuardFile::save(std::vector<GuessGuard::Row> rows, UtcMs now, std::int64_t now_ms,
                       const std::function<bool(const std::string& name)>& named) {
  std::erase_if(rows,
                [&](const GuessGuard::Row& row) { return row.kind != GuessGuard::Kind::kNetwork && !named(row.name); });
  std::ranges::stable_sort(rows, std::greater<>(), &GuessGuard::Row::count);
  std::map<GuessGuard::Kind, std::size_t> kept;
  std::string text;
  JcsWriter w(text);
  w.begin_object().key("device_key").string(to_base64(key_.bytes())).key("failures").begin_array();
  for (GuessGuard::Row& row : rows) {
    if (++kept[row.kind] > kGuardRowsKeptMax) continue;
    row.last_ms = std::max<std::int64_t>(0, now.ms - (now_ms - row.last_ms));
    row.until_ms = std::max<std::int64_t>(0, now.ms - (now_ms - row.until_ms));
    write_row(w, row);
  }
  w.end_array().key("version").integer(kVersion).end_object();
  text += '\n';
  const std::array parts{as_bytes(text)};
  TRY_VOID(store::system_files().replace(path_.string(), parts));
  saved_ = true;
  return {};
}

}  // namespace tansiq::node
