#include "node/live_record.h"

#include <fmt/format.h>

#include <memory>

#include "base/logging.h"
#include "node/record_notes.h"

namespace tansiq::node {
namespace {

constexpr std::size_t kSaidMax = 10'000;
/// A record that does not grow is looked at all the same: what was filed for later comes into sight with time.
constexpr DurationMs kLookAgainMs = 30'000;

}  // namespace

void LiveRecord::look(UtcMs now) {
  if (looking_) return;
  if (!grown_.exchange(false) && now < looked_ + kLookAgainMs) return;
  looking_ = true;
  looked_ = now;
  ++looks_;
  seen_.clear();
  ReadTask task;
  task.read = [this, look = looks_](const State& state) {
    const coordination::Coalition& all = state.coalition();
    Notes notes;
    const core::Charter& charter = all.machine().charter();
    notes.emplace_back("zones", known_zones(charter));
    if (charter.conformance) notes.emplace_back("tolerances", picture::Tolerances{charter.conformance});
    for (picture::KnownArea& area : known_areas(all)) {
      std::string key = fmt::format("area {} {}", name_of(area.kind), area.id);
      notes.emplace_back(std::move(key), std::move(area));
    }
    for (picture::KnownPlan& plan : flight_plans(all, config_.clock.now())) {
      std::string key = "plan " + plan.plan.intent;
      notes.emplace_back(std::move(key), std::move(plan));
    }
    return told_when_durable(look, [this, notes = std::move(notes)]() mutable {
      settle(std::move(notes));
      next_page(0);
    });
  };
  ask(std::move(task));
}

void LiveRecord::ask(ReadTask task) {
  task.refused = [this, look = looks_](const Error&) { post(look, [this] { look_failed(); }); };
  if (!config_.core.submit_urgent(std::move(task))) look_failed();
}

void LiveRecord::post(std::uint64_t look, std::function<void()> work) {
  config_.post([this, look, work = std::move(work)] {
    if (looking_ && look == looks_) work();
  });
}

Departure LiveRecord::told_when_durable(std::uint64_t look, std::function<void()> tell) {
  return {nullptr, {}, [this, look, tell = std::move(tell)](const Status& durable) {
            post(look, [this, tell, good = durable.has_value()] { good ? tell() : look_failed(); });
          }};
}

/// What has not been looked at to its end is looked at again.
void LiveRecord::look_failed() {
  looking_ = false;
  grown_.store(true);
}

void LiveRecord::begin_anew() {
  look_failed();
  looked_ = kUtcMin;
  told_.clear();
  said_.clear();
}

void LiveRecord::next_page(std::uint64_t after) {
  ReadTask task;
  task.read = [this, look = looks_, after](const State& state) {
    IntentPage page = intent_plans(state.coalition().machine(), after, config_.clock.now());
    return told_when_durable(look, [this, page = std::move(page)]() mutable {
      Notes notes;
      for (picture::KnownPlan& plan : page.plans) {
        std::string key = "plan " + plan.plan.intent;
        notes.emplace_back(std::move(key), std::move(plan));
      }
      settle(std::move(notes));
      if (page.next) {
        next_page(*page.next);
      } else {
        end_look();
      }
    });
  };
  ask(std::move(task));
}

void LiveRecord::settle(Notes notes) {
  const auto filed = config_.filed();
  for (auto& [key, note] : notes) {
    if (const auto* plan = std::get_if<picture::KnownPlan>(&note);
        plan != nullptr && filed.contains(plan->plan.intent)) {
      continue;
    }
    std::string line = picture::note_line(note);
    seen_.insert(key);
    const auto before = told_.find(key);
    if (before != told_.end() && before->second == line) continue;
    if (const Status told = config_.tell(note); !told) {
      // It is tried again with the next look, and said once.
      ++notes_refused_;
      if (said_.size() < kSaidMax && said_.insert(key).second) {
        log_error("live.note", {{"about", key}, {"message", told.error().text()}});
      }
      continue;
    }
    said_.erase(key);
    told_.insert_or_assign(key, std::move(line));
  }
}

/// What was told before and is no more.
void LiveRecord::end_look() {
  looking_ = false;
  std::erase_if(said_, [this](const std::string& key) { return !seen_.contains(key); });
  for (auto at = told_.begin(); at != told_.end();) {
    if (seen_.contains(at->first)) {
      ++at;
      continue;
    }
    const std::string& key = at->first;
    if (key.starts_with("plan ")) {
      (void)config_.tell(picture::PlanGone{key.substr(5)});
    } else if (key == "tolerances") {
      (void)config_.tell(picture::Tolerances{});  // A version of the charter that states none.
    } else if (const auto area = picture::read_note(at->second); area) {
      if (const auto* of = std::get_if<picture::KnownArea>(&*area)) {
        (void)config_.tell(picture::AreaGone{of->kind, of->id});
      }
    }
    at = told_.erase(at);
  }
}

// For keepers
// ------------------------------------------------------------------------------------------------------------

void LiveRecord::file(core::Command command, std::function<void(Result<Recorded>)> done) {
  auto back = std::make_shared<std::function<void(Result<Recorded>)>>(
      [this, done = std::move(done)](Result<Recorded> recorded) {
        config_.post([done, recorded = std::move(recorded)] { done(recorded); });
      });
  const Status taken =
      config_.core.submit(CommandTask{std::move(command), once_durable<Recorded, core::Machine>(back)});
  if (!taken) (*back)(std::unexpected(taken.error()));
}

void LiveRecord::find(const IntentId& intent, std::function<void(Result<std::optional<GroupKeeper::Standing>>)> done) {
  using Standing = std::optional<GroupKeeper::Standing>;
  look_up(intent, [done = std::move(done)](const Result<std::optional<core::Intent>>& found) {
    if (!found) return done(std::unexpected(found.error()));
    const std::optional<core::Intent>& one = *found;
    done(one ? Standing({one->manager, one->state, one->version}) : Standing());
  });
}

void LiveRecord::look_up(const IntentId& intent, std::function<void(Result<std::optional<core::Intent>>)> done) {
  using Found = std::optional<core::Intent>;
  auto back = std::make_shared<std::function<void(Result<Found>)>>([this, done = std::move(done)](Result<Found> found) {
    config_.post([done, found = std::move(found)] { done(found); });
  });
  ReadTask task;
  task.read = [intent, back](const State& state) {
    Found found;
    if (const core::Intent* one = state.coalition().machine().find_intent(intent)) found = *one;
    return Departure{nullptr, {}, [back, found = std::move(found)](const Status& durable) {
                       (*back)(durable ? Result<Found>(found) : std::unexpected(durable.error()));
                     }};
  };
  task.refused = [back](const Error& error) { (*back)(std::unexpected(error)); };
  const Status taken = config_.core.submit_urgent(std::move(task));
  if (!taken) (*back)(std::unexpected(taken.error()));
}

}  // namespace tansiq::node
