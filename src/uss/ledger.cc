#include "uss/ledger.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "base/limits.h"

namespace tansiq::uss {
namespace {

std::unexpected<Error> cannot(std::string message) { return fail(ErrorCode::kWrongState, std::move(message)); }

template <class Table, class Key>
auto* find_in(Table& table, const Key& key) {
  const auto at = table.find(key);
  return at == table.end() ? nullptr : &at->second;
}

/// What two accounts of one version must agree in.
auto content(const Learned& of) { return std::tie(of.details, of.ovn, of.state, of.start, of.end, of.url); }

}  // namespace

// Saying
// ---------------------------------------------------------------------------------------------------------------------

Result<std::string> Ledger::say(Body body, Place place) {
  TRY_VOID(consistent(body, place));
  TRY_VOID(within_limits(body));
  std::string line = write_entry({place, body});
  if (line.size() > kEntryBytesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("{} bytes; an entry holds {}", line.size(), kEntryBytesMax));
  }
  // What is written and cannot be read again ends the node for good at its next start.
  if (const auto again = read_entry(line); !again) {
    return fail(ErrorCode::kInvalid, "no entry could say it: " + again.error().text());
  }
  std::visit([&](const auto& of) { fold(of, place); }, body);
  return line;
}

Status Ledger::within_limits(const Body& body) const {
  const auto full = [](std::string_view what, std::size_t limit) {
    return fail(ErrorCode::kOverloaded, fmt::format("at most {} {} are kept; try again later", limit, what));
  };
  const auto adds = [&](const auto* of) {
    return of != nullptr && registration(of->intent) == nullptr && !tries_.contains(of->intent);
  };
  if ((adds(std::get_if<Registered>(&body)) || adds(std::get_if<Trying>(&body))) &&
      registrations_.size() + tries_.size() >= limits_.registrations_max) {
    return full("registered intents", limits_.registrations_max);
  }
  const auto* tell = std::get_if<ToTell>(&body);
  // One that takes the place of another adds none.
  if (tell != nullptr && queued_.size() >= limits_.deliveries_max && !queued_.contains({tell->intent, tell->url})) {
    return full("deliveries that are queued", limits_.deliveries_max);
  }
  if (tell != nullptr && deliveries_.size() >= limits_.deliveries_max + limits_.done_max) {
    return full("deliveries, done ones included; they are being forgotten", limits_.deliveries_max + limits_.done_max);
  }
  const auto* learned = std::get_if<Learned>(&body);
  const auto* gone = std::get_if<Gone>(&body);
  const bool fresh = (learned != nullptr && other(learned->kind, learned->id) == nullptr) ||
                     (gone != nullptr && other(gone->kind, gone->id) == nullptr);
  if (fresh && others_.size() >= limits_.others_max) return full("things of other suppliers", limits_.others_max);
  if (fresh && (gone != nullptr || learned->how == How::kNotice)) {
    // One that tells us of ever more things leaves room for the others.
    const std::string& manager = gone != nullptr ? gone->manager : learned->manager;
    const auto* of = find_in(others_of_, manager);
    if (of != nullptr && *of >= limits_.others_of_one_max)
      return full("things of one supplier", limits_.others_of_one_max);
  }
  if (const auto* found = std::get_if<DriftFound>(&body);
      found != nullptr && !drifts_.contains({found->id, found->version}) && drifts_.size() >= limits_.drifts_max) {
    return full("incidents", limits_.drifts_max);
  }
  return {};
}

std::optional<std::string> Ledger::tick(Place place) {
  // What is done is there to be looked at, and gives way to what is not.
  const std::size_t done = deliveries_.size() - queued_.size();
  std::size_t crowded = done > limits_.done_max / 2 ? done - limits_.done_max / 2 : 0;
  if (crowded == 0 && next_forget_ && place.time < *next_forget_) return std::nullopt;
  Forgotten body;
  std::size_t room = kForgottenPerEntryMax;
  const auto take = [&](auto& list, const auto& id) {
    list.push_back(id);
    --room;
  };
  const UtcMs over = place.time - kOverKeptMs;
  for (const auto& [id, delivery] : deliveries_) {
    if (room == 0) break;
    if (delivery.state == DeliveryState::kQueued) continue;
    if (delivery.changed >= over && crowded == 0) continue;
    if (crowded > 0) --crowded;
    take(body.deliveries, id);
  }
  for (const auto& [intent, registration] : registrations_) {
    if (room == 0) break;
    const auto owed = queued_.lower_bound({intent, ""});
    const bool owes = owed != queued_.end() && owed->first.first == intent;
    if (registration.ended && registration.changed < over && !owes) take(body.intents, intent);
  }
  for (const auto& [key, other] : others_) {
    if (room == 0) break;
    const UtcMs said = other.last.how == How::kNotice ? std::min(other.last.end.ceil(), other.changed + kToldKeptMs)
                                                      : other.last.end.ceil();
    const UtcMs end = other.gone ? other.changed : std::max(other.changed, said);
    if (end < over) take(key.first == Kind::kIntent ? body.others : body.constraints, key.second);
  }
  for (const auto& [key, drift] : drifts_) {
    if (room == 0) break;
    if (drift.when < place.time - kDriftKeptMs && (body.drifts.empty() || body.drifts.back() != key.first)) {
      take(body.drifts, key.first);
    }
  }
  if (room == kForgottenPerEntryMax) {
    next_forget_ = place.time + kForgetEveryMs;
    return std::nullopt;
  }
  auto line = say(std::move(body), place);
  EXPECT_INVARIANT(line.has_value());
  return std::move(*line);
}

// Reading
// --------------------------------------------------------------------------------------------------------------------

const Registration* Ledger::registration(const IntentId& intent) const { return find_in(registrations_, intent); }

const Registration* Ledger::registration(const Uuid& id) const {
  const auto* intent = find_in(by_uuid_, id);
  return intent == nullptr ? nullptr : registration(*intent);
}

const Other* Ledger::other(Kind kind, const Uuid& id) const { return find_in(others_, std::pair(kind, id)); }

const Drift* Ledger::open_drift(const Uuid& id, std::int64_t version) const {
  const Drift* drift = find_in(drifts_, std::pair(id, version));
  return drift == nullptr || drift->settled ? nullptr : drift;
}

std::size_t Ledger::open_drifts() const {
  return static_cast<std::size_t>(std::ranges::count_if(drifts_, [](const auto& one) { return !one.second.settled; }));
}

News Ledger::judge(const Learned& learned) const {
  const Other* known = other(learned.kind, learned.id);
  if (known == nullptr) return News::kNew;
  if (known->last.manager != learned.manager) return News::kForeign;
  if (known->gone) {
    // An id may be used again after its end, and then has a new OVN; what was said of the old one may come late.
    if (known->last.ovn.empty() || known->last.ovn == learned.ovn) return News::kOlder;
    return learned.version < known->last.version && learned.version != 1 ? News::kOlder : News::kNew;
  }
  if (learned.version > known->last.version) return News::kNew;
  // Ended, which nobody told us, and registered anew. What was fetched was held against the registry; a notice of a
  // later version may be of the registration before and long under way.
  const bool another = !known->last.ovn.empty() && known->last.ovn != learned.ovn;
  if (another && learned.version == 1 && learned.how == How::kFetch) return News::kNew;
  if (learned.version < known->last.version) return News::kOlder;
  if (another) return learned.how == How::kFetch || learned.version == 1 ? News::kNew : News::kOlder;
  return content(learned) == content(known->last) ? News::kKnown : News::kDifferent;
}

// Replaying
// ------------------------------------------------------------------------------------------------------------------

Status Ledger::apply(std::string_view line) {
  const Entry entry = TRY(read_entry(line));
  return apply(entry);
}

Status Ledger::apply(const Entry& entry) {
  if (const Status good = consistent(entry.body, entry.place); !good) {
    return fail(ErrorCode::kCorrupt, good.error().message);
  }
  std::visit([&](const auto& of) { fold(of, entry.place); }, entry.body);
  return {};
}

Status Ledger::queued(std::uint64_t id) const {
  const Delivery* delivery = find_in(deliveries_, id);
  if (delivery == nullptr) return cannot(fmt::format("there is no delivery {}", id));
  if (delivery->state != DeliveryState::kQueued) return cannot(fmt::format("delivery {} is not queued", id));
  return {};
}

/// Whether it can follow what came before.
Status Ledger::consistent(const Body& body, Place place) const {
  if (const auto* said = std::get_if<Registered>(&body)) {
    const Registration* before = registration(said->intent);
    if (before != nullptr && before->last.id != said->id) return cannot("the intent has another id");
    const auto* of = find_in(by_uuid_, said->id);
    if (of != nullptr && *of != said->intent) return cannot("the id is another intent's");
    return {};
  }
  if (const auto* said = std::get_if<Ended>(&body)) {
    const Registration* before = registration(said->intent);
    if ((before == nullptr || before->ended) && !tries_.contains(said->intent)) return cannot("it is not registered");
    return {};
  }
  if (const auto* said = std::get_if<ToTell>(&body)) {
    if (registration(said->intent) == nullptr) return cannot("it was never registered");
    if (deliveries_.contains(place.seq)) return cannot("the delivery is there already");
    if (said->subscribers.empty() || said->subscribers.size() > kSubscribersMax) {
      return cannot(fmt::format("a delivery is for 1 to {} subscriptions", kSubscribersMax));
    }
    return {};
  }
  if (const auto* said = std::get_if<Delivered>(&body)) return queued(said->delivery);
  if (const auto* said = std::get_if<GivenUp>(&body)) return queued(said->delivery);
  if (const auto* said = std::get_if<Requeued>(&body)) {
    const Delivery* delivery = find_in(deliveries_, said->delivery);
    if (delivery == nullptr) return fail(ErrorCode::kNotFound, fmt::format("there is no delivery {}", said->delivery));
    if (delivery->state != DeliveryState::kGivenUp) {
      return cannot(
          fmt::format("delivery {} was not given up: it is {}", said->delivery, core::to_text(delivery->state)));
    }
    if (queued_.contains({delivery->intent, delivery->url})) {
      return cannot("a newer notice of this intent to this address is queued already");
    }
    return {};
  }
  if (const auto* said = std::get_if<Learned>(&body)) {
    switch (judge(*said)) {
      case News::kNew:
      case News::kKnown:
        return {};
      case News::kDifferent:
        // A person has accepted what differs.
        if (const Drift* drift = find_in(drifts_, std::pair(said->id, said->version)); drift && drift->settled)
          return {};
        return cannot("this version has other content here");
      case News::kOlder:
        return cannot("a later version is known");
      case News::kForeign:
        // Anybody may tell us of an id first. What was fetched was held against the registry, which knows whose it is.
        if (said->how == How::kFetch) return {};
        return cannot("it is another manager's");
    }
  }
  if (const auto* said = std::get_if<Gone>(&body)) {
    const Other* known = other(said->kind, said->id);
    if (known != nullptr && known->last.manager != said->manager) return cannot("it is another manager's");
    return {};
  }
  if (const auto* said = std::get_if<DriftFound>(&body)) {
    const Drift* before = find_in(drifts_, std::pair(said->id, said->version));
    if (before == nullptr || before->found.manager != said->manager) return {};
    // What a person has accepted is that content; another one is another incident.
    if (before->settled && before->found.served != said->served) return {};
    return cannot("it was found before");
  }
  if (const auto* said = std::get_if<RegistryNamed>(&body)) {
    if (said->url.empty() || said->url == registry_) return cannot("it is the registry that counts already");
    return {};
  }
  if (const auto* said = std::get_if<Cleared>(&body)) {
    if (!left_.contains({said->registry, said->id})) return cannot("nothing of this id was left there");
    return {};
  }
  if (const auto* said = std::get_if<DriftSettled>(&body)) {
    if (open_drift(said->id, said->version) == nullptr) {
      return fail(ErrorCode::kNotFound,
                  fmt::format("version {} of {} has no open incident", said->version, said->id.str()));
    }
    return {};
  }
  return {};
}

// The fold
// -------------------------------------------------------------------------------------------------------------------

void Ledger::fold(const Registered& body, Place place) {
  used_ = true;
  tries_.erase(body.intent);
  registrations_[body.intent] = {body, false, place.time, place.seq, false};
  by_uuid_[body.id] = body.intent;
}

void Ledger::fold(const Ended& body, Place place) {
  tries_.erase(body.intent);
  const auto at = registrations_.find(body.intent);
  if (at == registrations_.end() || at->second.ended) return;  // It was tried, and never came to be.
  at->second.ended = true;
  at->second.changed = place.time;
  at->second.seq = place.seq;
}

void Ledger::fold(const Trying& body, Place) {
  used_ = true;
  tries_[body.intent] = body;
}

void Ledger::fold(const ToTell& body, Place place) {
  Delivery next{.id = place.seq,
                .intent = body.intent,
                .url = body.url,
                .subscribers = body.subscribers,
                .since = place.time,
                .expires = body.expires,
                .state = DeliveryState::kQueued,
                .changed = place.time,
                .why = {}};
  if (const auto at = queued_.find({body.intent, body.url}); at != queued_.end()) {
    const std::uint64_t id = at->second;
    for (const Subscriber& owed : deliveries_.at(id).subscribers) {
      const auto same = std::ranges::find(next.subscribers, owed.subscription, &Subscriber::subscription);
      if (same == next.subscribers.end()) {
        next.subscribers.push_back(owed);
      } else {
        same->index = std::max(same->index, owed.index);
      }
    }
    // The address is told in any case; an index beyond the bound is all that is lost.
    if (next.subscribers.size() > core::kListMax) next.subscribers.resize(core::kListMax);
    finish(id, DeliveryState::kSuperseded, place);
  }
  enqueue(std::move(next));
}

void Ledger::enqueue(Delivery delivery) {
  queued_[{delivery.intent, delivery.url}] = delivery.id;
  deliveries_[delivery.id] = std::move(delivery);
}

void Ledger::finish(std::uint64_t id, DeliveryState state, Place place) {
  Delivery& delivery = deliveries_.at(id);
  delivery.state = state;
  delivery.changed = place.time;
  queued_.erase({delivery.intent, delivery.url});
}

void Ledger::fold(const Delivered& body, Place place) { finish(body.delivery, DeliveryState::kDelivered, place); }

void Ledger::fold(const GivenUp& body, Place place) {
  finish(body.delivery, DeliveryState::kGivenUp, place);
  deliveries_.at(body.delivery).why = body.why;
}

void Ledger::fold(const Requeued& body, Place place) {
  Delivery& delivery = deliveries_.at(body.delivery);
  delivery.state = DeliveryState::kQueued;
  delivery.expires = body.expires;
  delivery.changed = place.time;
  delivery.why.clear();
  queued_[{delivery.intent, delivery.url}] = delivery.id;
  ++requeues_;
}

void Ledger::fold(const Learned& body, Place place) {
  used_ = true;
  if (body.notice) count(body.manager, body.bytes, place.time);
  forget_other(body.kind, body.id);
  add_to(body.manager);
  others_[{body.kind, body.id}] = {body, false, place.time};
}

void Ledger::fold(const Gone& body, Place place) {
  used_ = true;
  count(body.manager, body.bytes, place.time);
  const auto at = others_.find({body.kind, body.id});
  if (at != others_.end()) take_from(at->second.last.manager);
  add_to(body.manager);
  Other& other = others_[{body.kind, body.id}];
  // Of one that was never heard of, what is known is that it is over.
  other.last.kind = body.kind;
  other.last.id = body.id;
  other.last.manager = body.manager;
  other.gone = true;
  other.changed = place.time;
}

void Ledger::add_to(const std::string& manager) { ++others_of_[manager]; }

void Ledger::take_from(const std::string& manager) {
  const auto at = others_of_.find(manager);
  EXPECT_INVARIANT(at != others_of_.end());
  if (--at->second == 0) others_of_.erase(at);
}

void Ledger::forget_other(Kind kind, const Uuid& id) {
  const auto at = others_.find({kind, id});
  if (at == others_.end()) return;
  take_from(at->second.last.manager);
  others_.erase(at);
}

void Ledger::fold(const DriftFound& body, Place place) {
  used_ = true;
  drifts_[{body.id, body.version}] = {body, place.time, false, {}};
}

void Ledger::fold(const DriftSettled& body, Place) {
  Drift& drift = drifts_.at({body.id, body.version});
  drift.settled = true;
  drift.by = body.by.str();
  const auto known = others_.find({Kind::kIntent, body.id});
  if (known == others_.end()) return;
  Learned& last = known->second.last;
  // From now on this is what they have said.
  if (last.version == body.version && last.manager == drift.found.manager) last.details = drift.found.served;
}

void Ledger::fold(const Reported& body, Place place) {
  used_ = true;
  ++reports_;
  count(body.manager, body.bytes, place.time);
}

void Ledger::count(const std::string& sender, std::optional<std::uint64_t> bytes, UtcMs now) {
  // What an earlier program took was counted in its memory alone.
  if (!bytes) return;
  const auto over = [&](const Sender& of) { return now - of.begun >= kSenderDayMs; };
  auto at = senders_.find(sender);
  if (at == senders_.end() && senders_.size() >= limits_.senders_max) {
    std::erase_if(senders_, [&](const auto& one) { return over(one.second); });
  }
  if (at == senders_.end()) {
    // No token has an empty subject.
    const bool full = senders_.size() >= limits_.senders_max;
    at = senders_.try_emplace(full ? std::string() : sender, Sender{.begun = now}).first;
  }
  Sender& of = at->second;
  if (over(of)) of = {.begun = now};
  of.begun = std::min(of.begun, now);
  ++of.messages;
  of.bytes += *bytes;
}

void Ledger::fold(const RegistryNamed& body, Place place) {
  used_ = true;
  // What stands in a record from before any was named counts as being at the first.
  if (!registry_.empty()) leave(place.time);
  registry_ = body.url;
}

void Ledger::leave(UtcMs now) {
  std::erase_if(left_, [&](const auto& one) { return one.second.until <= now; });
  const auto add = [&](const Uuid& id, const IntentId& intent, UtcMs until) {
    const auto at = left_.find({registry_, id});
    if (at != left_.end()) {
      at->second.until = std::max(at->second.until, until);
    } else if (left_.size() < limits_.left_max) {
      left_.emplace(std::pair(registry_, id), Left{intent, until});
    }
  };
  for (auto& [intent, registration] : registrations_) {
    if (registration.ended || registration.moved) continue;
    registration.moved = true;
    add(registration.last.id, intent, std::min(registration.last.end.ceil(), kUtcMax));
  }
  // How these came out there is not known, nor until when they last.
  for (const auto& [intent, tried] : tries_) add(tried.id, intent, now + kLeftKeptMs);
  tries_.clear();
}

void Ledger::fold(const Cleared& body, Place) { left_.erase({body.registry, body.id}); }

void Ledger::fold(const Forgotten& body, Place) {
  for (const IntentId& intent : body.intents) {
    const auto at = registrations_.find(intent);
    if (at == registrations_.end()) continue;
    by_uuid_.erase(at->second.last.id);
    registrations_.erase(at);
    // What was told of it goes too: it names an intent that is not here any more.
    std::erase_if(deliveries_, [&](const auto& one) { return one.second.intent == intent; });
    std::erase_if(queued_, [&](const auto& one) { return one.first.first == intent; });
  }
  for (const std::uint64_t id : body.deliveries) {
    const auto at = deliveries_.find(id);
    if (at == deliveries_.end()) continue;
    if (at->second.state == DeliveryState::kQueued) queued_.erase({at->second.intent, at->second.url});
    deliveries_.erase(at);
  }
  for (const Uuid& id : body.others) forget_other(Kind::kIntent, id);
  for (const Uuid& id : body.constraints) forget_other(Kind::kConstraint, id);
  for (const Uuid& id : body.drifts) {
    std::erase_if(drifts_, [&](const auto& one) { return one.first.first == id; });
  }
}

}  // namespace tansiq::uss
