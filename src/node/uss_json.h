// The supplier's documents in the native API: canonical JSON, for people and consoles.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "node/uss_outbox.h"
#include "node/uss_registrar.h"

namespace tansiq::node {

[[nodiscard]] std::string uss_intents_json(const uss::Ledger& ledger, const std::vector<UssStanding>& standing);
[[nodiscard]] std::string uss_others_json(const uss::Ledger& ledger);
[[nodiscard]] std::string uss_deliveries_json(const uss::Ledger& ledger,
                                              const std::map<std::uint64_t, UssOutbox::Trying>& trying);
[[nodiscard]] std::string uss_drifts_json(const uss::Ledger& ledger);

/// Rows in one document; of what is over the oldest are left out.
inline constexpr std::size_t kUssRowsMax = 1'000;

}  // namespace tansiq::node
