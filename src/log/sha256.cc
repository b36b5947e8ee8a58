#include "log/sha256.h"

// The low-level functions are marked deprecated in favour of an interface that is slower for short input by a factor.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <fmt/format.h>
#include <openssl/sha.h>

#include "log/merkle.h"

namespace tansiq::log {
namespace {

static_assert(sizeof(SHA256_CTX) == 112 && alignof(SHA256_CTX) <= 8);

SHA256_CTX* context(std::array<std::byte, 112>& state) { return reinterpret_cast<SHA256_CTX*>(state.data()); }

Hash digest_of(const SHA256_CTX& c) {
  Hash out;
  for (std::size_t i = 0; i < 8; ++i) {
    const std::uint32_t word = __builtin_bswap32(c.h[i]);
    std::memcpy(out.bytes.data() + 4 * i, &word, 4);
  }
  return out;
}

}  // namespace

Result<Hash> Hash::from_bytes(ByteView bytes) {
  if (bytes.size() != kBytes) {
    return fail(ErrorCode::kMalformed, fmt::format("a hash has 32 bytes, found {}", bytes.size()));
  }
  Hash hash;
  std::memcpy(hash.bytes.data(), bytes.data(), kBytes);
  return hash;
}

Result<Hash> Hash::from_base64(std::string_view text) { return from_bytes(TRY(tansiq::from_base64(text))); }

Result<Hash> Hash::from_hex(std::string_view text) {
  if (text.size() == 2 * kBytes) {
    Hash hash;
    TRY_VOID(tansiq::from_hex(text, hash.bytes));
    return hash;
  }
  return from_bytes(TRY(tansiq::from_hex(text)));
}

Hash sha256(ByteView bytes) {
  SHA256_CTX c;
  Hash out;
  SHA256_Init(&c);
  SHA256_Update(&c, bytes.data(), bytes.size());
  SHA256_Final(out.bytes.data(), &c);
  return out;
}

Sha256::Sha256() : state_{} { SHA256_Init(context(state_)); }

Sha256& Sha256::update(ByteView bytes) {
  SHA256_Update(context(state_), bytes.data(), bytes.size());
  return *this;
}

Hash Sha256::finish() {
  Hash out;
  SHA256_Final(out.bytes.data(), context(state_));
  SHA256_Init(context(state_));
  return out;
}

Hash leaf_hash(ByteView entry) {
  constexpr std::uint8_t kLeaf = 0;
  SHA256_CTX c;
  Hash out;
  SHA256_Init(&c);
  SHA256_Update(&c, &kLeaf, 1);
  SHA256_Update(&c, entry.data(), entry.size());
  SHA256_Final(out.bytes.data(), &c);
  return out;
}

// A node is always 65 bytes, so its padding is constant and two block functions do.
Hash node_hash(const Hash& left, const Hash& right) {
  alignas(16) std::array<std::uint8_t, 128> blocks{};
  blocks[0] = 1;
  std::memcpy(blocks.data() + 1, left.bytes.data(), Hash::kBytes);
  std::memcpy(blocks.data() + 33, right.bytes.data(), Hash::kBytes);
  blocks[65] = 0x80;
  blocks[126] = 65 * 8 >> 8;
  blocks[127] = 65 * 8 & 255;
  SHA256_CTX c;
  SHA256_Init(&c);
  SHA256_Transform(&c, blocks.data());
  SHA256_Transform(&c, blocks.data() + 64);
  return digest_of(c);
}

}  // namespace tansiq::log
