#include "coordination/entry.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/foreign_text.h"
#include "base/limits.h"
#include "base/one_of_impl.h"
#include "core/jcs_read.h"
#include "core/record.h"
#include "log/merkle.h"

template class tansiq::OneOf<tansiq::coordination::Bodies>;

namespace tansiq::coordination {
namespace {

constexpr std::int64_t kFormat = 1;
/// Of entries that name craft (ADR 52). All others are of the first, and readable to programs that know no craft.
constexpr std::int64_t kFormatCraft = 2;

std::int64_t format_of(const Body& body) {
  return std::visit(
      []<class T>(const T& of) {
        if constexpr (requires { of.craft.empty(); }) {
          return of.craft.empty() ? kFormat : kFormatCraft;
        } else {
          return kFormat;
        }
      },
      body);
}

}  // namespace

Status LegRequest::check() const {
  if (legs < 1 || legs > std::int64_t{core::kListMax}) return fail(ErrorCode::kInvalid, "a flight has 1 to 1,024 legs");
  if (leg < 0 || leg >= legs) return fail(ErrorCode::kInvalid, fmt::format("leg {} of {} legs", leg, legs));
  if (remaining < 1 || remaining > legs) {
    return fail(ErrorCode::kInvalid, fmt::format("{} of {} legs remain to be asked for", remaining, legs));
  }
  if (epoch < 0) return fail(ErrorCode::kInvalid, "an epoch is not negative");
  TRY_VOID(core::check_craft(craft));
  if (volumes.empty()) return fail(ErrorCode::kInvalid, "a leg has at least one volume");
  return {};
}

Status FlightFiled::check() const {
  if (legs.empty()) return fail(ErrorCode::kInvalid, "a flight has at least one leg");
  TRY_VOID(core::check_craft(craft));
  if (std::ranges::any_of(legs, [](const PlannedLeg& leg) { return leg.volumes.empty(); })) {
    return fail(ErrorCode::kInvalid, "a leg has at least one volume");
  }
  if (alternate.has_value() != gate_leg.has_value()) {
    return fail(ErrorCode::kInvalid, "an alternate and the gate leg before it are given together");
  }
  if (gate_leg && (*gate_leg < 0 || std::cmp_greater_equal(*gate_leg, legs.size()))) {
    return fail(ErrorCode::kInvalid, fmt::format("gate leg {} of {} legs", *gate_leg, legs.size()));
  }
  const auto planned =
      std::ranges::find_if(legs, [](const PlannedLeg& leg) { return leg.beside.has_value(); }) - legs.begin();
  for (auto i = static_cast<std::size_t>(planned); i < legs.size(); ++i) {
    if (!legs[i].beside || *legs[i].beside < 0 || *legs[i].beside >= planned) {
      return fail(ErrorCode::kInvalid, "legs beside a boundary follow those that are flown, and name one of them",
                  fmt::format("legs[{}].beside", i));
    }
  }
  if (gate_leg && *gate_leg >= planned) {
    return fail(ErrorCode::kInvalid, fmt::format("gate leg {} stands beside another leg", *gate_leg));
  }
  return {};
}

std::string_view type_name(const Body& body) { return core::name_of(body); }

Addressee addressee_of(const Body& body) {
  return std::visit(
      []<class T>(const T& of) -> Addressee {
        if constexpr (requires { of.to; }) {
          return {.audience = Audience::kMembers, .to = of.to};
        } else {
          return {.audience = T::kAudience, .to = {}};
        }
      },
      body);
}

Result<std::string> write_entry(const Entry& entry) {
  std::string line;
  log::JcsWriter out(line);
  out.begin_object().key("body");
  core::write_fields(out, entry.body.variant());
  if (!entry.by.empty()) out.key("by").string(entry.by.str());
  if (!entry.cmd.empty()) out.key("cmd").string(entry.cmd.str());
  if (!entry.second.empty()) out.key("second").string(entry.second.str());
  out.key("seq").integer(static_cast<std::int64_t>(entry.seq));
  out.key("time_ms").integer(entry.time.ms);
  out.key("type").string(type_name(entry.body));
  out.key("v").integer(format_of(entry.body));
  out.end_object();
  line += '\n';
  if (line.size() > kEntryBytesMax) {
    return fail(ErrorCode::kTooLarge, fmt::format("the entry takes {} bytes, but at most {} fit: simplify the outlines",
                                                  line.size(), kEntryBytesMax));
  }
  return line;
}

Result<Entry> read_entry(std::string_view line) {
  if (line.empty() || line.back() != '\n') {
    return fail(ErrorCode::kMalformed, "an entry is one line that ends in a line feed");
  }
  const auto document = TRY(log::JcsDocument::parse(line.substr(0, line.size() - 1), kEntryBytesMax));
  const log::JcsValue root = document.root();
  TRY_VOID(root.expect(log::JcsValue::Kind::kObject));
  const std::string_view type = TRY(core::string_at(root, "type"));
  const std::int64_t format = TRY(core::integer_at(root, "v", 1, log::kJcsIntegerMax));
  if (format > kFormatCraft) {
    return fail(ErrorCode::kUnsupported, fmt::format("format {} was written by a newer program", format), "v");
  }
  TRY_VOID(root.only({"body", "by", "cmd", "second", "seq", "time_ms", "type", "v"}));
  Entry entry;
  entry.seq = static_cast<std::uint64_t>(TRY(core::integer_at(root, "seq", 0, log::kJcsIntegerMax)));
  entry.time = UtcMs{TRY(core::integer_at(root, "time_ms", kUtcMin.ms, kUtcMax.ms))};
  if (root.find("by")) entry.by = TRY(core::parsed_at(root, "by", core::Subject::parse));
  if (root.find("second")) entry.second = TRY(core::parsed_at(root, "second", core::Subject::parse));
  if (root.find("cmd")) entry.cmd = TRY(core::parsed_at(root, "cmd", CommandId::parse));
  const log::JcsValue body = TRY(root.at("body"));
  auto read = core::read_named<Body::Variant>(type, body);
  if (!read) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("entry type \"{}\" is not known here", foreign_text(type, kQuotedBytesMax)), "type");
  }
  entry.body = Body(TRY(std::move(*read)));
  if (format != format_of(entry.body)) {
    return fail(ErrorCode::kInvalid, fmt::format("an entry with these members is of format {}", format_of(entry.body)),
                "v");
  }
  return entry;
}

EntryHash hash_of(std::string_view line) { return log::leaf_hash(as_bytes(line)); }

}  // namespace tansiq::coordination
