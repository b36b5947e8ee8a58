// The report on a bundle, for people in four languages and for programs. Shared by `tansiq-verify` and `tansiq verify`.
#pragma once

#include <string>
#include <string_view>

#include "log/bundle_verify.h"
#include "log/bundle_words.h"

namespace tansiq::log {

struct BundleTextOptions {
  Language language = Language::kEnglish;
  std::size_t entries_max = 40;    ///< Listed of all logs together; the others are counted.
  std::string_view all = "--all";  ///< The option that lists them, for the sentence that says so.
  std::string_view trust = "--key, --charter";
};

/// What is proved, by whose keys, no later than when, and what is not proved; or, where anything is wrong, that alone.
/// Text from the bundle is made harmless for terminals. In Arabic what is written from left to right (ids, hashes,
/// times) stands between isolates (U+2066, U+2069), so that no row of digits changes places with its neighbours; a
/// quotation that is not all ASCII does in every language (U+2068).
[[nodiscard]] std::string bundle_text(const BundleReport& report, const BundleTextOptions& options);

/// One line of canonical JSON with its line feed. Members: attachments [{bytes, name, quoted_by [{index, log}], sha256,
/// whole}], bytes, charters [{follows {concerned, fault, missing, proved, version}, given, id, name, sha256, signers,
/// version, vouched}], findings [{bytes [begin, end], detail, entry, fault, section}], findings_total, good, logs
/// [{authority, entries [{hash, index, known [{anchor_index, checked, origin, size}], proved, said, time_ms, type,
/// witnesses [{anchor {index, log} | key, authority, size, time_ms}]}], origin, runs [[first, last]], signers, size,
/// vouched}], made_ms, trust_given.
[[nodiscard]] std::string bundle_json(const BundleReport& report);

/// 0 when nothing is wrong, 1 otherwise.
[[nodiscard]] int exit_code(const BundleReport& report);

}  // namespace tansiq::log
