#include "coordination/weave.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <functional>
#include <limits>
#include <map>
#include <optional>
#include <utility>

#include "base/limits.h"
#include "log/jcs.h"

namespace tansiq::coordination {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

struct OwnEntry {
  std::uint64_t seq = 0;
  std::size_t log = 0;
  std::size_t index = 0;
};
/// One log of a peer on its way into the order.
struct PeerTail {
  LogTail tail;
  std::vector<std::uint64_t> released;  ///< Above this number, by entry.
  std::vector<std::uint64_t> deadline;  ///< Below this one.
  std::size_t next = 0;

  [[nodiscard]] bool needed() const { return next < deadline.size() && deadline[next] != kNever; }
};

Result<std::uint64_t> seq_of(std::string_view line) {
  if (line.ends_with('\n')) line.remove_suffix(1);
  std::array<log::JcsTopInteger, 1> wanted{{{"seq", {}}}};
  TRY_VOID(log::JcsDocument::check(line, wanted, kEntryBytesMax));
  if (!wanted[0].value || *wanted[0].value < 0) return fail(ErrorCode::kMalformed, "the entry has no number", "seq");
  return static_cast<std::uint64_t>(*wanted[0].value);
}

/// Every entry hash in a line: a string of 64 hexadecimal digits. Bodies spell hashes in no other way.
void for_each_quote(std::string_view line, const std::function<void(const EntryHash&)>& visit) {
  constexpr std::size_t kDigits = 2 * EntryHash::kBytes;
  for (std::size_t at = line.find('"'); at != std::string_view::npos && at + kDigits + 1 < line.size();
       at = line.find('"', at + 1)) {
    if (line[at + kDigits + 1] != '"') continue;
    if (const auto hash = EntryHash::from_hex(line.substr(at + 1, kDigits))) visit(*hash);
  }
}

/// The logs that an anchor names, with their sizes.
void for_each_anchored(std::string_view line, const Origins& origins,
                       const std::function<void(const LogName&, std::uint64_t)>& visit) {
  if (line.find("\"type\":\"anchor.") == std::string_view::npos) return;
  const auto entry = read_entry(line);
  if (!entry) return;
  const auto each = [&](const std::vector<SeenLog>& seen) {
    for (const SeenLog& one : seen) {
      if (const auto name = origins.log(one.origin)) visit(*name, one.size);
    }
  };
  if (const auto* members = std::get_if<MembersAnchor>(&entry->body)) each(members->seen);
  if (const auto* pair = std::get_if<PairAnchor>(&entry->body)) each(pair->seen);
}

bool is_of(std::string_view line, std::string_view type) {
  return line.find(fmt::format("\"type\":\"{}\"", type)) != std::string_view::npos;
}

/// A zone and the epoch that a snapshot ends.
using EpochEnd = std::pair<ZoneId, std::int64_t>;
std::optional<EpochEnd> snapshot_in(std::string_view line) {
  if (!is_of(line, ZoneSnapshot::kType)) return {};
  const auto entry = read_entry(line);
  const auto* snapshot = entry ? std::get_if<ZoneSnapshot>(&entry->body) : nullptr;
  if (snapshot == nullptr) return {};
  return EpochEnd{snapshot->zone, snapshot->epoch};
}
/// What whoever takes a zone over had to know first. It quotes the entry that closes the epoch before, which every
/// member reads; the windows stand in another log, and only that entry quotes them.
std::optional<EpochEnd> snapshot_needed(std::string_view line) {
  if (!is_of(line, ZoneAccept::kType) && !is_of(line, ZoneResume::kType)) return {};
  const auto entry = read_entry(line);
  if (!entry) return {};
  if (const auto* accept = std::get_if<ZoneAccept>(&entry->body)) return EpochEnd{accept->zone, accept->epoch - 1};
  const auto* resume = std::get_if<ZoneResume>(&entry->body);
  if (resume == nullptr || !resume->returned) return {};
  return EpochEnd{resume->zone, resume->epoch - 1};
}

/// The request that a peer's entry says is confirmed.
std::optional<EntryHash> confirmed_in(std::string_view line) {
  if (!is_of(line, LegConfirmed::kType)) return {};
  const auto entry = read_entry(line);
  const auto* confirmed = entry ? std::get_if<LegConfirmed>(&entry->body) : nullptr;
  if (confirmed == nullptr) return {};
  return confirmed->request;
}
/// Whose confirmation had been read: no crew has had a clearance for anything else. It names the requests alone.
std::vector<EntryHash> cleared_in(std::string_view line) {
  if (!is_of(line, CrewReport::kType)) return {};
  auto entry = read_entry(line);
  auto* report = entry ? std::get_if<CrewReport>(&entry->body) : nullptr;
  if (report == nullptr) return {};
  return std::move(report->requests);
}

class Weaver {
 public:
  Weaver(std::vector<LogTail> own, std::vector<LogTail> peers, const Origins& origins, const core::Charter& in_force)
      : own_(std::move(own)), origins_(origins), in_force_(in_force) {
    for (LogTail& tail : peers) {
      PeerTail peer{.tail = std::move(tail), .released = {}, .deadline = {}};
      peer.released.assign(peer.tail.lines.size(), 0);
      peer.deadline.assign(peer.tail.lines.size(), kNever);
      peers_.push_back(std::move(peer));
    }
  }

  Result<std::vector<Woven>> run(std::uint64_t next_seq) {
    TRY_VOID(number_own(next_seq));
    find_releases();
    find_deadlines();
    find_memberships();
    for (const OwnEntry& entry : order_) {
      fill(next_seq, entry.seq);
      place(own_[entry.log].log, entry.seq, std::move(own_[entry.log].lines[entry.index]));
      next_seq = entry.seq + 1;
    }
    for (PeerTail& peer : peers_) {
      while (peer.next < peer.tail.lines.size()) place_next(peer, next_seq++);
    }
    return std::move(out_);
  }

 private:
  Status number_own(std::uint64_t next_seq) {
    for (std::size_t l = 0; l < own_.size(); ++l) {
      for (std::size_t i = 0; i < own_[l].lines.size(); ++i) {
        order_.push_back({TRY(seq_of(own_[l].lines[i])), l, i});
        by_hash_.emplace(hash_of(own_[l].lines[i]), order_.back().seq);
      }
    }
    std::ranges::sort(order_, {}, &OwnEntry::seq);
    for (const OwnEntry& entry : order_) {
      if (entry.seq < next_seq) {
        return fail(ErrorCode::kConflict,
                    fmt::format("an entry that came back has number {}, which is taken: this record was continued "
                                "after the loss; officers must look at both",
                                entry.seq),
                    origins_.origin(own_[entry.log].log));
      }
      next_seq = entry.seq + 1;
    }
    return {};
  }

  /// A peer's entry had been written after the own entries that it quotes, and is read in the order of its log.
  void find_releases() {
    std::map<LogName, std::vector<std::uint64_t>> numbers;
    for (const OwnEntry& entry : order_) numbers[own_[entry.log].log].push_back(entry.seq);
    const auto first_of = [&](const LogName& log) { return std::ranges::find(own_, log, &LogTail::log)->first; };
    for (PeerTail& peer : peers_) {
      std::uint64_t released = 0;
      for (std::size_t i = 0; i < peer.tail.lines.size(); ++i) {
        const std::string& line = peer.tail.lines[i];
        for_each_quote(line, [&](const EntryHash& hash) {
          if (const auto at = by_hash_.find(hash); at != by_hash_.end()) released = std::max(released, at->second + 1);
        });
        for_each_anchored(line, origins_, [&](const LogName& log, std::uint64_t size) {
          const auto at = numbers.find(log);
          if (at == numbers.end()) return;
          const std::uint64_t first = first_of(log);
          if (size <= first) return;
          const std::uint64_t last = std::min<std::uint64_t>(size - first, at->second.size()) - 1;
          released = std::max(released, at->second[last] + 1);
        });
        peer.released[i] = released;
      }
    }
  }

  /// It had been read before the first own entry that quotes it, or a later one of its log.
  void find_deadlines() {
    std::map<EntryHash, std::pair<std::size_t, std::size_t>> where;
    std::map<LogName, std::size_t> by_log;
    std::multimap<EpochEnd, std::pair<std::size_t, std::size_t>> snapshots;
    // Another may say so of the same request: only the owner's word counts, and each is placed in its own log.
    std::multimap<EntryHash, std::pair<std::size_t, std::size_t>> confirmed;
    for (std::size_t p = 0; p < peers_.size(); ++p) {
      by_log.emplace(peers_[p].tail.log, p);
      for (std::size_t i = 0; i < peers_[p].tail.lines.size(); ++i) {
        where.emplace(hash_of(peers_[p].tail.lines[i]), std::pair(p, i));
        if (auto end = snapshot_in(peers_[p].tail.lines[i])) snapshots.emplace(std::move(*end), std::pair(p, i));
        if (const auto request = confirmed_in(peers_[p].tail.lines[i])) confirmed.emplace(*request, std::pair(p, i));
      }
    }
    const auto need = [&](std::size_t peer, std::size_t index, std::uint64_t before) {
      std::uint64_t& deadline = peers_[peer].deadline[index];
      deadline = std::min(deadline, before);
    };
    for (const OwnEntry& entry : order_) {
      const std::string& line = own_[entry.log].lines[entry.index];
      for_each_quote(line, [&](const EntryHash& hash) {
        if (const auto at = where.find(hash); at != where.end()) need(at->second.first, at->second.second, entry.seq);
      });
      if (const auto end = snapshot_needed(line)) {
        const auto [first, last] = snapshots.equal_range(*end);
        for (auto part = first; part != last; ++part) need(part->second.first, part->second.second, entry.seq);
      }
      for (const EntryHash& request : cleared_in(line)) {
        const auto [first, last] = confirmed.equal_range(request);
        for (auto word = first; word != last; ++word) need(word->second.first, word->second.second, entry.seq);
      }
      for_each_anchored(line, origins_, [&](const LogName& log, std::uint64_t size) {
        const auto at = by_log.find(log);
        if (at == by_log.end()) return;
        const LogTail& tail = peers_[at->second].tail;
        if (size <= tail.first || tail.lines.empty()) return;
        need(at->second, std::min<std::uint64_t>(size - tail.first, tail.lines.size()) - 1, entry.seq);
      });
    }
    for (PeerTail& peer : peers_) {
      for (std::size_t i = peer.deadline.size(); i-- > 1;) {
        peer.deadline[i - 1] = std::min(peer.deadline[i - 1], peer.deadline[i]);
      }
    }
  }

  /// Nothing is read of whoever is no member: what was read of one who came in, or came back, with a version that is
  /// among what came back has its place behind that version's coming into force. Its text need not be at hand. That we
  /// wrote to somebody, or quoted what he wrote, between two versions shows that he was a member under the first.
  void find_memberships() {
    std::vector<std::uint64_t> begins{0};
    for (const OwnEntry& entry : order_) {
      if (is_of(own_[entry.log].lines[entry.index], CharterInForce::kType)) begins.push_back(entry.seq);
    }
    if (begins.size() == 1) return;
    const auto reign_of = [&](std::uint64_t seq) {
      return static_cast<std::size_t>(std::ranges::upper_bound(begins, seq) - begins.begin()) - 1;
    };
    std::map<AuthorityId, std::vector<bool>> member;
    const auto seen = [&](const AuthorityId& who, std::size_t reign) {
      const auto [of, fresh] = member.try_emplace(who, begins.size(), false);
      if (fresh) of->second[0] = in_force_.find_authority(who) != nullptr;
      of->second[reign] = true;
    };
    for (const OwnEntry& entry : order_) {
      const LogName& log = own_[entry.log].log;
      if (log.kind == LogName::Kind::kPair) seen(log.reader, reign_of(entry.seq));
    }
    for (const PeerTail& peer : peers_) {
      for (const std::uint64_t deadline : peer.deadline) {
        if (deadline != kNever) seen(peer.tail.log.author, reign_of(deadline));
      }
    }
    for (PeerTail& peer : peers_) {
      for (std::size_t i = 0; i < peer.deadline.size() && peer.deadline[i] != kNever; ++i) {
        const std::vector<bool>& of = member.at(peer.tail.log.author);
        std::size_t since = reign_of(peer.deadline[i]);
        while (since > 0 && of[since - 1]) --since;
        if (since > 0) peer.released[i] = std::max(peer.released[i], begins[since] + 1);
      }
    }
  }

  /// Numbers in [from, end) are free: gives them to what is needed, the most urgent first.
  void fill(std::uint64_t from, std::uint64_t end) {
    while (from < end) {
      PeerTail* urgent = nullptr;
      std::uint64_t next_release = kNever;
      for (PeerTail& peer : peers_) {
        if (!peer.needed()) continue;
        if (peer.released[peer.next] > from) {
          next_release = std::min(next_release, peer.released[peer.next]);
        } else if (urgent == nullptr || peer.deadline[peer.next] < urgent->deadline[urgent->next]) {
          urgent = &peer;
        }
      }
      if (urgent != nullptr) {
        place_next(*urgent, from++);
      } else {
        from = next_release;  // kNever, or beyond `end`: nothing fits here
      }
    }
  }

  void place_next(PeerTail& peer, std::uint64_t seq) {
    place(peer.tail.log, seq, std::move(peer.tail.lines[peer.next]));
    ++peer.next;
  }
  void place(const LogName& log, std::uint64_t seq, std::string line) { out_.push_back({log, seq, std::move(line)}); }

  std::vector<LogTail> own_;
  const Origins& origins_;
  const core::Charter& in_force_;
  std::vector<PeerTail> peers_;
  std::vector<OwnEntry> order_;
  std::map<EntryHash, std::uint64_t> by_hash_;
  std::vector<Woven> out_;
};

}  // namespace

Result<std::vector<Woven>> weave(std::vector<LogTail> own, std::vector<LogTail> peers, std::uint64_t next_seq,
                                 const Origins& origins, const core::Charter& in_force) {
  return Weaver(std::move(own), std::move(peers), origins, in_force).run(next_seq);
}

}  // namespace tansiq::coordination
