// What the report on a bundle says, in four languages: whole sentences, so that each language can order its words. The
// auditor's program has them in itself; it reads no catalogue and asks no locale.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>

#include "log/bundle_verify.h"

namespace tansiq::log {

enum class Language : std::uint8_t { kArabic, kEnglish, kFrench, kRussian };
inline constexpr std::size_t kLanguages = 4;
/// `ar`, `en`, `fr`, `ru`; nothing for others.
[[nodiscard]] std::optional<Language> parse_language(std::string_view text);

namespace bundle_detail {

/// Sentences. The numbers in braces are the arguments, in the order that stands behind each.
enum class Phrase : std::uint8_t {
  kProved,           ///< Heading.
  kNotProved,        ///< Heading.
  kWrong,            ///< Heading.
  kCharter,          ///< id, version, SHA-256, who signed
  kLog,              ///< origin, authority, keys
  kEntries,          ///< how many are here, how many the log has
  kRun,              ///< first, last
  kEntry,            ///< index, type, hash
  kSays,             ///< text
  kSeen,             ///< time, authority, key
  kAnchored,         ///< time, authority, its log, index
  kKnown,            ///< log, how many of its entries, index where it is said
  kOwnTime,          ///< time
  kAttachment,       ///< name, bytes, SHA-256
  kNamedBy,          ///< index, log
  kMore,             ///< how many
  kKeysGiven,        ///<
  kNothing,          ///<
  kKeysUnknown,      ///<
  kTruth,            ///<
  kTimes,            ///<
  kNothingElse,      ///<
  kNoWitness,        ///< log, how many, the first
  kUnquoted,         ///< name
  kUnchecked,        ///< log, the other log, how many
  kMade,             ///< time
  kAtEntry,          ///< section, index
  kBytes,            ///< first, last
  kMoreWrong,        ///< how many
  kGood,             ///<
  kGoodByOwnKeys,    ///<
  kBad,              ///< how many
  kFollows,          ///< version, the one before, whom the change concerns
  kVouched,          ///< version
  kFollowsUnsigned,  ///< version, the one before, whose signature is missing
  kFollowsNot,       ///< version, the one before, why
  kFollowsNothing,   ///< version
};
inline constexpr std::size_t kPhrases = 37;

[[nodiscard]] std::string_view words(Phrase phrase, Language language);
/// What is wrong, as a sentence without its full stop.
[[nodiscard]] std::string_view words(BundleFault fault, Language language);

}  // namespace bundle_detail
}  // namespace tansiq::log
