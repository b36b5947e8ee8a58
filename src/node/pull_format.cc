#include "node/pull_format.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

#include "base/invariant.h"
#include "base/wire.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kMagic = "tsqpull1";
constexpr std::array<std::string_view, 5> kParameters{"log", "from", "under", "prove", "wait_ms"};

std::unexpected<Error> too_large(std::string_view what, std::uint64_t value, std::uint64_t limit) {
  return fail(ErrorCode::kTooLarge, fmt::format("the answer has {} {}, at most {} are allowed", value, what, limit));
}

Result<log::Hash> take_hash(WireCursor& cursor) {
  const std::string_view bytes = TRY(cursor.take(log::Hash::kBytes, "proof"));
  return log::Hash::from_bytes(as_bytes(bytes));
}

Result<std::vector<ByteView>> take_entries(WireCursor& cursor) {
  const auto count = TRY(cursor.number<std::uint32_t>("number of entries"));
  if (count > kPullEntriesMax) return too_large("entries", count, kPullEntriesMax);
  std::vector<ByteView> entries;
  // An entry takes three bytes at least: a number beyond that is a lie, and reserves nothing.
  if (count > cursor.left() / 3) return fail(ErrorCode::kMalformed, "the answer ends within its entries");
  entries.reserve(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto length = TRY(cursor.number<std::uint16_t>("entries"));
    if (length == 0) return fail(ErrorCode::kMalformed, fmt::format("entry {} of the answer is empty", i));
    const std::string_view bytes = TRY(cursor.take(length, "entries"));
    entries.push_back(as_bytes(bytes));
  }
  return entries;
}

Result<std::optional<PrefixProof>> take_proof(WireCursor& cursor) {
  const auto hashes = TRY(cursor.number<std::uint8_t>("proof"));
  if (hashes == 0) return std::nullopt;
  if (hashes - 1U > log::kProofHashesMax) return too_large("proof hashes", hashes - 1U, log::kProofHashesMax);
  PrefixProof out;
  out.root = TRY(take_hash(cursor));
  for (unsigned i = 1; i < hashes; ++i) {
    const log::Hash hash = TRY(take_hash(cursor));
    out.proof.push_back(hash);
  }
  return out;
}

Result<std::optional<std::uint64_t>> number_of(const net::Request& request, std::string_view name, std::uint64_t max) {
  const std::optional<std::string_view> text = TRY(request.query_once(name));
  if (!text) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
  if (error != std::errc() || end != text->data() + text->size() || fmt::to_string(value) != *text || value > max) {
    return fail(ErrorCode::kInvalid, fmt::format("write a decimal number from 0 to {}", max), std::string(name));
  }
  return value;
}

}  // namespace

PullAnswerWriter::PullAnswerWriter(std::uint64_t first, std::string_view note) {
  EXPECT_INVARIANT(note.size() <= kPullNoteBytesMax);
  out_.append(kMagic);
  append_number(out_, first);
  append_run<std::uint32_t>(out_, note);
  count_at_ = out_.size();
  append_number(out_, std::uint32_t{0});
}

bool PullAnswerWriter::add(ByteView entry) {
  EXPECT_INVARIANT(!entry.empty() && entry.size() <= kEntryBytesMax);
  if (count_ == kPullEntriesMax) return false;
  if (count_ != 0 && entry_bytes_ + entry.size() + 2 > kPullEntryBytesMax) return false;
  append_run<std::uint16_t>(out_, as_text(entry));
  entry_bytes_ += entry.size() + 2;
  ++count_;
  return true;
}

std::string PullAnswerWriter::finish(const std::optional<PrefixProof>& prefix) {
  put_number(out_, count_at_, static_cast<std::uint32_t>(count_));
  if (!prefix) {
    out_.push_back('\0');
    return std::move(out_);
  }
  EXPECT_INVARIANT(prefix->proof.size() <= log::kProofHashesMax);
  append_number(out_, static_cast<std::uint8_t>(prefix->proof.size() + 1));
  out_.append(as_text(prefix->root.view()));
  for (const log::Hash& hash : prefix->proof) out_.append(as_text(hash.view()));
  return std::move(out_);
}

Result<PullAnswer> read_pull_answer(std::string_view bytes) {
  if (bytes.size() > kPullAnswerBytesMax) return too_large("bytes", bytes.size(), kPullAnswerBytesMax);
  WireCursor cursor(bytes, "answer");
  const std::string_view magic = TRY(cursor.take(kMagic.size(), "first bytes"));
  if (magic != kMagic) return fail(ErrorCode::kMalformed, "this is no answer to a pull, or one of a newer format");
  PullAnswer out;
  out.first = TRY(cursor.number<std::uint64_t>("first index"));
  if (out.first > log::kTreeSizeMax) return fail(ErrorCode::kMalformed, "the first index is 2^63 or more");
  const auto note_bytes = TRY(cursor.number<std::uint32_t>("note"));
  if (note_bytes > kPullNoteBytesMax) return too_large("bytes in its note", note_bytes, kPullNoteBytesMax);
  out.note = TRY(cursor.take(note_bytes, "note"));
  out.entries = TRY(take_entries(cursor));
  out.prefix = TRY(take_proof(cursor));
  if (cursor.left() != 0) return fail(ErrorCode::kMalformed, "bytes follow the answer");
  return out;
}

std::string PullQuestion::target() const {
  std::string out = fmt::format("{}?log={}&from={}", kPullPath, net::percent_encode(log), from);
  if (under) out += fmt::format("&under={}", *under);
  if (prove) out += "&prove=1";
  if (wait_ms > 0) out += fmt::format("&wait_ms={}", wait_ms);
  return out;
}

Result<PullQuestion> PullQuestion::parse(const net::Request& request) {
  for (const auto& [name, value] : request.target.query) {
    if (std::ranges::find(kParameters, std::string_view(name)) == kParameters.end()) {
      return fail(ErrorCode::kInvalid, fmt::format("known are {}", fmt::join(kParameters, ", ")), name);
    }
  }
  PullQuestion out;
  const auto log = TRY(request.query_once("log"));
  if (!log || log->empty()) return fail(ErrorCode::kInvalid, "name the log's origin", "log");
  out.log = *log;
  const auto from = TRY(number_of(request, "from", log::kTreeSizeMax));
  if (!from) return fail(ErrorCode::kInvalid, "say from which entry on", "from");
  out.from = *from;
  out.under = TRY(number_of(request, "under", log::kTreeSizeMax));
  const auto prove = TRY(number_of(request, "prove", 1));
  out.prove = prove.value_or(0) == 1;
  if (out.prove && out.under) return fail(ErrorCode::kInvalid, "a proof is for the newest checkpoint", "under");
  const auto wait = TRY(number_of(request, "wait_ms", std::numeric_limits<std::int32_t>::max()));
  out.wait_ms = std::min<DurationMs>(static_cast<DurationMs>(wait.value_or(0)), kPullWaitMsMax);
  return out;
}

}  // namespace tansiq::node
