#include "core/command.h"

#include <array>

#include "base/foreign_text.h"
#include "core/craft_json.h"
#include "core/jcs_read.h"
#include "core/volume_json.h"

namespace tansiq::core {
namespace {

using log::JcsValue;
using log::JcsWriter;

constexpr std::array<std::string_view, 9> kActions{"create_intent",        "update_intent",     "activate_intent",
                                                   "report_nonconforming", "report_contingent", "end_intent",
                                                   "create_measure",       "update_measure",    "end_measure"};

/// Members stand in canonical order: craft, do, domain, effect, flight, intent, measure, off_nominal, text, version,
/// volumes, zone.
struct RequestWriter {
  JcsWriter& out;

  void operator()(const CreateIntent& a) const {
    out.key("domain").string(to_text(a.domain));
    flight(a.flight);
    out.key("intent").string(a.intent.str()).key("volumes");
    write_volumes(out, a.volumes);
  }
  void operator()(const UpdateIntent& a) const {
    flight(a.flight);
    out.key("intent").string(a.intent.str()).key("version").integer(a.version).key("volumes");
    write_volumes(out, a.volumes);
  }
  void operator()(const ActivateIntent& a) const {
    out.key("intent").string(a.intent.str()).key("version").integer(a.version);
  }
  void operator()(const ReportNonconforming& a) const { off_nominal(a.intent, a.version, a.off_nominal); }
  void operator()(const ReportContingent& a) const { off_nominal(a.intent, a.version, a.off_nominal); }
  void operator()(const EndIntent& a) const {
    out.key("intent").string(a.intent.str()).key("version").integer(a.version);
  }
  void operator()(const CreateMeasure& a) const {
    out.key("effect").string(to_text(a.effect)).key("measure").string(a.measure.str());
    out.key("text").string(a.text).key("volumes");
    write_volumes(out, a.volumes);
    out.key("zone").string(a.zone.str());
  }
  void operator()(const UpdateMeasure& a) const {
    out.key("effect").string(to_text(a.effect)).key("measure").string(a.measure.str());
    out.key("text").string(a.text).key("version").integer(a.version).key("volumes");
    write_volumes(out, a.volumes);
  }
  void operator()(const EndMeasure& a) const {
    out.key("measure").string(a.measure.str()).key("version").integer(a.version);
  }

 private:
  void flight(const std::string& text) const {
    if (!text.empty()) out.key("flight").string(text);
  }
  void off_nominal(const IntentId& id, std::int64_t version, const std::vector<geo::Volume4d>& volumes) const {
    out.key("intent").string(id.str());
    if (!volumes.empty()) {
      out.key("off_nominal");
      write_volumes(out, volumes);
    }
    out.key("version").integer(version);
  }
};

Result<IntentId> read_intent(const JcsValue& value) { return parsed_at(value, "intent", IntentId::parse); }
Result<MeasureId> read_measure(const JcsValue& value) { return parsed_at(value, "measure", MeasureId::parse); }
Result<std::int64_t> read_version(const JcsValue& value) {
  return integer_at(value, "version", 1, log::kJcsIntegerMax);
}
Result<std::string> read_flight(const JcsValue& value) {
  const auto member = value.find("flight");
  if (!member) return std::string();
  const std::string_view text = TRY(member->string());
  if (text.empty()) return member->fail_here("an empty flight label is left out");
  TRY_VOID(check_label(text, kFlightBytesMax, "flight label"));
  return std::string(text);
}
Result<std::vector<Craft>> read_craft_of(const JcsValue& value) {
  if (const auto member = value.find("craft")) return read_craft(*member);
  return std::vector<Craft>();
}
Result<std::vector<geo::Volume4d>> read_off_nominal(const JcsValue& value) {
  if (const auto member = value.find("off_nominal")) return read_volumes(*member);
  return std::vector<geo::Volume4d>();
}
Result<Effect> read_effect(const JcsValue& value) { return parsed_at(value, "effect", parse_effect); }
Result<std::string> read_measure_text(const JcsValue& value) {
  const std::string_view text = TRY(string_at(value, "text"));
  TRY_VOID(check_label(text, kMeasureTextBytesMax, "measure text"));
  return std::string(text);
}

Result<Action> read_create_intent(const JcsValue& value) {
  TRY_VOID(value.only({"craft", "do", "domain", "flight", "intent", "volumes"}));
  CreateIntent a;
  a.craft = TRY(read_craft_of(value));
  a.domain = TRY(parsed_at(value, "domain", parse_domain));
  a.flight = TRY(read_flight(value));
  a.intent = TRY(read_intent(value));
  a.volumes = TRY(read_at(value, "volumes", read_volumes));
  return Action(std::move(a));
}
Result<Action> read_update_intent(const JcsValue& value) {
  TRY_VOID(value.only({"craft", "do", "flight", "intent", "version", "volumes"}));
  UpdateIntent a;
  a.craft = TRY(read_craft_of(value));
  a.flight = TRY(read_flight(value));
  a.intent = TRY(read_intent(value));
  a.version = TRY(read_version(value));
  a.volumes = TRY(read_at(value, "volumes", read_volumes));
  return Action(std::move(a));
}
template <class T>
Result<Action> read_plain(const JcsValue& value) {
  TRY_VOID(value.only({"do", "intent", "version"}));
  return Action(T{TRY(read_intent(value)), TRY(read_version(value))});
}
template <class T>
Result<Action> read_report(const JcsValue& value) {
  TRY_VOID(value.only({"do", "intent", "off_nominal", "version"}));
  return Action(T{TRY(read_intent(value)), TRY(read_version(value)), TRY(read_off_nominal(value))});
}
Result<Action> read_create_measure(const JcsValue& value) {
  TRY_VOID(value.only({"do", "effect", "measure", "text", "volumes", "zone"}));
  CreateMeasure a;
  a.effect = TRY(read_effect(value));
  a.measure = TRY(read_measure(value));
  a.text = TRY(read_measure_text(value));
  a.volumes = TRY(read_at(value, "volumes", read_volumes));
  a.zone = TRY(parsed_at(value, "zone", ZoneId::parse));
  return Action(std::move(a));
}
Result<Action> read_update_measure(const JcsValue& value) {
  TRY_VOID(value.only({"do", "effect", "measure", "text", "version", "volumes"}));
  UpdateMeasure a;
  a.effect = TRY(read_effect(value));
  a.measure = TRY(read_measure(value));
  a.text = TRY(read_measure_text(value));
  a.version = TRY(read_version(value));
  a.volumes = TRY(read_at(value, "volumes", read_volumes));
  return Action(std::move(a));
}
Result<Action> read_end_measure(const JcsValue& value) {
  TRY_VOID(value.only({"do", "measure", "version"}));
  return Action(EndMeasure{TRY(read_measure(value)), TRY(read_version(value))});
}

/// Bounds that keep the record's integers in range whatever a border hands over; geometry judges the rest.
Status check_numbers(const std::vector<geo::Volume4d>& volumes) {
  const auto in_record = [](std::int64_t n) { return n >= -log::kJcsIntegerMax && n <= log::kJcsIntegerMax; };
  for (std::size_t i = 0; i < volumes.size(); ++i) {
    const geo::Volume4d& v = volumes[i];
    bool ok = v.window.start >= kUtcMin && v.window.end <= kUtcMax && v.window.start <= kUtcMax &&
              v.window.end >= kUtcMin && in_record(v.band.lower_cm) && in_record(v.band.upper_cm);
    if (const auto* circle = std::get_if<geo::Circle>(&v.outline)) ok = ok && in_record(circle->radius_cm);
    if (const auto* corridor = std::get_if<geo::Corridor>(&v.outline)) {
      ok = ok && in_record(corridor->left_cm) && in_record(corridor->right_cm);
    }
    if (!ok) {
      return fail(ErrorCode::kInvalid, "a number is out of range", "volumes[" + std::to_string(i) + "]");
    }
  }
  return {};
}

struct WritableCheck {
  Status operator()(const CreateIntent& a) const {
    TRY_VOID(check_label(a.flight, kFlightBytesMax, "flight label"));
    TRY_VOID(check_craft(a.craft));
    return check_numbers(a.volumes);
  }
  Status operator()(const UpdateIntent& a) const {
    TRY_VOID(check_label(a.flight, kFlightBytesMax, "flight label"));
    TRY_VOID(check_craft(a.craft));
    TRY_VOID(version(a.version));
    return check_numbers(a.volumes);
  }
  Status operator()(const ReportNonconforming& a) const {
    TRY_VOID(version(a.version));
    return check_numbers(a.off_nominal);
  }
  Status operator()(const ReportContingent& a) const {
    TRY_VOID(version(a.version));
    return check_numbers(a.off_nominal);
  }
  Status operator()(const CreateMeasure& a) const {
    TRY_VOID(check_label(a.text, kMeasureTextBytesMax, "measure text"));
    return check_numbers(a.volumes);
  }
  Status operator()(const UpdateMeasure& a) const {
    TRY_VOID(check_label(a.text, kMeasureTextBytesMax, "measure text"));
    TRY_VOID(version(a.version));
    return check_numbers(a.volumes);
  }
  Status operator()(const ActivateIntent& a) const { return version(a.version); }
  Status operator()(const EndIntent& a) const { return version(a.version); }
  Status operator()(const EndMeasure& a) const { return version(a.version); }

 private:
  static Status version(std::int64_t n) {
    if (n >= 1 && n < log::kJcsIntegerMax) return {};
    return fail(ErrorCode::kInvalid, "a version is a positive number", "version");
  }
};

/// Names that a border has taken on trust are checked here once more: what breaks the rule would stand in the record,
/// and the record could not be read at the next start.
template <class A>
Status check_names(const A& a) {
  const auto good = [](const auto& id, std::string_view kind, const char* where) -> Status {
    Status checked = check_id(id.str(), kind);
    if (!checked) checked.error().where = where;
    return checked;
  };
  if constexpr (requires { a.intent; }) TRY_VOID(good(a.intent, IntentTag::kKind, "intent"));
  if constexpr (requires { a.measure; }) TRY_VOID(good(a.measure, MeasureTag::kKind, "measure"));
  if constexpr (requires { a.zone; }) TRY_VOID(good(a.zone, ZoneTag::kKind, "zone"));
  return {};
}

}  // namespace

Status check_writable(const Action& action) {
  return std::visit(
      [](const auto& a) -> Status {
        TRY_VOID(check_names(a));
        return WritableCheck{}(a);
      },
      action);
}

std::string_view action_name(const Action& action) { return kActions[action.index()]; }

const std::vector<Craft>& craft_of(const Action& action) {
  static const std::vector<Craft> kNone;
  if (const auto* create = std::get_if<CreateIntent>(&action)) return create->craft;
  if (const auto* update = std::get_if<UpdateIntent>(&action)) return update->craft;
  return kNone;
}

void write_request(JcsWriter& out, const Action& action) {
  out.begin_object();
  if (const std::vector<Craft>& craft = craft_of(action); !craft.empty()) {
    out.key("craft");
    write_craft(out, craft);
  }
  out.key("do").string(action_name(action));
  std::visit(RequestWriter{out}, action);
  out.end_object();
}

Result<Action> read_request(const JcsValue& value) {
  using Reader = Result<Action> (*)(const JcsValue&);
  constexpr std::array<Reader, 9> kReaders{read_create_intent,
                                           read_update_intent,
                                           read_plain<ActivateIntent>,
                                           read_report<ReportNonconforming>,
                                           read_report<ReportContingent>,
                                           read_plain<EndIntent>,
                                           read_create_measure,
                                           read_update_measure,
                                           read_end_measure};
  const std::string_view name = TRY(string_at(value, "do"));
  for (std::size_t i = 0; i < kActions.size(); ++i) {
    if (kActions[i] == name) return kReaders[i](value);
  }
  return fail(ErrorCode::kUnsupported, "unknown request \"" + foreign_text(name, kQuotedBytesMax) + "\"",
              value.path() + ".do");
}

}  // namespace tansiq::core
