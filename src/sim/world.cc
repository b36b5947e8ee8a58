#include "sim/world.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

#include "base/invariant.h"
#include "log/sha256.h"

namespace tansiq::sim {
namespace {

constexpr std::size_t kLastEvents = 40;
/// After healing, how long everything may take to come to rest.
constexpr DurationMs kRestMs = 3 * 3'600'000;

coordination::Origins origins_of(const core::Charter& charter) {
  auto made = coordination::Origins::make(charter);
  EXPECT_INVARIANT(made.has_value());
  return std::move(*made);
}

std::int64_t authorities_of(const Options& options, Rng rng) {
  return options.authorities_given ? options.authorities : rng.between(2, 6);
}

/// Only what is said about legs, answers to them, zones, crews, caveats and talks is looked into.
bool matters(std::string_view line) {
  if (!coordination::is_coordination_line(line)) return false;
  const std::string_view type = type_of(line);
  return std::ranges::any_of(std::array{"leg.", "zone.", "caveat.", "flight.crew", "talk.", "answer.", "anomaly"},
                             [&](std::string_view kind) { return type.starts_with(kind); });
}

}  // namespace

World::World(const Options& options)
    : options_(options),
      rng_(Rng(options.seed).stream("world")),
      link_rng_(rng_.stream("links")),
      fault_rng_(rng_.stream("faults")),
      traffic_rng_(rng_.stream("traffic")),
      timeline_(kStart),
      airspace_(make_airspace(rng_.stream("airspace"), authorities_of(options, rng_.stream("size")))),
      charters_(*this, rng_.stream("charters")),
      origins_(origins_of(airspace_.charter)),
      ledger_(charters_.ever()),
      talk_ledger_(charter()),
      talk_traffic_(*this, rng_.stream("talks")),
      hand_answers_(*this, rng_.stream("answers"), options.answers) {
  for (const core::Authority& a : charter().authorities) {
    nodes_.emplace(a.id, std::make_unique<Node>(*this, a.id, rng_.stream(a.id.str())));
  }
  checkers_ = make_checkers(*this);
}

World::~World() = default;

Report World::run() {
  traffic_end_ = now() + options_.minutes * 60'000;
  for (auto& [id, node] : nodes_) node->start();
  plan_traffic();
  plan_officers();
  charters_.plan();
  talk_traffic_.plan();
  hand_answers_.plan();
  if (options_.faults) plan_faults();
  timeline_.at(traffic_end_, [this] { heal(); });
  while (findings_.empty() && timeline_.step(traffic_end_)) {
  }
  // Then everything has to end, and everybody to know it.
  const UtcMs deadline = traffic_end_ + kRestMs;
  constexpr DurationMs kLookMs = 20'000;
  while (findings_.empty() && now() < deadline) {
    const UtcMs until = now() + kLookMs;
    while (findings_.empty() && timeline_.step(until)) {
    }
    if (at_rest()) break;
  }
  if (findings_.empty()) {
    for (const auto& checker : checkers_) checker->at_end();
    // One node from its very beginning; the others from a snapshot, which is what most restarts do.
    const auto chosen = static_cast<std::size_t>(options_.seed % nodes_.size());
    std::size_t at = 0;
    for (auto& [id, node] : nodes_) {
      if (node->settled()) node->check_replay(at == chosen);
      ++at;
    }
  }
  if (findings_.empty() && talk_traffic_.go_on_from_backup()) {
    for (const auto& checker : checkers_) checker->at_last();
  }
  Report report;
  report.findings = findings_;
  report.trace_hash = trace_.finish().hex();
  report.counts = counts_;
  report.last_events.assign(last_events_.begin(), last_events_.end());
  report.simulated_ms = now() - kStart;
  return report;
}

void World::know(const core::Charter& charter) {
  const Status named = origins_.adopt(charter);
  EXPECT_INVARIANT(named.has_value());
}

void World::expect_newcomer(const AuthorityId& id, std::int64_t founding) {
  const auto [at, made] = nodes_.try_emplace(id);
  if (!made) return;
  at->second = std::make_unique<Node>(*this, id, rng_.stream(id.str()), founding);
  timeline_.in(traffic_rng_.between(2'000, 6'000), [this, officer = at->second.get()] { officer_looks(*officer); });
  talk_traffic_.joins(*at->second);
}

void World::pass(DurationMs time) {
  const UtcMs until = now() + time;
  while (findings_.empty() && timeline_.step(until)) {
  }
}

bool World::go_back(Node& node, std::size_t commits) {
  if (!node.settled()) return false;
  liars_.insert(node.self());
  forgetful_ = node.self();
  node.go_on_from(commits);
  return true;
}

void World::send(const AuthorityId& from, const AuthorityId& to, std::function<void()> arrive) {
  const auto cut = cut_until_.find({from, to});
  const bool lost = cut != cut_until_.end() && now() < cut->second;
  if (lost || (faults() && link_rng_.chance(30))) {
    ++counts_.lost_messages;
    return;
  }
  const auto delay = [&] {
    if (faults() && link_rng_.chance(20)) return link_rng_.between(1'000, 12'000);
    return link_rng_.between(15, 250);
  };
  if (faults() && link_rng_.chance(30)) timeline_.in(delay(), arrive);
  timeline_.in(delay(), std::move(arrive));
}

void World::note_event(const AuthorityId& author, const Record& record) {
  if (options_.trace) {
    fmt::print("{} {} {}: {}", format_utc(now()), author.str(), origins_.origin(record.log), record.line);
  }
  if (record.log.author != author) return;
  if (last_events_.size() == kLastEvents) last_events_.pop_front();
  last_events_.push_back({now(), author, record.log, record.line});
}

void World::on_durable(Node& node) {
  std::size_t& noted = noted_[node.self()];
  const std::vector<Record>& records = node.disk().records();
  for (; noted < records.size(); ++noted) {
    const Record& record = records[noted];
    ++counts_.entries;
    trace_.update(node.self().str()).update(record.leaf.view());
    note_event(node.self(), record);
    charters_.note(node.self(), record);
    talk_ledger_.note_read(node.self(), record, now());
    for (const auto& checker : checkers_) checker->on_record(node.self(), record);
    if (record.log.author != node.self() || !matters(record.line)) continue;
    const EntryCache::Read entry = entries_.read(record.line, record.leaf);
    EXPECT_INVARIANT(entry->has_value());
    Durable durable{.now = now(), .author = node.self(), .log = record.log, .hash = record.leaf, .entry = **entry};
    ledger_.note(durable);
    talk_ledger_.note(durable);
    talk_traffic_.note(durable);
    // Who goes on from a backup without a look back says again what it has forgotten: how others take that is looked
    // at.
    if (forgetful_ == node.self()) continue;
    for (const auto& checker : checkers_) checker->on_entry(durable);
  }
}

void World::on_served(const AuthorityId& from, const AuthorityId& to, const log::Hash& hash, const std::string& bytes) {
  ++counts_.shares;
  for (const auto& checker : checkers_) checker->on_served(from, to, hash, bytes);
}

void World::on_file(const AuthorityId& from, const AuthorityId& to, const std::string& bytes) {
  ++counts_.talk_files;
  for (const auto& checker : checkers_) checker->on_file(from, to, bytes);
}

void World::on_shown(const AuthorityId& at, const EntryHash& message) {
  for (const auto& checker : checkers_) checker->on_shown(at, message);
}

void World::on_entered(const Aircraft& aircraft) {
  ++counts_.entered;
  inside_.insert(aircraft.request);
  for (const auto& checker : checkers_) checker->on_entered(aircraft);
}

void World::on_left(const Aircraft& aircraft) {
  inside_.erase(aircraft.request);
  for (const auto& checker : checkers_) checker->on_left(aircraft);
}

void World::on_replayed(const AuthorityId& node, std::string_view how, const core::StateHash& live,
                        const core::StateHash& replayed) {
  ++counts_.replays;
  for (const auto& checker : checkers_) checker->on_replayed(node, how, live, replayed);
}

void World::on_fork_found(const LogName& log) {
  ++counts_.forks_found;
  if (liars_.contains(log.author)) return;
  findings_.push_back(
      {"equivocation", fmt::format("{} is accused of two logs, and has written one", log.author.str())});
}

void World::on_rollback_noticed(const AuthorityId& author) {
  if (nodes_.at(author)->recovering()) ++counts_.rollbacks_noticed;
}

bool World::told_of(Node& node, const AuthorityId& home, const ZoneId& zone) const {
  const auto& control = node.coalition().control();
  const auto decides = control.sequencer(zone);
  return !liars_.contains(home) && (control.keeps(zone) || !decides || !liars_.contains(*decides));
}

bool World::at_rest() {
  if (!std::ranges::all_of(trips_, [&](const auto& trip) { return trip->over() || excused(trip->home().self()); }) ||
      !charters_.at_rest() || !talk_traffic_.at_rest()) {
    return false;
  }
  for (auto& [id, node] : nodes_) {
    if (!node->settled()) return false;
    if (excused(id)) continue;
    const auto& flights = node->coalition().flights().flights();
    if (!std::ranges::all_of(flights, [](const auto& f) { return f.second.ended; })) return false;
    for (const auto& [request, leg] : node->coalition().legs().versions()) {
      if (leg.live() && told_of(*node, leg.home, leg.zone)) return false;
    }
    if (behind(id)) continue;
    for (auto& [other, author] : nodes_) {
      if (other == id || behind(other)) continue;
      for (const LogName& name :
           {LogName{other, LogName::Kind::kMembers, {}}, LogName{other, LogName::Kind::kPair, id}}) {
        if (author->disk().log(name).edge.size() != node->disk().log(name).edge.size()) return false;
      }
    }
  }
  return true;
}

}  // namespace tansiq::sim
