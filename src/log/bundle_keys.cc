#include "log/bundle_keys.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "log/jcs.h"

namespace tansiq::log::bundle_detail {
namespace {

// As in core/charter.h.
constexpr std::size_t kAuthoritiesMax = 256;
constexpr std::size_t kKeysMax = 8;
constexpr std::size_t kGivenKeysMax = 4'096;

Result<VerifierKey> key_of(const JcsValue& value) {
  const std::string_view text = TRY(value.string());
  auto key = VerifierKey::parse(text);
  if (!key) return value.fail_here(key.error().message);
  return key;
}

Result<std::string> text_at(const JcsValue& object, std::string_view name) {
  const JcsValue value = TRY(object.at(name));
  return std::string(TRY(value.string()));
}

Result<CharterAuthority> read_authority(const JcsValue& value) {
  CharterAuthority out{.id = TRY(text_at(value, "id")), .name = TRY(text_at(value, "name")), .keys = {}};
  const JcsValue keys = TRY(value.at("keys"));
  TRY_VOID(keys.expect(JcsValue::Kind::kArray));
  if (keys.size() > kKeysMax) return keys.fail_here("an authority has at most 8 keys");
  for (std::size_t i = 0; i < keys.size(); ++i) out.keys.push_back(TRY(key_of(keys[i])));
  if (const auto peer = value.find("peer")) {
    const JcsValue cosigner = TRY(peer->at("cosigner"));
    out.cosigner = TRY(key_of(cosigner));
  }
  return out;
}

}  // namespace

Result<CharterKeys> read_charter_keys(std::string_view note) {
  const Note parsed = TRY(parse_note(note));
  std::string_view text = parsed.text;
  text.remove_suffix(1);
  const JcsDocument document = TRY(JcsDocument::parse(text));
  const JcsValue root = document.root();
  CharterKeys out;
  out.id = TRY(text_at(root, "id"));
  out.name = TRY(text_at(root, "name"));
  const JcsValue version = TRY(root.at("version"));
  out.version = TRY(version.integer());
  out.text_hash = sha256(parsed.text);
  const JcsValue authorities = TRY(root.at("authorities"));
  TRY_VOID(authorities.expect(JcsValue::Kind::kArray));
  if (authorities.size() > kAuthoritiesMax) return authorities.fail_here("a charter has at most 256 authorities");
  std::vector<VerifierKey> keys;
  std::set<std::string> ids;
  for (std::size_t i = 0; i < authorities.size(); ++i) {
    out.authorities.push_back(TRY(read_authority(authorities[i])));
    if (!ids.insert(out.authorities.back().id).second) return authorities[i].fail_here("an authority is there twice");
    std::ranges::copy(out.authorities.back().keys, std::back_inserter(keys));
  }
  const OpenedNote opened = TRY(open_note(note, keys));
  for (const CharterAuthority& authority : out.authorities) {
    const bool has_signed = std::ranges::any_of(authority.keys, [&](const VerifierKey& key) {
      return key.type() == KeyType::kEd25519 && opened.signed_by(key);
    });
    if (has_signed) out.signers.push_back(authority.id);
  }
  return out;
}

bool writes_log(std::string_view main_log, std::string_view origin) {
  if (main_log == origin) return true;
  const std::size_t slash = main_log.rfind('/');
  if (slash == std::string_view::npos || slash == 0 || !origin.starts_with(main_log.substr(0, slash + 1))) return false;
  const std::string_view last = origin.substr(slash + 1);
  const bool pair = last.starts_with("with/") && last.size() > 5 && last.find('/', 5) == std::string_view::npos;
  return last == "members" || pair;
}

bool KeyRing::brought(const VerifierKey& key) const {
  return std::ranges::any_of(given_, [&](const VerifierKey& known) {
    return known.type() == key.type() && std::ranges::equal(known.public_key(), key.public_key());
  });
}

void KeyRing::insert(std::vector<Held>& into, Held held) {
  for (Held& known : into) {
    if (known.authority != held.authority || !(known.key == held.key)) continue;
    known.given = known.given || held.given;
    return;
  }
  into.push_back(std::move(held));
}

void KeyRing::add_given(const VerifierKey& key) {
  anything_given_ = true;
  if (given_.size() == kGivenKeysMax) return;
  given_.push_back(key);
}

void KeyRing::add(const CharterKeys& charter, bool given) {
  anything_given_ = anything_given_ || given;
  for (const CharterAuthority& authority : charter.authorities) {
    for (const VerifierKey& key : authority.keys) {
      // As logs are named (coordination/log_origins.h): after the first key, and signed by those of its name.
      if (key.type() != KeyType::kEd25519 || key.name() != authority.keys.front().name()) continue;
      log_keys_.push_back({key.name(), {authority.id, key, given || brought(key)}});
    }
    const auto& cosigner = authority.cosigner;
    if (!cosigner || cosigner->type() == KeyType::kEd25519) continue;
    insert(cosigners_, {authority.id, *cosigner, given || brought(*cosigner)});
  }
}

std::vector<KeyRing::Held> KeyRing::of_log(std::string_view origin) const {
  std::vector<Held> out;
  for (const LogKey& key : log_keys_) {
    if (!writes_log(key.main, origin)) continue;
    auto named = VerifierKey::make(origin, KeyType::kEd25519, key.held.key.public_key());
    if (named) insert(out, {key.held.authority, std::move(*named), key.held.given});
  }
  // Keys that no charter of the bundle names: a bundle need not have one.
  for (const VerifierKey& key : given_) {
    if (key.type() != KeyType::kEd25519 || !writes_log(key.name(), origin)) continue;
    auto named = VerifierKey::make(origin, KeyType::kEd25519, key.public_key());
    const bool known = named && std::ranges::any_of(out, [&](const Held& held) { return held.key == *named; });
    if (named && !known) out.push_back({key.name(), std::move(*named), true});
  }
  return out;
}

}  // namespace tansiq::log::bundle_detail
