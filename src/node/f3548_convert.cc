#include "node/f3548_convert.h"

#include <utility>

#include "f3548/volume.h"

namespace tansiq::node {
namespace {

using namespace f3548;

Point to_point(const f3548_api::LatLngPoint& p) { return {p.lat, p.lng}; }

std::optional<Altitude> to_altitude(std::optional<f3548_api::Altitude>&& altitude) {
  if (!altitude) return std::nullopt;
  return Altitude{altitude->value, std::move(altitude->reference), std::move(altitude->units)};
}

Result<Volume> to_volume(f3548_api::Volume4D&& in) {
  Volume out;
  if (in.volume.outline_polygon) {
    out.polygon.emplace();
    for (const auto& vertex : in.volume.outline_polygon->vertices) out.polygon->push_back(to_point(vertex));
  }
  if (in.volume.outline_circle) {
    out.disc.emplace();
    if (in.volume.outline_circle->center) out.disc->centre = to_point(*in.volume.outline_circle->center);
    if (const auto& radius = in.volume.outline_circle->radius) {
      if (radius->units != "M") {
        return fail(ErrorCode::kInvalid, "a radius is in M", "volume.outline_circle.radius.units");
      }
      out.disc->radius_m = radius->value;
    }
  }
  out.lower = to_altitude(std::move(in.volume.altitude_lower));
  out.upper = to_altitude(std::move(in.volume.altitude_upper));
  if (in.time_start) out.start = std::move(in.time_start->value);
  if (in.time_end) out.end = std::move(in.time_end->value);
  return out;
}

Result<Extent> to_extent(std::vector<f3548_api::Volume4D>&& volumes, Demand demand) {
  std::vector<Volume> out;
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    auto volume = to_volume(std::move(volumes[i]));
    if (!volume) return std::unexpected(inside(std::move(volume.error()), "extents[" + std::to_string(i) + "]"));
    out.push_back(std::move(*volume));
  }
  return make_extent(out, demand, "extents", true);
}

Result<Extent> to_extent(f3548_api::Volume4D&& volume, std::string_view name) {
  auto one = to_volume(std::move(volume));
  if (!one) return std::unexpected(inside(std::move(one.error()), name));
  return make_extent(std::span(&*one, 1), Demand::kNothing, name, false);
}

}  // namespace

Result<Uuid> to_id(std::string_view text, std::string_view name) {
  auto id = Uuid::parse(text);
  if (!id) return std::unexpected(inside(std::move(id.error()), name));
  return *id;
}

Result<PutIntent> to_put(const std::string& id, const std::optional<std::string>& ovn, f3548_api::PutIntent&& body) {
  PutIntent out;
  out.id = TRY(to_id(id, "entityid"));
  out.ovn = ovn;
  out.extent = TRY(to_extent(std::move(body.extents), Demand::kTimesAndAltitudes));
  out.state = TRY(core::parse_enum<IntentState>(text_of(body.state)));
  out.url = std::move(body.uss_base_url);
  out.key = KeyRing(std::move(body.key));
  if (body.subscription_id) out.subscription = TRY(to_id(*body.subscription_id, "subscription_id"));
  if (body.new_subscription) {
    out.new_subscription =
        NewSubscription{std::move(body.new_subscription->uss_base_url), body.new_subscription->notify_for_constraints};
  }
  if (body.details_sha256) {
    auto hash = log::Hash::from_hex(*body.details_sha256);
    if (!hash) return std::unexpected(inside(std::move(hash.error()), "details_sha256"));
    out.details = *hash;
  }
  if (body.requested_ovn_suffix) out.suffix = TRY(to_id(*body.requested_ovn_suffix, "requested_ovn_suffix"));
  return out;
}

Result<PutConstraint> to_put(const std::string& id, const std::optional<std::string>& ovn,
                             f3548_api::PutConstraint&& body) {
  PutConstraint out;
  out.id = TRY(to_id(id, "entityid"));
  out.ovn = ovn;
  out.extent = TRY(to_extent(std::move(body.extents), Demand::kTimes));
  out.url = std::move(body.uss_base_url);
  return out;
}

Result<PutSubscription> to_put(const std::string& id, const std::optional<std::string>& version,
                               f3548_api::PutSubscription&& body) {
  PutSubscription out;
  out.id = TRY(to_id(id, "subscriptionid"));
  out.version = version;
  out.extent = TRY(to_extent(std::move(body.extents), "extents"));
  out.url = std::move(body.uss_base_url);
  out.notify_intents = body.notify_for_operational_intents;
  out.notify_constraints = body.notify_for_constraints;
  return out;
}

Result<Extent> to_area(f3548_api::AreaQuery&& body) {
  return to_extent(std::move(body.area_of_interest), "area_of_interest");
}

Caller to_caller(const net::Principal& principal) {
  return {.manager = principal.subject,
          .strategic_coordination = principal.has("utm.strategic_coordination"),
          .conformance_monitoring = principal.has("utm.conformance_monitoring_sa"),
          .constraint_processing = principal.has("utm.constraint_processing")};
}

}  // namespace tansiq::node
