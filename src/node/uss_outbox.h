// Tells other suppliers what a registry's answers oblige us to tell: one POST for each delivery that the ledger has
// queued, until it is taken, given up, or overtaken by a newer one.
//
//   answer                                  then
//   2xx                                     delivered
//   401, 408, 409, 429, 5xx, none           again, after 1 s doubled each time up to 60 s, a part of it random
//   another 4xx, another 3xx                given up: trying again would not change it
//   still not taken when it expires         given up, with the last answer; each has been tried at least once
//
// At most one is under way to an address, so nobody hears of an intent out of order, and at most `per_host_max` to the
// addresses of one host: a supplier that does not answer takes that many workers for the length of a timeout and no
// more, under however many URLs it is known. Host names cost nothing, and whose they are nobody knows: so all hosts
// together whose last attempt did not end in a prompt answer, and those that were never asked, have `unproven_max` of
// the workers. The others are there for hosts that have just shown that they take notices at once; each slow answer
// costs a host that. Everything that lasts stands in the ledger; what is here (failures, when next, who was prompt) is
// forgotten with the process, and then all is tried at once.
//
// Any number of threads call `work`. The rest is for any thread.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "base/random.h"
#include "node/uss_host.h"

namespace tansiq::node {

class UssOutbox {
 public:
  struct Config {
    UssNames names;
    std::uint64_t seed = 0;  ///< Of the jitter.
    unsigned per_host_max = 2;
    unsigned unproven_max = 2;        ///< Under way to hosts that have not answered promptly, together.
    DurationMs prompt_ms = 2'000;     ///< What is prompt: an answer of any status within that.
    std::size_t proven_max = 10'000;  ///< Hosts that are remembered for it. Beyond, some are to prove it again.
    DurationMs backoff_first_ms = 1'000;
    DurationMs backoff_max_ms = 60'000;
  };
  /// Both outlive this.
  UssOutbox(Config config, UssHost& host, UssWire& wire);

  /// Reads what has been queued since the last look. Fails when the node is stopping.
  [[nodiscard]] Status look();
  /// Makes one attempt, if one is due. False when none is.
  [[nodiscard]] bool work();
  /// When the next is due.
  [[nodiscard]] std::optional<UtcMs> next() const;

  /// What is known of a delivery beside what the ledger says.
  struct Trying {
    unsigned failures = 0;
    UtcMs due;
    bool under_way = false;
    std::string why;
  };
  [[nodiscard]] std::map<std::uint64_t, Trying> trying() const;
  /// Since the start.
  struct Counts {
    std::uint64_t delivered = 0;
    std::uint64_t failed = 0;  ///< Attempts that were not the last.
    std::uint64_t given_up = 0;
    std::size_t waiting = 0;
  };
  [[nodiscard]] Counts counts() const;

 private:
  struct Waiting : Trying {
    IntentId intent;
    std::string url;
    UtcMs expires;
  };
  [[nodiscard]] std::optional<std::uint64_t> take();
  // Need the mutex.
  [[nodiscard]] bool free(const std::string& url) const;
  void let_go(const std::string& url);
  /// Whether a host has just answered promptly.
  void prove(const std::string& url, bool prompt);
  void attempt(std::uint64_t id, const Waiting& waiting);
  void over(std::uint64_t id, uss::Body body);
  void again(std::uint64_t id, std::string_view why);

  const Config config_;
  UssHost& host_;
  UssWire& wire_;

  mutable std::mutex mutex_;  // Guards what follows.
  SeededRandom random_;
  std::map<std::uint64_t, Waiting> waiting_;
  std::map<std::string, bool> busy_;                         ///< Addresses, and whether they count as unproven.
  std::map<std::string, unsigned, std::less<>> busy_hosts_;  ///< Of these, by host.
  unsigned busy_unproven_ = 0;                               ///< Of these, those that count so.
  std::set<std::string, std::less<>> proven_;                ///< Hosts.
  std::uint64_t seen_up_to_ = 0;                             ///< Deliveries of the ledger that were looked at.
  std::optional<std::uint64_t> seen_requeues_;
  Counts counts_;
};

}  // namespace tansiq::node
