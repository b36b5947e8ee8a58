// What makes a charter unfit for use, beyond its form.
#include <fmt/core.h>

#include <algorithm>

#include "core/charter.h"
#include "core/zone.h"
#include "geo/conflict.h"
#include "log/note.h"

namespace tansiq::core {
namespace {

class Linter {
 public:
  Linter(const Charter& charter, const std::set<AuthorityId>& signers) : charter_(charter), signers_(signers) {}

  std::vector<Finding> run() {
    if (charter_.authorities.empty()) add("authorities", "a charter names at least one authority");
    if (charter_.zones.empty()) add("zones", "a charter has at least one zone");
    for (std::size_t i = 0; i < charter_.authorities.size(); ++i) authority(i);
    shapes_.resize(charter_.zones.size());
    for (std::size_t i = 0; i < charter_.zones.size(); ++i) zone(i);
    for (std::size_t i = 0; i < charter_.zones.size(); ++i) {
      for (std::size_t k = 0; k < i; ++k) pair(k, i);
    }
    signatures();
    return std::move(findings_);
  }

 private:
  void add(std::string where, std::string message) { findings_.push_back({std::move(where), std::move(message)}); }

  void authority(std::size_t i) {
    const Authority& a = charter_.authorities[i];
    if (a.keys.empty()) add(fmt::format("authorities[{}].keys", i), "an authority without a key can sign nothing");
    for (std::size_t k = 0; k < a.keys.size(); ++k) {
      const std::string where = fmt::format("authorities[{}].keys[{}]", i, k);
      const auto key = log::VerifierKey::parse(a.keys[k]);
      if (!key) {
        add(where, key.error().message);
      } else if (key->type() != log::KeyType::kEd25519) {
        add(where, "a charter is signed with Ed25519 keys (type 01), not with cosignature keys");
      } else if (!keys_.insert(a.keys[k]).second) {
        add(where, fmt::format("key {} is named twice: one key, one role", key->name()));
      } else if (log::is_published_test_key(*key) && charter_.data_mode == DataMode::kReal) {
        add(where, fmt::format("key {} is a published test key: anybody can sign with it", key->name()));
      }
    }
    peer(i);
  }

  void peer(std::size_t i) {
    if (!charter_.authorities[i].peer) return;
    const Peer& p = *charter_.authorities[i].peer;
    const auto cosigner = log::VerifierKey::parse(p.cosigner);
    const std::string where = fmt::format("authorities[{}].peer", i);
    if (!cosigner) {
      add(where + ".cosigner", cosigner.error().message);
    } else if (cosigner->type() != log::KeyType::kEd25519Cosignature) {
      add(where + ".cosigner", "a cosigner's key is of type 04");
    } else if (!keys_.insert(p.cosigner).second) {
      add(where + ".cosigner", fmt::format("key {} is named twice: one key, one role", cosigner->name()));
    }
    if (p.tls_keys.empty()) add(where + ".tls_keys", "a node without a TLS key cannot be recognised");
    if (!p.url.starts_with("https://")) add(where + ".url", "a node is reached at https://host:port");
  }

  void zone(std::size_t i) {
    const Zone& z = charter_.zones[i];
    if (!charter_.find_authority(z.owner)) {
      add(fmt::format("zones[{}].owner", i), fmt::format("\"{}\" is not an authority of this charter", z.owner.str()));
    }
    if (z.domain == Domain::kSea &&
        (z.band.lower_cm != geo::kHeightUnboundedLow || z.band.upper_cm != geo::kHeightUnboundedHigh)) {
      add(fmt::format("zones[{}].band", i), "a zone at sea has no levels");
    }
    if (!z.outline) return;
    if (auto shape = geo::Shape::make(*z.outline)) {
      shapes_[i] = std::move(*shape);
    } else {
      Error error = inside(std::move(shape).error(), fmt::format("zones[{}].outline", i));
      add(std::move(error.where), std::move(error.message));
    }
  }

  void pair(std::size_t i, std::size_t k) {
    const Zone& a = charter_.zones[i];
    const Zone& b = charter_.zones[k];
    if (a.owner == b.owner || a.domain != b.domain || !shapes_[i] || !shapes_[k]) return;
    if (!bounds_meet(shapes_[i]->bounds(), shapes_[k]->bounds())) return;
    if (!geo::levels_conflict(a.band, b.band, 0) || !geo::outlines_conflict(*shapes_[i], *shapes_[k], 0)) return;
    add(fmt::format("zones[{}]", k),
        fmt::format("zone \"{}\" of {} overlaps zone \"{}\" of {}: each place has one sequencer", b.id.str(),
                    b.owner.str(), a.id.str(), a.owner.str()));
  }

  void signatures() {
    for (std::size_t i = 0; i < charter_.authorities.size(); ++i) {
      const AuthorityId& id = charter_.authorities[i].id;
      const bool owns =
          std::any_of(charter_.zones.begin(), charter_.zones.end(), [&](const Zone& z) { return z.owner == id; });
      if (owns && !signers_.contains(id)) {
        add(fmt::format("authorities[{}]", i), fmt::format("{} owns zones but has not signed", id.str()));
      }
    }
  }

  const Charter& charter_;
  const std::set<AuthorityId>& signers_;
  std::vector<std::optional<geo::Shape>> shapes_;
  std::set<std::string> keys_;
  std::vector<Finding> findings_;
};

}  // namespace

std::vector<Finding> lint(const Charter& charter, const std::set<AuthorityId>& signers) {
  return Linter(charter, signers).run();
}

}  // namespace tansiq::core
