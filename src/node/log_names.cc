#include "node/log_names.h"

#include <fmt/format.h>

#include "log/sha256.h"

namespace tansiq::node {
namespace {

Result<std::string_view> base_of(std::string_view main_origin) {
  const std::size_t slash = main_origin.rfind('/');
  if (slash == std::string_view::npos || slash == 0) {
    return fail(ErrorCode::kInvalid,
                fmt::format("the main log is called \"{}\", which leaves no name for the others: call it "
                            "\"<host>/main\"",
                            main_origin),
                "origin");
  }
  return main_origin.substr(0, slash);
}

Result<std::string> named(std::string_view main_origin, std::string_view last) {
  const std::string_view base = TRY(base_of(main_origin));
  std::string origin = fmt::format("{}/{}", base, last);
  TRY_VOID(log::check_key_name(origin));
  if (origin == main_origin) return fail(ErrorCode::kInvalid, "the main log bears the name of another", "origin");
  return origin;
}

/// A name of any length as one of bounded length: keys of the store are short.
std::string short_name(std::string_view origin) { return log::sha256(origin).hex().substr(0, 40); }

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

std::string receipt_meta_key(std::string_view origin, const AuthorityId& peer) {
  return fmt::format("receipt/{}/{}", short_name(origin), short_name(peer.str()));
}

std::string fork_meta_key(std::string_view origin) { return fmt::format("fork/{}", short_name(origin)); }

}  // namespace tansiq::node
