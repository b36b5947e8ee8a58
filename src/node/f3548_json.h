// Answers of the F3548 face, as the standard's JSON: absent members are left out, `subscribers` and lists that were
// asked for never are, and nobody but the manager reads an OVN.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/json_in.h"
#include "f3548/registry.h"

namespace tansiq::node {

/// What stands where an OVN is not told. The contract leaves the member out; deployed clients read it blindly.
inline constexpr std::string_view kHiddenOvn = "Available from USS";

/// Renders for one client, right after the registry has answered.
class F3548Json {
 public:
  F3548Json(const f3548::Registry& registry, std::string_view reader) : registry_(registry), reader_(reader) {}

  [[nodiscard]] std::string intent(const f3548::Intent& intent) const;
  [[nodiscard]] std::string intents(const std::vector<const f3548::Intent*>& intents) const;
  [[nodiscard]] std::string changed(const f3548::IntentChanged& changed) const;
  [[nodiscard]] std::string constraint(const f3548::Constraint& constraint) const;
  [[nodiscard]] std::string constraints(const std::vector<const f3548::Constraint*>& constraints) const;
  [[nodiscard]] std::string changed(const f3548::ConstraintChanged& changed) const;
  [[nodiscard]] std::string subscription(const f3548::Subscription& subscription) const;
  [[nodiscard]] std::string subscriptions(const std::vector<const f3548::Subscription*>& subscriptions) const;
  /// With the lists that its flags ask for.
  [[nodiscard]] std::string changed(const f3548::SubscriptionChanged& changed) const;
  /// ErrorResponse, or AirspaceConflictResponse where something is missing.
  [[nodiscard]] std::string refused(const f3548::Refused& refused) const;

 private:
  const f3548::Registry& registry_;
  std::string_view reader_;
};

[[nodiscard]] std::string f3548_availability_json(const f3548::AvailabilityAnswer& answer);
[[nodiscard]] std::string f3548_error_json(std::string_view message);
/// The report as it came, with its id.
[[nodiscard]] std::string f3548_report_json(const JsonValue& report, std::string_view id);
/// What is kept of a report: behind a line that says of which kind and which one it is, as it came. So each is a body
/// of its own, and goes when its own time has come, whoever has sent the same bytes as whatever else.
[[nodiscard]] std::string kept_report(std::string_view kind, std::string_view id, std::string_view report);

}  // namespace tansiq::node
