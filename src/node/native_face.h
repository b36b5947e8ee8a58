// The native face: routes, authenticates, authorises and parses requests on I/O threads, turns them into tasks for the
// core thread, and renders its answers. One member function an operation of openapi.yaml, called by the generated
// dispatcher; an operation without one does not compile.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "net/bearer.h"
#include "net/http_server.h"
#include "net/router.h"
#include "node/core_thread.h"
#include "node/live_desk.h"
#include "node/log_face.h"
#include "node/metrics.h"
#include "node/problem_log.h"
#include "node/self_view.h"
#include "node_api/operations.h"

namespace tansiq::node {

class CharterNotes;
class EvidenceDesk;
class MapFace;
class OfficerDesk;
class UssService;
struct Acceptance;
struct EvidenceRequest;
struct KeptAct;
struct OfficerRequest;

class NativeFace {
 public:
  /// What the face stands on; everything outlives it.
  struct Services {
    CoreThread& core;
    EventHub& events;
    LogFace& log;
    ProblemLog& problems;
    const net::Authenticator& authenticator;
    std::function<std::string()> metrics;  ///< The text of /metrics.
    std::function<Status()> ready;         ///< Why not ready, if so.
    /// What whoever runs the node should know although it is ready.
    std::function<std::vector<std::string>()> remarks;
    /// The document of peers and links.
    std::function<std::string(const coordination::Coalition&)> peers;
    std::function<std::string()> clock;         ///< The document of the clock's bound.
    std::function<std::string()> charter_note;  ///< Of the version in force.
    std::string about;                          ///< The text of /.
    UssService* supplier = nullptr;             ///< Null where this node is none.
    LiveDesk* live = nullptr;                   ///< Null where it has no live picture.
    OfficerDesk* officers = nullptr;            ///< Accounts; null where there are none, as in parts of tests.
    /// Two officers answer for a recovery; null: whether they could. On the desk's writing thread, or an I/O thread.
    std::function<Status(const Acceptance*)> accept_recovery{};
    std::shared_ptr<store::LogReader> files{};       ///< For attachments; the core thread alone uses it.
    EvidenceDesk* evidence = nullptr;                ///< Makes bundles; null where none are made, as in parts of tests.
    const coordination::PlanCycle* plans = nullptr;  ///< Null, or without counterparts: none are waited for.
    const CharterNotes* charter_notes = nullptr;     ///< Null, as in parts of tests: none are fetched.
    HistoryDesk* history = nullptr;                  ///< Null where no past moments are shown.
    std::shared_ptr<const MapFace> map{};            ///< Null where there is none.
    std::filesystem::path story{};                   ///< What is told (story.h); empty: nothing.
    SelfFacts self{};
    core::DataMode data_mode = core::DataMode::kTest;
    bool public_log = false;
    bool public_metrics = false;
  };

  explicit NativeFace(Services services);

  /// Takes one request. I/O threads; never blocks.
  void handle(const std::shared_ptr<net::Exchange>& exchange);

  /// One request on its way.
  struct Context {
    std::shared_ptr<net::Exchange> exchange;
    core::Caller caller;
    std::string_view operation{};           ///< Its operationId.
    std::shared_ptr<const KeptAct> kept{};  ///< Where a person has asked, and it was signed: what it led to is tied to.
  };

  // The generated dispatcher calls these.
  void refuse(Context& context, Error error);
  void get_root(Context& context, api::GetRootRequest&& request);
  void get_openapi(Context& context, api::GetOpenapiRequest&& request);
  void get_problem(Context& context, api::GetProblemRequest&& request);
  void get_health(Context& context, api::GetHealthRequest&& request);
  void get_readiness(Context& context, api::GetReadinessRequest&& request);
  void get_metrics(Context& context, api::GetMetricsRequest&& request);
  void get_charter(Context& context, api::GetCharterRequest&& request);
  void get_proposed_charters(Context& context, api::GetProposedChartersRequest&& request);
  void get_catalogue(Context& context, api::GetCatalogueRequest&& request);
  // self_native.cc
  void get_self(Context& context, api::GetSelfRequest&& request);
  void get_eyes(Context& context, api::GetEyesRequest&& request);
  void get_history(Context& context, api::GetHistoryRequest&& request);
  void get_map(Context& context, api::GetMapRequest&& request);
  void get_story(Context& context, api::GetStoryRequest&& request);
  // native_face.cc
  void list_zones(Context& context, api::ListZonesRequest&& request);
  void get_zone(Context& context, api::GetZoneRequest&& request);
  void list_intents(Context& context, api::ListIntentsRequest&& request);
  void query_intents(Context& context, api::QueryIntentsRequest&& request);
  void get_intent(Context& context, api::GetIntentRequest&& request);
  void create_intent(Context& context, api::CreateIntentRequest&& request);
  void update_intent(Context& context, api::UpdateIntentRequest&& request);
  void activate_intent(Context& context, api::ActivateIntentRequest&& request);
  void report_off_nominal(Context& context, api::ReportOffNominalRequest&& request);
  void end_intent(Context& context, api::EndIntentRequest&& request);
  void preview_intent(Context& context, api::PreviewIntentRequest&& request);
  void list_measures(Context& context, api::ListMeasuresRequest&& request);
  void get_measure(Context& context, api::GetMeasureRequest&& request);
  void create_measure(Context& context, api::CreateMeasureRequest&& request);
  void update_measure(Context& context, api::UpdateMeasureRequest&& request);
  void withdraw_measure(Context& context, api::WithdrawMeasureRequest&& request);
  void get_events(Context& context, api::GetEventsRequest&& request);
  void get_relations(Context& context, api::GetRelationsRequest&& request);
  void get_flights(Context& context, api::GetFlightsRequest&& request);
  void get_legs(Context& context, api::GetLegsRequest&& request);
  void get_asks(Context& context, api::GetAsksRequest&& request);
  void get_control(Context& context, api::GetControlRequest&& request);
  void get_disclosure(Context& context, api::GetDisclosureRequest&& request);
  void get_caveats(Context& context, api::GetCaveatsRequest&& request);
  void get_peers(Context& context, api::GetPeersRequest&& request);
  void get_clock(Context& context, api::GetClockRequest&& request);
  void preview_relations(Context& context, api::PreviewRelationsRequest&& request);
  void act(Context& context, api::ActRequest&& request);
  // stream_native.cc
  void get_stream(Context& context, api::GetStreamRequest&& request);
  // talk_native.cc
  void list_talks(Context& context, api::ListTalksRequest&& request);
  void get_talk(Context& context, api::GetTalkRequest&& request);
  void get_overdue_talks(Context& context, api::GetOverdueTalksRequest&& request);
  void get_plans(Context& context, api::GetPlansRequest&& request);
  void get_talk_events(Context& context, api::GetTalkEventsRequest&& request);
  void preview_talk(Context& context, api::PreviewTalkRequest&& request);
  void get_lines(Context& context, api::GetLinesRequest&& request);
  void list_incidents(Context& context, api::ListIncidentsRequest&& request);
  void get_incident(Context& context, api::GetIncidentRequest&& request);
  void list_reports(Context& context, api::ListReportsRequest&& request);
  void put_attachment(Context& context, api::PutAttachmentRequest&& request);
  void get_attachment(Context& context, api::GetAttachmentRequest&& request);
  // evidence_native.cc
  void make_evidence(Context& context, api::MakeEvidenceRequest&& request);
  void get_incident_bundle(Context& context, api::GetIncidentBundleRequest&& request);
  // f3548_native.cc
  void release_f3548_share(Context& context, api::ReleaseF3548ShareRequest&& request);
  // uss_native.cc
  void get_uss_intents(Context& context, api::GetUssIntentsRequest&& request);
  void get_uss_others(Context& context, api::GetUssOthersRequest&& request);
  void get_uss_deliveries(Context& context, api::GetUssDeliveriesRequest&& request);
  void retry_uss_delivery(Context& context, api::RetryUssDeliveryRequest&& request);
  void get_uss_drifts(Context& context, api::GetUssDriftsRequest&& request);
  void settle_uss_drift(Context& context, api::SettleUssDriftRequest&& request);
  void put_uss_telemetry(Context& context, api::PutUssTelemetryRequest&& request);
  // live_native.cc
  void get_tracks(Context& context, api::GetTracksRequest&& request);
  void get_track(Context& context, api::GetTrackRequest&& request);
  void get_alerts(Context& context, api::GetAlertsRequest&& request);
  void list_past_alerts(Context& context, api::ListPastAlertsRequest&& request);
  void acknowledge_alert(Context& context, api::AcknowledgeAlertRequest&& request);
  void agree_join_up(Context& context, api::AgreeJoinUpRequest&& request);
  void get_sources(Context& context, api::GetSourcesRequest&& request);
  void get_groups(Context& context, api::GetGroupsRequest&& request);
  void put_group(Context& context, api::PutGroupRequest&& request);
  void drop_group(Context& context, api::DropGroupRequest&& request);
  void get_live(Context& context, api::GetLiveRequest&& request);
  void get_picture_history(Context& context, api::GetPictureHistoryRequest&& request);
  // officer_native.cc
  void open_session(Context& context, api::OpenSessionRequest&& request);
  void get_session(Context& context, api::GetSessionRequest&& request);
  void end_session(Context& context, api::EndSessionRequest&& request);
  void change_password(Context& context, api::ChangePasswordRequest&& request);
  void make_session_link(Context& context, api::MakeSessionLinkRequest&& request);
  void use_session_link(Context& context, api::UseSessionLinkRequest&& request);
  void list_officers(Context& context, api::ListOfficersRequest&& request);
  void add_officer(Context& context, api::AddOfficerRequest&& request);
  void change_officer(Context& context, api::ChangeOfficerRequest&& request);
  void remove_officer(Context& context, api::RemoveOfficerRequest&& request);
  void get_watch(Context& context, api::GetWatchRequest&& request);
  void list_watch_officers(Context& context, api::ListWatchOfficersRequest&& request);
  void take_watch(Context& context, api::TakeWatchRequest&& request);
  void hand_over_watch(Context& context, api::HandOverWatchRequest&& request);
  void leave_watch(Context& context, api::LeaveWatchRequest&& request);
  // officer_acts_native.cc
  void accept_recovery(Context& context, api::AcceptRecoveryRequest&& request);
  void list_pending_acts(Context& context, api::ListPendingActsRequest&& request);
  void get_pending_act(Context& context, api::GetPendingActRequest&& request);
  void confirm_pending_act(Context& context, api::ConfirmPendingActRequest&& request);
  void refuse_pending_act(Context& context, api::RefusePendingActRequest&& request);

 private:
  using Render = std::function<Result<net::Response>(const core::Machine&)>;
  using RenderAll = std::function<Result<net::Response>(const coordination::Coalition&)>;

  /// `or_scope`: does as well; empty: none does.
  [[nodiscard]] Status authorise(Context& context, std::string_view scope, bool open, std::string_view or_scope = {});
  [[nodiscard]] bool needs_no_token(const api::OperationInfo& info, const net::Request& request) const;
  void handle_log(Context& context);
  void send_bundle(Context& context, EvidenceRequest request, bool recordings);
  /// A document of coordination (coordination_face.h) by its name.
  void read_document(Context& context, std::string_view name);
  /// A stream of entries, from where the request says.
  void stream(Context& context, std::optional<std::int64_t> after, EventHub::View view,
              EventHub::Reach reach = EventHub::Reach::kMain);
  [[nodiscard]] static EventHub::Reach reach_of(const net::Principal& who);
  /// Whether the caller's token may do this act: one for talks alone speaks, and does nothing else.
  [[nodiscard]] Status may_do(const Context& context, const coordination::Act& act) const;
  /// Reads live state: `render` runs on the core thread.
  void read(Context& context, Render render);
  void read_all(Context& context, RenderAll render);
  /// Answers with a document of the supplier, once what was said is durable; 404 where this node is none.
  void at_desk(Context& context, std::function<Result<std::string>(UssDesk&)> work, bool reconsider = false);
  /// Answers with a document of the live picture; 404 where this node has none.
  void at_picture(Context& context, std::function<Result<std::string>(LiveDesk::Inside&)> work);
  /// Answers with what work on an officers' thread comes to (officer_desk.h).
  enum class OfficerThread : std::uint8_t { kPasswords, kWrites };
  using OfficerWork = std::function<Result<net::Response>(OfficerDesk&)>;
  void at_officers(Context& context, OfficerThread thread, OfficerWork work);
  /// Of the account that asks.
  [[nodiscard]] std::string officer_name(const Context& context) const;
  /// What an officer does with the watch, signed before it is done.
  using WatchWork = std::function<Status(OfficerDesk&, const std::string& name)>;
  void at_watch(Context& context, WatchWork work);

  // Acts of persons: officer_acts_native.cc
  using GoOn = std::function<void(Context&)>;
  /// Whether an officer has asked, under his session.
  [[nodiscard]] bool in_person(const Context& context) const;
  [[nodiscard]] bool in_earnest() const;
  /// Goes on once what a person asks for is signed with his key and kept; at once for a token. The first takes the
  /// request as it was sent.
  void by_hand(Context& context, std::string_view cmd, GoOn go_on);
  void by_hand(Context& context, OfficerRequest request, GoOn go_on);
  /// For a departure: ties the entry that an act has led to, once it is durable.
  [[nodiscard]] std::function<void(const Status&)> tie(const std::shared_ptr<const KeptAct>& kept, std::uint64_t seq,
                                                       const std::optional<log::Hash>& hash) const;
  void execute_act(Context& context, coordination::ActCommand command);
  /// True when the act was answered instead of being done: it waits for a second officer, or is refused for want of
  /// one.
  [[nodiscard]] bool held_for_second(Context& context, const coordination::ActCommand& command);
  /// It waits for a second officer; refused for whoever is none himself.
  void hold(Context& context, OfficerRequest request);
  /// What a second officer has confirmed is done.
  void execute_confirmed(Context& context, const std::string& id, const OfficerRequest& request,
                         const core::Subject& second);
  /// f3548_native.cc
  void release_confirmed(Context& context, const std::string& id, const log::JcsValue& request,
                         const core::Subject& by);
  /// Hears why not, or, once that is durable, of which entry and answer.
  using Settle = std::function<void(const Status&, std::uint64_t seq, const std::string& body)>;
  /// `settle` may be empty.
  void release_now(Context& context, f3548::ReleaseShare asked, Settle settle);

  /// Begins a stream that ends with the session of whoever asked for it. Its head goes out at once, with a comment.
  [[nodiscard]] net::StreamHandle begin_stream(const std::shared_ptr<net::Exchange>& exchange,
                                               net::StreamOptions options = {});
  /// Files a command about `id`; `created` is the status of its success.
  void file(Context& context, CommandId command, core::Action action, std::string id, int success_status);
  void answer(Context& context, net::Response response);
  [[nodiscard]] net::Response problem(const net::Exchange& exchange, Error error);
  [[nodiscard]] net::Response decision(const net::Exchange& exchange, const Recorded& recorded, const std::string& id,
                                       int success_status, const core::Machine& machine);

  Services services_;
  net::Router<const api::OperationInfo*> router_;
};

}  // namespace tansiq::node
