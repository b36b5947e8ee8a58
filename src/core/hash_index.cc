#include "core/hash_index.h"

#include <bit>
#include <cstring>

#include "base/invariant.h"

namespace tansiq::core {
namespace {

std::uint64_t little_endian(const char* bytes, std::size_t n) {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < n; ++i) value |= std::uint64_t{static_cast<std::uint8_t>(bytes[i])} << (8 * i);
  return value;
}

struct SipState {
  std::uint64_t v0, v1, v2, v3;
  void round() {
    v0 += v1;
    v2 += v3;
    v1 = std::rotl(v1, 13) ^ v0;
    v3 = std::rotl(v3, 16) ^ v2;
    v0 = std::rotl(v0, 32);
    v2 += v1;
    v0 += v3;
    v1 = std::rotl(v1, 17) ^ v2;
    v3 = std::rotl(v3, 21) ^ v0;
    v2 = std::rotl(v2, 32);
  }
  void absorb(std::uint64_t word) {
    v3 ^= word;
    round();
    v0 ^= word;
  }
};

}  // namespace

void HashIndex::insert(std::uint64_t hash, std::uint32_t number) {
  if ((size_ + 1) * 4 > cells_.size() * 3) grow();
  std::size_t at = home(hash);
  while (cells_[at].used) at = next(at);
  cells_[at] = {hash, number, true};
  ++size_;
}

void HashIndex::erase(std::uint64_t hash, std::uint32_t number) {
  EXPECT_INVARIANT(size_ > 0);
  std::size_t hole = home(hash);
  while (cells_[hole].hash != hash || cells_[hole].number != number) {
    EXPECT_INVARIANT(cells_[hole].used);
    hole = next(hole);
  }
  // Whatever stands behind the hole and could not be found across it moves into it.
  for (std::size_t at = next(hole); cells_[at].used; at = next(at)) {
    const std::size_t from_home = (at - home(cells_[at].hash)) & (cells_.size() - 1);
    const std::size_t from_hole = (at - hole) & (cells_.size() - 1);
    if (from_home < from_hole) continue;
    cells_[hole] = cells_[at];
    hole = at;
  }
  cells_[hole] = {};
  --size_;
}

void HashIndex::grow() {
  std::vector<Cell, HugePageAllocator<Cell>> old(cells_.empty() ? 16 : cells_.size() * 2);
  old.swap(cells_);
  for (const Cell& cell : old) {
    if (!cell.used) continue;
    std::size_t at = home(cell.hash);
    while (cells_[at].used) at = next(at);
    cells_[at] = cell;
  }
}

TextHash::TextHash(const Key& key) {
  std::array<char, 16> bytes{};
  std::memcpy(bytes.data(), key.data(), key.size());
  k0_ = little_endian(bytes.data(), 8);
  k1_ = little_endian(bytes.data() + 8, 8);
}

std::uint64_t TextHash::operator()(std::string_view text) const {
  SipState s{k0_ ^ 0x736F6D6570736575ULL, k1_ ^ 0x646F72616E646F6DULL, k0_ ^ 0x6C7967656E657261ULL,
             k1_ ^ 0x7465646279746573ULL};
  std::size_t at = 0;
  for (; at + 8 <= text.size(); at += 8) s.absorb(little_endian(text.data() + at, 8));
  s.absorb(little_endian(text.data() + at, text.size() - at) | (std::uint64_t{text.size()} << 56));
  s.v2 ^= 0xFF;
  for (int i = 0; i < 3; ++i) s.round();
  return s.v0 ^ s.v1 ^ s.v2 ^ s.v3;
}

}  // namespace tansiq::core
