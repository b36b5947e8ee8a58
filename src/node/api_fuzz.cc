// The generated request parsers, fed with anything: the first byte picks the operation, the first line is the query,
// the rest is the body. Whatever parses must convert to a command that could be written into a record or is refused.
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "node/api_convert.h"
#include "node/coordination_face.h"
#include "node/talk_json.h"
#include "node/talk_words.h"
#include "node_api/operations.h"

namespace tansiq::node {
namespace {

class FuzzSource final : public RequestSource {
 public:
  explicit FuzzSource(std::string_view text) {
    const auto line = text.find('\n');
    head_ = text.substr(0, line);
    body_ = line == std::string_view::npos ? std::string_view() : text.substr(line + 1);
  }
  std::string_view path_parameter(std::string_view) const override { return head_.substr(0, head_.find('&')); }
  Result<std::optional<std::string_view>> query_parameter(std::string_view name) const override {
    const auto at = head_.find(name);
    if (at == std::string_view::npos) return std::nullopt;
    const std::string_view value = head_.substr(at + name.size());
    return value.substr(0, value.find('&'));
  }
  Status only_query_parameters(std::initializer_list<std::string_view>) const override { return {}; }
  std::string_view body() const override { return body_; }
  std::string media_type() const override { return "application/json"; }

 private:
  std::string_view head_, body_;
};

/// Takes every request to the core's types.
struct Handlers {
  void refuse(int&, const Error& error) { touched += error.text().size(); }

  void create_intent(int&, api::CreateIntentRequest&& r) { take(to_action(std::move(r.id), std::move(r.body))); }
  void update_intent(int&, api::UpdateIntentRequest&& r) { take(to_action(std::move(r.id), std::move(r.body))); }
  void report_off_nominal(int&, api::ReportOffNominalRequest&& r) {
    take(to_action(std::move(r.id), std::move(r.body)));
  }
  void create_measure(int&, api::CreateMeasureRequest&& r) { take(to_action(std::move(r.id), std::move(r.body))); }
  void update_measure(int&, api::UpdateMeasureRequest&& r) { take(to_action(std::move(r.id), std::move(r.body))); }
  void preview_intent(int&, api::PreviewIntentRequest&& r) { take(to_action(std::move(r.body))); }
  void query_intents(int&, api::QueryIntentsRequest&& r) {
    static const auto kNone = core::ZoneTable::make({});
    (void)to_filter(r.body, *kNone);
  }
  void activate_intent(int&, api::ActivateIntentRequest&&) {}
  void end_intent(int&, api::EndIntentRequest&&) {}
  void withdraw_measure(int&, api::WithdrawMeasureRequest&&) {}
  void get_root(int&, api::GetRootRequest&&) {}
  void get_openapi(int&, api::GetOpenapiRequest&&) {}
  void get_problem(int&, api::GetProblemRequest&&) {}
  void get_health(int&, api::GetHealthRequest&&) {}
  void get_catalogue(int&, api::GetCatalogueRequest&&) {}
  void get_readiness(int&, api::GetReadinessRequest&&) {}
  void get_metrics(int&, api::GetMetricsRequest&&) {}
  void get_charter(int&, api::GetCharterRequest&&) {}
  void get_proposed_charters(int&, api::GetProposedChartersRequest&&) {}
  void get_map(int&, api::GetMapRequest&&) {}
  void get_story(int&, api::GetStoryRequest&& r) { touched += static_cast<std::size_t>(r.after + r.limit); }
  void get_self(int&, api::GetSelfRequest&&) {}
  void get_eyes(int&, api::GetEyesRequest&& r) { touched += r.peer.str().size(); }
  void get_history(int&, api::GetHistoryRequest&& r) { touched += static_cast<std::size_t>(r.limit); }
  void list_zones(int&, api::ListZonesRequest&&) {}
  void get_zone(int&, api::GetZoneRequest&&) {}
  void list_intents(int&, api::ListIntentsRequest&&) {}
  void get_intent(int&, api::GetIntentRequest&&) {}
  void list_measures(int&, api::ListMeasuresRequest&&) {}
  void get_measure(int&, api::GetMeasureRequest&&) {}
  void get_events(int&, api::GetEventsRequest&&) {}
  void get_stream(int&, api::GetStreamRequest&&) {}
  void get_relations(int&, api::GetRelationsRequest&&) {}
  void get_flights(int&, api::GetFlightsRequest&&) {}
  void get_legs(int&, api::GetLegsRequest&&) {}
  void get_asks(int&, api::GetAsksRequest&&) {}
  void get_control(int&, api::GetControlRequest&&) {}
  void get_disclosure(int&, api::GetDisclosureRequest&&) {}
  void get_caveats(int&, api::GetCaveatsRequest&&) {}
  void get_peers(int&, api::GetPeersRequest&&) {}
  void release_f3548_share(int&, api::ReleaseF3548ShareRequest&& r) { touched += r.body.size(); }
  void get_tracks(int&, api::GetTracksRequest&&) {}
  void get_track(int&, api::GetTrackRequest&&) {}
  void get_alerts(int&, api::GetAlertsRequest&&) {}
  void list_past_alerts(int&, api::ListPastAlertsRequest&& r) { touched += r.before.value_or(0) > 0 ? 1U : 0U; }
  void acknowledge_alert(int&, api::AcknowledgeAlertRequest&&) {}
  void agree_join_up(int&, api::AgreeJoinUpRequest&& r) { touched += r.body.size(); }
  void get_sources(int&, api::GetSourcesRequest&&) {}
  void get_groups(int&, api::GetGroupsRequest&&) {}
  void put_group(int&, api::PutGroupRequest&& r) { touched += r.body.size(); }
  void drop_group(int&, api::DropGroupRequest&&) {}
  void get_picture_history(int&, api::GetPictureHistoryRequest&& r) { touched += history_query(r) ? 1U : 0U; }
  void get_live(int&, api::GetLiveRequest&&) {}
  void get_uss_intents(int&, api::GetUssIntentsRequest&&) {}
  void get_uss_others(int&, api::GetUssOthersRequest&&) {}
  void get_uss_deliveries(int&, api::GetUssDeliveriesRequest&&) {}
  void retry_uss_delivery(int&, api::RetryUssDeliveryRequest&&) {}
  void get_uss_drifts(int&, api::GetUssDriftsRequest&&) {}
  void settle_uss_drift(int&, api::SettleUssDriftRequest&& r) { touched += r.body.size(); }
  void put_uss_telemetry(int&, api::PutUssTelemetryRequest&& r) { touched += r.body.size(); }
  void open_session(int&, api::OpenSessionRequest&& r) { touched += r.body.name.size(); }
  void get_session(int&, api::GetSessionRequest&&) {}
  void end_session(int&, api::EndSessionRequest&&) {}
  void change_password(int&, api::ChangePasswordRequest&& r) { touched += r.body.new_password.size(); }
  void make_session_link(int&, api::MakeSessionLinkRequest&& r) { touched += r.body.name.value_or("").size(); }
  void use_session_link(int&, api::UseSessionLinkRequest&& r) { touched += r.body.secret.size(); }
  void accept_recovery(int&, api::AcceptRecoveryRequest&& r) { touched += r.body.command_id.str().size(); }
  void list_officers(int&, api::ListOfficersRequest&&) {}
  void add_officer(int&, api::AddOfficerRequest&& r) { touched += r.body.name.size(); }
  void change_officer(int&, api::ChangeOfficerRequest&& r) { touched += r.id.size(); }
  void remove_officer(int&, api::RemoveOfficerRequest&& r) { touched += r.id.size(); }
  void get_watch(int&, api::GetWatchRequest&&) {}
  void list_watch_officers(int&, api::ListWatchOfficersRequest&&) {}
  void take_watch(int&, api::TakeWatchRequest&&) {}
  void hand_over_watch(int&, api::HandOverWatchRequest&& r) { touched += r.body.to.size(); }
  void leave_watch(int&, api::LeaveWatchRequest&&) {}
  void list_pending_acts(int&, api::ListPendingActsRequest&&) {}
  void get_pending_act(int&, api::GetPendingActRequest&& r) { touched += r.id.size(); }
  void confirm_pending_act(int&, api::ConfirmPendingActRequest&& r) { touched += r.id.size(); }
  void refuse_pending_act(int&, api::RefusePendingActRequest&& r) { touched += r.body.text.size(); }
  void list_talks(int&, api::ListTalksRequest&& r) {
    touched += ListPlace::parse(r.cursor.value_or(std::string())) ? 1U : 0U;
  }
  void get_talk(int&, api::GetTalkRequest&& r) { touched += r.thread.size(); }
  void get_overdue_talks(int&, api::GetOverdueTalksRequest&&) {}
  void get_plans(int&, api::GetPlansRequest&&) {}
  void get_talk_events(int&, api::GetTalkEventsRequest&&) {}
  void preview_talk(int&, api::PreviewTalkRequest&& r) { touched += r.body.size(); }
  void get_lines(int&, api::GetLinesRequest&&) {}
  void list_incidents(int&, api::ListIncidentsRequest&&) {}
  void get_incident(int&, api::GetIncidentRequest&& r) { touched += r.id.size(); }
  void list_reports(int&, api::ListReportsRequest&&) {}
  void put_attachment(int&, api::PutAttachmentRequest&& r) {
    touched += log::Hash::from_hex(r.sha256) ? r.body.size() : 0U;
  }
  void get_attachment(int&, api::GetAttachmentRequest&& r) { touched += r.sha256.size(); }
  void make_evidence(int&, api::MakeEvidenceRequest&& r) { touched += r.body.entries.size() + r.body.logs.size(); }
  void get_incident_bundle(int&, api::GetIncidentBundleRequest&& r) { touched += r.id.size(); }
  void get_clock(int&, api::GetClockRequest&&) {}
  void preview_relations(int&, api::PreviewRelationsRequest&& r) { touched += r.body.size(); }
  void act(int&, api::ActRequest&& r) {
    const auto command = read_act_request(r.body, {});
    if (command && check_templates(command->act)) ++touched;
  }

  void take(const Result<core::Action>& action) {
    if (action) take(*action);
  }
  void take(const core::Action& action) {
    if (!core::check_writable(action)) return;
    std::string out;
    log::JcsWriter writer(out);
    core::write_request(writer, action);
    touched += out.size();
  }

  std::size_t touched = 0;
};

}  // namespace
}  // namespace tansiq::node

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  using namespace tansiq::node;
  const auto& operations = api::operations();
  const FuzzSource source({reinterpret_cast<const char*>(data) + 1, size - 1});
  Handlers handlers;
  int context = 0;
  api::dispatch(operations[data[0] % operations.size()].operation, handlers, context, source);
  return 0;
}
