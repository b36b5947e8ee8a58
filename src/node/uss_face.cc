#include "node/uss_face.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/invariant.h"
#include "node/f3548_access.h"
#include "node/f3548_convert.h"
#include "node/f3548_json.h"
#include "node/http_source.h"

namespace tansiq::node {
namespace {

Result<uss::Uuid> to_entity(std::string_view text) {
  const auto id = TRY(to_id(text, "entityid"));
  if (!id.is(4)) return fail(ErrorCode::kInvalid, "it is no UUID of version 4", "entityid");
  return id;
}

}  // namespace

UssFace::UssFace(Services services) : services_(services) {
  for (const uss_api::OperationInfo& info : uss_api::operations()) {
    const auto method = net::parse_method(info.method);
    EXPECT_INVARIANT(method.has_value());
    EXPECT_INVARIANT(router_.add(*method, info.path, &info).has_value());
  }
}

bool UssFace::serves(const net::Request& request) { return request.segments().front() == "uss"; }

void UssFace::handle(const std::shared_ptr<net::Exchange>& exchange) {
  Context context{exchange, {}};
  const net::Request& request = exchange->request();
  auto match = router_.find(request);
  if (!match) return refuse(context, 404, "nothing is served at this path with this method");
  const uss_api::OperationInfo& info = **match->value;
  if (const Status allowed = authorise(context, info.scope); !allowed) {
    net::Response out =
        response(*exchange, {.status = f3548_status(allowed.error()), .message = allowed.error().message});
    net::add_challenge(out, request);
    static_cast<void>(exchange->respond(std::move(out)));
    return;
  }
  const HttpSource source(request, match->parameters);
  uss_api::dispatch(info.operation, *this, context, source);
}

/// `scope` lists some of which one suffices.
Status UssFace::authorise(Context& context, std::string_view scope) {
  net::Request& request = context.exchange->request();
  request.principal = TRY(f3548_authorise(services_.authenticator, request, scope));
  context.sender = request.principal->subject;
  return {};
}

net::Response UssFace::response(const net::Exchange& exchange, UssAnswer&& answer) {
  if (answer.status == 204) return {.status = 204};
  if (answer.status < 300) return net::json_response(answer.status, std::move(answer.body));
  return f3548_refusal(services_.problems, exchange.request(), answer.status, answer.message);
}

void UssFace::refuse(const Context& context, int status, const std::string& message) {
  context.exchange->respond(response(*context.exchange, {.status = status, .message = message}));
}

void UssFace::refuse(Context& context, const Error& error) { refuse(context, f3548_status(error), error.text()); }

void UssFace::submit(const Context& context, std::function<UssAnswer(UssDesk&)> work) {
  auto on_core = [this, exchange = context.exchange, work = std::move(work)](UssDesk& desk) {
    // Nobody waits: nothing is to happen that nobody has seen.
    if (exchange->abandoned()) return Departure{};
    UssAnswer answer = work(desk);
    std::function<void(const Status&)> call;
    if (answer.news) {
      call = [this](const Status& durable) {
        if (durable) services_.supplier.reconsider();
      };
    }
    return Departure{exchange, response(*exchange, std::move(answer)), std::move(call)};
  };
  auto refused = [this, context](const Error& why) { refuse(context, f3548_status(why), why.message); };
  const Status taken = services_.core.submit(UssTask{std::move(on_core), refused});
  if (!taken) refused(taken.error());
}

void UssFace::get_intent(Context& context, uss_api::GetIntentRequest&& request) {
  const auto id = to_entity(request.entityid);
  if (!id) return refuse(context, id.error());
  submit(context, [this, id = *id](UssDesk& desk) { return serve_intent(desk, services_.supplier.names(), id); });
}

void UssFace::get_telemetry(Context& context, uss_api::GetTelemetryRequest&& request) {
  const auto id = to_entity(request.entityid);
  if (!id) return refuse(context, id.error());
  submit(context, [this, id = *id](UssDesk& desk) -> UssAnswer {
    const auto of = standing_of(desk, id);
    if (!of) return {.status = 404, .message = "no operational intent of this id is registered here"};
    if (of->state != uss::IntentState::kNonconforming && of->state != uss::IntentState::kContingent) {
      return {.status = 409,
              .message = fmt::format("it is {}: positions are told of flights that are off their plan",
                                     core::to_text(of->state))};
    }
    const auto latest = services_.supplier.telemetry().latest(of->intent);
    if (!latest) return {.status = 412, .message = "no position of it is known here"};
    const std::string next =
        latest->next.text().empty()
            ? ""
            : fmt::format(R"("next_telemetry_opportunity":{{"format":"RFC3339","value":"{}"}},)", latest->next.text());
    return {.status = 200,
            .body = fmt::format(R"({{{}"operational_intent_id":"{}","telemetry":{}}})", next, id.str(), latest->text)};
  });
}

bool UssFace::within_quota(const Context& context, std::size_t bytes) {
  const auto wait = services_.supplier.quota().take(context.sender, bytes, services_.core.now());
  if (!wait) return true;
  const std::int64_t seconds = (*wait + 999) / 1'000;
  net::Response out = response(*context.exchange,
                               {.status = 429,
                                .message = fmt::format("{} has sent all that one supplier may in a day; more in {} s",
                                                       context.sender, seconds)});
  out.headers.set("Retry-After", fmt::format("{}", seconds));
  context.exchange->respond(std::move(out));
  return false;
}

void UssFace::take(Context& context, std::string&& body, uss::Kind kind) {
  const auto message = uss::Message::parse(body);
  if (!message) return refuse(context, message.error());
  auto notice = uss::read_notice(*message, kind);
  if (!notice) return refuse(context, notice.error());
  if (!within_quota(context, body.size())) return;
  auto shared = std::make_shared<const uss::Notice>(std::move(*notice));
  submit(context, [this, shared, sender = context.sender, body = std::move(body)](UssDesk& desk) {
    return take_notice(desk, services_.supplier.names(), *shared, sender, body);
  });
}

void UssFace::notice_intent(Context& context, uss_api::NoticeIntentRequest&& request) {
  take(context, std::move(request.body), uss::Kind::kIntent);
}

void UssFace::notice_constraint(Context& context, uss_api::NoticeConstraintRequest&& request) {
  take(context, std::move(request.body), uss::Kind::kConstraint);
}

void UssFace::get_constraint(Context& context, uss_api::GetConstraintRequest&& request) {
  const auto id = to_entity(request.entityid);
  if (!id) return refuse(context, id.error());
  refuse(context, 404, "this node manages no constraints");
}

void UssFace::make_report(Context& context, uss_api::MakeReportRequest&& request) {
  const auto document = JsonDocument::parse(request.body);
  if (!document) return refuse(context, document.error());
  if (const Status good = uss::check_report(document->root()); !good) return refuse(context, good.error());
  if (!within_quota(context, request.body.size())) return;
  submit(context, [sender = context.sender, body = std::move(request.body)](UssDesk& desk) {
    return take_report(desk, sender, body);
  });
}

}  // namespace tansiq::node
