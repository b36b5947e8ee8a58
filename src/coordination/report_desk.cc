#include "coordination/report_desk.h"

#include <fmt/format.h>

#include <algorithm>

#include "coordination/lists.h"
#include "core/jcs_read.h"

namespace tansiq::coordination {

Status ReportSection::check() const { return TextPart{.language = language, .text = text, .translates = {}}.check(); }

Status InfoReport::check() const {
  if (title.empty() || title.size() > kReportTitleBytesMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a report has a title of at most {} bytes", kReportTitleBytesMax));
  }
  if (version < 1) return fail(ErrorCode::kInvalid, "versions of a report are counted from 1");
  if (sections.size() > kReportSectionsMax) {
    return fail(ErrorCode::kInvalid, fmt::format("a report has at most {} sections", kReportSectionsMax));
  }
  if (tlp == Tlp::kRed && !onward.empty()) {
    return fail(ErrorCode::kInvalid, "what is marked TLP:RED is passed on to nobody: leave the list empty");
  }
  if (tlp == Tlp::kAmberStrict) {
    for (const AuthorityId& id : onward) {
      if (contains(releasable_to, id)) continue;
      return fail(ErrorCode::kInvalid,
                  fmt::format("what is marked TLP:AMBER+STRICT stays among its recipients, and {} is none", id.str()));
    }
  }
  return {};
}

bool marking_allows(const InfoReport& report, bool direct, const AuthorityId& to) {
  switch (report.tlp) {
    case Tlp::kRed:
      return false;
    case Tlp::kAmberStrict:
      return contains(report.releasable_to, to);
    case Tlp::kAmber:
      return direct;
    case Tlp::kGreen:
    case Tlp::kClear:
      break;
  }
  return true;
}

// The fold
// ------------------------------------------------------------------------------------------------------------------

std::optional<Oddity> ReportDesk::apply(const Said& said) {
  if (said.author != self_) return {};
  if (const auto* filed = std::get_if<ReportFiled>(&said.body)) {
    const ReportId& id = filed->report.report;
    OwnReport& row = rows_[id];
    if (row.report.expires) expiries_.erase({*row.report.expires, id});
    if (row.ended) ended_.erase({*row.ended, id});
    row = {.ended = {}, .how = {}, .report = filed->report, .since = said.time};
    if (row.report.expires) expiries_.emplace(*row.report.expires, id);
  } else if (const auto* end = std::get_if<ReportEnded>(&said.body)) {
    const auto at = rows_.find(end->report);
    if (at == rows_.end() || at->second.ended) return {};
    OwnReport& row = at->second;
    if (row.report.expires) expiries_.erase({*row.report.expires, end->report});
    row.ended = said.time;
    row.how = end->how;
    // The words stand in the entry; the state need not bear them any more.
    row.report.area.clear();
    row.report.refs.clear();
    row.report.sections.clear();
    ended_.emplace(said.time, end->report);
  }
  while (!ended_.empty() && ended_.begin()->first + kEndedReportKeptMs <= said.time) {
    rows_.erase(ended_.begin()->second);
    ended_.erase(ended_.begin());
  }
  return {};
}

std::optional<Body> ReportDesk::next(UtcMs now) const {
  if (expiries_.empty() || now < expiries_.begin()->first) return {};
  return ReportEnded{.how = ReportEnd::kExpired, .report = expiries_.begin()->second, .text = {}};
}

std::optional<UtcMs> ReportDesk::next_timer() const {
  if (expiries_.empty()) return {};
  return expiries_.begin()->first;
}

// Acts
// --------------------------------------------------------------------------------------------------------------------

Result<Body> ReportDesk::checked(InfoReport report, UtcMs now) const {
  if (report.report.empty()) return fail(ErrorCode::kInvalid, "a report needs an id", "report");
  for (const auto& [list, name] :
       {std::pair(&report.releasable_to, "releasable_to"), std::pair(&report.onward, "onward")}) {
    std::ranges::sort(*list);
    for (std::size_t i = 0; i < list->size(); ++i) {
      const AuthorityId& id = (*list)[i];
      const core::Authority* who = charter_.find_authority(id);
      if (who == nullptr || !who->peer || id == self_) {
        return fail(ErrorCode::kNotFound, fmt::format("\"{}\" is no other authority of the charter", id.str()), name);
      }
      if (i > 0 && (*list)[i - 1] == id) {
        return fail(ErrorCode::kInvalid, fmt::format("{} is named twice", id.str()), name);
      }
    }
  }
  TRY_VOID(report.check());
  if (report.expires && *report.expires <= now) {
    return fail(ErrorCode::kInvalid, "it would expire before it is filed: name a time to come", "expires_ms");
  }
  return Body(ReportFiled{std::move(report)});
}

Result<Body> ReportDesk::file(InfoReport report, UtcMs now) const {
  if (const OwnReport* before = find(report.report)) {
    return fail(ErrorCode::kWrongState,
                fmt::format("there {} a report \"{}\": {}", before->ended ? "was" : "is", report.report.str(),
                            before->ended ? "choose another id" : "revise it, or choose another id"),
                "report");
  }
  if (report.version != 1) return fail(ErrorCode::kInvalid, "a new report is version 1", "version");
  const auto standing = std::ranges::count_if(rows_, [](const auto& row) { return !row.second.ended; });
  if (std::cmp_greater_equal(standing, kReportsMax)) {
    return fail(ErrorCode::kTooLarge, fmt::format("at most {} reports stand at a time: revoke some", kReportsMax));
  }
  return checked(std::move(report), now);
}

Result<Body> ReportDesk::revise(InfoReport report, UtcMs now) const {
  const OwnReport* before = find(report.report);
  if (before == nullptr || before->ended) {
    return fail(ErrorCode::kNotFound, fmt::format("there is no report \"{}\" that stands", report.report.str()),
                "report");
  }
  if (report.version != before->report.version + 1) {
    return fail(ErrorCode::kWrongState,
                fmt::format("version {} stands: the next is {}", before->report.version, before->report.version + 1),
                "version");
  }
  return checked(std::move(report), now);
}

Result<Body> ReportDesk::revoke(const ReportId& report, std::string text) const {
  const OwnReport* row = find(report);
  if (row == nullptr)
    return fail(ErrorCode::kNotFound, fmt::format("there is no report \"{}\"", report.str()), "report");
  if (row->ended) {
    return fail(ErrorCode::kWrongState,
                *row->how == ReportEnd::kExpired ? "it has expired already" : "it is revoked already", "report");
  }
  return Body(ReportEnded{.how = ReportEnd::kRevoked, .report = report, .text = std::move(text)});
}

const OwnReport* ReportDesk::find(const ReportId& report) const {
  const auto at = rows_.find(report);
  return at == rows_.end() ? nullptr : &at->second;
}

// The state
// -----------------------------------------------------------------------------------------------------------------

void ReportDesk::write_state(log::JcsWriter& out) const {
  out.begin_array();
  for (const auto& [id, row] : rows_) core::write_fields(out, row);
  out.end_array();
}

Status ReportDesk::read_state(const log::JcsValue& value) {
  TRY_VOID(value.expect(log::JcsValue::Kind::kArray));
  rows_.clear();
  for (std::size_t i = 0; i < value.size(); ++i) {
    auto row = TRY(core::read_fields<OwnReport>(value[i]));
    const ReportId id = row.report.report;
    rows_.insert_or_assign(id, std::move(row));
  }
  index();
  return {};
}

void ReportDesk::index() {
  expiries_.clear();
  ended_.clear();
  for (const auto& [id, row] : rows_) {
    if (row.ended) {
      ended_.emplace(*row.ended, id);
    } else if (row.report.expires) {
      expiries_.emplace(*row.report.expires, id);
    }
  }
}

}  // namespace tansiq::coordination
