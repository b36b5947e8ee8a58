#include "node/metrics.h"

#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <array>
#include <deque>
#include <limits>
#include <system_error>
#include <vector>

namespace tansiq::node {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

class Families {
 public:
  MetricFamily& add(std::string name, std::string help, MetricType type) {
    families_.push_back({"tansiq_" + std::move(name), std::move(help), type, {}});
    return families_.back();
  }
  void counter(std::string name, std::string help, std::uint64_t value) {
    ClientMetric metric;
    metric.counter.value = static_cast<double>(value);
    add(std::move(name), std::move(help), MetricType::Counter).metric.push_back(std::move(metric));
  }
  void gauge(std::string name, std::string help, double value) {
    ClientMetric metric;
    metric.gauge.value = value;
    add(std::move(name), std::move(help), MetricType::Gauge).metric.push_back(std::move(metric));
  }
  template <std::size_t N>
  void histogram(std::string name, std::string help, const FixedHistogram<N>& from) {
    ClientMetric metric;
    std::uint64_t total = 0;
    for (std::size_t i = 0; i < N; ++i) {
      total += from.count(i);
      metric.histogram.bucket.push_back({total, from.bound(i)});
    }
    total += from.count(N);
    metric.histogram.bucket.push_back({total, std::numeric_limits<double>::infinity()});
    metric.histogram.sample_count = total;
    metric.histogram.sample_sum = from.sum();
    add(std::move(name), std::move(help), MetricType::Histogram).metric.push_back(std::move(metric));
  }
  [[nodiscard]] std::string text() const {
    return prometheus::TextSerializer().Serialize({families_.begin(), families_.end()});
  }

 private:
  std::deque<MetricFamily> families_;  // What `add` has handed out stays where it is.
};

void add_labelled(MetricFamily& family, const char* label, std::string_view value, std::uint64_t count) {
  ClientMetric metric;
  metric.label.push_back({label, std::string(value)});
  metric.counter.value = static_cast<double>(count);
  family.metric.push_back(std::move(metric));
}

void add_gauge(MetricFamily& family, const char* label, const std::string& value, double gauge) {
  ClientMetric metric;
  metric.label.push_back({label, value});
  metric.gauge.value = gauge;
  family.metric.push_back(std::move(metric));
}

void add_decisions(Families& out, const CoreFigures& core) {
  auto& entries = out.add("entries_total", "Durable entries of this node's own logs, by type.", MetricType::Counter);
  for (std::size_t i = 0; i < EntryCounters::kTypes; ++i) {
    add_labelled(entries, "type", EntryCounters::types()[i], core.entries.of_type(i));
  }
  auto& refusals = out.add("refusals_total", "Intents and measures refused, by reason.", MetricType::Counter);
  for (std::size_t i = 1; i < kRefusals; ++i) {
    add_labelled(refusals, "reason", core::to_text(static_cast<core::Refusal>(i)), core.refusals[i].load());
  }
  auto& legs = out.add("leg_refusals_total", "Legs refused to other authorities, by reason.", MetricType::Counter);
  constexpr auto kReasons = coordination::enum_names(coordination::LegRefusal{});
  for (std::size_t i = 0; i < kReasons.size(); ++i) {
    add_labelled(legs, "reason", kReasons.at(i), core.entries.of_leg_refusal(i));
  }
}

void add_core(Families& out, const CoreFigures& core) {
  auto& errors =
      out.add("command_errors_total", "Commands that failed without an entry, by problem.", MetricType::Counter);
  for (std::size_t i = 0; i < kErrorCodes; ++i) {
    add_labelled(errors, "problem", error_info(static_cast<ErrorCode>(i)).slug, core.errors[i].load());
  }
  out.counter("commands_repeated_total", "Commands answered with their first outcome.", core.repeated.load());
  out.counter("commands_overloaded_total", "Commands turned away because the queue was full.", core.overloaded.load());
  out.counter("reads_total", "Reads of live state.", core.reads.load());
  out.gauge("live_intents", "Intents that have not ended.", static_cast<double>(core.live_intents.load()));
  out.gauge("live_volumes", "Their volumes, as indexed.", static_cast<double>(core.live_volumes.load()));
  out.gauge("live_measures", "Measures that have not ended.", static_cast<double>(core.live_measures.load()));
  out.gauge("log_entries", "Durable entries in the local order: of the own logs and the mirrors.",
            static_cast<double>(core.log_entries.load()));
  out.gauge("snapshot_entries", "Entries that the newest snapshot covers.",
            static_cast<double>(core.snapshot_entries.load()));
  out.gauge("snapshot_pause_seconds", "How long the last snapshot held up deciding.",
            static_cast<double>(core.snapshot_pause_ms.load()) / 1e3);
  out.gauge("snapshot_bytes", "Size of the newest snapshot.", static_cast<double>(core.snapshot_bytes.load()));
  out.gauge("snapshot_seconds", "How long the last snapshot took, from the question to the disk.",
            static_cast<double>(core.snapshot_took_ms.load()) / 1e3);
  out.gauge("snapshot_timestamp_seconds", "When the last snapshot since the start was written; 0: none yet.",
            static_cast<double>(core.snapshot_written_ms.load()) / 1e3);
  out.counter("snapshot_failures_total", "Snapshots that were not written, for whatever reason.",
              core.snapshot_failures.load());
  out.gauge("last_commit_timestamp_seconds", "When the last batch became durable.",
            static_cast<double>(core.last_commit_ms.load()) / 1e3);
  out.histogram("batch_commands", "Commands and reads a batch.", core.batch_commands);
  out.histogram("commit_seconds", "Time to make a batch durable.", core.commit_seconds);
}

void add_http(Families& out, const net::HttpCounters& http) {
  out.gauge("http_connections", "Open connections.", static_cast<double>(http.connections_open));
  out.gauge("http_streams", "Open event streams.", static_cast<double>(http.streams_open));
  out.counter("http_connections_total", "Connections accepted.", http.connections_accepted);
  out.counter("http_connections_refused_total", "Connections turned away at a limit.", http.connections_refused);
  out.counter("http_requests_total", "Requests.", http.requests);
  out.counter("http_responses_total", "Responses.", http.responses);
  out.counter("http_bad_requests_total", "Requests refused before any handler.", http.bad_requests);
  out.counter("http_timeouts_total", "Connections closed for slowness.", http.timeouts);
  out.counter("http_slow_consumers_total", "Event streams cut off for slowness.", http.slow_consumers);
  out.counter("http_connections_replaced_total", "Waiting connections closed in favour of newer ones.",
              http.connections_replaced);
  out.counter("http_outputs_dropped_total", "Connections cut off because too many answers waited to be taken.",
              http.outputs_dropped);
  out.gauge("http_unsent_bytes", "Answers not taken yet.", static_cast<double>(http.unsent_bytes));
  out.counter("http_tls_failures_total", "TLS handshakes that failed.", http.tls_failures);
  out.counter("http_bytes_in_total", "Bytes received.", http.bytes_in);
  out.counter("http_bytes_out_total", "Bytes sent.", http.bytes_out);
}

void add_peers(Families& out, const MetricsSource& source) {
  auto& connected = out.add("peer_connected", "1 while nothing is wrong with the line to a peer.", MetricType::Gauge);
  auto& silent = out.add("peer_silent_seconds",
                         "Since a peer last showed a checkpoint of its own, the older of its logs; "
                         "absent before the first.",
                         MetricType::Gauge);
  auto& lag = out.add("peer_lag_entries", "Entries that a peer is known to have signed and this node does not hold.",
                      MetricType::Gauge);
  auto& held = out.add("peer_held_entries", "Entries of a peer that this node holds.", MetricType::Gauge);
  auto& receipted =
      out.add("peer_receipted_entries", "Entries of our log for a peer that it has receipted.", MetricType::Gauge);
  auto& forked = out.add("peer_forked", "1 when a peer has signed two histories: nothing more is taken from it.",
                         MetricType::Gauge);
  for (const PeerStanding& peer : source.peers) {
    const auto set = [&](MetricFamily& family, auto value) {
      add_gauge(family, "peer", peer.id.str(), static_cast<double>(value));
    };
    const Puller::LinkState& link = peer.link;
    set(connected, link.last_answer && link.trouble.empty() && !link.pinned ? 1 : 0);
    if (link.last_answer)
      set(silent, static_cast<double>(std::max<DurationMs>(0, source.now - *link.last_answer)) / 1'000);
    set(lag, link.known > link.held ? link.known - link.held : 0);
    set(held, link.held);
    set(receipted, peer.acknowledged);
    set(forked, link.pinned ? 1 : 0);
  }
}

void add_f3548(Families& out, const CoreFigures& core, const F3548Counters& counters) {
  const auto gauge = [&](std::string name, std::string help, const std::atomic<std::uint64_t>& value) {
    out.gauge("f3548_" + std::move(name), std::move(help), static_cast<double>(value.load()));
  };
  gauge("intents", "Operational intent references in the registry.", core.registry_intents);
  gauge("constraints", "Constraint references in the registry.", core.registry_constraints);
  gauge("subscriptions", "Subscriptions in the registry.", core.registry_subscriptions);
  gauge("uss_down", "Suppliers that are marked Down.", core.uss_down);
  out.counter("f3548_turns_waited_total", "Writes that waited for their turn in a contended place.",
              core.turns_waited.load());
  out.counter("f3548_turns_waited_too_long_total", "Those answered out of turn after the longest wait.",
              core.turns_waited_too_long.load());
  out.counter("f3548_turns_unused_total", "Turns whose client did not come back in time.", core.turns_unused.load());
  out.counter("f3548_turns_no_room_total", "Contended writes answered at once because too many wait.",
              core.turns_no_room.load());
  auto& requests = out.add("f3548_requests_total", "Answers of the F3548 face, by operation and class of status.",
                           MetricType::Counter);
  const auto add = [&](std::string_view operation, std::size_t row, bool all) {
    for (int of = 2; of <= F3548Counters::kClassMax; ++of) {
      const std::uint64_t count = counters.answers(row, of);
      if (count == 0 && !(all && of != 3)) continue;
      ClientMetric metric;
      metric.label.push_back({"operation", std::string(operation)});
      metric.label.push_back({"status", std::to_string(of) + "xx"});
      metric.counter.value = static_cast<double>(count);
      requests.metric.push_back(std::move(metric));
    }
  };
  for (const f3548_api::OperationInfo& info : f3548_api::operations()) {
    add(info.id, static_cast<std::size_t>(info.operation), true);
  }
  add("none", F3548Counters::kNoOperation, false);
  // Those that the standard's tables name are there from the start; another one once it has happened.
  constexpr std::array kUsual{400, 401, 403, 404, 409, 412, 413, 429, 503};
  auto& refused = out.add("f3548_refusals_total", "Refusals of the F3548 face, by status.", MetricType::Counter);
  for (int status = F3548Counters::kRefusedMin; status <= F3548Counters::kRefusedMax; ++status) {
    const std::uint64_t count = counters.refused(status);
    if (count == 0 && std::ranges::find(kUsual, status) == kUsual.end()) continue;
    add_labelled(refused, "status", std::to_string(status), count);
  }
}

void add_credentials(Families& out, const MetricsSource& source) {
  auto& taken = out.add("tokens_taken_total", "Requests with a valid token, by who made it.", MetricType::Counter);
  add_labelled(taken, "by", "node", source.door.local);
  add_labelled(taken, "by", "issuer", source.door.outside);
  auto& refused = out.add("tokens_refused_total", "Requests whose token was refused, by reason.", MetricType::Counter);
  for (std::size_t i = 0; i < net::kTokenFaults; ++i) {
    add_labelled(refused, "reason", net::to_text(static_cast<net::TokenFault>(i)), source.door.refused.at(i));
  }
  auto& limited = out.add("rate_limited_total", "Requests answered 429, by what was limited.", MetricType::Counter);
  add_labelled(limited, "by", "subject", source.door.limited_subjects);
  add_labelled(limited, "by", "address", source.door.limited_addresses);
  auto& keys = out.add("issuer_keys", "Keys of each issuer that are in use.", MetricType::Gauge);
  for (const auto& issuer : source.issuers) add_gauge(keys, "issuer", issuer.name, static_cast<double>(issuer.keys));
  auto& trouble = out.add("issuer_trouble", "1 while an issuer's keys cannot be read or fetched.", MetricType::Gauge);
  for (const auto& issuer : source.issuers) add_gauge(trouble, "issuer", issuer.name, issuer.trouble.empty() ? 0 : 1);
  auto& age = out.add("issuer_keys_age_seconds", "Since its keys were last fetched.", MetricType::Gauge);
  for (const auto& issuer : source.issuers) {
    if (issuer.age_ms) add_gauge(age, "issuer", issuer.name, static_cast<double>(*issuer.age_ms) / 1'000);
  }
  auto& failed = out.add("issuer_fetches_failed_total", "Fetches of its keys that failed.", MetricType::Counter);
  for (const auto& issuer : source.issuers) {
    if (issuer.fetches) add_labelled(failed, "issuer", issuer.name, issuer.fetches_failed);
  }
  out.gauge("test_mode", "1 while the node takes tokens that anybody can make.", source.test_mode ? 1 : 0);
  out.counter("tls_renewals_total", "Certificates taken since the start.", source.certificate.renewed);
  out.gauge("tls_trouble", "1 while the certificate's files cannot be used and an older one stays.",
            source.certificate.trouble.empty() ? 0 : 1);
  if (source.certificate.valid_until) {
    out.gauge("tls_valid_until_timestamp_seconds", "When the certificate in use ends; absent without TLS.",
              static_cast<double>(source.certificate.valid_until->ms) / 1'000);
  }
}

void add_disk(Families& out, const std::filesystem::path& dir) {
  struct statvfs disk{};
  if (::statvfs(dir.c_str(), &disk) == 0) {
    const auto block = static_cast<double>(disk.f_frsize);
    out.gauge("disk_free_bytes", "Free on the data folder's disk.", static_cast<double>(disk.f_bavail) * block);
    out.gauge("disk_size_bytes", "Of the data folder's disk.", static_cast<double>(disk.f_blocks) * block);
  }
  double used = 0;
  double record = 0;
  std::error_code error;
  for (auto it = std::filesystem::directory_iterator(dir, error); !error && it != std::filesystem::directory_iterator();
       it.increment(error)) {
    std::error_code unreadable;
    const auto bytes = it->file_size(unreadable);
    if (unreadable) continue;
    used += static_cast<double>(bytes);
    // The database with its journal: what only grows. Snapshots come and go.
    if (it->path().filename().string().starts_with("log.db")) record += static_cast<double>(bytes);
  }
  out.gauge("data_bytes", "Files of the data folder.", used);
  out.gauge("store_bytes", "Of these, the record, which is never deleted.", record);
}

}  // namespace

std::string metrics_text(const MetricsSource& source) {
  Families out;
  add_decisions(out, *source.core);
  add_core(out, *source.core);
  out.gauge("queue_depth", "Commands and reads that wait.", static_cast<double>(source.queue_depth));
  out.gauge("queue_limit", "From here on commands are turned away.", static_cast<double>(source.queue_max));
  out.gauge("log_queue_depth", "Requests for pieces of the log that wait.",
            static_cast<double>(source.log_queue_depth));
  out.gauge("event_listeners", "Listeners of the event stream.", static_cast<double>(source.listeners));
  out.gauge("clock_fit", "1 while the error of this node's clock is bounded by what the charter allows.",
            source.clock.fit ? 1 : 0);
  out.gauge("clock_synchronised", "1 while the kernel says that its clock is synchronised.",
            source.clock.synchronised ? 1 : 0);
  if (source.clock.bound) {
    out.gauge("clock_error_bound_seconds", "The largest error that the clock may have; absent when it has no bound.",
              static_cast<double>(*source.clock.bound) / 1'000);
  }
  out.gauge("clock_error_limit_seconds", "The largest error that the charter allows.",
            static_cast<double>(source.clock.limit) / 1'000);
  out.gauge("catalogue_agrees", "1 while messages are read by the catalogue that the charter names, or it names none.",
            source.catalogue_agrees ? 1 : 0);
  out.gauge("recovering", "1 while a part of this node's record is missing and it decides nothing.",
            source.recovering ? 1 : 0);
  out.gauge("recovery_missing_entries", "Own entries that are known to have been signed and are not held.",
            static_cast<double>(source.recovery_missing));
  out.gauge("published_entries", "Entries that the published checkpoint covers.",
            static_cast<double>(source.published_entries));
  add_peers(out, source);
  add_f3548(out, *source.core, *source.f3548);
  add_http(out, source.http);
  add_credentials(out, source);
  add_disk(out, source.data_dir);
  return out.text();
}

}  // namespace tansiq::node
