#include "coordination/disclosure_show.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "coordination/lists.h"

namespace tansiq::coordination {
std::vector<AuthorityId> ShownVersion::outstanding() const {
  std::vector<AuthorityId> out = holders;
  insert_sorted(out, to);
  std::erase_if(out, [&](const AuthorityId& id) { return contains(destroyed, id); });
  return out;
}

ShowDesk::ShowDesk(AuthorityId self, const core::Charter& charter, const ShareKey& key, const RelationView& relations,
                   const OwnUse& own)
    : self_(std::move(self)), charter_(charter), key_(key), relations_(relations), own_(own) {
  adopt();
}

void ShowDesk::adopt() {
  recipients_.clear();
  all_ = true;
  for (auto& [source, next] : due_) next = 0;
  const core::Authority* here = charter_.find_authority(self_);
  if (here == nullptr || !here->peer) return;
  for (const core::Authority& authority : charter_.authorities) {
    if (authority.id != self_ && authority.peer) recipients_.push_back(authority.id);
  }
  std::ranges::sort(recipients_);
}

// The fold
// ------------------------------------------------------------------------------------------------------------------

std::optional<Oddity> ShowDesk::apply(const Said& said) {
  return std::visit([&](const auto& of) { return hear(said, of); }, said.body);
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareNamed& of) {
  if (said.author != self_) return {};
  named_[of.share] = of;
  share_of_[{of.source, of.recipient}] = of.share;
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareRule& of) {
  if (said.author != self_) return {};
  const RuleKey key{of.recipient, of.domain};
  if (of.onward.empty()) {
    rules_.erase(key);
  } else {
    std::vector<AuthorityId>& onward = rules_[key];
    onward = of.onward;
    std::ranges::sort(onward);
  }
  look_again(of.recipient);
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareWithheld& of) {
  if (said.author != self_) return {};
  if (of.withheld) {
    withheld_.emplace(of.source, of.recipient);
  } else {
    withheld_.erase({of.source, of.recipient});
  }
  // Whoever may not have it may not have it through another either.
  look_again(of.source);
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ReportFiled& of) {
  if (said.author == self_) look_again(source_of(of.report.report));
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ReportEnded& of) {
  if (said.author == self_) look_again(source_of(of.report));
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareShown& of) {
  if (said.author != self_ || rows_.contains(of.body)) return {};
  auto& versions = versions_of_[of.share];
  for (const auto& [as_of, body] : versions) {
    ShownVersion& before = rows_.at(body);
    end(before, said.time);
    unsure_.insert(body);
  }
  ShownVersion row;
  row.as_of = of.as_of;
  row.body = of.body;
  row.bytes = of.bytes;
  row.level = of.level;
  row.onward = of.onward;
  row.share = of.share;
  row.to = of.to;
  versions.emplace(of.as_of, of.body);
  uncommitted_.insert(of.body);
  unsure_.insert(of.body);
  rows_.emplace(of.body, std::move(row));
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareEnded& of) {
  if (said.author != self_) return {};
  const auto versions = versions_of_.find(of.share);
  if (versions == versions_of_.end()) return {};
  for (const auto& [as_of, body] : versions->second) {
    end(rows_.at(body), said.time);
    unsure_.insert(body);
  }
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareCommitment& of) {
  if (said.author != self_) return {};
  for (const EntryHash& body : of.bodies) {
    uncommitted_.erase(body);
    if (const auto row = rows_.find(body); row != rows_.end()) row->second.committed = true;
  }
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareRevoked& of) {
  if (said.author != self_) return {};
  for (const EntryHash& body : of.bodies) {
    unsure_.erase(body);
    const auto row = rows_.find(body);
    if (row == rows_.end() || row->second.revoked) continue;
    end(row->second, said.time);
    expiries_.erase({expiry(row->second).value_or(kUtcMin), body});
    row->second.revoked = said.time;
    set_expiry(row->second);
    if (const ShareNamed* share = named(row->second.share)) touch(share->source);
  }
  return {};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareForwarded& of) {
  if (said.author == self_ || of.to != self_) return {};
  const auto row = rows_.find(of.body);
  if (row == rows_.end()) return {};
  ShownVersion& version = row->second;
  if (said.author != version.to && !contains(version.holders, said.author)) {
    return Oddity{fmt::format("{} says that it has passed on a share that it was not shown", said.author.str())};
  }
  if (version.holders.size() >= kShareHoldersMax) return Oddity{"a share is held by too many"};
  expiries_.erase({expiry(version).value_or(kUtcMin), of.body});
  insert_sorted(version.holders, of.holder);
  set_expiry(version);
  unsure_.insert(of.body);
  if (contains(version.onward, of.holder)) return {};
  return Oddity{fmt::format("{} has passed share {} on to {}, to whom it may not", said.author.str(),
                            version.share.str(), of.holder.str()),
                true};
}

ShowDesk::Maybe ShowDesk::hear(const Said& said, const ShareDestroyed& of) {
  if (of.to != self_) return {};
  const auto row = rows_.find(of.body);
  if (row == rows_.end()) return {};
  if (said.author == self_) {
    erase(of.body);
    return {};
  }
  ShownVersion& version = row->second;
  if (version.destroyed.size() > kShareHoldersMax) return Oddity{"a share is held by too many"};
  expiries_.erase({expiry(version).value_or(kUtcMin), of.body});
  // Who says that it held it held it, also when whoever passed it on has not said so, or not yet.
  if (said.author != version.to) insert_sorted(version.holders, said.author);
  insert_sorted(version.destroyed, said.author);
  set_expiry(version);
  return {};
}

void ShowDesk::end(ShownVersion& row, UtcMs time) {
  row.current = false;
  if (row.until) return;
  row.until = time;
  set_expiry(row);
}

/// When the own copy goes: a day after the last receipt was possible, or after a month without.
std::optional<UtcMs> ShowDesk::expiry(const ShownVersion& row) {
  if (!row.until) return {};
  const bool quiet = row.outstanding().empty();
  return *row.until + (quiet ? 2 * kShareKeptMs : kOwnShareKeptMs);
}

void ShowDesk::set_expiry(const ShownVersion& row) {
  if (const auto at = expiry(row)) expiries_.emplace(*at, row.body);
}

void ShowDesk::erase(const EntryHash& body) {
  const auto at = rows_.find(body);
  const ShownVersion& row = at->second;
  expiries_.erase({expiry(row).value_or(kUtcMin), body});
  uncommitted_.erase(body);
  unsure_.erase(body);
  const auto versions = versions_of_.find(row.share);
  versions->second.erase({row.as_of, body});
  if (versions->second.empty()) {
    versions_of_.erase(versions);
    if (const auto share = named_.find(row.share); share != named_.end()) {
      share_of_.erase({share->second.source, share->second.recipient});
      named_.erase(share);
    }
  }
  rows_.erase(at);
}

// What is allowed
// -----------------------------------------------------------------------------------------------------------

bool ShowDesk::known(const AuthorityId& authority) const { return charter_.find_authority(authority) != nullptr; }

std::int64_t ShowDesk::level(core::RelationDomain domain, const AuthorityId& to) const {
  return share_level(domain, relations_.level(shown_under(domain, self_, to)));
}

bool ShowDesk::withheld(std::string_view source, const AuthorityId& to) const {
  return !withheld_.empty() && withheld_.contains({std::string(source), to});
}

std::vector<std::string> ShowDesk::withheld_from(const AuthorityId& to) const {
  std::vector<std::string> out;
  for (const auto& [source, recipient] : withheld_) {
    if (recipient == to) out.push_back(source);
  }
  return out;
}

std::vector<AuthorityId> ShowDesk::onward(const AuthorityId& recipient, core::Domain domain) const {
  const auto rule = rules_.find({recipient, domain});
  return rule == rules_.end() ? std::vector<AuthorityId>() : rule->second;
}

/// The rule, less those whom this may not be shown to directly either.
std::vector<AuthorityId> ShowDesk::onward_now(std::string_view source, const AuthorityId& to,
                                              core::RelationDomain domain, std::int64_t at) const {
  std::vector<AuthorityId> out;
  if (const InfoReport* report = own_.report(source)) {
    out = report->onward;
  } else if (domain != core::RelationDomain::kInformation) {
    out = onward(to, use_domain(domain));
  }
  std::erase_if(out, [&](const AuthorityId& id) { return id == to || level(domain, id) < at || withheld(source, id); });
  return out;
}

bool ShowDesk::surplus(const ShownVersion& row) const {
  if (row.current) return false;
  const auto versions = versions_of_.find(row.share);
  std::size_t newer = 0;
  for (auto v = versions->second.rbegin(); v != versions->second.rend() && v->second != row.body; ++v) ++newer;
  return newer > kShareVersionsKept;
}

bool ShowDesk::must_revoke(const ShownVersion& row) const {
  if (row.revoked) return false;
  const ShareNamed* share = named(row.share);
  if (share == nullptr) return false;
  if (level(share->domain, row.to) < row.level || withheld(share->source, row.to)) return true;
  if (share->domain == core::RelationDomain::kInformation) {
    const InfoReport* report = own_.report(share->source);
    if (report == nullptr || !contains(report->releasable_to, row.to)) return true;
  }
  // Who holds it through a third is not told otherwise that it does not stand any more.
  if (!row.current && !row.holders.empty()) return true;
  const std::vector<AuthorityId> allowed = onward_now(share->source, row.to, share->domain, row.level);
  return std::ranges::any_of(row.onward, [&](const AuthorityId& id) { return !contains(allowed, id); }) || surplus(row);
}

const ShareNamed* ShowDesk::named(const ShareId& share) const {
  const auto at = named_.find(share);
  return at == named_.end() ? nullptr : &at->second;
}

const ShareNamed* ShowDesk::named(std::string_view source, const AuthorityId& to) const {
  const auto share = share_of_.find({std::string(source), to});
  return share == share_of_.end() ? nullptr : named(share->second);
}

const ShownVersion* ShowDesk::current(std::string_view source, const AuthorityId& to) const {
  const ShareNamed* share = named(source, to);
  return share == nullptr ? nullptr : current(share->share);
}

const ShownVersion* ShowDesk::current(const ShareId& share) const {
  const auto versions = versions_of_.find(share);
  if (versions == versions_of_.end() || versions->second.empty()) return nullptr;
  const ShownVersion& newest = rows_.at(versions->second.rbegin()->second);
  return newest.current ? &newest : nullptr;
}

bool ShowDesk::may_serve(const EntryHash& body, const AuthorityId& peer) const {
  const auto row = rows_.find(body);
  if (row == rows_.end() || row->second.to != peer || row->second.revoked) return false;
  // A freeze counts from when it is read, not from when its consequences are written.
  return !must_revoke(row->second);
}

bool ShowDesk::busy() const {
  if (!rows_.empty()) return true;
  return std::ranges::any_of(recipients_, [&](const AuthorityId& to) {
    constexpr std::array kDomains{core::RelationDomain::kAir, core::RelationDomain::kSea,
                                  core::RelationDomain::kInformation};
    return std::ranges::any_of(kDomains, [&](core::RelationDomain domain) { return level(domain, to) > 0; });
  });
}

std::vector<SharePreview> ShowDesk::preview(const Edge& edge, std::int64_t after) const {
  std::vector<SharePreview> out;
  if (edge != shown_under(edge.domain, self_, edge.to) ||
      std::ranges::find(recipients_, edge.to) == recipients_.end()) {
    return out;
  }
  after = share_level(edge.domain, after);
  std::set<std::string> sources;
  own_.each([&](std::string source) { sources.insert(std::move(source)); });
  for (const auto& [key, share] : share_of_) {
    if (key.second == edge.to) sources.insert(key.first);
  }
  for (const std::string& source : sources) {
    SharePreview line;
    line.source = source;
    line.to = edge.to;
    const ShareNamed* share = named(source, edge.to);
    const auto own = own_.find(source);
    if (own ? own->domain != edge.domain : share == nullptr || share->domain != edge.domain) continue;
    if (const ShownVersion* shown = current(source, edge.to)) line.before = static_cast<ShareLevel>(shown->level);
    const bool named_here = !own || !own->report || contains(own->report->releasable_to, edge.to);
    if (own && named_here && !withheld(source, edge.to)) line.after = static_cast<ShareLevel>(after);
    if (share != nullptr) {
      for (const auto& [as_of, body] : versions_of_.at(share->share)) {
        const ShownVersion& row = rows_.at(body);
        if (row.revoked || row.level <= after) continue;
        ++line.versions;
        for (const AuthorityId& holder : row.outstanding()) insert_sorted(line.holders, holder);
      }
    }
    if (line.before != line.after || line.versions > 0) out.push_back(std::move(line));
  }
  return out;
}

// Acts
// --------------------------------------------------------------------------------------------------------------------

Result<Body> ShowDesk::rule(const ShareRule& rule) const {
  if (std::ranges::find(recipients_, rule.recipient) == recipients_.end()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("\"{}\" is nobody whom this node shows anything", rule.recipient.str()), "recipient");
  }
  ShareRule out = rule;
  std::ranges::sort(out.onward);
  for (std::size_t i = 0; i < out.onward.size(); ++i) {
    const AuthorityId& id = out.onward[i];
    if (!known(id)) {
      return fail(ErrorCode::kNotFound, fmt::format("there is no authority \"{}\" in the charter", id.str()), "onward");
    }
    if (id == self_ || id == rule.recipient) {
      return fail(ErrorCode::kInvalid, fmt::format("{} has it already: name others", id.str()), "onward");
    }
    if (i > 0 && out.onward[i - 1] == id) {
      return fail(ErrorCode::kInvalid, fmt::format("{} is named twice", id.str()), "onward");
    }
  }
  if (out.onward == onward(rule.recipient, rule.domain))
    return fail(ErrorCode::kWrongState, "the rule says so already");
  return Body(std::move(out));
}

Result<Body> ShowDesk::withhold(const ShareWithheld& act) const {
  if (std::ranges::find(recipients_, act.recipient) == recipients_.end()) {
    return fail(ErrorCode::kNotFound,
                fmt::format("\"{}\" is nobody whom this node shows anything", act.recipient.str()), "recipient");
  }
  if (!own_.find(act.source) && named(act.source, act.recipient) == nullptr && !withheld(act.source, act.recipient)) {
    return fail(ErrorCode::kNotFound,
                fmt::format("there is no \"{}\" here: say \"flight M1\", \"intent i7\" or \"report R3\"",
                            act.source.substr(0, 80)),
                "source");
  }
  if (withheld(act.source, act.recipient) == act.withheld) {
    return fail(ErrorCode::kWrongState, act.withheld ? "it is withheld already" : "it is not withheld");
  }
  if (act.withheld && withheld_.size() >= kWithheldMax) {
    return fail(ErrorCode::kTooLarge, "too much is withheld one by one: lift some of it, or lower the relation");
  }
  return Body(act);
}

}  // namespace tansiq::coordination
