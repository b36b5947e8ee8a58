#include "core/command_memory.h"

#include <algorithm>
#include <cstring>

#include "base/invariant.h"
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

std::size_t CommandMemory::KeyHash::operator()(const ShortHash& key) const noexcept {
  std::size_t value = 0;
  std::memcpy(&value, key.data(), sizeof value);
  return value;
}

const RememberedCommand* CommandMemory::find(const ShortHash& key) const {
  const auto at = numbers_.find(key);
  return at == numbers_.end() ? nullptr : &all_[static_cast<std::size_t>(at->second - first_)];
}

void CommandMemory::add(const RememberedCommand& command) {
  const bool fresh = numbers_.emplace(command.key, first_ + all_.size()).second;
  EXPECT_INVARIANT(fresh);
  all_.push_back(command);
}

void CommandMemory::forget(UtcMs before, std::size_t commands_max) {
  while (!all_.empty() && (all_.front().time < before || all_.size() > commands_max)) {
    numbers_.erase(all_.front().key);
    all_.pop_front();
    ++first_;
  }
}

}  // namespace tansiq::core
