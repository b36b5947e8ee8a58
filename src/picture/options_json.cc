#include "picture/options_json.h"

#include <cmath>

#include "log/jcs.h"

namespace tansiq::picture {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

/// Above whatever a configuration can say; what a damaged head says is not multiplied into anything absurd.
constexpr std::int64_t kDistanceCmMax = 100'000'000;
constexpr std::int64_t kTimeMsMax = 86'400'000;
constexpr std::int64_t kTracksMax = 1'000'000;

template <class Limits>
void write_limits(JcsWriter& out, const Limits& limits) {
  out.begin_object().key("horizontal_cm").integer(std::llround(limits.horizontal_m * 100));
  out.key("lookahead_ms").integer(std::llround(limits.lookahead_s * 1'000));
  if (limits.vertical_m) out.key("vertical_cm").integer(std::llround(*limits.vertical_m * 100));
  out.end_object();
}

template <class Limits>
Status read_limits(const JcsValue& from, Limits& limits) {
  TRY_VOID(from.only({"horizontal_cm", "lookahead_ms", "vertical_cm"}));
  const JcsValue horizontal = TRY(from.at("horizontal_cm"));
  const JcsValue lookahead = TRY(from.at("lookahead_ms"));
  limits.horizontal_m = static_cast<double>(TRY(horizontal.integer(1, kDistanceCmMax))) / 100;
  limits.lookahead_s = static_cast<double>(TRY(lookahead.integer(1, kTimeMsMax))) / 1'000;
  limits.vertical_m.reset();
  if (const auto vertical = from.find("vertical_cm")) {
    limits.vertical_m = static_cast<double>(TRY(vertical->integer(1, kDistanceCmMax))) / 100;
  }
  return {};
}

void write_agreed(JcsWriter& out, const std::vector<AgreedMinima>& agreed) {
  out.begin_array();
  for (const AgreedMinima& one : agreed) {
    out.begin_object().key("between").begin_array().string(one.first).string(one.second).end_array();
    out.key("domain").string(core::to_text(one.domain));
    out.key("horizontal_cm").integer(std::llround(one.horizontal_m * 100));
    if (one.vertical_m) out.key("vertical_cm").integer(std::llround(*one.vertical_m * 100));
    out.end_object();
  }
  out.end_array();
}

Result<std::vector<AgreedMinima>> read_agreed(const JcsValue& from) {
  std::vector<AgreedMinima> out;
  TRY_VOID(from.expect(JcsValue::Kind::kArray));
  if (from.size() > kAgreedMinimaMax) return from.fail_here("more agreed minima than there may be");
  for (std::size_t i = 0; i < from.size(); ++i) {
    const JcsValue one = from[i];
    TRY_VOID(one.expect(JcsValue::Kind::kObject));
    TRY_VOID(one.only({"between", "domain", "horizontal_cm", "vertical_cm"}));
    AgreedMinima& of = out.emplace_back();
    const JcsValue between = TRY(one.at("between"));
    TRY_VOID(between.expect(JcsValue::Kind::kArray));
    if (between.size() != 2) return between.fail_here("minima are between two authorities");
    of.first = TRY(between[0].string());
    of.second = TRY(between[1].string());
    const JcsValue domain = TRY(one.at("domain"));
    of.domain = TRY(core::parse_domain(TRY(domain.string())));
    const JcsValue horizontal = TRY(one.at("horizontal_cm"));
    of.horizontal_m = static_cast<double>(TRY(horizontal.integer(1, kDistanceCmMax))) / 100;
    if (const auto vertical = one.find("vertical_cm")) {
      of.vertical_m = static_cast<double>(TRY(vertical->integer(1, kDistanceCmMax))) / 100;
    }
  }
  TRY_VOID(check(out));
  return out;
}

}  // namespace

std::string options_json(const PictureOptions& options) {
  std::string text;
  JcsWriter out(text);
  out.begin_object();
  if (!options.separation.agreed.empty()) {
    out.key("agreed");
    write_agreed(out, options.separation.agreed);
  }
  out.key("air");
  write_limits(out, options.separation.air);
  out.key("escalate_ms").integer(options.alerts.escalate_ms).key("repeat_ms").integer(options.alerts.repeat_ms);
  out.key("sea");
  write_limits(out, options.separation.sea);
  out.key("simulated").boolean(options.tracker.accept_simulated);
  out.key("tracks_max").integer(static_cast<std::int64_t>(options.tracker.tracks_max)).end_object();
  return text;
}

Result<PictureOptions> read_options_json(std::string_view json) {
  const auto document = TRY(JcsDocument::parse(json));
  const JcsValue root = document.root();
  TRY_VOID(root.only({"agreed", "air", "escalate_ms", "repeat_ms", "sea", "simulated", "tracks_max"}));
  PictureOptions out;
  if (const auto agreed = root.find("agreed")) out.separation.agreed = TRY(read_agreed(*agreed));
  if (const auto air = root.find("air")) TRY_VOID(read_limits(*air, out.separation.air));
  if (const auto sea = root.find("sea")) TRY_VOID(read_limits(*sea, out.separation.sea));
  if (const auto escalate = root.find("escalate_ms")) {
    out.alerts.escalate_ms = TRY(escalate->integer(1, kTimeMsMax));
  }
  if (const auto repeat = root.find("repeat_ms")) out.alerts.repeat_ms = TRY(repeat->integer(1, kTimeMsMax));
  if (const auto simulated = root.find("simulated")) out.tracker.accept_simulated = TRY(simulated->boolean());
  if (const auto tracks = root.find("tracks_max")) {
    out.tracker.tracks_max = static_cast<std::size_t>(TRY(tracks->integer(1, kTracksMax)));
  }
  return out;
}

}  // namespace tansiq::picture
