#include "sim/mirror.h"

#include <array>

namespace tansiq::sim {

log::Hash sign(const Checkpoint& c, std::uint64_t coalition) {
  log::Sha256 mac;
  const std::array<std::uint64_t, 4> numbers{coalition, static_cast<std::uint64_t>(c.log.kind), c.size, c.prefix};
  mac.update(ByteView(reinterpret_cast<const std::uint8_t*>(numbers.data()), sizeof numbers));
  mac.update(c.log.author.str()).update("/").update(c.log.reader.str());
  mac.update(c.root.view()).update(c.prefix_root.view());
  return mac.finish();
}

Verdict Mirror::judge(const LogAnswer& answer, std::uint64_t coalition, std::vector<std::string>& fresh) {
  const Checkpoint& said = answer.checkpoint;
  if (pinned_ || said.log != name_ || sign(said, coalition) != said.mac) return Verdict::kRefused;
  // Signed: the tree of `prefix` entries. Ours of that size must be the same.
  if (contradicts(said.prefix, said.prefix_root) || contradicts(said.size, said.root)) {
    pinned_ = true;
    return Verdict::kForked;
  }
  if (said.size < size()) return Verdict::kOld;
  if (said.size == size()) return Verdict::kNothingNew;
  if (said.prefix > size() || said.prefix + answer.lines.size() != said.size) return Verdict::kRefused;
  log::RightEdge after = edge_;
  std::vector<log::Hash> roots;
  for (std::size_t i = size() - said.prefix; i < answer.lines.size(); ++i) {
    after.append(log::leaf_hash(answer.lines[i]));
    roots.push_back(after.root());
  }
  if (after.root() != said.root) return Verdict::kRefused;
  fresh.assign(answer.lines.begin() + static_cast<std::ptrdiff_t>(size() - said.prefix), answer.lines.end());
  edge_ = after;
  if (roots_.empty()) roots_.push_back(log::empty_root());
  roots_.insert(roots_.end(), roots.begin(), roots.end());
  return Verdict::kExtends;
}

}  // namespace tansiq::sim
