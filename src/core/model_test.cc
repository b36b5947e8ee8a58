// Random histories: the machine beside a slow, obvious model that keeps a plain list and compares every pair.
//
// The model re-states the rules without index, slots, shared queries or sweeps; it takes only the geometric predicate
// itself from geo. Each history ends with replay, snapshot and audit.
#include <fmt/core.h>
#include <gtest/gtest.h>

#include <map>
#include <set>

#include "base/random.h"
#include "core/audit.h"
#include "core/core_testlib.h"

namespace tansiq::core {
namespace {

using testing::Desk;

struct ModelIntent {
  std::string manager;
  IntentState state = IntentState::kAccepted;
  bool expired = false;
  Domain domain = Domain::kAir;
  std::vector<geo::Volume4d> volumes;
  std::vector<geo::Volume4d> off_nominal;
};

struct ModelMeasure {
  Effect effect;
  std::string zone;
  std::vector<geo::Volume4d> volumes;
};

/// What a list of volumes leads to, by the rules as they are written in docs/core.md.
struct ModelVerdict {
  Refusal refusal = Refusal::kNone;
  std::set<std::pair<std::string, std::string>> conflicts = {};  // intent, zone
  std::set<std::pair<std::string, std::string>> overlaps = {};
  std::set<std::string> refusing = {};
  std::set<std::string> warning = {};
  std::set<std::string> relevant = {};
};

class Model {
 public:
  explicit Model(const Charter& charter) : charter_(charter) {}

  std::map<std::string, ModelIntent> intents;
  std::map<std::string, ModelMeasure> measures;

  [[nodiscard]] std::set<std::string> zones_of(Domain domain, const geo::Volume4d& volume) const {
    std::set<std::string> out;
    for (const Zone& zone : charter_.zones) {
      if (zone.domain == domain && meets({*zone.outline, zone.band, volume.window}, volume, {})) {
        out.insert(zone.id.str());
      }
    }
    return out;
  }

  [[nodiscard]] ModelVerdict judge(Domain domain, const std::vector<geo::Volume4d>& volumes,
                                   const std::string& self) const {
    ModelVerdict verdict;
    bool foreign = false;
    bool outside = false;
    for (const geo::Volume4d& mine : volumes) {
      const auto zones = zones_of(domain, mine);
      outside = outside || zones.empty();
      for (const std::string& id : zones) foreign = foreign || zone(id).owner.str() != "us";
      for (const std::string& id : zones) judge_in(zone(id), domain, mine, self, verdict);
    }
    if (foreign) {
      verdict = {.refusal = Refusal::kNotSequencer};
    } else if (outside) {
      verdict = {.refusal = Refusal::kOutsideZones};
    } else if (!verdict.conflicts.empty()) {
      verdict.refusal = Refusal::kConflict;
    } else if (!verdict.refusing.empty()) {
      verdict.refusal = Refusal::kMeasure;
    }
    return verdict;
  }

  /// No conflict in exclusive zones and no refusing measure.
  [[nodiscard]] bool free(Domain domain, const std::vector<geo::Volume4d>& volumes, const std::string& self) const {
    const ModelVerdict verdict = judge(domain, volumes, self);
    return verdict.refusal == Refusal::kNone;
  }

  [[nodiscard]] const Zone& zone(const std::string& id) const { return *charter_.find_zone(ZoneId::trusted(id)); }

 private:
  void judge_in(const Zone& zone, Domain domain, const geo::Volume4d& mine, const std::string& self,
                ModelVerdict& verdict) const {
    for (const auto& [id, other] : intents) {
      if (id == self || other.state == IntentState::kEnded || other.domain != domain) continue;
      std::vector<geo::Volume4d> theirs = other.volumes;
      theirs.insert(theirs.end(), other.off_nominal.begin(), other.off_nominal.end());
      for (const geo::Volume4d& volume : theirs) {
        if (!zones_of(domain, volume).contains(zone.id.str())) continue;
        const bool conflict = meets(mine, volume, zone.minima);
        if (zone.rule == Rule::kExclusive && conflict) verdict.conflicts.insert({id, zone.id.str()});
        if (zone.rule == Rule::kDisputed && conflict) verdict.overlaps.insert({id, zone.id.str()});
        if (zone.rule == Rule::kAware && (conflict || near(mine, volume))) verdict.relevant.insert(id);
      }
    }
    for (const auto& [id, measure] : measures) {
      if (measure.zone != zone.id.str()) continue;
      for (const geo::Volume4d& volume : measure.volumes) {
        if (!meets(mine, volume, {})) continue;
        (measure.effect == Effect::kRefuse ? verdict.refusing : verdict.warning).insert(id);
      }
    }
  }

  static bool meets(const geo::Volume4d& a, const geo::Volume4d& b, const geo::Minima& minima) {
    return geo::conflict(*geo::prepare(a), *geo::prepare(b), minima);
  }
  static bool near(const geo::Volume4d& a, const geo::Volume4d& b) {
    return a.window.start <= b.window.end && b.window.start <= a.window.end && a.band.lower_cm <= b.band.upper_cm &&
           b.band.lower_cm <= a.band.upper_cm &&
           geo::share_cell(*geo::Shape::make(a.outline), *geo::Shape::make(b.outline));
  }

  const Charter& charter_;
};

class History {
 public:
  explicit History(std::uint64_t seed) : random_(seed), model_(desk_.charter) {}

  void run(int steps) {
    for (int i = 0; i < steps; ++i) {
      if (random_.one_in(4)) desk_.now = desk_.now + random_.between(0, 8) * 60'000;
      if (random_.one_in(10)) pass_time();
      SCOPED_TRACE(fmt::format("step {}", i));
      step();
      if (::testing::Test::HasFailure()) return;
    }
    check_record();
  }

 private:
  [[nodiscard]] geo::Volume4d random_volume(Domain domain) {
    const int south = static_cast<int>(3000 + random_.between(0, 9) * 10);
    const int west = static_cast<int>(4000 + random_.between(0, 44) * 10);
    const int low = static_cast<int>(80 + random_.between(0, 14) * 20);
    const auto start = static_cast<int>((desk_.now - testing::kNoon) / 60'000 + random_.between(-1, 12) * 5);
    const testing::Box box{south,
                           west,
                           south + static_cast<int>(random_.between(1, 3) * 10),
                           west + static_cast<int>(random_.between(1, 3) * 10),
                           low,
                           low + static_cast<int>(random_.between(1, 3) * 20),
                           start,
                           start + static_cast<int>(random_.between(1, 6) * 5)};
    geo::Volume4d v = domain == Domain::kAir ? testing::volume(box) : testing::sea_volume(box);
    if (random_.one_in(4)) {
      v.outline = geo::Circle{{south * 100'000 + 50'000, west * 100'000 + 50'000}, random_.between(1, 12) * 1'000'00};
    }
    return v;
  }

  [[nodiscard]] std::vector<geo::Volume4d> random_volumes(Domain domain) {
    std::vector<geo::Volume4d> out{random_volume(domain)};
    while (random_.one_in(4)) out.push_back(random_volume(domain));
    return out;
  }

  [[nodiscard]] std::string random_intent() {
    if (model_.intents.empty()) return "none";
    auto at = model_.intents.begin();
    std::advance(at, random_.between(0, static_cast<std::int64_t>(model_.intents.size()) - 1));
    return at->first;
  }

  [[nodiscard]] std::vector<std::string> random_keys() {
    std::vector<std::string> keys;
    for (const auto& [id, intent] : model_.intents) {
      if (intent.state == IntentState::kEnded || random_.one_in(30)) continue;
      if (const Intent* known = desk_.machine.find_intent(testing::intent_id(id)))
        keys.push_back(desk_.machine.ovn(*known));
    }
    return keys;
  }

  void step() {
    const std::int64_t dice = random_.between(1, 20);
    const std::string id = random_intent();
    const std::int64_t version =
        id == "none" ? 1 : desk_.machine.find_intent(testing::intent_id(id))->version - (random_.one_in(20) ? 1 : 0);
    if (dice <= 9) return file();
    if (dice <= 11) return update(id, version);
    if (dice <= 13) return act(id, ActivateIntent{testing::intent_id(id), version}, Act::kActivate, {});
    if (dice <= 15) {
      const auto off_nominal = random_volumes(Domain::kAir);
      return act(id, ReportNonconforming{testing::intent_id(id), version, off_nominal}, Act::kReportNonconforming,
                 off_nominal);
    }
    if (dice == 16) return act(id, ReportContingent{testing::intent_id(id), version, {}}, Act::kReportContingent, {});
    if (dice <= 18) return act(id, EndIntent{testing::intent_id(id), version}, Act::kEnd, {});
    measure();
  }

  void file() {
    const Domain domain = random_.one_in(6) ? Domain::kSea : Domain::kAir;
    CreateIntent create = testing::create(fmt::format("i{}", next_++), random_volumes(domain), random_keys(), domain);
    const std::string who = random_.one_in(2) ? "fr" : "uk";
    const auto outcome = desk_.tell(who, create, desk_.now);
    const ModelVerdict verdict = model_.judge(domain, create.volumes, create.intent.str());
    if (!outcome) return;  // past windows
    compare(verdict, create.keys, *outcome);
    check_counter(domain, create.volumes, create.intent.str(), outcome->decision);
    if (outcome->decision.accepted()) {
      model_.intents[create.intent.str()] = {
          .manager = who, .domain = domain, .volumes = create.volumes, .off_nominal = {}};
    }
  }

  void update(const std::string& id, std::int64_t version) {
    if (id == "none") return;
    ModelIntent& intent = model_.intents[id];
    const UpdateIntent update{testing::intent_id(id), version, "", random_volumes(intent.domain), random_keys()};
    const auto outcome = desk_.tell(intent.manager, update, desk_.now);
    if (!outcome) return;
    compare(model_.judge(intent.domain, update.volumes, id), update.keys, *outcome);
    check_counter(intent.domain, update.volumes, id, outcome->decision);
    if (outcome->decision.accepted()) intent.volumes = update.volumes;
  }

  void act(const std::string& id, const Action& action, Act act, const std::vector<geo::Volume4d>& off_nominal) {
    if (id == "none") return;
    ModelIntent& intent = model_.intents[id];
    if (intent.domain == Domain::kSea && !off_nominal.empty()) return;
    const auto outcome = desk_.tell(intent.manager, action, desk_.now);
    if (!outcome) return;
    if (!outcome->decision.accepted()) {
      EXPECT_EQ(act, Act::kActivate);
      EXPECT_FALSE(model_.judge(intent.domain, intent.volumes, id).refusing.empty());
      return;
    }
    const auto next = next_state(intent.state, intent.expired, act);
    ASSERT_TRUE(next);
    EXPECT_EQ(outcome->decision.state, *next);
    intent.state = *next;
    intent.expired = false;
    intent.off_nominal = off_nominal;
    if (act == Act::kReportNonconforming) {
      std::set<std::string> affected;
      for (const Conflict& row : outcome->decision.affected) affected.insert(row.intent.str());
      EXPECT_EQ(affected, affected_by(id, off_nominal));
    }
  }

  [[nodiscard]] std::set<std::string> affected_by(const std::string& id,
                                                  const std::vector<geo::Volume4d>& volumes) const {
    std::set<std::string> out;
    for (const auto& [other_id, other] : model_.intents) {
      if (other_id == id || other.state == IntentState::kEnded || other.domain != Domain::kAir) continue;
      std::vector<geo::Volume4d> theirs = other.volumes;
      theirs.insert(theirs.end(), other.off_nominal.begin(), other.off_nominal.end());
      for (const auto& a : volumes) {
        for (const auto& b : theirs) {
          for (const std::string& zone : model_.zones_of(Domain::kAir, a)) {
            if (model_.zones_of(Domain::kAir, b).contains(zone) &&
                geo::conflict(*geo::prepare(a), *geo::prepare(b), model_.zone(zone).minima)) {
              out.insert(other_id);
            }
          }
        }
      }
    }
    return out;
  }

  void measure() {
    if (!model_.measures.empty() && random_.one_in(2)) {
      const std::string id = model_.measures.begin()->first;
      const auto outcome = desk_.tell("us!", EndMeasure{testing::measure_id(id), 1}, desk_.now);
      ASSERT_TRUE(outcome) << outcome.error().text();
      model_.measures.erase(id);
      return;
    }
    const std::string zone = random_.one_in(2) ? "K1" : "A1";
    const Effect effect = random_.one_in(2) ? Effect::kRefuse : Effect::kWarn;
    const std::string id = fmt::format("m{}", next_++);
    const auto volumes = random_volumes(Domain::kAir);
    const auto outcome = desk_.tell("us!", testing::measure(id, zone, effect, volumes), desk_.now);
    if (outcome) model_.measures[id] = {effect, zone, volumes};
  }

  void pass_time() {
    const std::size_t before = desk_.log.size();
    desk_.tick();
    std::set<std::string> expired;
    for (std::size_t i = before; i < desk_.log.size(); ++i) {
      const auto entry = read_entry(desk_.log[i]);
      for (const Expired& row : entry->expired) expired.insert(row.id);
    }
    std::set<std::string> due;
    for (auto& [id, intent] : model_.intents) {
      if (intent.state != IntentState::kAccepted && intent.state != IntentState::kActivated) continue;
      std::int64_t end = 0;
      DurationMs minima = 0;
      for (const auto& v : intent.volumes) {
        end = std::max(end, v.window.end.ms);
        for (const auto& zone : model_.zones_of(intent.domain, v)) {
          minima = std::max(minima, model_.zone(zone).minima.time_ms);
        }
      }
      if (end + minima > desk_.machine.last_time().ms && end + minima > desk_.now.ms) continue;
      due.insert(id);
      intent.state = IntentState::kEnded;
      intent.expired = true;
    }
    for (auto at = model_.measures.begin(); at != model_.measures.end();) {
      std::int64_t end = 0;
      for (const auto& v : at->second.volumes) end = std::max(end, v.window.end.ms);
      if (end <= desk_.now.ms) {
        due.insert(at->first);
        at = model_.measures.erase(at);
      } else {
        ++at;
      }
    }
    EXPECT_EQ(expired, due);
  }

  void compare(const ModelVerdict& verdict, const std::vector<std::string>& keys, const Outcome& outcome) {
    const Decision& d = outcome.decision;
    const auto rows = [](const std::vector<Conflict>& list) {
      std::set<std::pair<std::string, std::string>> out;
      for (const Conflict& c : list) out.insert({c.intent.str(), c.zone.str()});
      return out;
    };
    EXPECT_EQ(rows(d.conflicts), verdict.conflicts);
    EXPECT_EQ(d.conflicts_total, verdict.conflicts.size());
    if (verdict.refusal != Refusal::kNone) {
      EXPECT_EQ(d.refusal, verdict.refusal);
      std::set<std::string> met;
      for (const auto& m : d.measures) met.insert(m.measure.str());
      EXPECT_EQ(met, verdict.refusing);
      return;
    }
    std::set<std::string> missing;
    std::set<std::string> known;
    const std::set<std::string> proofs(keys.begin(), keys.end());
    for (const std::string& id : verdict.relevant) {
      const Intent* intent = desk_.machine.find_intent(testing::intent_id(id));
      (proofs.contains(desk_.machine.ovn(*intent)) ? known : missing).insert(id);
    }
    std::set<std::string> told_missing;
    for (const auto& r : d.missing) told_missing.insert(r.intent.str());
    std::set<std::string> told_known;
    for (const auto& r : d.known) told_known.insert(r.intent.str());
    EXPECT_EQ(told_missing, missing);
    EXPECT_EQ(told_known, known);
    EXPECT_EQ(d.accepted(), missing.empty());
    if (d.accepted()) {
      EXPECT_EQ(rows(d.overlaps), verdict.overlaps);
    }
  }

  /// A proposal is free, and nothing nearer on the grid is. All windows and minima are whole minutes.
  void check_counter(Domain domain, const std::vector<geo::Volume4d>& volumes, const std::string& self,
                     const Decision& d) {
    if (d.refusal != Refusal::kConflict && d.refusal != Refusal::kMeasure) {
      EXPECT_TRUE(d.counter.empty());
      return;
    }
    if (!d.counter.time_shift_ms) return;
    const std::int64_t found = *d.counter.time_shift_ms;
    EXPECT_TRUE(model_.free(domain, shifted(volumes, found, 0), self));
    UtcMs start = kUtcMax;
    for (const auto& v : volumes) start = std::min(start, v.window.start);
    EXPECT_GE(start + found, desk_.now);
    for (std::int64_t nearer = 60'000; nearer < std::abs(found); nearer += 60'000) {
      for (const std::int64_t shift : {nearer, -nearer}) {
        if (start + shift < desk_.now) continue;
        EXPECT_FALSE(model_.free(domain, shifted(volumes, shift, 0), self)) << "nearer: " << shift << " than " << found;
      }
    }
    if (d.counter.level_shift_cm) {
      EXPECT_TRUE(model_.free(domain, shifted(volumes, 0, *d.counter.level_shift_cm), self));
    }
  }

  void check_record() {
    const auto replayed = desk_.replayed();
    ASSERT_TRUE(replayed) << replayed.error().text();
    EXPECT_EQ(replayed->state_hash(), desk_.machine.state_hash());
    EXPECT_EQ(replayed->live_volumes(), desk_.machine.live_volumes());
    const auto loaded = Machine::read_snapshot(desk_.config(), desk_.machine.write_snapshot());
    ASSERT_TRUE(loaded) << loaded.error().text();
    EXPECT_EQ(loaded->state_hash(), desk_.machine.state_hash());
    auto auditor = Auditor::make(desk_.config());
    for (const std::string& line : desk_.log) {
      const auto difference = auditor->check(line);
      ASSERT_TRUE(difference) << difference.error().text();
      ASSERT_FALSE(difference->has_value()) << (*difference)->message << "\n" << line << (*difference)->decided;
    }
  }

  SeededRandom random_;
  Desk desk_;
  Model model_;
  int next_ = 0;
};

class ModelTest : public ::testing::TestWithParam<int> {};

TEST_P(ModelTest, AgreesWithTheMachine) { History(static_cast<std::uint64_t>(GetParam())).run(250); }

INSTANTIATE_TEST_SUITE_P(Seeds, ModelTest, ::testing::Range(1, 13));

}  // namespace
}  // namespace tansiq::core
