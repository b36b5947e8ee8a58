// The node about itself in the native API: who it is, what a peer sees of it, what was known at a past moment. Part of
// NativeFace.
#include <fmt/format.h>

#include <memory>
#include <utility>

#include "node/map_face.h"
#include "node/native_face.h"
#include "node/self_view.h"
#include "node/story.h"

namespace tansiq::node {

void NativeFace::get_self(Context& context, api::GetSelfRequest&&) {
  const net::Principal who = *context.exchange->request().principal;
  read_all(context, [this, who](const coordination::Coalition& all) -> Result<net::Response> {
    net::Response response = net::json_response(200, self_json(services_.self, all, who, services_.core.now()));
    response.headers.add("Cache-Control", "no-store");
    return response;
  });
}

/// From thread to thread: what the record says on the core thread, what is told of tracks on the picture's, bodies on
/// the one that reads the disk.
void NativeFace::get_eyes(Context& context, api::GetEyesRequest&& request) {
  // A session of its own, whoever has chosen the password: with nothing but that nobody sees anything.
  if (!context.exchange->request().principal->has("coordination.read")) {
    return refuse(context, {ErrorCode::kForbidden, "the session does not allow coordination.read", "Authorization"});
  }
  std::optional<coordination::EntryHash> after;
  if (request.cursor) {
    auto hash = coordination::EntryHash::from_hex(*request.cursor);
    if (!hash)
      return refuse(context, {ErrorCode::kInvalid, "`next` of the page before is 64 hexadecimal digits", "cursor"});
    after = *hash;
  }
  const auto exchange = context.exchange;
  const auto failed = [this, exchange](Error error) { exchange->respond(problem(*exchange, std::move(error))); };
  const auto show = [this, exchange](const std::shared_ptr<const Eyes>& eyes, std::optional<EyesTracks> tracks) {
    services_.log.read(exchange,
                       [eyes, tracks = std::move(tracks),
                        at = services_.core.now()](store::LogReader& bodies) -> Result<net::Response> {
                         net::Response response = net::json_response(200, TRY(eyes_json(*eyes, tracks, at, bodies)));
                         response.headers.add("Cache-Control", "no-store");
                         return response;
                       });
  };
  const bool with_tracks = services_.live != nullptr && !after;
  ReadTask task;
  task.read = [this, peer = std::move(request.peer), after, exchange, failed, show, with_tracks](const State& state) {
    if (exchange->abandoned()) return Departure{};
    auto eyes = eyes_of(state.coalition(), peer, after);
    if (!eyes) return Departure{exchange, problem(*exchange, std::move(eyes.error())), {}};
    auto shared = std::make_shared<const Eyes>(std::move(*eyes));
    RecordedPermit permit;
    if (with_tracks) permit = services_.live->permit(state.coalition(), peer);
    auto go_on = [this, shared, permit, failed, show, with_tracks](const Status& durable) {
      if (!durable) return failed(durable.error());
      if (!with_tracks) return show(shared, std::nullopt);
      auto inside = [shared, permit, show](LiveDesk::Inside& of) {
        show(shared, EyesTracks{permit, of.told(shared->peer, permit, kEyesTracksMax)});
      };
      if (const Status taken = services_.live->submit(std::move(inside)); !taken) failed(taken.error());
    };
    return Departure{nullptr, {}, std::move(go_on)};
  };
  task.refused = failed;
  if (const Status taken = services_.core.submit(std::move(task)); !taken) refuse(context, taken.error());
}

void NativeFace::get_history(Context& context, api::GetHistoryRequest&& request) {
  if (services_.history == nullptr) {
    return refuse(context, {ErrorCode::kNotFound, "this node shows no past moments", {}});
  }
  if (!request.at_ms) return refuse(context, {ErrorCode::kInvalid, "at_ms says which moment is meant", "at_ms"});
  const HistoryPage page{static_cast<std::uint64_t>(request.after), static_cast<std::size_t>(request.limit)};
  services_.history->ask(context.exchange, UtcMs{*request.at_ms},
                         [page, asker = context.caller](const Past& past) -> Result<net::Response> {
                           return net::json_response(200, TRY(history_json(past, page, asker)));
                         });
}

void NativeFace::get_map(Context& context, api::GetMapRequest&&) {
  if (!services_.map) return refuse(context, {ErrorCode::kNotFound, "this node has no base map of its own", {}});
  services_.log.read(context.exchange, [map = services_.map, exchange = context.exchange](store::LogReader&) {
    return map->answer(exchange->request());
  });
}

void NativeFace::get_story(Context& context, api::GetStoryRequest&& request) {
  if (services_.story.empty()) return refuse(context, {ErrorCode::kNotFound, "nothing is told here", {}});
  services_.log.read(context.exchange,
                     [file = services_.story, after = static_cast<std::size_t>(request.after),
                      limit = static_cast<std::size_t>(request.limit)](store::LogReader&) -> Result<net::Response> {
                       net::Response response = net::json_response(200, TRY(read_story(file, after, limit)));
                       response.headers.add("Cache-Control", "no-store");
                       return response;
                     });
}

}  // namespace tansiq::node
