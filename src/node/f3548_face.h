// The face of ASTM F3548-21: this node as a Discovery and Synchronization Service. docs/f3548.md says how it answers.
//
// Routes, authenticates, authorises, reads and converts on I/O threads, in this order: a bad token is told before a bad
// body. The core thread decides (f3548/registry.h) and renders; the answer leaves when its entry is durable. One member
// function an operation of f3548.yaml, called by the generated dispatcher.
//
// Who asks is whoever the authenticator says: the subject of the token is the manager, its scopes are the standard's.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "f3548/requests.h"
#include "net/bearer.h"
#include "net/http_server.h"
#include "net/router.h"
#include "node/core_thread.h"
#include "node/f3548_counters.h"
#include "node/problem_log.h"
#include "node/registry_home.h"
#include "node/sender_quota.h"
#include "node_f3548/operations.h"

namespace tansiq::node {

/// Reports are archived for good, so there is a bound on what one supplier may leave here in a day. In memory: a new
/// process begins a new day.
inline constexpr std::uint64_t kF3548ReportsMax = 10'000;
inline constexpr std::uint64_t kF3548ReportBytesMax = 64ULL << 20;

/// The name under which `/versions/…` knows this service.
inline constexpr std::string_view kF3548SystemIdentity = "astm.f3548.v21";

class F3548Face {
 public:
  /// Everything outlives the face.
  struct Services {
    CoreThread& core;
    ProblemLog& problems;
    const net::Authenticator& authenticator;
    std::string program_version;
    /// Who keeps the registry now. Any thread.
    std::function<RegistryHome()> home{};
    /// Hands a request on to the keeper, who answers it. False: there is no line to it. Any thread.
    std::function<bool(const AuthorityId& keeper, const std::shared_ptr<net::Exchange>&)> relay{};
  };
  explicit F3548Face(Services services);

  /// Whether a request is for this face, by its path.
  [[nodiscard]] static bool serves(std::string_view path);
  /// Takes one request. I/O threads; never blocks.
  void handle(const std::shared_ptr<net::Exchange>& exchange) { handle(exchange, /*may_relay=*/true); }
  /// The same for a request that another node has handed on: it goes no further.
  void handle_relayed(const std::shared_ptr<net::Exchange>& exchange) { handle(exchange, /*may_relay=*/false); }
  [[nodiscard]] const F3548Counters& counters() const { return counters_; }

  /// One request on its way.
  struct Context {
    std::shared_ptr<net::Exchange> exchange;
    f3548::Caller caller;
    std::optional<f3548_api::Operation> operation{};
  };

  // The generated dispatcher calls these.
  void refuse(Context& context, const Error& error);
  void query_intents(Context& context, f3548_api::QueryIntentsRequest&& request);
  void get_intent(Context& context, f3548_api::GetIntentRequest&& request);
  void create_intent(Context& context, f3548_api::CreateIntentRequest&& request);
  void update_intent(Context& context, f3548_api::UpdateIntentRequest&& request);
  void delete_intent(Context& context, f3548_api::DeleteIntentRequest&& request);
  void query_constraints(Context& context, f3548_api::QueryConstraintsRequest&& request);
  void get_constraint(Context& context, f3548_api::GetConstraintRequest&& request);
  void create_constraint(Context& context, f3548_api::CreateConstraintRequest&& request);
  void update_constraint(Context& context, f3548_api::UpdateConstraintRequest&& request);
  void delete_constraint(Context& context, f3548_api::DeleteConstraintRequest&& request);
  void query_subscriptions(Context& context, f3548_api::QuerySubscriptionsRequest&& request);
  void get_subscription(Context& context, f3548_api::GetSubscriptionRequest&& request);
  void create_subscription(Context& context, f3548_api::CreateSubscriptionRequest&& request);
  void update_subscription(Context& context, f3548_api::UpdateSubscriptionRequest&& request);
  void delete_subscription(Context& context, f3548_api::DeleteSubscriptionRequest&& request);
  void make_report(Context& context, f3548_api::MakeReportRequest&& request);
  void get_availability(Context& context, f3548_api::GetAvailabilityRequest&& request);
  void set_availability(Context& context, f3548_api::SetAvailabilityRequest&& request);
  void get_healthy(Context& context, f3548_api::GetHealthyRequest&& request);
  void get_version(Context& context, f3548_api::GetVersionRequest&& request);
  void validate_oauth(Context& context, f3548_api::ValidateOauthRequest&& request);
  void get_system_version(Context& context, f3548_api::GetSystemVersionRequest&& request);

 private:
  using Decide = std::function<RegistryAnswer(State&, f3548::Place)>;

  void handle(const std::shared_ptr<net::Exchange>& exchange, bool may_relay);
  /// Whether another node answers, or nobody can.
  [[nodiscard]] bool goes_elsewhere(Context& context, bool may_relay);
  [[nodiscard]] Status authorise(Context& context, std::string_view scope);
  void submit(Context& context, Decide decide);
  /// The same for what takes turns; `decide` is also told whether it may wait.
  void submit(Context& context, const f3548::Turns::Put& put,
              std::function<RegistryAnswer(State&, f3548::Place, bool may_wait)> decide);
  void answer(Context& context, net::Response response);
  /// An ErrorResponse, and a line in the node's log.
  [[nodiscard]] net::Response error(const net::Exchange& exchange, int status, const std::string& message,
                                    std::string body = {});
  void refuse(Context& context, int status, const std::string& message);
  /// Whether the sender may leave another report here today; else it has been answered.
  [[nodiscard]] bool may_report(Context& context);

  // What a registry's answer becomes: `render` makes the body of a success.
  template <class T, class Render>
  [[nodiscard]] RegistryAnswer rendered(const Context& context, const f3548::Registry& registry,
                                        f3548::Answer<T>&& answer, int success, Render&& render);

  void put_intent(Context& context, const std::string& id, const std::optional<std::string>& ovn,
                  f3548_api::PutIntent&& body);
  void put_constraint(Context& context, const std::string& id, const std::optional<std::string>& ovn,
                      f3548_api::PutConstraint&& body);
  void put_subscription(Context& context, const std::string& id, const std::optional<std::string>& version,
                        f3548_api::PutSubscription&& body);
  /// Runs `then(id)` unless the id is none.
  template <class Then>
  void with_id(Context& context, const std::string& text, std::string_view name, Then&& then);
  template <class Then>
  void with_area(Context& context, f3548_api::AreaQuery&& body, int too_large, Then&& then);

  Services services_;
  F3548Counters counters_;
  SenderQuota reports_{{.messages_max = kF3548ReportsMax, .bytes_max = kF3548ReportBytesMax}};
  net::Router<const f3548_api::OperationInfo*> router_;
};

}  // namespace tansiq::node
