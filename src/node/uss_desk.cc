#include "node/uss_desk.h"

#include <algorithm>

namespace tansiq::node {
namespace {

/// Intents that one visit looks at: what the core thread does at a time.
constexpr std::size_t kPageMax = 1'000;

}  // namespace

bool is_shared(const core::Machine& machine, const core::Intent& intent) {
  if (!intent.live() || intent.domain != core::Domain::kAir) return false;
  return std::ranges::all_of(intent.zones, [&](const std::vector<core::ZoneNumber>& of_volume) {
    return !of_volume.empty() && std::ranges::all_of(of_volume, [&](core::ZoneNumber zone) {
      return machine.zones()[zone].rule == core::Rule::kAware;
    });
  });
}

Result<std::string> RecordDesk::body(const log::Hash& sha256) {
  // Of the batch that is being written.
  for (const std::string& body : bodies_) {
    if (log::sha256(body) == sha256) return body;
  }
  const auto kept = TRY(reader_.body(sha256));
  if (!kept) return fail(ErrorCode::kNotFound, "there is no such body in the store");
  return std::string(as_text(*kept));
}

std::optional<std::uint64_t> RecordDesk::visit_intents(std::uint64_t after_seq,
                                                       const std::function<void(const core::Intent&)>& visit) {
  const core::Machine& machine = state_.coalition().machine();
  const auto page = machine.intents({.domain = core::Domain::kAir, .after_seq = after_seq, .limit = kPageMax});
  if (!page) return std::nullopt;
  for (const core::Intent* intent : *page) {
    if (is_shared(machine, *intent)) visit(*intent);
  }
  if (page->size() < kPageMax) return std::nullopt;
  return page->back()->created_seq;
}

}  // namespace tansiq::node
