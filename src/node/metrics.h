// /metrics: the node's counters as Prometheus text.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "net/http_server.h"
#include "node/clock_bound.h"
#include "node/coordination_face.h"
#include "node/credentials.h"
#include "node/f3548_counters.h"
#include "node/figures.h"

namespace tansiq::node {

struct MetricsSource {
  const CoreFigures* core = nullptr;
  const F3548Counters* f3548 = nullptr;
  net::HttpCounters http;
  std::size_t queue_depth = 0;
  std::size_t queue_max = 0;
  std::size_t log_queue_depth = 0;
  std::vector<PeerStanding> peers;
  UtcMs now;  ///< The node's time, by which peers were last heard.
  std::size_t listeners = 0;
  ClockStanding clock;
  bool catalogue_agrees = true;  ///< With that of the charter in force, see catalogue_standing.h.
  bool recovering = false;
  std::uint64_t recovery_missing = 0;  ///< Own entries that are known to have been signed and are not held.
  net::DoorFigures door;
  std::vector<net::IssuerStanding> issuers;
  bool test_mode = false;
  CertificateKeeper::Standing certificate;
  std::uint64_t published_entries = 0;
  std::filesystem::path data_dir;  ///< For free and used bytes.
};

/// Text format 0.0.4. Reads the file system for the disk's figures; about 100 µs. Waits for nothing that decides.
[[nodiscard]] std::string metrics_text(const MetricsSource& source);

}  // namespace tansiq::node
