#include "f3548/area.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/bytes.h"
#include "base/invariant.h"

namespace tansiq::f3548 {
namespace {

constexpr int kLowBits = 35;
constexpr std::uint32_t kCellsOfLevel13 = 6U << 26;

void put_number(Bytes& out, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
  out.push_back(static_cast<std::uint8_t>(value));
}

/// A number in its shortest form; nothing where there is none.
std::optional<std::uint32_t> take_number(ByteView& bytes) {
  std::uint64_t value = 0;
  for (int shift = 0; shift < 32 && !bytes.empty(); shift += 7) {
    const std::uint8_t byte = bytes.front();
    bytes = bytes.subspan(1);
    value |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) != 0) continue;
    if (value > UINT32_MAX || (byte == 0 && shift > 0)) return std::nullopt;
    return static_cast<std::uint32_t>(value);
  }
  return std::nullopt;
}

}  // namespace

Cells::Cells(std::span<const std::uint64_t> ids) {
  numbers_.reserve(ids.size());
  for (const std::uint64_t id : ids) numbers_.push_back(static_cast<std::uint32_t>(id >> kLowBits));
  EXPECT_INVARIANT(std::ranges::is_sorted(numbers_));
}

std::string Cells::text() const {
  Bytes bytes;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < numbers_.size();) {
    std::size_t end = i + 1;
    while (end < numbers_.size() && numbers_[end] == numbers_[end - 1] + 1) ++end;
    put_number(bytes, numbers_[i] - next);
    put_number(bytes, static_cast<std::uint32_t>(end - i - 1));
    next = numbers_[end - 1] + 1;
    i = end;
  }
  return to_base64url(bytes);
}

Result<Cells> Cells::parse(std::string_view text) {
  const Bytes all = TRY(from_base64url(text));
  ByteView bytes = all;
  Cells out;
  std::uint64_t next = 0;
  while (!bytes.empty()) {
    const auto gap = take_number(bytes);
    const auto more = gap ? take_number(bytes) : std::nullopt;
    // Runs that touch would be one run: each set has one spelling.
    if (!more || (*gap == 0 && next != 0)) return fail(ErrorCode::kMalformed, "the runs of cells cannot be read");
    const std::uint64_t begin = next + *gap;
    next = begin + *more + 1;
    if (next > kCellsOfLevel13) return fail(ErrorCode::kInvalid, "there is no such cell");
    if (out.size() + (next - begin) > kCellsMax) {
      return fail(ErrorCode::kInvalid, fmt::format("at most {} cells are allowed", kCellsMax));
    }
    for (std::uint64_t cell = begin; cell < next; ++cell) out.numbers_.push_back(static_cast<std::uint32_t>(cell));
  }
  return out;
}

bool Cells::covers(const Cells& inner) const { return std::ranges::includes(numbers_, inner.numbers_); }

bool Cells::meets(const Cells& other) const {
  for (std::size_t i = 0, j = 0; i < size() && j < other.size();) {
    if (numbers_[i] == other.numbers_[j]) return true;
    if (numbers_[i] < other.numbers_[j]) {
      ++i;
    } else {
      ++j;
    }
  }
  return false;
}

void Cells::add(const Cells& other) {
  std::vector<std::uint32_t> both;
  both.reserve(size() + other.size());
  std::ranges::set_union(numbers_, other.numbers_, std::back_inserter(both));
  numbers_ = std::move(both);
}

bool Band::meets(const Band& other) const {
  return (!lower || !other.upper || *lower <= *other.upper) && (!other.lower || !upper || *other.lower <= *upper);
}

bool Band::covers(const Band& inner) const {
  return (!lower || (inner.lower && *lower <= *inner.lower)) && (!upper || (inner.upper && *upper >= *inner.upper));
}

Band Band::with(const Band& other) const {
  Band out;
  if (lower && other.lower) out.lower = std::min(*lower, *other.lower);
  if (upper && other.upper) out.upper = std::max(*upper, *other.upper);
  return out;
}

}  // namespace tansiq::f3548
