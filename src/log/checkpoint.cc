#include "log/checkpoint.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/foreign_text.h"
#include "log/merkle.h"

namespace tansiq::log {
namespace {

// Takes the next line, without its LF.
Result<std::string_view> take_line(std::string_view& text, const char* what) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return fail(ErrorCode::kMalformed, fmt::format("checkpoint has no {} line", what));
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

Result<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t size = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
  const bool canonical = error == std::errc() && end == text.data() + text.size() && std::to_string(size) == text;
  if (!canonical) return fail(ErrorCode::kMalformed, "size is not a decimal number without sign and leading zeros");
  if (size > kTreeSizeMax) return fail(ErrorCode::kMalformed, "size is 2^63 or more");
  return size;
}

}  // namespace

std::string Checkpoint::text() const {
  std::string out = fmt::format("{}\n{}\n{}\n", origin, size, root.base64());
  for (const std::string& extension : extensions) out += extension + "\n";
  return out;
}

Result<Checkpoint> Checkpoint::parse(std::string_view text) {
  Checkpoint out;
  out.origin = TRY(take_line(text, "origin"));
  if (out.origin.empty()) return fail(ErrorCode::kMalformed, "checkpoint's origin is empty");
  const std::string_view size = TRY(take_line(text, "size"));
  out.size = TRY(parse_size(size));
  const std::string_view root_text = TRY(take_line(text, "root"));
  auto root = Hash::from_base64(root_text);
  if (!root) return std::unexpected(inside(std::move(root).error(), "root"));
  out.root = *root;
  if (out.size == 0 && out.root != empty_root()) {
    return fail(ErrorCode::kMalformed, "checkpoint of 0 entries does not have the empty tree's root");
  }
  while (!text.empty()) {
    const std::string_view line = TRY(take_line(text, "complete last"));
    if (line.empty()) return fail(ErrorCode::kMalformed, "checkpoint has an empty extension line");
    out.extensions.emplace_back(line);
  }
  return out;
}

Result<SignedCheckpoint> open_checkpoint(std::string_view raw, std::span<const VerifierKey> keys) {
  SignedCheckpoint out{{}, TRY(open_note(raw, keys)), std::string(raw)};
  out.checkpoint = TRY(Checkpoint::parse(out.opened.note.text));
  const bool by_log = std::any_of(keys.begin(), keys.end(), [&out](const VerifierKey& key) {
    return key.type() == KeyType::kEd25519 && key.name() == out.checkpoint.origin && out.opened.signed_by(key);
  });
  if (by_log) return out;
  return fail(ErrorCode::kUnauthenticated, fmt::format("checkpoint of `{}` is not signed by a known key of that name",
                                                       foreign_text(out.checkpoint.origin, kQuotedBytesMax)));
}

Result<std::string> sign_checkpoint(const Checkpoint& checkpoint, const SignerKey& key) {
  if (key.name() != checkpoint.origin) {
    return fail(ErrorCode::kInvalid,
                fmt::format("key `{}` does not sign for the log `{}`", key.name(), checkpoint.origin));
  }
  const std::string text = checkpoint.text();
  TRY_VOID(Checkpoint::parse(text));  // what we sign, we would accept
  const SignerKey* const keys[] = {&key};
  return sign_note(text, keys);
}

}  // namespace tansiq::log
