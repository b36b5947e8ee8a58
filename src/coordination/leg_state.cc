// The state of the owner's desk as one canonical object: for the state hash, and for snapshots that start a node fast.
#include <utility>

#include "coordination/leg_desk.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {
namespace {

/// A list of records without the bound that lists inside one record have.
template <class T>
Result<std::vector<T>> records_at(const log::JcsValue& object, std::string_view name) {
  const log::JcsValue list = TRY(object.at(name));
  TRY_VOID(list.expect(log::JcsValue::Kind::kArray));
  std::vector<T> out;
  out.reserve(list.size());
  for (std::size_t i = 0; i < list.size(); ++i) out.push_back(TRY(core::read_fields<T>(list[i])));
  return out;
}

}  // namespace

void LegDesk::write_state(log::JcsWriter& out) const {
  out.begin_object();
  if (!rules_.all().empty()) {
    out.key("answers").begin_array();
    for (const auto& [key, rule] : rules_.all()) core::write_fields(out, rule);
    out.end_array();
  }
  out.key("homes").begin_array();
  for (const auto& [id, home] : table_.homes()) core::write_fields(out, home);
  out.end_array();
  out.key("notices").begin_array();
  for (const NotedLeg& notice : notices_) core::write_fields(out, notice);
  out.end_array();
  out.key("order").integer(static_cast<std::int64_t>(order_));
  out.key("versions").begin_array();
  for (const auto& [request, version] : table_.versions()) core::write_fields(out, version);
  out.end_array();
  out.end_object();
}

Status LegDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.only({"answers", "homes", "notices", "order", "versions"}));
  AnswerRules rules;
  if (value.find("answers")) {
    for (const AnswerRule& rule : TRY(records_at<AnswerRule>(value, "answers"))) rules.set(rule);
  }
  LegTable table(timing_.clock_error_ms, quota_, names_);
  auto homes = TRY(records_at<LegHome>(value, "homes"));
  for (LegHome& home : homes) table.restore(std::move(home));
  auto notices = TRY(records_at<NotedLeg>(value, "notices"));
  const std::int64_t order = TRY(core::integer_at(value, "order", 0, log::kJcsIntegerMax));
  auto versions = TRY(records_at<LegVersion>(value, "versions"));
  for (LegVersion& version : versions) {
    if (table.find(version.request) != nullptr) {
      return fail(ErrorCode::kCorrupt, "a version stands twice in the state of the owner's desk", value.path());
    }
    if (version.state == LegState::kHeld && !version.until) {
      return fail(ErrorCode::kCorrupt, "a hold without its end in the state of the owner's desk", value.path());
    }
    table.add(std::move(version));
  }
  for (const auto& [request, version] : table_.versions()) {
    if (version.booked()) airspace_.release(request);
  }
  table_ = std::move(table);
  rules_ = std::move(rules);
  notices_ = std::move(notices);
  order_ = static_cast<std::uint64_t>(order);
  relations_seen_.reset();
  control_seen_.reset();
  recheck_.clear();
  for (const auto& [request, version] : table_.versions()) {
    if (version.booked()) airspace_.book(booking_of(version));
  }
  return {};
}

}  // namespace tansiq::coordination
