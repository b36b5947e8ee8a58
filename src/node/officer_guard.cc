#include "node/officer_guard.h"

#include <fmt/format.h>

#include <algorithm>

namespace tansiq::node {

DurationMs GuessGuard::wait_in(const Table& table, std::string_view key, std::int64_t now_ms) {
  const auto found = table.find(key);
  return found == table.end() ? 0 : std::max<DurationMs>(0, found->second.until_ms - now_ms);
}

std::string GuessGuard::device_key(std::string_view name, std::string_view device) {
  return fmt::format("{}\n{}", device, name);
}

Status GuessGuard::may_try(std::string_view name, std::string_view network, std::int64_t now_ms,
                           std::string_view device) const {
  const std::lock_guard lock(mutex_);
  const DurationMs wait = device.empty()
                              ? std::max(wait_in(accounts_, name, now_ms), wait_in(networks_, network, now_ms))
                              : wait_in(devices_, device_key(name, device), now_ms);
  if (wait == 0) return {};
  return fail(ErrorCode::kRateLimited,
              fmt::format("too many wrong passwords; wait {}, or have a supervisor lift it", format_duration(wait)));
}

bool GuessGuard::count(Table& table, std::string_view key, unsigned free, std::int64_t now_ms) {
  std::erase_if(table, [&](const auto& entry) { return now_ms - entry.second.last_ms >= limits_.forget_ms; });
  auto found = table.find(key);
  if (found == table.end()) {
    if (table.size() >= limits_.entries_max) {
      table.erase(std::ranges::min_element(
          table, {}, [](const auto& entry) { return std::pair(entry.second.count, entry.second.last_ms); }));
    }
    found = table.emplace(key, Failures{}).first;
  }
  Failures& failures = found->second;
  const bool waited = failures.until_ms > now_ms;
  ++failures.count;
  failures.last_ms = now_ms;
  if (failures.count < free) return false;
  DurationMs wait = limits_.wait_ms;
  for (unsigned i = free; i < failures.count && wait < limits_.wait_ms_max; ++i) wait *= 2;
  failures.until_ms = now_ms + std::min(wait, limits_.wait_ms_max);
  return !waited;
}

bool GuessGuard::failed(std::string_view name, std::string_view network, std::int64_t now_ms, std::string_view device) {
  const std::lock_guard lock(mutex_);
  if (!device.empty()) return count(devices_, device_key(name, device), limits_.account_free, now_ms);
  (void)count(networks_, network, limits_.network_free, now_ms);
  return count(accounts_, name, limits_.account_free, now_ms);
}

void GuessGuard::succeeded(std::string_view name, std::string_view device) {
  const std::lock_guard lock(mutex_);
  if (!device.empty()) {
    devices_.erase(device_key(name, device));
  } else if (const auto found = accounts_.find(name); found != accounts_.end()) {
    accounts_.erase(found);
  }
}

void GuessGuard::lift(std::string_view name) {
  const std::lock_guard lock(mutex_);
  if (const auto found = accounts_.find(name); found != accounts_.end()) accounts_.erase(found);
  const std::string end = device_key(name, {});
  std::erase_if(devices_, [&](const auto& entry) { return entry.first.ends_with(end); });
  networks_.clear();
}

std::vector<GuessGuard::Row> GuessGuard::rows() const {
  const std::lock_guard lock(mutex_);
  std::vector<Row> out;
  const auto add = [&](Kind kind, const Table& table) {
    for (const auto& [key, failures] : table) {
      const std::size_t cut = kind == Kind::kDevice ? key.find('\n') : std::string::npos;
      Row row{kind, key, {}, failures.count, failures.last_ms, failures.until_ms};
      if (cut != std::string::npos) {
        row.device = key.substr(0, cut);
        row.name = key.substr(cut + 1);
      }
      out.push_back(std::move(row));
    }
  };
  add(Kind::kAccount, accounts_);
  add(Kind::kDevice, devices_);
  add(Kind::kNetwork, networks_);
  return out;
}

void GuessGuard::restore(const std::vector<Row>& rows, std::int64_t now_ms) {
  const std::lock_guard lock(mutex_);
  for (const Row& row : rows) {
    Table& table = row.kind == Kind::kAccount ? accounts_ : row.kind == Kind::kDevice ? devices_ : networks_;
    if (table.size() >= limits_.entries_max) continue;
    const std::string key = row.kind == Kind::kDevice ? device_key(row.name, row.device) : row.name;
    table.insert_or_assign(
        key, Failures{row.count, std::min(row.last_ms, now_ms), std::min(row.until_ms, now_ms + limits_.wait_ms_max)});
  }
}

DurationMs GuessGuard::wait(std::string_view name, std::int64_t now_ms) const {
  const std::lock_guard lock(mutex_);
  return wait_in(accounts_, name, now_ms);
}

std::size_t GuessGuard::entries() const {
  const std::lock_guard lock(mutex_);
  return accounts_.size() + devices_.size() + networks_.size();
}

}  // namespace tansiq::node
