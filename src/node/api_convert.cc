#include "node/api_convert.h"

#include <fmt/format.h>

#include <utility>

#include "base/logging.h"

namespace tansiq::node {
namespace {

geo::LatLng point(const std::array<std::int64_t, 2>& p) {
  return {static_cast<std::int32_t>(p[0]), static_cast<std::int32_t>(p[1])};
}

std::vector<geo::LatLng> points(const std::vector<std::array<std::int64_t, 2>>& list) {
  std::vector<geo::LatLng> out;
  out.reserve(list.size());
  for (const auto& p : list) out.push_back(point(p));
  return out;
}

geo::Outline outline(const api::Outline& o) {
  if (o.circle) return geo::Circle{point(o.circle->centre), o.circle->radius_cm};
  if (o.corridor) return geo::Corridor{points(o.corridor->line), o.corridor->left_cm, o.corridor->right_cm};
  return geo::Polygon{points(o.polygon)};
}

geo::VerticalReference reference(api::VerticalReference r) {
  switch (r) {
    case api::VerticalReference::kWgs84:
      return geo::VerticalReference::kWgs84;
    case api::VerticalReference::kAmsl:
      return geo::VerticalReference::kAmsl;
    case api::VerticalReference::kFl:
      return geo::VerticalReference::kFlightLevel;
    case api::VerticalReference::kAgl:
      return geo::VerticalReference::kAgl;
  }
  return geo::VerticalReference::kWgs84;
}

geo::LevelBand band(const std::optional<api::Band>& b) {
  geo::LevelBand out;
  if (!b) return out;
  if (b->lower_cm) out.lower_cm = *b->lower_cm;
  if (b->upper_cm) out.upper_cm = *b->upper_cm;
  // Without limits it is left out of the record, and what is kept here must be what a replay reads there.
  if (b->ref && !core::unbounded(out)) out.reference = reference(*b->ref);
  return out;
}

template <class T>
Status identity(const std::optional<std::string>& text, std::string_view name, std::optional<T>& out) {
  if (!text) return {};
  auto parsed = T::parse(*text);
  if (!parsed) return std::unexpected(inside(std::move(parsed).error(), name));
  out = *parsed;
  return {};
}

Result<core::Craft> one_craft(const api::Craft& craft) {
  core::Craft out;
  TRY_VOID(identity(craft.icao, "icao", out.icao));
  TRY_VOID(identity(craft.mmsi, "mmsi", out.mmsi));
  TRY_VOID(identity(craft.mode_3a, "mode_3a", out.mode_3a));
  if (craft.from_ms) out.from = UtcMs{*craft.from_ms};
  if (craft.to_ms) out.to = UtcMs{*craft.to_ms};
  return out;
}

core::IntentState state(api::IntentState s) {
  switch (s) {
    case api::IntentState::kAccepted:
      return core::IntentState::kAccepted;
    case api::IntentState::kActivated:
      return core::IntentState::kActivated;
    case api::IntentState::kNonconforming:
      return core::IntentState::kNonconforming;
    case api::IntentState::kContingent:
      return core::IntentState::kContingent;
    case api::IntentState::kEnded:
      return core::IntentState::kEnded;
  }
  return core::IntentState::kEnded;
}

}  // namespace

core::Domain to_core(api::Domain domain) {
  return domain == api::Domain::kSea ? core::Domain::kSea : core::Domain::kAir;
}
core::Effect to_core(api::Effect effect) {
  return effect == api::Effect::kRefuse ? core::Effect::kRefuse : core::Effect::kWarn;
}

geo::Volume4d to_core(const api::Volume& volume) {
  return {outline(volume.outline), band(volume.band), {{volume.window.start_ms}, {volume.window.end_ms}}};
}

std::vector<geo::Volume4d> to_core(const std::vector<api::Volume>& volumes) {
  std::vector<geo::Volume4d> out;
  out.reserve(volumes.size());
  for (const api::Volume& volume : volumes) out.push_back(to_core(volume));
  return out;
}

Result<std::vector<core::Craft>> to_core(const std::vector<api::Craft>& craft) {
  std::vector<core::Craft> out;
  out.reserve(craft.size());
  for (std::size_t i = 0; i < craft.size(); ++i) {
    auto one = one_craft(craft[i]);
    if (!one) return std::unexpected(inside(std::move(one).error(), fmt::format("craft[{}]", i)));
    out.push_back(*one);
  }
  TRY_VOID(core::check_craft(out));
  return out;
}

Result<core::Action> to_action(IntentId id, api::IntentCreate&& body) {
  auto craft = TRY(to_core(body.craft));
  return core::CreateIntent{std::move(id),        std::move(body.flight).value_or(std::string()),
                            to_core(body.domain), to_core(body.volumes),
                            std::move(body.keys), std::move(craft)};
}

Result<core::Action> to_action(IntentId id, api::IntentUpdate&& body) {
  auto craft = TRY(to_core(body.craft));
  return core::UpdateIntent{std::move(id),         body.version,         std::move(body.flight).value_or(std::string()),
                            to_core(body.volumes), std::move(body.keys), std::move(craft)};
}

core::Action to_action(IntentId id, api::IntentOffNominal&& body) {
  if (body.state == api::OffNominalState::kContingent) {
    return core::ReportContingent{std::move(id), body.version, to_core(body.volumes)};
  }
  return core::ReportNonconforming{std::move(id), body.version, to_core(body.volumes)};
}

core::Action to_action(MeasureId id, api::MeasureCreate&& body) {
  return core::CreateMeasure{std::move(id), std::move(body.zone), to_core(body.effect),
                             std::move(body.text).value_or(std::string()), to_core(body.volumes)};
}

core::Action to_action(MeasureId id, api::MeasureUpdate&& body) {
  return core::UpdateMeasure{std::move(id), body.version, to_core(body.effect),
                             std::move(body.text).value_or(std::string()), to_core(body.volumes)};
}

core::Action to_action(api::IntentPreview&& body) {
  if (body.id && body.version) {
    return core::UpdateIntent{std::move(*body.id), *body.version, {}, to_core(body.volumes), std::move(body.keys)};
  }
  // A fresh name, so that it meets no intent that exists.
  IntentId id = body.id ? std::move(*body.id) : IntentId::trusted("preview-" + new_error_id());
  return core::CreateIntent{std::move(id), {}, to_core(body.domain), to_core(body.volumes), std::move(body.keys)};
}

Result<core::IntentFilter> to_filter(const api::IntentQuery& query, const core::ZoneTable& zones) {
  core::IntentFilter filter;
  if (query.volume) filter.volume = to_core(*query.volume);
  if (query.domain) filter.domain = to_core(*query.domain);
  if (query.zone) {
    filter.zone = zones.find(*query.zone);
    if (!filter.zone) return fail(ErrorCode::kNotFound, "there is no zone " + query.zone->str(), "zone");
  }
  if (query.manager) {
    auto manager = core::Subject::parse(*query.manager);
    if (!manager) return std::unexpected(inside(std::move(manager.error()), "manager"));
    filter.manager = std::move(*manager);
  }
  if (query.state) filter.state = state(*query.state);
  filter.ended = query.ended;
  filter.after_seq = static_cast<std::uint64_t>(query.after);
  filter.limit = static_cast<std::size_t>(query.limit);
  return filter;
}

Result<std::optional<picture::PlaceWindow>> to_window(const std::optional<std::int64_t>& south,
                                                      const std::optional<std::int64_t>& west,
                                                      const std::optional<std::int64_t>& north,
                                                      const std::optional<std::int64_t>& east) {
  if (!south && !west && !north && !east) return std::optional<picture::PlaceWindow>();
  if (!south || !west || !north || !east) {
    return fail(ErrorCode::kInvalid, "a rectangle needs south_e7, west_e7, north_e7 and east_e7", "south_e7");
  }
  if (*south > *north) return fail(ErrorCode::kInvalid, "south lies north of north", "south_e7");
  return std::optional<picture::PlaceWindow>({*south, *west, *north, *east});
}

Result<picture::PastQuestion> history_query(const api::GetPictureHistoryRequest& request) {
  if (!request.from_ms) return fail(ErrorCode::kInvalid, "must be given: UTC milliseconds since 1970", "from_ms");
  if (!request.to_ms) return fail(ErrorCode::kInvalid, "must be given: UTC milliseconds since 1970", "to_ms");
  picture::PastQuestion out{.from = UtcMs{*request.from_ms},
                            .to = UtcMs{*request.to_ms},
                            .after = static_cast<std::uint64_t>(request.after),
                            .limit = static_cast<std::size_t>(request.limit)};
  out.within = TRY(to_window(request.south_e7, request.west_e7, request.north_e7, request.east_e7));
  TRY_VOID(picture::check(out));
  return out;
}

}  // namespace tansiq::node
