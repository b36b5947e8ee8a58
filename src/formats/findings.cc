#include "formats/findings.h"

#include <algorithm>
#include <array>

namespace tansiq::formats {
namespace {

constexpr std::string_view kOtherReasons = "other reasons";

/// Length of the UTF-8 sequence at `at`, or 0 when there is none.
std::size_t sequence_length(std::string_view text, std::size_t at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  const std::size_t length = lead < 0x80                   ? 1
                             : lead >= 0xC2 && lead < 0xE0 ? 2
                             : lead >= 0xE0 && lead < 0xF0 ? 3
                             : lead >= 0xF0 && lead < 0xF5 ? 4
                                                           : 0;
  if (length == 0 || at + length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0U) != 0x80U) return 0;
  }
  if (lead == 0xE0 && byte(at + 1) < 0xA0) return 0;  // overlong
  if (lead == 0xED && byte(at + 1) > 0x9F) return 0;  // surrogate
  if (lead == 0xF0 && byte(at + 1) < 0x90) return 0;  // overlong
  if (lead == 0xF4 && byte(at + 1) > 0x8F) return 0;  // beyond U+10FFFF
  return length;
}

}  // namespace

std::string_view severity_name(Severity severity) {
  static constexpr std::array<std::string_view, 5> kNames{"note", "repaired", "skipped", "refused", "malformed"};
  return kNames.at(static_cast<std::size_t>(severity));
}

std::uint64_t& Findings::slot(Severity severity, std::string_view& reason) {
  const auto key = std::pair(severity, std::string(reason));
  const auto found = totals_.find(key);
  if (found != totals_.end()) return found->second;
  if (totals_.size() >= kFindingReasonsMax) {
    reason = kOtherReasons;
    return totals_[{severity, std::string(kOtherReasons)}];
  }
  return totals_[key];
}

void Findings::count(Severity severity, std::string_view reason) { ++slot(severity, reason); }

void Findings::add(Severity severity, std::string_view reason, std::string where, std::string detail) {
  const std::string own(reason);
  if (++slot(severity, reason) > kFindingsPerReasonMax) return;
  list_.push_back({severity, own, std::move(where), std::move(detail)});
}

std::vector<Findings::Total> Findings::totals() const {
  std::vector<Total> totals;
  for (const auto& [key, count] : totals_) totals.push_back({key.first, key.second, count});
  return totals;
}

std::uint64_t Findings::count_of(Severity severity) const {
  std::uint64_t sum = 0;
  for (const auto& [key, count] : totals_) sum += key.first == severity ? count : 0;
  return sum;
}

std::uint64_t Findings::count_of(Severity severity, std::string_view reason) const {
  const auto found = totals_.find(std::pair(severity, std::string(reason)));
  return found == totals_.end() ? 0 : found->second;
}

std::string printable(std::string_view text, std::size_t bytes_max) {
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(text, at);
    const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
    const bool c1 = length == 2 && byte(at) == 0xC2 && byte(at + 1) < 0xA0;
    const bool control = length == 0 || byte(at) < 0x20 || byte(at) == 0x7f || c1;
    const std::string_view piece = control ? std::string_view("?") : text.substr(at, length);
    if (out.size() + piece.size() > bytes_max) return out + "…";
    out += piece;
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

}  // namespace tansiq::formats
