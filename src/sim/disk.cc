#include "sim/disk.h"

#include <utility>

#include "log/sha256.h"

namespace tansiq::sim {

std::string_view type_of(std::string_view line) {
  constexpr std::string_view kMember = "\"type\":\"";
  const std::size_t at = line.rfind(kMember);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = line.substr(at + kMember.size());
  return rest.substr(0, rest.find('"'));
}

void Disk::write(Batch batch) {
  if (!batch.empty()) pending_.push_back(std::move(batch));
}

void Disk::file(std::size_t index) {
  DurableLog& log = logs_[records_[index].log];
  if (log.roots.empty()) log.roots.push_back(log::empty_root());
  log.edge.append(records_[index].leaf);
  log.roots.push_back(log.edge.root());
  log.records.push_back(index);
}

log::Hash Disk::chain_from(std::size_t first, const log::Hash& before) const {
  log::Sha256 chain;
  chain.update(before.view());
  for (std::size_t i = first; i < records_.size(); ++i) chain.update(records_[i].leaf.view());
  return chain.finish();
}

void Disk::commit(Batch batch) {
  const std::size_t first = records_.size();
  for (coordination::Written& written : batch) {
    const log::Hash leaf = log::leaf_hash(written.line);
    records_.push_back({std::move(written.log), written.seq, std::move(written.line), leaf});
    file(records_.size() - 1);
  }
  commits_.push_back({records_.size(), chain_from(first, commits_.empty() ? log::Hash{} : commits_.back().chain)});
}

std::size_t Disk::sync() {
  const std::size_t first = records_.size();
  for (Batch& batch : std::exchange(pending_, {})) commit(std::move(batch));
  return first;
}

void Disk::crash(Rng& rng) {
  std::vector<Batch> lost = std::exchange(pending_, {});
  if (lost.empty()) return;
  const auto whole = static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(lost.size())));
  for (std::size_t i = 0; i < whole; ++i) commit(std::move(lost[i]));
  if (whole == lost.size() || !rng.chance(500)) return;
  // A piece of the next batch: its lines without the mark that ends it.
  const auto lines = static_cast<std::size_t>(rng.between(1, static_cast<std::int64_t>(lost[whole].size())));
  for (std::size_t i = 0; i < lines; ++i) {
    coordination::Written& written = lost[whole][i];
    const log::Hash leaf = log::leaf_hash(written.line);
    records_.push_back({std::move(written.log), written.seq, std::move(written.line), leaf});
  }
}

void Disk::flip_bit(Rng& rng) {
  if (commits_.empty()) return;
  const auto index = static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(commits_.back().end) - 1));
  std::string& line = records_[index].line;
  flipped_ = {index, line};
  char& at = line[static_cast<std::size_t>(rng.between(0, static_cast<std::int64_t>(line.size()) - 1))];
  at = static_cast<char>(at ^ (1 << rng.between(0, 7)));
}

void Disk::restore_flipped() {
  if (flipped_) records_[flipped_->first].line = std::move(flipped_->second);
  flipped_.reset();
}

void Disk::refile() {
  logs_.clear();
  for (std::size_t i = 0; i < records_.size(); ++i) file(i);
}

void Disk::restore_backup(std::size_t commits) {
  commits_.resize(commits);
  const std::size_t end = commits_.empty() ? 0 : commits_.back().end;
  aside_records_.assign(std::make_move_iterator(records_.begin() + static_cast<std::ptrdiff_t>(end)),
                        std::make_move_iterator(records_.end()));
  records_.resize(end);
  refile();
}

std::vector<Record> Disk::take_lost() { return std::exchange(aside_records_, {}); }

Status Disk::open() {
  const std::size_t end = commits_.empty() ? 0 : commits_.back().end;
  if (records_.size() > end) {
    ++torn_tails_;
    records_.resize(end);
  }
  log::Hash chain;
  std::size_t at = 0;
  for (const Commit& commit : commits_) {
    log::Sha256 next;
    next.update(chain.view());
    for (; at < commit.end; ++at) {
      // Lines change by `flip_bit` alone: the leaf of any other is the hash of its bytes already.
      const bool flipped = flipped_ && flipped_->first == at;
      next.update((flipped ? log::leaf_hash(records_[at].line) : records_[at].leaf).view());
    }
    chain = next.finish();
    if (chain != commit.chain) return fail(ErrorCode::kCorrupt, "a stored line is not what was written");
  }
  return {};
}

const DurableLog& Disk::log(const LogName& name) const {
  static const DurableLog kNone{{}, {}, {log::empty_root()}};
  const auto at = logs_.find(name);
  return at == logs_.end() ? kNone : at->second;
}

}  // namespace tansiq::sim
