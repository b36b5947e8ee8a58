#include "core/command_memory.h"

#include <algorithm>
#include <cstring>

#include "log/sha256.h"

namespace tansiq::core {
namespace {

ShortHash shorten(const log::Hash& hash) {
  ShortHash out{};
  std::copy_n(hash.bytes.begin(), out.size(), out.begin());
  return out;
}

}  // namespace

ShortHash command_key(const Subject& by, const CommandId& cmd) {
  // A zero byte cannot stand in either, so the pair is unambiguous.
  return shorten(log::Sha256().update(by.str()).update(std::string_view("\0", 1)).update(cmd.str()).finish());
}

ShortHash command_content(std::string_view request) { return shorten(log::sha256(request)); }

namespace {

std::uint64_t hash_of(const ShortHash& key) {
  std::uint64_t value = 0;
  std::memcpy(&value, key.data(), sizeof value);
  return value;
}

}  // namespace

const RememberedCommand* CommandMemory::find(const ShortHash& key) const {
  const auto number = numbers_.find(hash_of(key), [&](std::uint32_t n) { return numbered(n).key == key; });
  return number ? &numbered(*number) : nullptr;
}

void CommandMemory::add(const RememberedCommand& command) {
  numbers_.insert(hash_of(command.key), first_ + static_cast<std::uint32_t>(all_.size()));
  all_.push_back(command);
}

void CommandMemory::forget(UtcMs before, std::size_t commands_max) {
  while (!all_.empty() && (all_.front().time < before || all_.size() > commands_max)) {
    numbers_.erase(hash_of(all_.front().key), first_);
    all_.pop_front();
    ++first_;
  }
}

}  // namespace tansiq::core
