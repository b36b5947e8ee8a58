#include "log/cosignature.h"

#include <fmt/format.h>

#include "base/foreign_text.h"
#include "log/merkle.h"

namespace tansiq::log {
namespace {

constexpr std::size_t kTimeBytes = 8;
constexpr std::uint64_t kSecondsMax = (std::uint64_t{1} << 63) - 1;

void append_u64(Bytes& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

Status append_name(Bytes& out, std::string_view name) {
  if (name.empty() || name.size() > 255) return fail(ErrorCode::kInvalid, "name must have 1 to 255 bytes");
  out.push_back(static_cast<std::uint8_t>(name.size()));
  out.insert(out.end(), name.begin(), name.end());
  return {};
}

}  // namespace

Result<CosignatureTime> cosignature_time(const NoteSignature& signature) {
  if (signature.signature.size() < kTimeBytes) {
    return fail(ErrorCode::kMalformed, "cosignature is too short to hold a time",
                foreign_text(signature.name, kQuotedBytesMax));
  }
  CosignatureTime time;
  for (std::size_t i = 0; i < kTimeBytes; ++i) time.seconds = time.seconds << 8 | signature.signature[i];
  if (time.seconds > kSecondsMax) {
    return fail(ErrorCode::kMalformed, "time is beyond 2^63-1", foreign_text(signature.name, kQuotedBytesMax));
  }
  return time;
}

std::string cosignature_message(CosignatureTime time, std::string_view checkpoint_text) {
  return fmt::format("cosignature/v1\ntime {}\n{}", time.seconds, checkpoint_text);
}

Result<Bytes> subtree_message(std::string_view cosigner, CosignatureTime time, const Checkpoint& checkpoint) {
  constexpr std::string_view kLabel("subtree/v1\n\0", 12);
  Bytes out(kLabel.begin(), kLabel.end());
  TRY_VOID(append_name(out, cosigner));
  append_u64(out, time.seconds);
  TRY_VOID(append_name(out, checkpoint.origin));
  append_u64(out, 0);
  append_u64(out, checkpoint.size);
  out.insert(out.end(), checkpoint.root.bytes.begin(), checkpoint.root.bytes.end());
  return out;
}

Result<NoteSignature> cosign(std::string_view checkpoint_text, CosignatureTime time, const SignerKey& key) {
  if (key.verifier().type() != KeyType::kEd25519Cosignature) {
    return fail(ErrorCode::kInvalid, "this key does not cosign: its type is not 04", key.name());
  }
  if (time.seconds == 0 || time.seconds > kSecondsMax) {
    return fail(ErrorCode::kInvalid, "a cosignature needs a time between 1 and 2^63-1 seconds");
  }
  TRY_VOID(Checkpoint::parse(checkpoint_text));
  const auto signature = key.sign(as_bytes(cosignature_message(time, checkpoint_text)));
  NoteSignature out{key.name(), key.verifier().id(), {}};
  append_u64(out.signature, time.seconds);
  out.signature.insert(out.signature.end(), signature.begin(), signature.end());
  return out;
}

bool verify_cosignature(std::string_view checkpoint_text, const NoteSignature& signature, const VerifierKey& key) {
  if (key.type() != KeyType::kEd25519Cosignature || signature.signature.size() != signature_bytes(key.type()) ||
      signature.name != key.name() || signature.key_id != key.id()) {
    return false;
  }
  const auto time = cosignature_time(signature);
  if (!time) return false;
  const std::string message = cosignature_message(*time, checkpoint_text);
  return key.verify(as_bytes(message), ByteView(signature.signature).subspan(kTimeBytes));
}

}  // namespace tansiq::log
