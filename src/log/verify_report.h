// Verification reports for people and for programs. Shared by `tansiq-verify` and `tansiq log verify`.
#pragma once

#include <string>
#include <string_view>

#include "log/verify.h"

namespace tansiq::log {

/// The report as text, several lines. Text from the log is made harmless for terminals.
[[nodiscard]] std::string to_text(const VerifyReport& report);

/// The report as one line of canonical JSON, with its line feed. Members:
/// authorship, checkpoint {origin, root, size}, computed_root, entries, entry_bytes, files,
/// findings [{bytes [begin, end], entry, entry_last, expected, file, found, kind, message}], findings_total, good,
/// older [{consistent, evidence, root, size}], signers [name], source.
[[nodiscard]] std::string to_json(const VerifyReport& report);

/// Evidence of a fork as one line of canonical JSON: newer_note, older_note, prefix_root, proof [hash].
[[nodiscard]] std::string to_json(const ForkEvidence& evidence);

/// 0 when nothing is wrong, 1 otherwise.
[[nodiscard]] int exit_code(const VerifyReport& report);

/// `verified`, `not_checked`, `failed`.
[[nodiscard]] std::string_view to_text(Authorship authorship);

/// `text` with everything that could deceive the reader of a terminal (control characters, what is not ASCII) replaced
/// by `?`.
[[nodiscard]] std::string harmless(std::string_view text);

}  // namespace tansiq::log
