#include "core/names.h"

#include <fmt/core.h>

#include <array>
#include <span>

#include "base/foreign_text.h"
#include "log/jcs.h"

namespace tansiq::core {
namespace {

/// Looks `text` up in a table whose order is that of the enumeration; the message lists what would be right.
template <class Enum, std::size_t n>
Result<Enum> parse_name(const std::array<std::string_view, n>& names, std::string_view text, std::string_view kind) {
  std::string known;
  for (std::size_t i = 0; i < n; ++i) {
    if (names[i] == text) return static_cast<Enum>(i);
    known += fmt::format("{}{}", i == 0 ? "" : i + 1 == n ? " or " : ", ", names[i]);
  }
  return fail(ErrorCode::kInvalid,
              fmt::format("{} must be {}, not \"{}\"", kind, known, foreign_text(text, kQuotedBytesMax)));
}

constexpr std::array<std::string_view, 2> kDomains{"air", "sea"};
constexpr std::array<std::string_view, 3> kRules{"exclusive", "aware", "disputed"};
constexpr std::array<std::string_view, 4> kDisclosures{"none", "busy", "coarse", "full"};
constexpr std::array<std::string_view, 4> kDataModes{"REAL", "EXERCISE", "TEST", "SIMULATED"};
constexpr std::array<std::string_view, 5> kStates{"accepted", "activated", "nonconforming", "contingent", "ended"};
constexpr std::array<std::string_view, 2> kEffects{"refuse", "warn"};

}  // namespace

Result<Subject> Subject::parse(std::string_view text) {
  if (text.empty()) return fail(ErrorCode::kInvalid, "a subject must not be empty");
  if (text.size() > kSubjectBytesMax) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a subject has at most {} characters, not {}", kSubjectBytesMax, text.size()));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c <= ' ' || c > '~' || c == '"' || c == '\\') {
      return fail(ErrorCode::kInvalid,
                  fmt::format("character {} of a subject must be printable ASCII, no space, quote or backslash", i));
    }
  }
  return trusted(text);
}

bool in_office(const Subject& subject, const AuthorityId& authority) {
  const std::string_view text = subject.str();
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && !authority.empty() && text.substr(at + 1) == authority.str();
}

Status check_label(std::string_view text, std::size_t bytes_max, std::string_view kind) {
  if (text.size() > bytes_max) {
    return fail(ErrorCode::kInvalid, fmt::format("{} has at most {} bytes, not {}", kind, bytes_max, text.size()));
  }
  if (auto ok = log::check_jcs_text(text); !ok) {
    return fail(ErrorCode::kInvalid, fmt::format("{}: {}", kind, ok.error().message));
  }
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    // C0, DEL and C1 (which is C2 80…9F in UTF-8) could make one line look like two.
    const bool c1 = c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0;
    if (c < 0x20 || c == 0x7F || c1) {
      return fail(ErrorCode::kInvalid, fmt::format("{}: byte {} begins a control character", kind, i));
    }
  }
  return {};
}

std::string_view to_text(Domain domain) { return kDomains[static_cast<std::size_t>(domain)]; }
std::string_view to_text(Rule rule) { return kRules[static_cast<std::size_t>(rule)]; }
std::string_view to_text(Disclosure disclosure) { return kDisclosures[static_cast<std::size_t>(disclosure)]; }
std::string_view to_text(DataMode mode) { return kDataModes[static_cast<std::size_t>(mode)]; }
std::string_view to_text(IntentState state) { return kStates[static_cast<std::size_t>(state)]; }
std::string_view to_text(Effect effect) { return kEffects[static_cast<std::size_t>(effect)]; }

Result<Domain> parse_domain(std::string_view text) { return parse_name<Domain>(kDomains, text, "domain"); }
Result<Rule> parse_rule(std::string_view text) { return parse_name<Rule>(kRules, text, "rule"); }
Result<Disclosure> parse_disclosure(std::string_view text) {
  return parse_name<Disclosure>(kDisclosures, text, "disclosure");
}
Result<DataMode> parse_data_mode(std::string_view text) { return parse_name<DataMode>(kDataModes, text, "data mode"); }
Result<IntentState> parse_intent_state(std::string_view text) {
  return parse_name<IntentState>(kStates, text, "state");
}
Result<Effect> parse_effect(std::string_view text) { return parse_name<Effect>(kEffects, text, "effect"); }

}  // namespace tansiq::core
