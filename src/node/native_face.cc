#include "node/native_face.h"

#include <fmt/format.h>

#include "base/invariant.h"
#include "node/api_convert.h"
#include "node/api_json.h"
#include "node/catalogue_standing.h"
#include "node/charter_notes.h"
#include "node/coordination_face.h"
#include "node/http_source.h"
#include "node/officer_desk.h"
#include "node/officer_door.h"
#include "node/openapi_text.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kLogPrefix = "log";
/// Whoever is let in at all.
constexpr std::string_view kAnyScope = "any";
constexpr std::string_view kTalksWriteScope = "talks.write";
constexpr std::string_view kActScope = "coordination.act";

bool on_loopback(const net::Request& request) {
  const std::string& address = request.connection->address;
  return address.starts_with("127.") || address == "::1";
}

/// Which scope does as well: whoever may do any act may speak.
std::string_view other_scope(api::Operation operation) {
  if (operation == api::Operation::kAct) return kTalksWriteScope;
  return operation == api::Operation::kPutAttachment ? kActScope : std::string_view();
}

/// The problem that stands for a refusal by decision.
ErrorCode code_of(core::Refusal refusal) {
  return refusal == core::Refusal::kNotSequencer ? ErrorCode::kNotSequencer : ErrorCode::kConflict;
}

std::string problem_page(const ErrorInfo& info) {
  return fmt::format("{}\n\n{}\n\nHTTP status {}, exit code {} of the command-line program.\n", info.slug, info.title,
                     info.http_status, info.exit_code);
}

}  // namespace

NativeFace::NativeFace(Services services) : services_(std::move(services)) {
  for (const api::OperationInfo& info : api::operations()) {
    const auto method = net::parse_method(info.method);
    EXPECT_INVARIANT(method.has_value());
    EXPECT_INVARIANT(router_.add(*method, info.path, &info).has_value());
  }
}

void NativeFace::handle(const std::shared_ptr<net::Exchange>& exchange) {
  Context context{.exchange = exchange, .caller = {}};
  const net::Request& request = exchange->request();
  if (request.segments().front() == kLogPrefix && request.segments().size() > 1) return handle_log(context);
  auto match = router_.find(request);
  if (!match) {
    if (match.error().code != ErrorCode::kMethodNotAllowed) return refuse(context, std::move(match.error()));
    net::Response response = problem(*exchange, std::move(match.error()));
    response.headers.add("Allow", router_.allowed(request));
    return answer(context, std::move(response));
  }
  const api::OperationInfo& info = **match->value;
  const std::string_view or_scope = other_scope(info.operation);
  if (const Status allowed = authorise(context, info.scope, needs_no_token(info, request), or_scope); !allowed) {
    net::Response response = problem(*exchange, allowed.error());
    net::add_challenge(response, request, info.scope);
    return answer(context, std::move(response));
  }
  context.operation = info.id;
  const HttpSource source(request, match->parameters);
  api::dispatch(info.operation, *this, context, source);
}

bool NativeFace::needs_no_token(const api::OperationInfo& info, const net::Request& request) const {
  switch (info.operation) {
    case api::Operation::kGetMetrics:
      return services_.public_metrics || on_loopback(request);
    case api::Operation::kGetEvents:  // Whoever shows a token may be shown more.
      return services_.public_log && !request.header("authorization");
    default:
      return info.scope == "open";
  }
}

Status NativeFace::authorise(Context& context, std::string_view scope, bool open, std::string_view or_scope) {
  if (open) return {};
  net::Request& request = context.exchange->request();
  net::Principal principal = TRY(services_.authenticator.authenticate(request));
  const bool admin = principal.has("admin");
  // What belongs to sessions alone no token holds.
  const bool has = scope == kAnyScope || principal.has(scope) || (!or_scope.empty() && principal.has(or_scope));
  if (!has && (!admin || officer_scope(scope))) {
    return fail(ErrorCode::kForbidden, fmt::format("the token does not allow {}", scope), "Authorization");
  }
  auto subject = core::Subject::parse(principal.subject);
  if (!subject) return fail(ErrorCode::kUnauthenticated, subject.error().message, "Authorization");
  // A session's scopes are its role's: one that may file is an officer's or a supervisor's, in person.
  const bool office = services_.officers != nullptr && principal.has(kSessionScope) && principal.has("intents.file");
  context.caller = {std::move(*subject), admin || principal.has("measures.manage"), office};
  request.principal = std::move(principal);
  return {};
}

void NativeFace::handle_log(Context& context) {
  const net::Request& request = context.exchange->request();
  if (request.method != net::Method::kGet && request.method != net::Method::kHead) {
    net::Response response = problem(*context.exchange, {ErrorCode::kMethodNotAllowed, "the log is read with GET", {}});
    response.headers.add("Allow", "GET, HEAD");
    return answer(context, std::move(response));
  }
  // What others say, and what is said to others, is nobody's to make public.
  const LogFace::Audience audience = services_.log.audience(request.segments());
  const bool open = services_.public_log && audience == LogFace::Audience::kMain;
  if (const Status allowed = authorise(context, "log.read", open); !allowed) {
    net::Response response = problem(*context.exchange, allowed.error());
    net::add_challenge(response, request, "log.read");
    return answer(context, std::move(response));
  }
  if (audience == LogFace::Audience::kPair && !may_read_pairs(*request.principal)) {
    return refuse(context,
                  {ErrorCode::kForbidden,
                   "a log between two authorities needs log.read, coordination.read and talks.read", "Authorization"});
  }
  services_.log.handle(context.exchange);
}

// --- answering -------------------------------------------------------------------------------------------------------

void NativeFace::answer(Context& context, net::Response response) { context.exchange->respond(std::move(response)); }

net::Response NativeFace::problem(const net::Exchange& exchange, Error error) {
  const net::Problem problem = net::make_problem(std::move(error));
  const net::Request& request = exchange.request();
  services_.problems.add(problem, net::method_name(request.method), request.path(), request.connection->address);
  return net::problem_response(problem);
}

void NativeFace::refuse(Context& context, Error error) {
  answer(context, problem(*context.exchange, std::move(error)));
}

void NativeFace::read(Context& context, Render render) {
  read_all(context, [render = std::move(render)](const coordination::Coalition& all) { return render(all.machine()); });
}

void NativeFace::read_all(Context& context, RenderAll render) {
  auto task = [this, exchange = context.exchange, render = std::move(render)](const State& state) {
    if (exchange->abandoned()) return Departure{};
    auto response = render(state.coalition());
    if (!response) return Departure{exchange, problem(*exchange, std::move(response.error())), {}};
    return Departure{exchange, std::move(*response), {}};
  };
  auto refused = [this, exchange = context.exchange](Error error) {
    exchange->respond(problem(*exchange, std::move(error)));
  };
  if (const Status taken = services_.core.submit(ReadTask{std::move(task), std::move(refused)}); !taken) {
    refuse(context, taken.error());
  }
}

void NativeFace::file(Context& context, CommandId command, core::Action action, std::string id, int success_status) {
  const std::string cmd = command.str();
  core::Command filed{std::move(command), context.caller, std::move(action)};
  auto go_on = [this, filed = std::move(filed), id = std::move(id), success_status](Context& signed_for) mutable {
    auto done = [this, exchange = signed_for.exchange, kept = signed_for.kept, id = std::move(id), success_status](
                    Result<Recorded> recorded, const core::Machine& machine) {
      if (!recorded) return Departure{exchange, problem(*exchange, std::move(recorded.error())), {}};
      return Departure{exchange, decision(*exchange, *recorded, id, success_status, machine),
                       tie(kept, recorded->seq, {})};
    };
    if (const Status taken = services_.core.submit(CommandTask{std::move(filed), std::move(done)}); !taken) {
      refuse(signed_for, taken.error());
    }
  };
  by_hand(context, cmd, std::move(go_on));
}

net::Response NativeFace::decision(const net::Exchange& exchange, const Recorded& recorded, const std::string& id,
                                   int success_status, const core::Machine& machine) {
  if (recorded.decision.accepted()) {
    std::string ovn;
    if (const core::Intent* intent = machine.find_intent(IntentId::trusted(id));
        core::to_text(recorded.type).starts_with("intent.") && intent != nullptr &&
        intent->version == recorded.decision.version) {
      ovn = machine.ovn(*intent);
    }
    return net::json_response(success_status, decision_json(recorded, id, ovn, services_.data_mode));
  }
  const ErrorInfo& info = error_info(code_of(recorded.decision.refusal));
  const net::Problem problem = net::make_problem({info.code, refusal_sentence(recorded.decision), {}});
  const net::Request& request = exchange.request();
  services_.problems.add(problem, net::method_name(request.method), request.path(), request.connection->address);
  net::Response response = net::json_response(
      problem.status, refusal_json(recorded, {problem.id, info.slug, info.title, problem.status}, services_.data_mode));
  response.headers.set("Content-Type", "application/problem+json");
  return response;
}

// --- operations ------------------------------------------------------------------------------------------------------

void NativeFace::get_root(Context& context, api::GetRootRequest&&) {
  answer(context, net::text_response(200, services_.about));
}

void NativeFace::get_openapi(Context& context, api::GetOpenapiRequest&&) {
  net::Response response;
  response.headers.add("Content-Type", "application/yaml");
  response.body = openapi_text();
  answer(context, std::move(response));
}

void NativeFace::get_problem(Context& context, api::GetProblemRequest&& request) {
  for (std::size_t i = 0; i < kErrorCodes; ++i) {
    const ErrorInfo& info = error_info(static_cast<ErrorCode>(i));
    if (info.slug == request.slug) return answer(context, net::text_response(200, problem_page(info)));
  }
  refuse(context, {ErrorCode::kNotFound, "no problem has this name", "slug"});
}

void NativeFace::get_health(Context& context, api::GetHealthRequest&&) {
  answer(context, net::text_response(200, "ok\n"));
}

void NativeFace::get_readiness(Context& context, api::GetReadinessRequest&&) {
  if (const Status ready = services_.ready(); !ready) return refuse(context, ready.error());
  // Through the queue: ready means that the core thread answers.
  // A charter that others have left behind is no reason to send it no requests, but for those who run it to act.
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    std::vector<std::string> remarks = services_.remarks();
    if (CatalogueStanding catalogue = catalogue_standing(all.machine().charter()); !catalogue.agrees) {
      remarks.insert(remarks.begin(), std::move(catalogue.text));
    }
    if (std::string trouble = charter_trouble(all, services_.core.now()); !trouble.empty()) {
      remarks.insert(remarks.begin(), std::move(trouble));
    }
    return net::text_response(200,
                              remarks.empty() ? "ready\n" : fmt::format("ready, but {}\n", fmt::join(remarks, "; ")));
  });
}

void NativeFace::get_metrics(Context& context, api::GetMetricsRequest&&) {
  net::Response response = net::text_response(200, services_.metrics());
  response.headers.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  answer(context, std::move(response));
}

void NativeFace::get_charter(Context& context, api::GetCharterRequest&&) {
  answer(context, net::text_response(200, services_.charter_note()));
}

void NativeFace::get_proposed_charters(Context& context, api::GetProposedChartersRequest&&) {
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, TRY(proposed_charters_json(all, services_.files.get(), services_.charter_notes)));
  });
}

void NativeFace::get_catalogue(Context& context, api::GetCatalogueRequest&&) {
  read_all(context, [](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, catalogue_json(catalogue_standing(all.machine().charter())));
  });
}

void NativeFace::list_zones(Context& context, api::ListZonesRequest&&) {
  read(context, [](const core::Machine& machine) { return net::json_response(200, zone_list_json(machine)); });
}

void NativeFace::get_zone(Context& context, api::GetZoneRequest&& request) {
  read(context, [id = std::move(request.id)](const core::Machine& machine) -> Result<net::Response> {
    const core::Zone* zone = machine.charter().find_zone(id);
    if (zone == nullptr) return fail(ErrorCode::kNotFound, "the charter has no zone " + id.str(), "id");
    return net::json_response(200, zone_json(*zone, machine));
  });
}

void NativeFace::list_intents(Context& context, api::ListIntentsRequest&& request) {
  api::IntentQuery query;
  query.after = request.after;
  query.limit = request.limit;
  query_intents(context, {std::move(query)});
}

void NativeFace::query_intents(Context& context, api::QueryIntentsRequest&& request) {
  read(
      context,
      [query = std::move(request.body), asker = context.caller](const core::Machine& machine) -> Result<net::Response> {
        const core::IntentFilter filter = TRY(to_filter(query, machine.zones()));
        const std::vector<const core::Intent*> found = TRY(machine.intents(filter));
        return net::json_response(200, intent_list_json(found, filter.limit, machine, asker));
      });
}

void NativeFace::get_intent(Context& context, api::GetIntentRequest&& request) {
  read(context,
       [id = std::move(request.id), asker = context.caller](const core::Machine& machine) -> Result<net::Response> {
         const core::Intent* intent = machine.find_intent(id);
         // Unknown and undisclosed look the same: an asker must not learn of an id that it may not know.
         auto text = intent != nullptr ? intent_json(*intent, machine, asker, true) : std::nullopt;
         if (!text) return fail(ErrorCode::kNotFound, "there is no intent " + id.str(), "id");
         return net::json_response(200, std::move(*text));
       });
}

void NativeFace::create_intent(Context& context, api::CreateIntentRequest&& request) {
  std::string id = request.id.str();
  CommandId command = std::move(request.body.command_id);
  auto action = to_action(std::move(request.id), std::move(request.body));
  if (!action) return refuse(context, std::move(action.error()));
  file(context, std::move(command), std::move(*action), std::move(id), 201);
}

void NativeFace::update_intent(Context& context, api::UpdateIntentRequest&& request) {
  std::string id = request.id.str();
  CommandId command = std::move(request.body.command_id);
  auto action = to_action(std::move(request.id), std::move(request.body));
  if (!action) return refuse(context, std::move(action.error()));
  file(context, std::move(command), std::move(*action), std::move(id), 200);
}

void NativeFace::activate_intent(Context& context, api::ActivateIntentRequest&& request) {
  std::string id = request.id.str();
  file(context, std::move(request.body.command_id), core::ActivateIntent{std::move(request.id), request.body.version},
       std::move(id), 200);
}

void NativeFace::report_off_nominal(Context& context, api::ReportOffNominalRequest&& request) {
  std::string id = request.id.str();
  CommandId command = std::move(request.body.command_id);
  file(context, std::move(command), to_action(std::move(request.id), std::move(request.body)), std::move(id), 200);
}

void NativeFace::end_intent(Context& context, api::EndIntentRequest&& request) {
  std::string id = request.id.str();
  file(context, std::move(request.body.command_id), core::EndIntent{std::move(request.id), request.body.version},
       std::move(id), 200);
}

void NativeFace::preview_intent(Context& context, api::PreviewIntentRequest&& request) {
  core::Command asked{CommandId(), context.caller, to_action(std::move(request.body))};
  read(context, [this, asked = std::move(asked)](const core::Machine& machine) -> Result<net::Response> {
    core::Decision decision = TRY(machine.preview(asked, services_.core.now()));
    return net::json_response(200, preview_json(core::disclosed(std::move(decision)), services_.data_mode));
  });
}

void NativeFace::list_measures(Context& context, api::ListMeasuresRequest&& request) {
  read(context, [request = std::move(request)](const core::Machine& machine) {
    return net::json_response(200, measure_list_json(machine.measures(), static_cast<std::uint64_t>(request.after),
                                                     static_cast<std::size_t>(request.limit), machine));
  });
}

void NativeFace::get_measure(Context& context, api::GetMeasureRequest&& request) {
  read(context, [id = std::move(request.id)](const core::Machine& machine) -> Result<net::Response> {
    const core::Measure* measure = machine.find_measure(id);
    if (measure == nullptr) return fail(ErrorCode::kNotFound, "there is no measure " + id.str(), "id");
    return net::json_response(200, measure_json(*measure, machine));
  });
}

void NativeFace::create_measure(Context& context, api::CreateMeasureRequest&& request) {
  std::string id = request.id.str();
  CommandId command = std::move(request.body.command_id);
  file(context, std::move(command), to_action(std::move(request.id), std::move(request.body)), std::move(id), 201);
}

void NativeFace::update_measure(Context& context, api::UpdateMeasureRequest&& request) {
  std::string id = request.id.str();
  CommandId command = std::move(request.body.command_id);
  file(context, std::move(command), to_action(std::move(request.id), std::move(request.body)), std::move(id), 200);
}

void NativeFace::withdraw_measure(Context& context, api::WithdrawMeasureRequest&& request) {
  std::string id = request.id.str();
  file(context, std::move(request.body.command_id), core::EndMeasure{std::move(request.id), request.body.version},
       std::move(id), 200);
}

void NativeFace::get_events(Context& context, api::GetEventsRequest&& request) {
  const auto& who = context.exchange->request().principal;
  stream(context, request.after, EventHub::View::kRecord, who ? reach_of(*who) : EventHub::Reach::kMain);
}

/// As of the logs: what two say to each other is for those who may read it there.
EventHub::Reach NativeFace::reach_of(const net::Principal& who) {
  return may_read_pairs(who) ? EventHub::Reach::kPairs : EventHub::Reach::kMembers;
}

void NativeFace::stream(Context& context, std::optional<std::int64_t> after, EventHub::View view,
                        EventHub::Reach reach) {
  std::optional<std::uint64_t> from;
  if (after) from = static_cast<std::uint64_t>(*after) + 1;
  // A client that reconnects repeats the query of its first request: the header is newer.
  const auto last = net::last_event_id(context.exchange->request());
  if (!last) return refuse(context, last.error());
  if (*last) from = static_cast<std::uint64_t>(**last) + 1;
  if (const Status good = services_.events.check(context.caller.subject.str(), from); !good)
    return refuse(context, good.error());
  if (context.exchange->request().method == net::Method::kHead) {
    net::Response response;
    response.headers.add("Content-Type", "text/event-stream");
    return answer(context, std::move(response));
  }
  services_.events.subscribe(context.caller.subject.str(), begin_stream(context.exchange), from, view, reach);
}

net::StreamHandle NativeFace::begin_stream(const std::shared_ptr<net::Exchange>& exchange, net::StreamOptions options) {
  // Before it begins: the request is the exchange's until then.
  std::string session;
  const net::Request& asked = exchange->request();
  if (services_.officers != nullptr && asked.principal && asked.principal->has(kSessionScope)) {
    if (const auto shown = shown_session(asked); shown && *shown) session = (*shown)->id;
  }
  net::StreamHandle stream = exchange->begin_stream({}, std::move(options));
  // Clients wait for the first octets of a body before they take a stream for begun.
  (void)stream.send(std::make_shared<const std::string>(": connected\n\n"));
  if (!session.empty()) services_.officers->sessions().attach(session, stream);
  return stream;
}

// --- coordination ----------------------------------------------------------------------------------------------------

void NativeFace::read_document(Context& context, std::string_view name) {
  read_all(context, [name](const coordination::Coalition& all) -> Result<net::Response> {
    auto document = coordination_json(name, all);
    EXPECT_INVARIANT(document.has_value());
    return net::json_response(200, std::move(*document));
  });
}

void NativeFace::get_relations(Context& context, api::GetRelationsRequest&&) { read_document(context, "relations"); }
void NativeFace::get_flights(Context& context, api::GetFlightsRequest&&) { read_document(context, "flights"); }
void NativeFace::get_legs(Context& context, api::GetLegsRequest&&) { read_document(context, "legs"); }
void NativeFace::get_asks(Context& context, api::GetAsksRequest&&) {
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, asks_json(all, services_.core.now()));
  });
}
void NativeFace::get_control(Context& context, api::GetControlRequest&&) { read_document(context, "control"); }
void NativeFace::get_disclosure(Context& context, api::GetDisclosureRequest&&) { read_document(context, "disclosure"); }
void NativeFace::get_caveats(Context& context, api::GetCaveatsRequest&&) { read_document(context, "caveats"); }

void NativeFace::get_peers(Context& context, api::GetPeersRequest&&) {
  read_all(context, [this](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, services_.peers(all));
  });
}

void NativeFace::get_clock(Context& context, api::GetClockRequest&&) {
  answer(context, net::json_response(200, services_.clock()));
}

void NativeFace::preview_relations(Context& context, api::PreviewRelationsRequest&& request) {
  read_all(context, [body = std::move(request.body)](const coordination::Coalition& all) -> Result<net::Response> {
    return net::json_response(200, TRY(preview_json(body, all)));
  });
}

void NativeFace::act(Context& context, api::ActRequest&& request) {
  auto command = read_act_request(request.body, context.caller.subject);
  if (!command) return refuse(context, std::move(command.error()));
  if (const Status may = may_do(context, command->act); !may) return refuse(context, may.error());
  if (held_for_second(context, *command)) return;
  if (!in_person(context)) return execute_act(context, std::move(*command));
  OfficerRequest asked = officer_request(*command);
  by_hand(context, std::move(asked), [this, command = std::move(*command)](Context& signed_for) mutable {
    execute_act(signed_for, std::move(command));
  });
}

}  // namespace tansiq::node
