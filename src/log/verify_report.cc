#include "log/verify_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "log/jcs.h"

namespace tansiq::log {
namespace {

std::string where_of(const Finding& finding) {
  std::string out = finding.file;
  if (finding.entry) {
    out += finding.entry_last ? fmt::format(", entries {} to {}", *finding.entry, *finding.entry_last)
                              : fmt::format(", entry {}", *finding.entry);
  }
  if (finding.bytes) {
    out += finding.bytes->end == finding.bytes->begin + 1
               ? fmt::format(", byte {}", finding.bytes->begin)
               : fmt::format(", bytes {} to {}", finding.bytes->begin, finding.bytes->end - 1);
  }
  return out;
}

std::string authorship_line(const VerifyReport& report) {
  switch (report.authorship) {
    case Authorship::kNotChecked:
      return "NOT CHECKED: no key was given, so anybody may have written this";
    case Authorship::kFailed:
      return "FAILED";
    case Authorship::kVerified:
      break;
  }
  return fmt::format("signed by {}", harmless(fmt::format("{}", fmt::join(report.verified_signers, ", "))));
}

// Text from a log or the system may be anything; records hold valid text only.
void write_string(JcsWriter& w, std::string_view text) {
  if (check_jcs_text(text)) {
    w.string(text);
  } else {
    w.string(harmless(text));
  }
}

// Numbers from a hostile checkpoint go up to 2^63; larger ones are strings.
void write_number(JcsWriter& w, std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(kJcsIntegerMax)) {
    w.integer(static_cast<std::int64_t>(value));
  } else {
    w.string(std::to_string(value));
  }
}

void write_finding(JcsWriter& w, const Finding& finding) {
  w.begin_object();
  if (finding.bytes) {
    w.key("bytes").begin_array();
    write_number(w, finding.bytes->begin);
    write_number(w, finding.bytes->end);
    w.end_array();
  }
  if (finding.entry) write_number(w.key("entry"), *finding.entry);
  if (finding.entry_last) write_number(w.key("entry_last"), *finding.entry_last);
  if (!finding.expected.empty()) write_string(w.key("expected"), finding.expected);
  write_string(w.key("file"), finding.file);
  if (!finding.found.empty()) write_string(w.key("found"), finding.found);
  w.key("kind").string(to_text(finding.kind));
  write_string(w.key("message"), finding.message);
  w.end_object();
}

void write_evidence(JcsWriter& w, const ForkEvidence& evidence) {
  w.begin_object();
  write_string(w.key("newer_note"), evidence.newer_note);
  write_string(w.key("older_note"), evidence.older_note);
  if (evidence.prefix_root) w.key("prefix_root").string(evidence.prefix_root->base64());
  w.key("proof").begin_array();
  for (const Hash& hash : evidence.proof) w.string(hash.base64());
  w.end_array().end_object();
}

}  // namespace

std::string_view to_text(Authorship authorship) {
  switch (authorship) {
    case Authorship::kVerified:
      return "verified";
    case Authorship::kNotChecked:
      return "not_checked";
    case Authorship::kFailed:
      return "failed";
  }
  return "unknown";
}

std::string harmless(std::string_view text) {
  std::string out(text);
  std::replace_if(out.begin(), out.end(), [](char c) { return c < 0x20 || c == 0x7f; }, '?');
  return out;
}

std::string to_text(const VerifyReport& report) {
  const Checkpoint& checkpoint = report.checkpoint;
  std::string out;
  out += fmt::format("log        {}\n", harmless(checkpoint.origin));
  out += fmt::format("checkpoint {} entries, root {}\n", checkpoint.size, checkpoint.root.base64());
  out += fmt::format("author     {}\n", authorship_line(report));
  out += fmt::format("read       {} entries, {} bytes, {} files\n", report.entries, report.entry_bytes, report.files);
  for (const OlderCheckpoint& older : report.older) {
    out += fmt::format("older      {} entries: {}\n", older.checkpoint.size,
                       older.consistent ? "is a prefix of this log" : "IS NOT a prefix of this log");
  }
  for (const Finding& finding : report.findings.kept()) {
    out += fmt::format("wrong      {}: {}\n", where_of(finding), harmless(finding.message));
    if (!finding.expected.empty()) out += fmt::format("           expected {}\n", harmless(finding.expected));
    if (!finding.found.empty()) out += fmt::format("           found    {}\n", harmless(finding.found));
  }
  const std::uint64_t more = report.findings.total() - report.findings.kept().size();
  if (more != 0) out += fmt::format("           and {} more\n", more);
  out += report.good() ? "GOOD       every entry, tile and hash is as the checkpoint says\n"
                       : fmt::format("BAD        {} {} wrong\n", report.findings.total(),
                                     report.findings.total() == 1 ? "thing is" : "things are");
  return out;
}

std::string to_json(const VerifyReport& report) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("authorship").string(to_text(report.authorship));
  w.key("checkpoint").begin_object();
  write_string(w.key("origin"), report.checkpoint.origin);
  w.key("root").string(report.checkpoint.root.base64());
  write_number(w.key("size"), report.checkpoint.size);
  w.end_object();
  w.key("computed_root").string(report.computed_root.base64());
  write_number(w.key("entries"), report.entries);
  write_number(w.key("entry_bytes"), report.entry_bytes);
  write_number(w.key("files"), report.files);
  w.key("findings").begin_array();
  for (const Finding& finding : report.findings.kept()) write_finding(w, finding);
  w.end_array();
  write_number(w.key("findings_total"), report.findings.total());
  w.key("good").boolean(report.good());
  w.key("older").begin_array();
  for (const OlderCheckpoint& older : report.older) {
    w.begin_object().key("consistent").boolean(older.consistent);
    if (older.evidence) write_evidence(w.key("evidence"), *older.evidence);
    w.key("root").string(older.checkpoint.root.base64());
    write_number(w.key("size"), older.checkpoint.size);
    w.end_object();
  }
  w.end_array().key("signers").begin_array();
  for (const std::string& signer : report.verified_signers) write_string(w, signer);
  w.end_array();
  write_string(w.key("source"), report.source);
  w.end_object();
  return out + "\n";
}

std::string to_json(const ForkEvidence& evidence) {
  std::string out;
  JcsWriter w(out);
  write_evidence(w, evidence);
  return out + "\n";
}

int exit_code(const VerifyReport& report) { return report.good() ? 0 : 1; }

}  // namespace tansiq::log
