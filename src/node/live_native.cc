// The live picture in the native API. Part of NativeFace.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.h"
#include "log/canonical_json.h"
#include "net/sse.h"
#include "node/api_convert.h"
#include "node/live_desk.h"
#include "node/native_face.h"
#include "picture/alert_json.h"
#include "picture/group_json.h"
#include "picture/track_json.h"

namespace tansiq::node {
namespace {

using log::JcsWriter;

constexpr DurationMs kJoinUpMsMax = 86'400'000;
constexpr std::string_view kFileScope = "intents.file";

struct JoinUp {
  picture::TrackId first;
  picture::TrackId second;
  DurationMs for_ms = 0;
};

Error no_picture() {
  return {
      ErrorCode::kNotFound, "this node has no live picture: its configuration has no [[source]], nor live.peers", {}};
}

std::string input_json(const LiveInputState& input, const surveillance::SourceConfig& config,
                       const surveillance::DecodeCounters& counters) {
  std::string out;
  JcsWriter w(out);
  w.begin_object();
  if (!input.socket.error.empty()) w.key("error").string(foreign_text(input.socket.error, kReasonBytesMax));
  w.key("failures").integer(static_cast<std::int64_t>(input.socket.failures));
  w.key("format").string(name_of(config.format)).key("heard").boolean(input.heard);
  w.key("last_ms").integer(input.last_received.ms).key("name").string(input.name);
  w.key("overload").integer(static_cast<std::int64_t>(input.queue.overload_chunks));
  w.key("refused").integer(static_cast<std::int64_t>(input.socket.refused));
  w.key("rejected").begin_object();
  std::map<std::string_view, std::uint64_t> rejected;
  for (std::size_t i = 0; i < counters.rejected.size(); ++i) {
    if (counters.rejected.at(i) > 0) rejected[name_of(static_cast<surveillance::Reject>(i))] = counters.rejected.at(i);
  }
  for (const auto& [reason, count] : rejected) w.key(reason).integer(static_cast<std::int64_t>(count));
  w.end_object().key("reports").integer(static_cast<std::int64_t>(counters.reports));
  if (input.silent_since) w.key("silent_since_ms").integer(input.silent_since->ms);
  w.key("system_dropped").integer(static_cast<std::int64_t>(input.socket.kernel_dropped));
  w.key("transport").string(config.transport.text()).end_object();
  return out;
}

}  // namespace

void NativeFace::at_picture(Context& context, std::function<Result<std::string>(LiveDesk::Inside&)> work) {
  if (services_.live == nullptr) return refuse(context, no_picture());
  auto inside = [this, exchange = context.exchange, work = std::move(work)](LiveDesk::Inside& of) {
    if (exchange->abandoned()) return;
    auto body = work(of);
    exchange->respond(body ? net::json_response(200, std::move(*body)) : problem(*exchange, std::move(body.error())));
  };
  if (const Status taken = services_.live->submit(std::move(inside)); !taken) refuse(context, taken.error());
}

void NativeFace::get_tracks(Context& context, api::GetTracksRequest&& request) {
  const auto window = to_window(request.south_e7, request.west_e7, request.north_e7, request.east_e7);
  if (!window) return refuse(context, window.error());
  at_picture(context,
             [window = *window, after = request.after,
              limit = request.limit](LiveDesk::Inside& inside) -> Result<std::string> {
               const picture::Picture& picture = inside.session().picture();
               // In order of id; there is no other that lasts.
               std::map<picture::TrackId, const picture::Track*> found;
               picture.tracker().each([&](const picture::Track& track) {
                 if (track.id.value <= static_cast<std::uint64_t>(after)) return;
                 if (window && (track.fixes == 0 || !window->holds(track.fix))) return;
                 found.emplace(track.id, &track);
                 if (found.size() > static_cast<std::size_t>(limit) + 1) found.erase(std::prev(found.end()));
               });
               std::string out;
               JcsWriter w(out);
               w.begin_object();
               if (found.size() > static_cast<std::size_t>(limit)) {
                 found.erase(std::prev(found.end()));
                 w.key("next").integer(found.rbegin()->first.value);
               }
               w.key("tracks").begin_array();
               for (const auto& [id, track] : found) picture::write_track(w, picture, *track, inside.source_names());
               w.end_array().end_object();
               return out;
             });
}

void NativeFace::get_track(Context& context, api::GetTrackRequest&& request) {
  at_picture(context, [id = request.id](LiveDesk::Inside& inside) -> Result<std::string> {
    const picture::Picture& picture = inside.session().picture();
    const picture::Track* track = picture.tracker().find({static_cast<std::uint32_t>(id)});
    if (track == nullptr) return fail(ErrorCode::kNotFound, "there is no such track, or no more", "id");
    std::string out;
    JcsWriter w(out);
    picture::write_track(w, picture, *track, inside.source_names());
    return out;
  });
}

void NativeFace::get_alerts(Context& context, api::GetAlertsRequest&&) {
  at_picture(context, [](LiveDesk::Inside& inside) -> Result<std::string> {
    std::string out;
    JcsWriter w(out);
    w.begin_object().key("alerts").begin_array();
    for (const auto& [id, alert] : inside.session().picture().alerts().alerts()) picture::write_alert(w, alert);
    w.end_array().end_object();
    return out;
  });
}

void NativeFace::list_past_alerts(Context& context, api::ListPastAlertsRequest&& request) {
  std::optional<std::uint64_t> before;
  if (request.before) before = static_cast<std::uint64_t>(*request.before);
  at_picture(context,
             [before, limit = static_cast<std::size_t>(request.limit)](LiveDesk::Inside& of) -> Result<std::string> {
               std::string out;
               JcsWriter w(out);
               picture::write_past_alerts(w, of.past_alerts().page(before, limit));
               return out;
             });
}

/// What may be kept of what peers told is asked of the record for every answer.
void NativeFace::get_picture_history(Context& context, api::GetPictureHistoryRequest&& request) {
  const auto question = history_query(request);
  if (!question) return refuse(context, question.error());
  if (services_.live == nullptr) return refuse(context, no_picture());
  const auto exchange = context.exchange;
  const auto failed = [this, exchange](Error error) { exchange->respond(problem(*exchange, std::move(error))); };
  ReadTask task;
  task.read = [this, exchange, question = *question, failed](const State& state) {
    if (exchange->abandoned()) return Departure{};
    auto go_on = [this, exchange, question, failed, permit = heard_permit(state.coalition())](const Status& durable) {
      if (!durable) return failed(durable.error());
      auto inside = [exchange, question, permit](LiveDesk::Inside& of) {
        if (exchange->abandoned()) return;
        std::string out;
        JcsWriter w(out);
        picture::write_past_tracks(w, of.past_tracks(permit, question),
                                   [&of](std::uint32_t source) { return of.peer_of(source); });
        net::Response response = net::json_response(200, std::move(out));
        response.headers.add("Cache-Control", "no-store");
        exchange->respond(std::move(response));
      };
      if (const Status taken = services_.live->submit(std::move(inside)); !taken) failed(taken.error());
    };
    return Departure{nullptr, {}, std::move(go_on)};
  };
  task.refused = failed;
  if (const Status taken = services_.core.submit(std::move(task)); !taken) refuse(context, taken.error());
}

void NativeFace::acknowledge_alert(Context& context, api::AcknowledgeAlertRequest&& request) {
  if (services_.live == nullptr) return refuse(context, no_picture());
  auto work = [id = static_cast<picture::AlertId>(request.id),
               by = context.caller.subject.str()](LiveDesk::Inside& inside) -> Result<std::string> {
    TRY_VOID(inside.tell(picture::Acknowledge{id, by}));
    std::string out;
    JcsWriter w(out);
    picture::write_alert(w, *inside.session().picture().alerts().find(id));
    return out;
  };
  by_hand(context, "", [this, work = std::move(work)](Context& signed_for) { at_picture(signed_for, work); });
}

void NativeFace::agree_join_up(Context& context, api::AgreeJoinUpRequest&& request) {
  const auto read = [&]() -> Result<JoinUp> {
    const auto document = TRY(JsonDocument::parse(request.body));
    const JsonValue root = document.root();
    TRY_VOID(root.only({"for_ms", "tracks"}));
    const JsonValue tracks = TRY(root.at("tracks"));
    const JsonValue for_ms = TRY(root.at("for_ms"));
    TRY_VOID(tracks.expect(JsonValue::Kind::kArray));
    if (tracks.size() != 2) return fail(ErrorCode::kInvalid, "two tracks join up", "tracks");
    JoinUp out;
    out.first.value = static_cast<std::uint32_t>(TRY(tracks[0].integer(1, UINT32_MAX)));
    out.second.value = static_cast<std::uint32_t>(TRY(tracks[1].integer(1, UINT32_MAX)));
    out.for_ms = TRY(for_ms.integer(1'000, kJoinUpMsMax));
    return out;
  };
  const auto agreed = read();
  if (!agreed) return refuse(context, agreed.error());
  if (services_.live == nullptr) return refuse(context, no_picture());
  auto work = [agreed = *agreed](LiveDesk::Inside& inside) -> Result<std::string> {
    const UtcMs until = inside.now() + agreed.for_ms;
    TRY_VOID(inside.tell(picture::Inhibit{agreed.first, agreed.second, until}));
    return fmt::format(R"({{"until_ms":{}}})", until.ms);
  };
  by_hand(context, "", [this, work = std::move(work)](Context& signed_for) { at_picture(signed_for, work); });
}

void NativeFace::get_sources(Context& context, api::GetSourcesRequest&&) {
  at_picture(context, [this](LiveDesk::Inside& inside) -> Result<std::string> {
    std::string out = R"({"sources":[)";
    const std::vector<LiveInputState> inputs = services_.live->inputs();
    // A peer that has just been added may be among the inputs before it is in the picture.
    for (std::size_t i = 0; i < std::min(inputs.size(), inside.session().sources().size()); ++i) {
      if (i > 0) out += ',';
      out += input_json(inputs[i], inside.session().sources()[i], inside.session().counters(i));
    }
    return out + "]}";
  });
}

void NativeFace::get_groups(Context& context, api::GetGroupsRequest&&) {
  at_picture(context, [](LiveDesk::Inside& inside) -> Result<std::string> {
    std::string out;
    JcsWriter w(out);
    inside.groups().write(w, inside.session().picture());
    return out;
  });
}

void NativeFace::put_group(Context& context, api::PutGroupRequest&& request) {
  const auto read = [&]() -> Result<picture::Group> {
    const std::string text = TRY(log::canonical_json(request.body));
    const auto document = TRY(log::JcsDocument::parse(text));
    return picture::read_group(request.id, document.root());
  };
  // What is declared is filed in the caller's name.
  if (const Status files = authorise(context, kFileScope, false); !files) return refuse(context, files.error());
  auto group = read();
  if (!group) return refuse(context, group.error());
  if (services_.live == nullptr) return refuse(context, no_picture());
  auto work = [group = std::move(*group),
               by = context.caller.subject](LiveDesk::Inside& inside) -> Result<std::string> {
    TRY_VOID(inside.groups().put(group, by));
    TRY_VOID(inside.tell(group));
    return std::string("{}");
  };
  by_hand(context, "", [this, work = std::move(work)](Context& signed_for) { at_picture(signed_for, work); });
}

void NativeFace::drop_group(Context& context, api::DropGroupRequest&& request) {
  if (const Status files = authorise(context, kFileScope, false); !files) return refuse(context, files.error());
  if (services_.live == nullptr) return refuse(context, no_picture());
  auto work = [id = request.id, by = context.caller](LiveDesk::Inside& inside) -> Result<std::string> {
    TRY_VOID(inside.groups().drop(id, by.subject, by.authority));
    TRY_VOID(inside.tell(picture::GroupGone{id}));
    return std::string("{}");
  };
  by_hand(context, "", [this, work = std::move(work)](Context& signed_for) { at_picture(signed_for, work); });
}

void NativeFace::get_live(Context& context, api::GetLiveRequest&&) {
  if (services_.live == nullptr) return refuse(context, no_picture());
  auto join = [this, exchange = context.exchange, subject = context.caller.subject.str()](LiveDesk::Inside& inside) {
    if (const Status good = inside.stream().check(subject); !good) {
      exchange->respond(problem(*exchange, good.error()));
    } else {
      inside.stream().join(subject, begin_stream(exchange, live_stream_queue()));
    }
  };
  if (const Status taken = services_.live->submit(std::move(join)); !taken) refuse(context, taken.error());
}

}  // namespace tansiq::node
