#include "coordination/log_origins.h"

#include <fmt/format.h>

#include "base/invariant.h"

namespace tansiq::coordination {
namespace {

Result<std::string> named(std::string_view main_origin, std::string_view last) {
  const std::size_t slash = main_origin.rfind('/');
  if (slash == std::string_view::npos || slash == 0) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the main log is called \"{}\", which leaves no name for the others: call it "
                            "\"<host>/main\"",
                            main_origin),
                "origin");
  }
  std::string origin = fmt::format("{}/{}", main_origin.substr(0, slash), last);
  TRY_VOID(log::check_key_name(origin));
  if (origin == main_origin) return fail(ErrorCode::kInvalid, "the main log bears the name of another", "origin");
  return origin;
}

}  // namespace

Result<std::string> members_origin(std::string_view main_origin) { return named(main_origin, "members"); }

Result<std::string> pair_origin(std::string_view main_origin, const AuthorityId& peer) {
  return named(main_origin, "with/" + peer.str());
}

Result<std::string> main_origin(const core::Authority& authority) {
  if (authority.keys.empty()) {
    return fail(ErrorCode::kInvalid, fmt::format("{} has no key, so no log", authority.id.str()), "keys");
  }
  const auto key = TRY(log::VerifierKey::parse(authority.keys.front()));
  return key.name();
}

Result<std::vector<log::VerifierKey>> log_keys(const core::Authority& authority, std::string_view origin) {
  const std::string main = TRY(main_origin(authority));
  std::vector<log::VerifierKey> out;
  for (const std::string& text : authority.keys) {
    const auto key = TRY(log::VerifierKey::parse(text));
    if (key.name() != main || key.type() != log::KeyType::kEd25519) continue;
    out.push_back(TRY(log::VerifierKey::make(origin, log::KeyType::kEd25519, key.public_key())));
  }
  if (out.empty()) {
    return fail(ErrorCode::kInvalid, fmt::format("the first key of {} does not sign logs", authority.id.str()), "keys");
  }
  return out;
}

Status Origins::add(LogName name, Result<std::string> origin, bool needed) {
  if (!origin) {
    if (!needed) return {};
    return std::unexpected(inside(std::move(origin).error(), fmt::format("authority \"{}\"", name.author.str())));
  }
  if (const auto known = origin_.find(name); known != origin_.end()) {
    if (known->second == *origin) return {};
    return fail(ErrorCode::kInvalid,
                fmt::format("the logs of {} would be called \"{}\" and no longer \"{}\": a new key bears the name of "
                            "the old one",
                            name.author.str(), *origin, known->second),
                "keys");
  }
  if (!log_.emplace(*origin, name).second) {
    return fail(ErrorCode::kInvalid, fmt::format("two logs are called \"{}\"", *origin));
  }
  origin_.emplace(std::move(name), std::move(*origin));
  return {};
}

Result<Origins> Origins::make(const core::Charter& charter) {
  Origins out;
  TRY_VOID(out.adopt(charter));
  return out;
}

Status Origins::adopt(const core::Charter& charter) {
  Origins out = *this;
  for (const core::Authority& a : charter.authorities) {
    const auto main = main_origin(a);
    const bool needed = a.peer.has_value();
    TRY_VOID(out.add({a.id, LogName::Kind::kMain, {}}, main, needed));
    if (!main) continue;
    TRY_VOID(out.add({a.id, LogName::Kind::kMembers, {}}, members_origin(*main), needed));
    for (const core::Authority& b : charter.authorities) {
      if (a.id == b.id) continue;
      TRY_VOID(out.add({a.id, LogName::Kind::kPair, b.id}, pair_origin(*main, b.id), needed));
    }
  }
  *this = std::move(out);
  return {};
}

const std::string& Origins::origin(const LogName& log) const {
  const auto at = origin_.find(log);
  EXPECT_INVARIANT(at != origin_.end());
  return at->second;
}

std::optional<LogName> Origins::log(std::string_view origin) const {
  const auto at = log_.find(origin);
  if (at == log_.end()) return std::nullopt;
  return at->second;
}

}  // namespace tansiq::coordination
