// Random histories against a model that scans everything: plain lists, the sheet's rules one after the other, no
// index, no cells shared between requests but by their numbers. After each history the log is replayed and the state
// read back.
#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "base/random.h"
#include "f3548/registry_testlib.h"

namespace tansiq::f3548 {
namespace {

using namespace test;

struct ModelSubscription {
  std::string manager, url;
  std::set<std::uint32_t> cells;
  std::int64_t start = 0, end = 0;
  bool intents = false, constraints = false, implicit = false;
  std::int64_t index = 0;
};
struct ModelEntity {
  std::string manager;
  std::set<std::uint32_t> cells;
  std::int64_t start = 0, end = 0, low = 0, high = 0;
  IntentState state = IntentState::kAccepted;
  std::int64_t version = 0;
  std::optional<Uuid> subscription;
};

std::set<std::uint32_t> set_of(const Cells& cells) { return {cells.numbers().begin(), cells.numbers().end()}; }
bool meet(const std::set<std::uint32_t>& a, const std::set<std::uint32_t>& b) {
  return std::ranges::any_of(a, [&](std::uint32_t cell) { return b.contains(cell); });
}

class Model {
 public:
  std::map<Uuid, ModelEntity> intents, constraints;
  std::map<Uuid, ModelSubscription> subscriptions;
  std::map<std::string, Availability> uss;

  bool down(const std::string& who) const {
    const auto at = uss.find(who);
    return at != uss.end() && at->second == Availability::kDown;
  }
  std::set<Uuid> relevant(const Uuid& self, const ModelEntity& to) const {
    std::set<Uuid> out;
    for (const auto& [other, entity] : intents) {
      if (other == self || (entity.state == IntentState::kAccepted && down(entity.manager))) continue;
      if (!meet(entity.cells, to.cells) || entity.start > to.end || entity.end < to.start) continue;
      if (entity.low > to.high || entity.high < to.low) continue;
      out.insert(other);
    }
    return out;
  }
  std::set<Uuid> relevant_constraints(const ModelEntity& to) const {
    std::set<Uuid> out;
    for (const auto& [other, entity] : constraints) {
      if (meet(entity.cells, to.cells) && entity.start <= to.end && entity.end >= to.start) out.insert(other);
    }
    return out;
  }
  /// id → index after.
  std::map<Uuid, std::int64_t> notify(bool ModelSubscription::* wanted, const ModelEntity* a, const ModelEntity* b) {
    std::map<Uuid, std::int64_t> out;
    std::int64_t start = INT64_MAX, end = INT64_MIN;
    std::set<std::uint32_t> cells;
    for (const ModelEntity* one : {a, b}) {
      if (one == nullptr) continue;
      cells.insert(one->cells.begin(), one->cells.end());
      start = std::min(start, one->start);
      end = std::max(end, one->end);
    }
    for (auto& [id_of, s] : subscriptions) {
      if (s.*wanted && meet(s.cells, cells) && s.start <= end && s.end >= start) out[id_of] = ++s.index;
    }
    return out;
  }
  void drop_lonely() {
    std::erase_if(subscriptions, [&](const auto& one) {
      return one.second.implicit &&
             std::ranges::none_of(intents, [&](const auto& intent) { return intent.second.subscription == one.first; });
    });
  }
};

std::map<Uuid, std::int64_t> flat(const std::vector<Notice>& notices) {
  std::map<Uuid, std::int64_t> out;
  std::set<std::string> urls;
  for (const Notice& notice : notices) {
    EXPECT_TRUE(urls.insert(notice.url).second) << "one entry a URL";
    EXPECT_FALSE(notice.subscriptions.empty());
    for (const auto& s : notice.subscriptions) out[s.id] = s.index;
  }
  return out;
}
template <class Entity>
std::set<Uuid> names(const std::vector<const Entity*>& list) {
  std::set<Uuid> out;
  for (const Entity* one : list) out.insert(one->id);
  return out;
}

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed) {}

  void run(int steps) {
    for (int step = 0; step < steps && !::testing::Test::HasFailure(); ++step) {
      desk_.now = desk_.now + random_.between(0, 20'000);
      switch (random_.between(0, 9)) {
        case 0:
          end_intent();
          break;
        case 1:
          put_subscription();
          break;
        case 2:
          end_subscription();
          break;
        case 3:
          put_constraint();
          break;
        case 4:
          set_availability();
          break;
        default:
          put_intent();
      }
      compare();
    }
    replay();
  }
  int written = 0, refused_keys = 0;

 private:
  static constexpr std::int64_t kManagers = 3;
  std::string manager() { return std::string(1, static_cast<char>('a' + random_.between(0, kManagers - 1))); }
  Uuid intent_id() { return id(static_cast<std::uint64_t>(random_.between(1, 12))); }
  Where where() {
    const std::int64_t from = random_.between(0, 600);
    const auto low = static_cast<double>(random_.between(0, 5)) * 100;
    // Neighbouring circles of up to 1.5 km at steps of a kilometre.
    return {.east = static_cast<double>(random_.between(0, 6)) * 0.1,
            .radius_m = static_cast<double>(random_.between(10, 1'500)),
            .lower = low,
            .upper = low + static_cast<double>(random_.between(0, 3)) * 100,
            .from_min = from,
            .to_min = from + random_.between(120, 400)};
  }
  static ModelEntity entity(const Extent& e, const std::string& manager) {
    return {.manager = manager,
            .cells = set_of(e.cells),
            .start = e.start->floor().ms,
            .end = e.end->ceil().ms,
            .low = e.band.lower.value_or(INT64_MIN),
            .high = e.band.upper.value_or(INT64_MAX),
            .state = IntentState::kAccepted,
            .version = 1,
            .subscription = {}};
  }

  void put_intent() {
    const std::string who = manager();
    const Uuid which = intent_id();
    const Extent e = extent(where());
    ModelEntity next = entity(e, who);
    const auto old = model_.intents.find(which);
    PutIntent request{.id = which,
                      .ovn = {},
                      .extent = e,
                      .state = static_cast<IntentState>(old == model_.intents.end() ? 0 : random_.between(0, 3)),
                      .url = "https://u.example",
                      .key = {},
                      .subscription = {},
                      .new_subscription = {},
                      .suffix = {}};
    next.state = request.state;
    bool new_sub = random_.between(0, 2) == 0;
    const bool wants_constraints = random_.between(0, 1) == 0;
    if (!new_sub && !model_.subscriptions.empty() && random_.between(0, 1) == 0) {
      auto at = model_.subscriptions.begin();
      std::advance(at, random_.between(0, static_cast<std::int64_t>(model_.subscriptions.size()) - 1));
      request.subscription = at->first;
    }
    if (new_sub) request.new_subscription = NewSubscription{"https://n" + who + ".example", wants_constraints};
    const bool stale = random_.between(0, 9) == 0;
    if (old != model_.intents.end()) {
      request.ovn = stale ? "stale" : desk_.registry.ovn(**desk_.registry.get_intent(which));
    }
    // The sheet, line by line.
    int wanted = 200;
    std::set<Uuid> missing, missing_constraints;
    const auto judge = [&] {
      if (e.end->ceil() < desk_.now) return 400;
      if (next.state != IntentState::kAccepted && !request.subscription && !new_sub) return 400;
      if (old != model_.intents.end() && old->second.manager != who) return 403;
      if (old != model_.intents.end() && stale) return 409;
      const bool off = next.state == IntentState::kNonconforming || next.state == IntentState::kContingent;
      if (!off && model_.down(who)) return 412;
      bool asks = new_sub && wants_constraints;
      if (request.subscription) {
        const ModelSubscription& s = model_.subscriptions.at(*request.subscription);
        if (s.manager != who) return 403;
        if (!s.implicit &&
            (s.start > next.start || s.end < next.end || !std::ranges::includes(s.cells, next.cells) || !s.intents)) {
          return 400;
        }
        asks = s.constraints;
      }
      if (off) return 200;
      for (const Uuid& other : model_.relevant(which, next)) {
        if (random_.between(0, 5) == 0) {
          missing.insert(other);
        } else {
          keys_.push_back(desk_.registry.ovn(**desk_.registry.get_intent(other)));
        }
      }
      for (const Uuid& other : model_.relevant_constraints(next)) {
        if (asks && random_.between(0, 5) == 0) {
          missing_constraints.insert(other);
        } else {
          keys_.push_back(desk_.registry.ovn(**desk_.registry.get_constraint(other)));
        }
      }
      return missing.empty() && missing_constraints.empty() ? 200 : 409;
    };
    keys_.clear();
    wanted = judge();
    request.key = KeyRing(keys_);
    const std::string before = wanted == 200 ? std::string() : desk_.state();
    const auto answer = desk_.put(request, caller(who));
    ASSERT_EQ(status(answer), wanted) << (answer ? "" : answer.error().message);
    if (!answer) {
      EXPECT_EQ(names(answer.error().missing_intents), missing);
      EXPECT_EQ(names(answer.error().missing_constraints), missing_constraints);
      EXPECT_EQ(desk_.state(), before);
      refused_keys += missing.empty() ? 0 : 1;
      return;
    }
    ++written;
    EXPECT_TRUE(ovns_.insert(desk_.registry.ovn(*answer->intent)).second) << "an OVN came twice";
    std::optional<ModelEntity> previous;
    if (old != model_.intents.end()) previous = old->second;
    next.version = previous ? previous->version + 1 : 1;
    if (new_sub) {
      next.subscription = answer->intent->subscription;
      ASSERT_FALSE(model_.subscriptions.contains(*next.subscription));
      model_.subscriptions[*next.subscription] = {
          who, "https://n" + who + ".example", next.cells, next.start, next.end, true, wants_constraints, true, 0};
    } else if (request.subscription) {
      next.subscription = request.subscription;
      ModelSubscription& s = model_.subscriptions.at(*request.subscription);
      if (s.implicit) {
        s.cells.insert(next.cells.begin(), next.cells.end());
        s.start = std::min(s.start, next.start);
        s.end = std::max(s.end, next.end);
      }
    }
    model_.intents[which] = next;
    model_.drop_lonely();
    EXPECT_EQ(flat(answer->notices),
              model_.notify(&ModelSubscription::intents, previous ? &*previous : nullptr, &next));
  }

  void end_intent() {
    const std::string who = manager();
    const Uuid which = intent_id();
    const auto old = model_.intents.find(which);
    const std::string ovn = old == model_.intents.end() ? "x" : desk_.registry.ovn(**desk_.registry.get_intent(which));
    int wanted = 200;
    if (old == model_.intents.end()) {
      wanted = 404;
    } else if (old->second.manager != who) {
      wanted = 403;
    } else if (model_.down(who)) {
      wanted = 412;
    }
    const auto answer = desk_.end(which, ovn, caller(who));
    ASSERT_EQ(status(answer), wanted);
    if (!answer) return;
    EXPECT_EQ(answer->intent->version, old->second.version);
    EXPECT_EQ(flat(answer->notices), model_.notify(&ModelSubscription::intents, &old->second, nullptr));
    model_.intents.erase(old);
    model_.drop_lonely();
  }

  void put_subscription() {
    const std::string who = manager();
    const Uuid which = id(static_cast<std::uint64_t>(random_.between(101, 106)));
    Where place = where();
    place.radius_m *= 3;
    place.from_min = (desk_.now - kTen) / kMinute + random_.between(0, 60);
    place.to_min = *place.from_min + random_.between(200, 1'000);
    place.lower.reset();
    place.upper.reset();
    const Extent e = extent(place);
    const bool for_intents = random_.between(0, 3) != 0;
    const std::string url = random_.between(0, 1) == 0 ? "https://s.example" : "https://t" + who + ".example";
    const auto old = model_.subscriptions.find(which);
    PutSubscription request{
        .id = which, .version = {}, .extent = e, .url = url, .notify_intents = for_intents, .notify_constraints = true};
    int wanted = 200;
    if (old != model_.subscriptions.end()) {
      request.version = desk_.registry.version(**desk_.registry.get_subscription(which, caller(old->second.manager)));
      if (old->second.manager != who) {
        wanted = 403;
      } else {
        for (const auto& [of, intent] : model_.intents) {
          if (intent.subscription != which) continue;
          const bool fits = for_intents && e.start->floor().ms <= intent.start + kSubscriptionStartSlackMs &&
                            e.end->ceil().ms >= intent.end && std::ranges::includes(set_of(e.cells), intent.cells);
          if (!fits) wanted = 400;
        }
      }
    }
    const auto answer = desk_.put(request, caller(who));
    ASSERT_EQ(status(answer), wanted) << (answer ? "" : answer.error().message);
    if (!answer) return;
    ModelEntity area = entity(e, who);
    std::set<Uuid> overlapping;
    for (const auto& [of, intent] : model_.intents) {
      if (meet(intent.cells, area.cells) && intent.start <= area.end && intent.end >= area.start)
        overlapping.insert(of);
    }
    EXPECT_EQ(names(answer->intents), for_intents ? overlapping : std::set<Uuid>());
    EXPECT_EQ(names(answer->constraints), model_.relevant_constraints(area));
    const std::int64_t index = old == model_.subscriptions.end() ? 0 : old->second.index;
    model_.subscriptions[which] = {who, url, area.cells, area.start, area.end, for_intents, true, false, index};
  }

  void end_subscription() {
    if (model_.subscriptions.empty()) return;
    auto at = model_.subscriptions.begin();
    std::advance(at, random_.between(0, static_cast<std::int64_t>(model_.subscriptions.size()) - 1));
    const std::string owner = at->second.manager;
    const std::string who = manager();
    const bool needed = std::ranges::any_of(
        model_.intents, [&](const auto& intent) { return intent.second.subscription == at->first; });
    const std::string version = desk_.registry.version(**desk_.registry.get_subscription(at->first, caller(owner)));
    const auto answer = desk_.end_subscription(at->first, version, caller(who));
    ASSERT_EQ(status(answer), who != owner ? 403 : needed ? 400 : 200);
    if (answer) model_.subscriptions.erase(at);
  }

  void put_constraint() {
    const std::string who = "c";
    const Uuid which = id(static_cast<std::uint64_t>(random_.between(201, 204)));
    const Extent e = extent(where());
    const auto old = model_.constraints.find(which);
    PutConstraint request{.id = which, .ovn = {}, .extent = e, .url = "https://c.example"};
    if (old != model_.constraints.end()) request.ovn = desk_.registry.ovn(**desk_.registry.get_constraint(which));
    if (e.end->ceil() < desk_.now) {
      EXPECT_EQ(status(desk_.put(request, caller(who))), 400);
      return;
    }
    if (old != model_.constraints.end() && random_.between(0, 1) == 0) {
      const auto answer = desk_.end_constraint(which, *request.ovn, caller(who));
      ASSERT_EQ(status(answer), 200);
      EXPECT_EQ(flat(answer->notices), model_.notify(&ModelSubscription::constraints, &old->second, nullptr));
      model_.constraints.erase(old);
      return;
    }
    ModelEntity next = entity(e, who);
    const auto answer = desk_.put(request, caller(who));
    ASSERT_EQ(status(answer), 200);
    EXPECT_EQ(flat(answer->notices), model_.notify(&ModelSubscription::constraints,
                                                   old == model_.constraints.end() ? nullptr : &old->second, &next));
    model_.constraints[which] = next;
  }

  void set_availability() {
    const std::string who = manager();
    const auto value = static_cast<Availability>(random_.between(0, 2));
    const auto current = desk_.registry.get_availability(who);
    ASSERT_EQ(status(desk_.set(who, core::to_text(value), current->version)), 200);
    model_.uss[who] = value;
  }

  void compare() {
    ASSERT_EQ(desk_.registry.intents(), model_.intents.size());
    ASSERT_EQ(desk_.registry.subscriptions(), model_.subscriptions.size());
    for (const auto& [which, intent] : model_.intents) {
      const Intent& stands = **desk_.registry.get_intent(which);
      EXPECT_EQ(stands.version, intent.version);
      EXPECT_EQ(stands.subscription, intent.subscription);
    }
    for (const auto& [which, subscription] : model_.subscriptions) {
      const Subscription& stands = **desk_.registry.get_subscription(which, caller(subscription.manager));
      EXPECT_EQ(stands.index, subscription.index);
      EXPECT_EQ(stands.implicit, subscription.implicit);
      EXPECT_EQ(set_of(stands.cells), subscription.cells);
    }
  }

  void replay() {
    Registry again(Desk::kSecret);
    for (const std::string& line : desk_.log) {
      const Status applied = again.apply(line);
      ASSERT_TRUE(applied.has_value()) << applied.error().text();
    }
    std::string state;
    again.write_state(state);
    EXPECT_EQ(state, desk_.state());
    Registry read(Desk::kSecret);
    ASSERT_TRUE(read.read_state(state).has_value());
    std::string once_more;
    read.write_state(once_more);
    EXPECT_EQ(once_more, state);
    for (const auto& [which, intent] : model_.intents) {
      EXPECT_EQ(read.ovn(**read.get_intent(which)), desk_.registry.ovn(**desk_.registry.get_intent(which)));
    }
  }

  SeededRandom random_;
  Desk desk_;
  Model model_;
  std::vector<std::string> keys_;
  std::set<std::string> ovns_;
};

TEST(RegistryModel, AgreesWithAScanOverEverythingThroughRandomHistories) {
  int written = 0;
  int refused_keys = 0;
  for (std::uint64_t seed = 1; seed <= 100 && !HasFailure(); ++seed) {
    SCOPED_TRACE(seed);
    History history(seed);
    history.run(120);
    written += history.written;
    refused_keys += history.refused_keys;
  }
  // Not in vain.
  EXPECT_GT(written, 500);
  EXPECT_GT(refused_keys, 100);
}

}  // namespace
}  // namespace tansiq::f3548
