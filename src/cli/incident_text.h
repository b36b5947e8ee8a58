// What a watch officer reads about incidents and reports (node/openapi.yaml, talks): read from the node's documents,
// and said. As talk_text.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/json_in.h"
#include "base/result.h"
#include "cli/talk_text.h"
#include "coordination/disclosure_content.h"
#include "coordination/disclosure_held.h"
#include "coordination/incident_desk.h"
#include "coordination/report_desk.h"

namespace tansiq::cli {

/// An incident in the list.
struct IncidentRow {
  AuthorityId opener;
  coordination::IncidentId incident;
  std::string title;
  bool over = false;
  UtcMs time;
  std::vector<std::pair<AuthorityId, coordination::IncidentState>> sides;
  [[nodiscard]] std::string name() const { return opener.str() + "/" + incident.str(); }
};
struct IncidentList {
  std::vector<IncidentRow> incidents;
  std::string next;
};
[[nodiscard]] Result<IncidentList> read_incidents(const JsonValue& document);
[[nodiscard]] Result<coordination::Incident> read_incident(const JsonValue& document);

[[nodiscard]] std::string incidents_text(const Terminal& terminal, const std::vector<IncidentRow>& rows, UtcMs now,
                                         bool over_too);
/// All sides, one below the other: how it stands with each, what it says, what it holds, what it had been told by then.
[[nodiscard]] std::string incident_text(const Terminal& terminal, const coordination::Incident& incident,
                                        const Reader& reader);

/// A version of a report of ours at one recipient.
struct ReportShare {
  AuthorityId to;
  std::optional<UtcMs> revoked;
  std::vector<AuthorityId> holders;
  std::vector<AuthorityId> destroyed;
  std::vector<AuthorityId> outstanding;
};
struct OwnReportRow {
  coordination::OwnReport own;
  std::vector<ReportShare> shares;
};
struct HeldReportRow {
  coordination::ShareContent content;
  coordination::HeldShare held;
};
struct ReportList {
  std::vector<OwnReportRow> own;
  std::vector<HeldReportRow> held;
};
[[nodiscard]] Result<ReportList> read_reports(const JsonValue& document);

[[nodiscard]] std::string reports_text(const Terminal& terminal, const ReportList& list, UtcMs now, bool ended_too);
[[nodiscard]] std::string own_report_text(const Terminal& terminal, const OwnReportRow& row, const Reader& reader);
[[nodiscard]] std::string held_report_text(const Terminal& terminal, const HeldReportRow& row, const Reader& reader);

}  // namespace tansiq::cli
