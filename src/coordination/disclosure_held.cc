#include "coordination/disclosure_held.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/limits.h"
#include "coordination/lists.h"
#include "coordination/plant.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {
namespace {

struct CommitmentRow {
  AuthorityId author;
  EntryHash body;
  bool known = true;
  bool revoked = false;
  UtcMs time;
  static constexpr auto fields() {
    using R = CommitmentRow;
    return field_list(field("author", &R::author), field("body", &R::body), field("known", &R::known),
                      field("revoked", &R::revoked), field("time_ms", &R::time));
  }
};

}  // namespace

HoldDesk::HoldDesk(AuthorityId self, const core::Charter& charter, const RelationView& relations)
    : self_(std::move(self)), charter_(charter), relations_(relations) {}

// The fold
// ------------------------------------------------------------------------------------------------------------------

std::optional<Oddity> HoldDesk::apply(const Said& said) {
  Maybe out = std::visit([&](const auto& of) { return hear(said, of); }, said.body);
  if (said.author == self_) forget(said.time);
  return out;
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ShareShown& of) {
  if (said.author == self_ || of.to != self_) return {};
  const auto known = rows_.find(of.body);
  // What somebody has passed on, or says that he has, is its originator's own word from now on.
  const bool passed = known != rows_.end() && known->second.via && known->second.from == said.author &&
                      !known->second.destroyed && !known->second.revoked;
  if (known != rows_.end() && !passed) return {};
  HeldShare row;
  row.body = of.body;
  row.bytes = of.bytes;
  row.from = said.author;
  row.level = of.level;
  row.share = of.share;
  row.since = said.time;
  // The new version stands for the one before.
  const std::set<EntryHash> before = std::exchange(current_of_[{said.author, of.share}], {});
  for (const EntryHash& body : before) end(rows_.at(body), said.time);
  if (passed) drop(known->second);
  return take(std::move(row));
}

/// As if it had never been told of.
void HoldDesk::drop(const HeldShare& row) {
  const EntryHash body = row.body;
  if (row.until) expiries_.erase({*row.until + kShareKeptMs, body});
  HeldShare gone = row;
  gone.current = false;
  keep_use(gone);
  wanted_.erase(body);
  owed_.erase(body);
  contents_.erase(body);
  std::erase(doomed_, body);
  uncount(row);
  rows_.erase(body);
}

void HoldDesk::uncount(const HeldShare& row) {
  const auto held = held_of_.find(row.from);
  held->second.erase(row.body);
  if (held->second.empty()) held_of_.erase(held);
  const auto told = told_by_.find(row.via.value_or(row.from));
  if (--told->second == 0) told_by_.erase(told);
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const SharePassed& of) {
  if (said.author == self_) {
    const auto row = rows_.find(of.body);
    if (row == rows_.end()) return {};
    insert_sorted(row->second.passed, of.to);
    if (!contains(row->second.forwarded, of.to)) owed_.insert(of.body);
    return {};
  }
  if (of.to != self_ || rows_.contains(of.body)) return {};
  if (of.originator == self_ || of.originator == said.author || charter_.find_authority(of.originator) == nullptr) {
    return Oddity{fmt::format("{} passes on a share of {}", said.author.str(), of.originator.str())};
  }
  HeldShare row;
  row.body = of.body;
  row.bytes = of.bytes;
  row.from = of.originator;
  row.since = said.time;
  row.via = said.author;
  return take(std::move(row));
}

HoldDesk::Maybe HoldDesk::take(HeldShare row) {
  // Of whoever tells us of them: nobody takes the room of those whose shares he passes on.
  const AuthorityId teller = row.via.value_or(row.from);
  if (const auto told = told_by_.find(teller); told != told_by_.end() && told->second >= kHeldSharesMax) {
    return Oddity{fmt::format("more than {} shares that {} has told of are held: this one is not taken", kHeldSharesMax,
                              teller.str()),
                  true};
  }
  ++told_by_[teller];
  held_of_[row.from].insert(row.body);
  if (row.share) current_of_[{row.from, *row.share}].insert(row.body);
  const EntryHash body = row.body;
  HeldShare& kept = rows_.emplace(body, std::move(row)).first->second;
  const auto of_author = commitments_.find(kept.from);
  if (of_author != commitments_.end()) {
    const auto said = of_author->second.find(body);
    // Its revocation has been read before it: it is not fetched at all.
    if (said != of_author->second.end() && said->second.revoked) revoke(kept, said->second.time);
  }
  place(kept);
  ++revision_;
  return {};
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ShareEnded& of) {
  if (said.author == self_ || of.to != self_) return {};
  const std::set<EntryHash> ended = std::exchange(current_of_[{said.author, of.share}], {});
  current_of_.erase({said.author, of.share});
  for (const EntryHash& body : ended) end(rows_.at(body), said.time);
  return {};
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ShareCommitment& of) {
  if (said.author == self_) return {};
  for (const EntryHash& body : of.bodies) {
    note_commitment(said.author, body, false, said.time);
    if (const auto row = rows_.find(body); row != rows_.end() && row->second.from == said.author) place(row->second);
  }
  return {};
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ShareRevoked& of) {
  if (said.author == self_) return {};
  for (const EntryHash& body : of.bodies) {
    note_commitment(said.author, body, true, said.time);
    const auto row = rows_.find(body);
    if (row == rows_.end() || row->second.from != said.author) continue;
    revoke(row->second, said.time);
    place(row->second);
  }
  return {};
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ShareForwarded& of) {
  if (said.author != self_) return {};
  const auto row = rows_.find(of.body);
  if (row == rows_.end()) return {};
  insert_sorted(row->second.forwarded, of.holder);
  if (row->second.forwarded.size() >= row->second.passed.size()) owed_.erase(of.body);
  return {};
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ShareDestroyed& of) {
  if (said.author != self_ || of.to == self_) return {};
  const auto row = rows_.find(of.body);
  if (row == rows_.end() || row->second.destroyed) return {};
  end(row->second, said.time);
  row->second.destroyed = said.time;
  contents_.erase(of.body);
  place(row->second);
  return {};
}

HoldDesk::Maybe HoldDesk::hear(const Said& said, const ReportHeld& of) {
  if (said.author != self_) return {};
  untold_.erase(of.body);
  if (const auto row = rows_.find(of.body); row != rows_.end()) row->second.told = of.report;
  return {};
}

void HoldDesk::note_commitment(const AuthorityId& author, const EntryHash& body, bool revoked, UtcMs time) {
  auto& all = commitments_[author];
  auto& by_time = commitments_by_time_[author];
  const auto [at, fresh] = all.try_emplace(body, Commitment{.known = !revoked, .revoked = revoked, .time = time});
  if (!fresh) {
    at->second.known = at->second.known || !revoked;
    at->second.revoked = at->second.revoked || revoked;
    return;
  }
  by_time.emplace(time, body);
  while (all.size() > kCommitmentsKeptMax) {
    all.erase(by_time.begin()->second);
    by_time.erase(by_time.begin());
  }
}

void HoldDesk::end(HeldShare& row, UtcMs time) {
  ++revision_;
  row.current = false;
  if (row.share) {
    const auto current = current_of_.find({row.from, *row.share});
    if (current != current_of_.end()) {
      current->second.erase(row.body);
      if (current->second.empty()) current_of_.erase(current);
    }
  }
  if (!row.until) row.until = time;
  place(row);
}

void HoldDesk::revoke(HeldShare& row, UtcMs time) {
  end(row, time);
  if (!row.revoked) row.revoked = time;
}

bool HoldDesk::wants(const HeldShare& row) const {
  if (row.revoked || row.destroyed || contents_.contains(row.body)) return false;
  return !row.via || committed(row.from, row.body);
}

bool HoldDesk::stands(const HeldShare& row) const {
  return row.current && !row.revoked && !row.destroyed && content(row.body) != nullptr;
}

void HoldDesk::keep_use(const HeldShare& row) {
  const auto at = use_of_.find(row.body);
  if (!stands(row)) {
    if (at == use_of_.end()) return;
    geo::VolumeIndex& index = uses_.at({row.from, at->second.domain});
    for (const geo::VolumeIndex::Handle volume : at->second.volumes) index.remove(volume);
    use_by_tag_.erase(at->second.tag);
    use_of_.erase(at);
    return;
  }
  if (at != use_of_.end()) return;
  const ShareContent& shown = *content(row.body);
  if (shown.report) return;
  Use& use = use_of_[row.body];
  use.domain = use_domain(shown.domain);
  use.tag = ++last_tag_;
  use_by_tag_.emplace(use.tag, row.body);
  geo::VolumeIndex& index = uses_[{row.from, use.domain}];
  for (const geo::Volume4d& volume : shown.volumes) {
    if (const auto prepared = geo::prepare(volume)) use.volumes.push_back(index.insert(*prepared, use.tag));
  }
}

void HoldDesk::place(const HeldShare& row) {
  keep_use(row);
  if (wants(row)) {
    wanted_.insert(row.body);
  } else {
    wanted_.erase(row.body);
  }
  if (row.until) expiries_.erase({*row.until + kShareKeptMs, row.body});
  if (row.destroyed) {
    forgotten_.emplace(*row.destroyed + kShareKeptMs, row.body);
  } else if (row.revoked) {
    if (planted(Plant::kKeepRevoked)) return;
    if (std::ranges::find(doomed_, row.body) == doomed_.end()) doomed_.push_back(row.body);
  } else if (row.until) {
    expiries_.emplace(*row.until + kShareKeptMs, row.body);
  }
}

void HoldDesk::forget(UtcMs own_time) {
  while (!forgotten_.empty() && forgotten_.begin()->first <= own_time) {
    const EntryHash body = forgotten_.begin()->second;
    forgotten_.erase(forgotten_.begin());
    const auto row = rows_.find(body);
    if (row == rows_.end()) continue;
    uncount(row->second);
    owed_.erase(body);
    rows_.erase(row);
  }
}

// What has to be said and done
// --------------------------------------------------------------------------------------------------------

std::optional<Body> HoldDesk::next(UtcMs now) {
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    const EntryHash body = expiries_.begin()->second;
    expiries_.erase(expiries_.begin());
    const auto row = rows_.find(body);
    if (row == rows_.end() || row->second.destroyed) continue;
    if (!contains(doomed_, body)) doomed_.push_back(body);
  }
  while (!owed_.empty()) {
    const HeldShare& row = rows_.at(*owed_.begin());
    for (const AuthorityId& holder : row.passed) {
      if (!contains(row.forwarded, holder)) return ShareForwarded{.body = row.body, .holder = holder, .to = row.from};
    }
    owed_.erase(owed_.begin());
  }
  while (!untold_.empty()) {
    const EntryHash body = *untold_.begin();
    const auto row = rows_.find(body);
    const ShareContent* shown = content(body);
    if (row != rows_.end() && shown != nullptr && stands(row->second)) {
      return ReportHeld{.body = body,
                        .from = row->second.from,
                        .report = shown->report->report,
                        .tlp = shown->report->tlp,
                        .version = shown->report->version,
                        .via = row->second.via};
    }
    untold_.erase(untold_.begin());
  }
  return {};
}

std::optional<UtcMs> HoldDesk::next_timer() const {
  if (!owed_.empty() || !untold_.empty()) return kUtcMin;
  if (expiries_.empty()) return {};
  return expiries_.begin()->first;
}

std::vector<WantedBody> HoldDesk::wanted(std::size_t most, const EntryHash& after) const {
  std::vector<WantedBody> out;
  for (auto body = wanted_.upper_bound(after); body != wanted_.end() && out.size() < most; ++body) {
    const HeldShare& row = rows_.at(*body);
    out.push_back({.body = *body, .bytes = row.bytes, .peer = row.via.value_or(row.from)});
  }
  return out;
}

Status HoldDesk::learn(std::string_view bytes) {
  const EntryHash body = log::sha256(bytes);
  const auto row = rows_.find(body);
  if (row == rows_.end() || row->second.destroyed || row->second.revoked) {
    return fail(ErrorCode::kNotFound, "these bytes are no share that is held here");
  }
  const HeldShare& held = row->second;
  wanted_.erase(body);
  contents_[body] = std::nullopt;
  keep_use(held);
  ++revision_;
  ShareContent content = TRY(open_share(body, bytes));
  if (content.from != held.from) {
    return fail(ErrorCode::kInvalid,
                fmt::format("a share of {} says that it is of {}", held.from.str(), content.from.str()));
  }
  const bool marked = !content.report || !held.via || marking_allows(*content.report, *held.via == content.to, self_);
  const bool ours = held.via ? contains(content.onward, self_) && marked
                             : content.to == self_ && content.share == *held.share &&
                                   static_cast<std::int64_t>(content.level) == held.level;
  if (!ours) {
    doomed_.push_back(body);
    return fail(ErrorCode::kForbidden,
                fmt::format("a share of {} that came from {} was not meant for us: it is destroyed", held.from.str(),
                            held.via.value_or(held.from).str()));
  }
  if (content.report && content.report->expires) expiries_.emplace(*content.report->expires, body);
  if (content.report && !held.told) untold_.insert(body);
  contents_[body] = std::move(content);
  keep_use(held);
  return {};
}

std::vector<Body> HoldDesk::destroyed(const EntryHash& body) const {
  std::vector<Body> out;
  const auto row = rows_.find(body);
  if (row == rows_.end() || row->second.destroyed) return out;
  const HeldShare& held = row->second;
  out.emplace_back(ShareDestroyed{.body = body, .to = held.from});
  if (held.told) out.emplace_back(ReportGone{.body = body, .from = held.from, .report = *held.told});
  return out;
}

bool HoldDesk::may_serve(const EntryHash& body, const AuthorityId& peer) const {
  const auto row = rows_.find(body);
  if (row == rows_.end() || row->second.revoked || row->second.destroyed) return false;
  const ShareContent* shown = content(body);
  if (shown == nullptr || !contains(row->second.passed, peer)) return false;
  return may_pass(row->second, *shown, peer).has_value();
}

/// The originator's rule, the marking, and what we show to `to` ourselves.
Status HoldDesk::may_pass(const HeldShare& row, const ShareContent& shown, const AuthorityId& to) const {
  if (planted(Plant::kPassRegardless)) return {};
  if (!contains(shown.onward, to)) {
    return fail(ErrorCode::kForbidden,
                fmt::format("{} does not allow it to be passed on to {}; it names {}", row.from.str(), to.str(),
                            shown.onward.empty() ? std::string("nobody") : shown.onward.front().str()),
                "to");
  }
  if (shown.report && !marking_allows(*shown.report, !row.via, to)) {
    return fail(ErrorCode::kForbidden,
                fmt::format("it is marked TLP:{}, which does not let us pass it on to {}",
                            core::to_text(shown.report->tlp), to.str()),
                "to");
  }
  if (relations_.level(shown_under(shown.domain, self_, to)) == 0) {
    return fail(ErrorCode::kForbidden,
                fmt::format("we show {} nothing in this domain, so nothing of others either", to.str()), "to");
  }
  return {};
}

// Acts, answers
// -----------------------------------------------------------------------------------------------------------

Result<Body> HoldDesk::pass(const EntryHash& body, const AuthorityId& to) const {
  const auto row = rows_.find(body);
  if (row == rows_.end()) return fail(ErrorCode::kNotFound, "no such share is held here", "body");
  const HeldShare& held = row->second;
  if (held.revoked || held.destroyed) {
    return fail(ErrorCode::kWrongState, fmt::format("{} has revoked it", held.from.str()), "body");
  }
  const core::Authority* who = charter_.find_authority(to);
  if (who == nullptr || !who->peer || to == self_) {
    return fail(ErrorCode::kNotFound, fmt::format("\"{}\" is no other authority of the charter", to.str()), "to");
  }
  if (to == held.from) return fail(ErrorCode::kInvalid, fmt::format("it is of {} itself", to.str()), "to");
  const ShareContent* shown = content(body);
  if (shown == nullptr) return fail(ErrorCode::kWrongState, "its content has not come yet, or cannot be read", "body");
  if (contains(held.passed, to)) return fail(ErrorCode::kWrongState, fmt::format("{} has it already", to.str()), "to");
  if (held.passed.size() >= kShareHoldersMax)
    return fail(ErrorCode::kTooLarge, "it has been passed on too often", "to");
  TRY_VOID(may_pass(held, *shown, to));
  return Body(SharePassed{.body = body, .bytes = held.bytes, .originator = held.from, .to = to});
}

std::vector<HoldDesk::Known> HoldDesk::known(const AuthorityId& authority) const {
  std::vector<Known> out;
  const auto held = held_of_.find(authority);
  if (held == held_of_.end()) return out;
  for (const EntryHash& body : held->second) {
    if (stands(rows_.at(body))) out.push_back({body, content(body)});
  }
  return out;
}

std::vector<HoldDesk::Known> HoldDesk::known(const AuthorityId& authority, const ShareId& share) const {
  const auto current = current_of_.find({authority, share});
  if (current == current_of_.end()) return {};
  return known(authority, std::vector(current->second.begin(), current->second.end()));
}

std::vector<HoldDesk::Known> HoldDesk::known(const AuthorityId& authority, const std::vector<EntryHash>& bodies) const {
  std::vector<Known> out;
  for (const EntryHash& body : bodies) {
    const auto row = rows_.find(body);
    if (row != rows_.end() && row->second.from == authority && stands(row->second))
      out.push_back({body, content(body)});
  }
  return out;
}

Result<std::vector<HoldDesk::Known>> HoldDesk::near(const AuthorityId& authority, core::Domain domain,
                                                    const geo::PreparedVolume& volume,
                                                    const geo::Minima& minima) const {
  std::vector<Known> out;
  const auto uses = uses_.find({authority, domain});
  if (uses == uses_.end()) return out;
  std::vector<geo::VolumeIndex::Hit> hits;
  TRY_VOID(uses->second.find_conflicts(volume, minima, kCandidatesMax, hits));
  std::set<EntryHash> bodies;
  for (const geo::VolumeIndex::Hit& hit : hits) bodies.insert(use_by_tag_.at(hit.tag));
  for (const EntryHash& body : bodies) out.push_back({body, content(body)});
  return out;
}

const ShareContent* HoldDesk::content(const EntryHash& body) const {
  const auto at = contents_.find(body);
  return at == contents_.end() || !at->second ? nullptr : &*at->second;
}

bool HoldDesk::committed(const AuthorityId& authority, const EntryHash& body) const {
  const auto of = commitments_.find(authority);
  if (of == commitments_.end()) return false;
  const auto at = of->second.find(body);
  return at != of->second.end() && at->second.known && !at->second.revoked;
}

// The state
// -----------------------------------------------------------------------------------------------------------------

void HoldDesk::write_state(log::JcsWriter& out) const {
  out.begin_object().key("commitments").begin_array();
  for (const auto& [author, all] : commitments_) {
    for (const auto& [body, of] : all) {
      core::write_fields(
          out,
          CommitmentRow{.author = author, .body = body, .known = of.known, .revoked = of.revoked, .time = of.time});
    }
  }
  out.end_array().key("held").begin_array();
  for (const auto& [body, row] : rows_) core::write_fields(out, row);
  out.end_array().end_object();
}

Status HoldDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only({"commitments", "held"}));
  const log::JcsValue commitments = TRY(value.at("commitments"));
  TRY_VOID(commitments.expect(log::JcsValue::Kind::kArray));
  const log::JcsValue held = TRY(value.at("held"));
  TRY_VOID(held.expect(log::JcsValue::Kind::kArray));
  rows_.clear();
  commitments_.clear();
  for (std::size_t i = 0; i < commitments.size(); ++i) {
    const auto row = TRY(core::read_fields<CommitmentRow>(commitments[i]));
    commitments_[row.author][row.body] = {.known = row.known, .revoked = row.revoked, .time = row.time};
  }
  for (std::size_t i = 0; i < held.size(); ++i) {
    auto row = TRY(core::read_fields<HeldShare>(held[i]));
    const EntryHash body = row.body;
    rows_.emplace(body, std::move(row));
  }
  index();
  return {};
}

void HoldDesk::index() {
  current_of_.clear();
  held_of_.clear();
  told_by_.clear();
  commitments_by_time_.clear();
  wanted_.clear();
  owed_.clear();
  expiries_.clear();
  forgotten_.clear();
  doomed_.clear();
  contents_.clear();
  uses_.clear();
  use_of_.clear();
  use_by_tag_.clear();
  ++revision_;
  for (const auto& [author, all] : commitments_) {
    for (const auto& [body, of] : all) commitments_by_time_[author].emplace(of.time, body);
  }
  for (const auto& [body, row] : rows_) {
    held_of_[row.from].insert(body);
    ++told_by_[row.via.value_or(row.from)];
    if (row.share && row.current) current_of_[{row.from, *row.share}].insert(body);
    if (std::ranges::any_of(row.passed, [&](const AuthorityId& id) { return !contains(row.forwarded, id); })) {
      owed_.insert(body);
    }
    place(row);
  }
}

}  // namespace tansiq::coordination
