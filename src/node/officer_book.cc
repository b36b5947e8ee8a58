#include "node/officer_book.h"

#include <fmt/format.h>
#include <sodium.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "core/jcs_read.h"
#include "log/jcs.h"
#include "store/files.h"

namespace tansiq::node {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr std::int64_t kVersion = 1;
constexpr std::size_t kFileBytesMax = 1U << 20;
constexpr std::array<std::string_view, 3> kRoles{"observer", "officer", "supervisor"};

template <std::size_t N>
Result<std::array<std::uint8_t, N>> bytes_at(const JcsValue& object, std::string_view name) {
  const JcsValue member = TRY(object.at(name));
  const std::string_view text = TRY(member.string());
  const Bytes bytes = TRY(from_base64(text));
  if (bytes.size() != N) return member.fail_here(fmt::format("expected {} bytes in base64", N));
  std::array<std::uint8_t, N> out{};
  std::ranges::copy(bytes, out.begin());
  return out;
}

Result<std::uint64_t> number_at(const JcsValue& object, std::string_view name, std::int64_t low, std::int64_t high) {
  const JcsValue member = TRY(object.at(name));
  return static_cast<std::uint64_t>(TRY(member.integer(low, high)));
}

Result<bool> flag_at(const JcsValue& object, std::string_view name) {
  const JcsValue member = TRY(object.at(name));
  return member.boolean();
}

Result<OfficerSecret> read_secret(const JcsValue& account) {
  OfficerSecret out;
  const JcsValue key = TRY(account.at("key"));
  TRY_VOID(key.expect(JcsValue::Kind::kObject));
  TRY_VOID(key.only({"box", "memory_kib", "passes", "public", "salt"}));
  out.key_box = TRY((bytes_at<72>(key, "box")));
  out.key_salt = TRY((bytes_at<16>(key, "salt")));
  out.public_key = TRY((bytes_at<32>(key, "public")));
  out.key_cost.passes = TRY(number_at(key, "passes", 1, static_cast<std::int64_t>(kPasswordCostMax.passes)));
  out.key_cost.memory_kib =
      TRY(number_at(key, "memory_kib", 8, static_cast<std::int64_t>(kPasswordCostMax.memory_kib)));
  const JcsValue password = TRY(account.at("password"));
  out.password_hash = TRY(password.string());
  // Both are made at the same cost; a hash at another one, or none, would be looked at for ever, or not at all.
  if (out.password_hash.size() >= crypto_pwhash_STRBYTES ||
      crypto_pwhash_str_needs_rehash(out.password_hash.c_str(), out.key_cost.passes,
                                     static_cast<std::size_t>(out.key_cost.memory_kib) * 1'024) != 0) {
    return password.fail_here("not a hash of Argon2id at the cost of the key");
  }
  return out;
}

Result<OfficerAccount> read_account(const JcsValue& value) {
  TRY_VOID(value.expect(JcsValue::Kind::kObject));
  TRY_VOID(value.only({"disabled", "epoch", "key", "name", "password", "provisional", "role"}));
  OfficerAccount out;
  out.name = TRY(core::string_at(value, "name"));
  TRY_VOID(check_officer_name(out.name));
  out.role = TRY(core::parsed_at(value, "role", parse_officer_role));
  out.disabled = TRY(flag_at(value, "disabled"));
  out.provisional = TRY(flag_at(value, "provisional"));
  out.epoch = TRY(number_at(value, "epoch", 1, log::kJcsIntegerMax));
  out.secret = TRY(read_secret(value));
  return out;
}

void write_account(JcsWriter& out, const OfficerAccount& account) {
  const OfficerSecret& secret = account.secret;
  out.begin_object().key("disabled").boolean(account.disabled);
  out.key("epoch").integer(static_cast<std::int64_t>(account.epoch));
  out.key("key").begin_object().key("box").string(to_base64(secret.key_box));
  out.key("memory_kib").integer(static_cast<std::int64_t>(secret.key_cost.memory_kib));
  out.key("passes").integer(static_cast<std::int64_t>(secret.key_cost.passes));
  out.key("public").string(to_base64(secret.public_key)).key("salt").string(to_base64(secret.key_salt)).end_object();
  out.key("name").string(account.name).key("password").string(secret.password_hash);
  out.key("provisional").boolean(account.provisional).key("role").string(to_text(account.role)).end_object();
}

std::unexpected<Error> nobody(std::string_view name) {
  // What was asked for need not be a name at all.
  return fail(ErrorCode::kNotFound, check_officer_name(name) ? fmt::format("there is no officer {}", name)
                                                             : std::string("there is no such officer"));
}

using Accounts = std::map<std::string, OfficerAccount, std::less<>>;

bool supervised(const Accounts& accounts) {
  return std::ranges::any_of(accounts, [](const auto& entry) {
    return entry.second.role == OfficerRole::kSupervisor && !entry.second.disabled;
  });
}

std::unexpected<Error> unsupervised() { return fail(ErrorCode::kWrongState, "no enabled supervisor would be left"); }

}  // namespace

std::string_view to_text(OfficerRole role) { return kRoles.at(static_cast<std::size_t>(role)); }

Result<OfficerRole> parse_officer_role(std::string_view text) {
  for (std::size_t i = 0; i < kRoles.size(); ++i) {
    if (kRoles.at(i) == text) return static_cast<OfficerRole>(i);
  }
  return fail(ErrorCode::kInvalid, fmt::format("a role is one of {}", fmt::join(kRoles, ", ")), "role");
}

Status check_officer_name(std::string_view name) {
  const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'); };
  const bool good = !name.empty() && name.size() <= kOfficerNameBytesMax && plain(name.front()) &&
                    std::ranges::all_of(name, [&](char c) { return plain(c) || c == '.' || c == '_' || c == '-'; });
  if (good) return {};
  return fail(ErrorCode::kInvalid,
              fmt::format("the name of an officer has 1 to {} of a-z 0-9 . _ -, and begins with a letter or digit",
                          kOfficerNameBytesMax),
              "name");
}

Result<std::unique_ptr<OfficerBook>> OfficerBook::open(const std::filesystem::path& data_dir) {
  if (sodium_init() < 0) return fail(ErrorCode::kInternal, "libsodium does not start");
  std::unique_ptr<OfficerBook> book(new OfficerBook(data_dir / "officers.json"));
  TRY_VOID(book->read());
  return book;
}

// --- the file --------------------------------------------------------------------------------------------------------

Status OfficerBook::read() {
  const auto bytes = TRY(store::system_files().read(path_.string()));
  if (!bytes) return {};
  struct stat info{};
  if (::stat(path_.c_str(), &info) != 0) return fail(ErrorCode::kIo, "cannot look at the file", path_.string());
  if ((info.st_mode & 077U) != 0) {
    return fail(ErrorCode::kForbidden,
                fmt::format("the mode is {:04o}: others can read what guards passwords; use 0600",
                            static_cast<unsigned>(info.st_mode) & 07777U),
                path_.string());
  }
  std::string_view text = as_text(*bytes);
  if (text.ends_with('\n')) text.remove_suffix(1);
  auto content = parsed(text);
  if (!content) return fail(ErrorCode::kCorrupt, content.error().text(), path_.string());
  content_ = std::move(*content);
  return {};
}

Result<OfficerBook::Content> OfficerBook::parsed(std::string_view text) {
  const auto document = TRY(JcsDocument::parse(text, kFileBytesMax));
  const JcsValue root = document.root();
  TRY_VOID(root.expect(JcsValue::Kind::kObject));
  TRY_VOID(root.only({"officers", "revision", "version", "watch"}));
  TRY(number_at(root, "version", kVersion, kVersion));
  Content out;
  out.revision = TRY(number_at(root, "revision", 0, log::kJcsIntegerMax));
  const JcsValue officers = TRY(root.at("officers"));
  TRY_VOID(officers.expect(JcsValue::Kind::kArray));
  if (officers.size() > kOfficersMax) return officers.fail_here(fmt::format("more than {} officers", kOfficersMax));
  for (std::size_t i = 0; i < officers.size(); ++i) {
    OfficerAccount account = TRY(read_account(officers[i]));
    if (account.epoch > out.revision) return officers[i].fail_here("an epoch that was never given");
    std::string name = account.name;
    if (!out.accounts.emplace(std::move(name), std::move(account)).second) {
      return officers[i].fail_here("this name stands twice");
    }
  }
  const JcsValue watch = TRY(root.at("watch"));
  TRY_VOID(watch.expect(JcsValue::Kind::kArray));
  for (std::size_t i = 0; i < watch.size(); ++i) {
    TRY_VOID(watch[i].expect(JcsValue::Kind::kObject));
    TRY_VOID(watch[i].only({"name", "offered", "since_ms"}));
    WatchKeeper keeper;
    keeper.name = TRY(core::string_at(watch[i], "name"));
    if (watch[i].find("offered")) keeper.offered = TRY(core::string_at(watch[i], "offered"));
    keeper.since.ms = static_cast<std::int64_t>(TRY(number_at(watch[i], "since_ms", 0, log::kJcsIntegerMax)));
    const auto account = out.accounts.find(keeper.name);
    if (account == out.accounts.end() || !account->second.acts()) {
      return watch[i].fail_here("on watch is somebody who may not act");
    }
    std::string name = keeper.name;
    if (!out.watch.emplace(std::move(name), std::move(keeper)).second) return watch[i].fail_here("twice on watch");
  }
  return out;
}

std::string OfficerBook::written(const Content& content) {
  std::string text;
  JcsWriter out(text);
  out.begin_object().key("officers").begin_array();
  for (const auto& [name, account] : content.accounts) write_account(out, account);
  out.end_array().key("revision").integer(static_cast<std::int64_t>(content.revision));
  out.key("version").integer(kVersion).key("watch").begin_array();
  for (const auto& [name, keeper] : content.watch) {
    out.begin_object().key("name").string(name);
    if (!keeper.offered.empty()) out.key("offered").string(keeper.offered);
    out.key("since_ms").integer(keeper.since.ms).end_object();
  }
  out.end_array().end_object();
  return text + "\n";
}

Status OfficerBook::become(Content next) {
  const std::string text = written(next);
  const std::array parts{as_bytes(text)};
  TRY_VOID(store::system_files().replace(path_.string(), parts));
  const std::lock_guard lock(mutex_);
  content_ = std::move(next);
  return {};
}

OfficerBook::Content OfficerBook::copy() const {
  const std::lock_guard lock(mutex_);
  return content_;
}

// --- reading ---------------------------------------------------------------------------------------------------------

std::optional<OfficerAccount> OfficerBook::find(std::string_view name) const {
  const std::lock_guard lock(mutex_);
  const auto found = content_.accounts.find(name);
  if (found == content_.accounts.end()) return std::nullopt;
  return found->second;
}

std::vector<OfficerAccount> OfficerBook::accounts() const {
  const std::lock_guard lock(mutex_);
  std::vector<OfficerAccount> out;
  out.reserve(content_.accounts.size());
  for (const auto& [name, account] : content_.accounts) out.push_back(account);
  return out;
}

bool OfficerBook::empty() const {
  const std::lock_guard lock(mutex_);
  return content_.accounts.empty();
}

std::vector<WatchKeeper> OfficerBook::watch() const {
  const std::lock_guard lock(mutex_);
  std::vector<WatchKeeper> out;
  for (const auto& [name, keeper] : content_.watch) out.push_back(keeper);
  return out;
}

bool OfficerBook::attended() const {
  const std::lock_guard lock(mutex_);
  return !content_.watch.empty();
}

// --- accounts --------------------------------------------------------------------------------------------------------

Status OfficerBook::add(std::string_view name, OfficerRole role, const OfficerSecret& secret, Provisional provisional) {
  TRY_VOID(check_officer_name(name));
  const std::lock_guard once(changing_);
  Content next = copy();
  if (next.accounts.contains(name)) {
    return fail(ErrorCode::kConflict, fmt::format("there is an officer {} already", name), "name");
  }
  if (next.accounts.size() >= kOfficersMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} officers; remove one first", kOfficersMax));
  }
  OfficerAccount account;
  account.name = name;
  account.role = role;
  account.provisional = provisional == Provisional::kYes;
  account.epoch = ++next.revision;
  account.secret = secret;
  next.accounts.emplace(account.name, std::move(account));
  return become(std::move(next));
}

Status OfficerBook::set_secret(std::string_view name, std::uint64_t epoch, const OfficerSecret& secret,
                               Provisional provisional) {
  const std::lock_guard once(changing_);
  Content next = copy();
  const auto found = next.accounts.find(name);
  if (found == next.accounts.end()) return nobody(name);
  if (found->second.epoch != epoch) {
    return fail(ErrorCode::kVersionMismatch, "the account has been changed meanwhile; try again");
  }
  found->second.secret = secret;
  found->second.provisional = provisional == Provisional::kYes;
  found->second.epoch = ++next.revision;
  settle_watch(next);
  return become(std::move(next));
}

Status OfficerBook::change(std::string_view name, std::optional<OfficerRole> role, std::optional<bool> disabled) {
  const std::lock_guard once(changing_);
  Content next = copy();
  const auto found = next.accounts.find(name);
  if (found == next.accounts.end()) return nobody(name);
  OfficerAccount& account = found->second;
  if (account.role == role.value_or(account.role) && account.disabled == disabled.value_or(account.disabled)) return {};
  account.role = role.value_or(account.role);
  account.disabled = disabled.value_or(account.disabled);
  account.epoch = ++next.revision;
  if (supervised(copy().accounts) && !supervised(next.accounts)) return unsupervised();
  settle_watch(next);
  return become(std::move(next));
}

Status OfficerBook::remove(std::string_view name) {
  const std::lock_guard once(changing_);
  Content next = copy();
  const auto found = next.accounts.find(name);
  if (found == next.accounts.end()) return nobody(name);
  next.accounts.erase(found);
  if (!next.accounts.empty() && supervised(copy().accounts) && !supervised(next.accounts)) return unsupervised();
  ++next.revision;
  settle_watch(next);
  return become(std::move(next));
}

// --- the watch -------------------------------------------------------------------------------------------------------

void OfficerBook::settle_watch(Content& content) {
  const auto acts = [&](const std::string& name) {
    const auto account = content.accounts.find(name);
    return account != content.accounts.end() && account->second.acts();
  };
  std::erase_if(content.watch, [&](const auto& entry) { return !acts(entry.first); });
  for (auto& [name, keeper] : content.watch) {
    if (!acts(keeper.offered)) keeper.offered.clear();
  }
}

Status OfficerBook::take_watch(std::string_view name, UtcMs now) {
  const std::lock_guard once(changing_);
  Content next = copy();
  const auto account = next.accounts.find(name);
  if (account == next.accounts.end()) return nobody(name);
  if (!account->second.acts()) {
    return fail(ErrorCode::kForbidden, fmt::format("{} may not act for the authority", name));
  }
  std::erase_if(next.watch, [&](const auto& entry) { return entry.second.offered == name; });
  next.watch.insert_or_assign(account->first, WatchKeeper{account->first, now, {}});
  return become(std::move(next));
}

Status OfficerBook::offer_watch(std::string_view name, std::string_view to) {
  const std::lock_guard once(changing_);
  Content next = copy();
  const auto keeper = next.watch.find(name);
  if (keeper == next.watch.end()) return fail(ErrorCode::kWrongState, fmt::format("{} is not on watch", name));
  if (name == to) return fail(ErrorCode::kInvalid, "a watch is handed over to somebody else", "to");
  const auto other = next.accounts.find(to);
  if (other == next.accounts.end()) return nobody(to);
  if (!other->second.acts()) return fail(ErrorCode::kForbidden, fmt::format("{} may not act for the authority", to));
  keeper->second.offered = to;
  return become(std::move(next));
}

Result<WatchEnd> OfficerBook::leave_watch(std::string_view name) {
  const std::lock_guard once(changing_);
  Content next = copy();
  const auto keeper = next.watch.find(name);
  if (keeper == next.watch.end()) return fail(ErrorCode::kWrongState, fmt::format("{} is not on watch", name));
  next.watch.erase(keeper);
  const WatchEnd end = next.watch.empty() ? WatchEnd::kNobodyLeft : WatchEnd::kOthersRemain;
  TRY_VOID(become(std::move(next)));
  return end;
}

Result<std::vector<std::string>> OfficerBook::end_long_watches(UtcMs now) {
  std::vector<std::string> out;
  const std::lock_guard once(changing_);
  Content next = copy();
  for (const auto& [name, keeper] : next.watch) {
    if (now - keeper.since >= kWatchMsMax) out.push_back(name);
  }
  if (out.empty()) return out;
  for (const std::string& name : out) next.watch.erase(name);
  TRY_VOID(become(std::move(next)));
  return out;
}

}  // namespace tansiq::node
