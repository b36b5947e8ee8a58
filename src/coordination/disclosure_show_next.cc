// What has to be shown, ended, revoked and committed to now.
#include <algorithm>

#include "coordination/disclosure_show.h"
#include "coordination/lists.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {

void ShowDesk::touch(const std::string& source) {
  if (!all_) due_[source] = 0;
}

void ShowDesk::look_again(const AuthorityId& recipient) {
  for (const auto& [key, share] : share_of_) {
    if (key.second != recipient) continue;
    for (const auto& [as_of, body] : versions_of_[share]) unsure_.insert(body);
    touch(key.first);
  }
}

void ShowDesk::look_again(const std::string& source) {
  for (const AuthorityId& to : recipients_) {
    const ShareNamed* share = named(source, to);
    if (share == nullptr) continue;
    for (const auto& [as_of, body] : versions_of_[share->share]) unsure_.insert(body);
  }
  touch(source);
}

std::optional<Body> ShowDesk::next(UtcMs now) {
  if (all_ || relations_seen_ != relations_.revision()) {
    relations_seen_ = relations_.revision();
    all_ = !busy();
    if (!all_) {
      own_.each([this](const std::string& source) { due_[source] = 0; });
      for (const auto& [key, share] : share_of_) due_[key.first] = 0;
      for (const auto& [body, row] : rows_) {
        if (!row.revoked) unsure_.insert(body);
      }
    }
  }
  // What may not be known any more comes before what may be.
  if (auto body = revoke()) return body;
  while (!timers_.empty() && timers_.begin()->first <= now) {
    const std::string source = timers_.begin()->second;
    timers_.erase(timers_.begin());
    timer_of_.erase(source);
    touch(source);
  }
  while (!due_.empty()) {
    const auto first = due_.begin();
    const std::string source = first->first;
    const std::optional<OwnSource> own = own_.find(source);
    for (std::size_t& i = first->second; i < recipients_.size(); ++i) {
      if (auto body = duty(source, own, recipients_[i], now)) return body;
    }
    due_.erase(first);
  }
  while (!expiries_.empty() && expiries_.begin()->first <= now) {
    expired_.push_back(expiries_.begin()->second);
    expiries_.erase(expiries_.begin());
  }
  return commit();
}

std::optional<UtcMs> ShowDesk::next_timer() const {
  if (!due_.empty() || !unsure_.empty() || !uncommitted_.empty() || (all_ && busy())) return kUtcMin;
  std::optional<UtcMs> first;
  if (!timers_.empty()) first = timers_.begin()->first;
  if (!expiries_.empty() && (!first || expiries_.begin()->first < *first)) first = expiries_.begin()->first;
  return first;
}

std::optional<Body> ShowDesk::revoke() {
  ShareRevoked out;
  for (auto body = unsure_.begin(); body != unsure_.end() && out.bodies.size() < kSharesPerEntryMax;) {
    const auto row = rows_.find(*body);
    if (row == rows_.end() || !must_revoke(row->second)) {
      body = unsure_.erase(body);
    } else {
      out.bodies.push_back(*body++);
    }
  }
  if (out.bodies.empty()) return {};
  return out;
}

std::optional<Body> ShowDesk::commit() {
  if (uncommitted_.empty()) return {};
  ShareCommitment out;
  for (const EntryHash& body : uncommitted_) {
    out.bodies.push_back(body);
    if (out.bodies.size() == kSharesPerEntryMax) break;
  }
  return out;
}

void ShowDesk::wait(const std::string& source, UtcMs until) {
  const auto set = timer_of_.find(source);
  if (set != timer_of_.end()) {
    if (set->second <= until) return;
    timers_.erase({set->second, source});
  }
  timer_of_[source] = until;
  timers_.emplace(until, source);
}

std::optional<Body> ShowDesk::duty(const std::string& source, const std::optional<OwnSource>& own,
                                   const AuthorityId& to, UtcMs now) {
  const bool named_there = own && (!own->report || contains(own->report->releasable_to, to));
  const std::int64_t allowed = !named_there || withheld(source, to) ? 0 : level(own->domain, to);
  if (own && allowed == 0) return {};
  const ShareNamed* share = named(source, to);
  const ShownVersion* shown = share == nullptr ? nullptr : current(share->share);
  if (!own) {
    if (shown == nullptr) return {};
    // That it is over is news too, and waits as long as other news of this level.
    const core::Coarsening* less = coarsening_at(static_cast<ShareLevel>(shown->level), charter_.disclosure);
    const UtcMs due = own_.changed(source).value_or(kUtcMin) + (less == nullptr ? 0 : less->delay_ms);
    if (now < due) {
      wait(source, due);
      return {};
    }
    return ShareEnded{.share = share->share, .to = to};
  }
  const auto at = static_cast<ShareLevel>(allowed);
  if (const core::Coarsening* less = coarsening_at(at, charter_.disclosure); less != nullptr) {
    const UtcMs due = own->changed + less->delay_ms;
    if (now < due) {
      wait(source, due);
      return {};
    }
  }
  ShareContent content = content_at(*own, at, charter_.disclosure);
  if (content.volumes.empty() && !content.report) return {};
  content.from = self_;
  content.to = to;
  content.share = share != nullptr ? share->share : share_id(key_, source, to);
  content.onward = onward_now(source, to, own->domain, allowed);
  if (shown != nullptr) {
    content.as_of = shown->as_of;
    if (seal(content, key_).hash == shown->body) return {};
  }
  if (share == nullptr || share->domain != own->domain) {
    return ShareNamed{.domain = own->domain, .recipient = to, .share = content.share, .source = source};
  }
  content.as_of = now;
  if (const auto versions = versions_of_.find(share->share);
      versions != versions_of_.end() && !versions->second.empty()) {
    content.as_of = std::max(now, versions->second.rbegin()->first + 1);
  }
  SealedShare sealed = seal(content, key_);
  if (sealed.bytes.size() > kShareBytesMax) return {};
  ShareShown out{.as_of = content.as_of,
                 .body = sealed.hash,
                 .bytes = sealed.bytes.size(),
                 .level = allowed,
                 .onward = std::move(content.onward),
                 .share = share->share,
                 .to = to};
  sealed_.push_back(std::move(sealed));
  return out;
}

// The state
// -----------------------------------------------------------------------------------------------------------------

void ShowDesk::write_state(log::JcsWriter& out) const {
  out.begin_object().key("named").begin_array();
  for (const auto& [share, named] : named_) core::write_fields(out, named);
  out.end_array().key("rules").begin_array();
  for (const auto& [key, onward] : rules_) {
    core::write_fields(out, ShareRule{.domain = key.domain, .onward = onward, .recipient = key.recipient});
  }
  out.end_array().key("versions").begin_array();
  for (const auto& [body, row] : rows_) core::write_fields(out, row);
  out.end_array().key("withheld").begin_array();
  for (const auto& [source, to] : withheld_) {
    core::write_fields(out, ShareWithheld{.recipient = to, .source = source, .withheld = true});
  }
  out.end_array().end_object();
}

Status ShowDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kObject));
  TRY_VOID(value.only({"named", "rules", "versions", "withheld"}));
  const auto each = [&value]<class T>(std::string_view name, std::type_identity<T>, auto&& take) -> Status {
    const log::JcsValue list = TRY(value.at(name));
    TRY_VOID(list.expect(log::JcsValue::Kind::kArray));
    for (std::size_t i = 0; i < list.size(); ++i) take(TRY(core::read_fields<T>(list[i])));
    return {};
  };
  named_.clear();
  rows_.clear();
  rules_.clear();
  withheld_.clear();
  TRY_VOID(
      each("named", std::type_identity<ShareNamed>(), [this](ShareNamed of) { named_[of.share] = std::move(of); }));
  TRY_VOID(each("rules", std::type_identity<ShareRule>(),
                [this](ShareRule of) { rules_[{of.recipient, of.domain}] = std::move(of.onward); }));
  TRY_VOID(each("versions", std::type_identity<ShownVersion>(),
                [this](ShownVersion of) { rows_[of.body] = std::move(of); }));
  TRY_VOID(each("withheld", std::type_identity<ShareWithheld>(),
                [this](const ShareWithheld& of) { withheld_.emplace(of.source, of.recipient); }));
  index();
  return {};
}

void ShowDesk::index() {
  share_of_.clear();
  versions_of_.clear();
  uncommitted_.clear();
  expiries_.clear();
  due_.clear();
  unsure_.clear();
  timers_.clear();
  timer_of_.clear();
  all_ = true;
  for (const auto& [share, named] : named_) share_of_[{named.source, named.recipient}] = share;
  for (const auto& [body, row] : rows_) {
    versions_of_[row.share].emplace(row.as_of, body);
    if (!row.committed) uncommitted_.insert(body);
    set_expiry(row);
  }
}

}  // namespace tansiq::coordination
