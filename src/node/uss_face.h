// The face between suppliers of ASTM F3548-21: `/uss/v1/…`, served when this node is a supplier. docs/f3548.md says how
// it answers.
//
// Routes, authenticates, authorises and reads on I/O threads, in this order; what is asked and told is answered where
// the record is (uss_answers.h), when it is durable. One member function an operation of uss.yaml.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "net/bearer.h"
#include "net/http_server.h"
#include "net/router.h"
#include "node/problem_log.h"
#include "node/uss_answers.h"
#include "node/uss_service.h"
#include "node_uss/operations.h"

namespace tansiq::node {

class UssFace {
 public:
  /// Everything outlives the face.
  struct Services {
    CoreThread& core;
    UssService& supplier;
    ProblemLog& problems;
    const net::Authenticator& authenticator;
  };
  explicit UssFace(Services services);

  /// Whether a request is for this face, by its path.
  [[nodiscard]] static bool serves(const net::Request& request);
  /// Takes one request. I/O threads; never blocks.
  void handle(const std::shared_ptr<net::Exchange>& exchange);

  /// One request on its way.
  struct Context {
    std::shared_ptr<net::Exchange> exchange;
    std::string sender;
  };

  // The generated dispatcher calls these.
  void refuse(Context& context, const Error& error);
  void get_intent(Context& context, uss_api::GetIntentRequest&& request);
  void get_telemetry(Context& context, uss_api::GetTelemetryRequest&& request);
  void notice_intent(Context& context, uss_api::NoticeIntentRequest&& request);
  void get_constraint(Context& context, uss_api::GetConstraintRequest&& request);
  void notice_constraint(Context& context, uss_api::NoticeConstraintRequest&& request);
  void make_report(Context& context, uss_api::MakeReportRequest&& request);

 private:
  [[nodiscard]] Status authorise(Context& context, std::string_view scope);
  void submit(const Context& context, std::function<UssAnswer(UssDesk&)> work);
  void refuse(const Context& context, int status, const std::string& message);
  [[nodiscard]] net::Response response(const net::Exchange& exchange, UssAnswer&& answer);
  void take(Context& context, std::string&& body, uss::Kind kind);
  /// Whether the sender may leave so much here today; else it has been answered.
  [[nodiscard]] bool within_quota(const Context& context, std::size_t bytes);

  Services services_;
  net::Router<const uss_api::OperationInfo*> router_;
};

}  // namespace tansiq::node
