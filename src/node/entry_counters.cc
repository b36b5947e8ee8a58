#include "node/entry_counters.h"

#include <algorithm>
#include <string>
#include <utility>

namespace tansiq::node {
namespace {

template <class Body>
struct TypesOf;
template <class... Bodies>
struct TypesOf<std::variant<Bodies...>> {
  static constexpr std::array<std::string_view, sizeof...(Bodies)> kNames{Bodies::kType...};
};

/// The value of a member whose value is a string; the last one of that name. Within strings quotes are escaped, so what
/// looks like a member is one.
std::string_view last_member(std::string_view line, std::string_view key) {
  const std::size_t at = line.rfind(key);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + key.size());
  return rest.substr(0, rest.find('"'));
}

void one(std::atomic<std::uint64_t>& counter) { counter.fetch_add(1, std::memory_order_relaxed); }

}  // namespace

const std::array<std::string_view, EntryCounters::kTypes>& EntryCounters::types() {
  static const std::array<std::string_view, kTypes> names = [] {
    std::array<std::string_view, kTypes> out{};
    auto to = out.begin();
    constexpr auto kLast = static_cast<std::size_t>(core::EntryType::kMeasureExpired);
    for (std::size_t i = 0; i <= kLast; ++i) *to++ = core::to_text(static_cast<core::EntryType>(i));
    to = std::ranges::copy(TypesOf<coordination::Body::Variant>::kNames, to).out;
    to = std::ranges::copy(TypesOf<f3548::Body>::kNames, to).out;
    std::ranges::copy(TypesOf<uss::Body>::kNames, to);
    std::ranges::sort(out);
    return out;
  }();
  return names;
}

void EntryCounters::add(std::string_view line) {
  const std::string_view type = last_member(line, R"("type":")");
  const auto at = std::ranges::lower_bound(types(), type);
  if (at == types().end() || *at != type) return one(unknown_);
  one(types_[static_cast<std::size_t>(at - types().begin())]);
  if (type != coordination::LegRefused::kType) return;
  constexpr auto kReasons = coordination::enum_names(coordination::LegRefusal{});
  const auto reason = std::ranges::find(kReasons, last_member(line, R"("reason":")"));
  if (reason != kReasons.end()) one(leg_refusals_[static_cast<std::size_t>(reason - kReasons.begin())]);
}

}  // namespace tansiq::node
