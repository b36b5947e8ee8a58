// Step 11 of levant-2015: what somebody without a node can tell. He is given one file, the bundle of the incident of
// step 9, and has the charter from elsewhere; and he may look into copies of the nodes' records.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>

#include "cli/levant_documents.h"
#include "cli/levant_incidents.h"
#include "cli/levant_teller.h"
#include "cli/log_location.h"
#include "cli/units_text.h"
#include "log/verify.h"

namespace tansiq::cli {
namespace {

namespace fs = std::filesystem;

/// A statement that is proved, and who had seen it by when.
struct ProvedStatement {
  std::string author;
  std::string witness;
  std::int64_t no_later_than_ms = 0;
};

std::vector<ProvedStatement> statements_of(const JsonValue& report) {
  std::vector<ProvedStatement> out;
  const auto logs = report.find("logs");
  for (std::size_t i = 0; logs && i < logs->size(); ++i) {
    const auto entries = (*logs)[i].find("entries");
    for (std::size_t j = 0; entries && j < entries->size(); ++j) {
      const JsonValue entry = (*entries)[j];
      if (text_of(entry, "type") != "incident.stated" || !is_true(entry, "proved")) continue;
      ProvedStatement one{text_of((*logs)[i], "authority"), {}, 0};
      if (const auto witnesses = entry.find("witnesses"); witnesses && witnesses->size() > 0) {
        one.witness = text_of((*witnesses)[0], "authority");
        one.no_later_than_ms = number_of((*witnesses)[0], "time_ms");
      }
      out.push_back(std::move(one));
    }
  }
  return out;
}

/// Lines of the report in words that are about statements: what they are, when they stood, who had seen them. Their
/// texts are in the file.
std::vector<std::string> words_about_statements(std::string_view report) {
  constexpr std::size_t kLinesMax = 12;
  std::vector<std::string> out;
  bool about = false;
  while (!report.empty() && out.size() < kLinesMax) {
    const std::size_t end = std::min(report.find('\n'), report.size());
    const std::string_view line = report.substr(0, end);
    report.remove_prefix(std::min(end + 1, report.size()));
    const bool deeper = line.starts_with("      ");
    if (!deeper) about = line.contains("incident.stated");
    if (about && !line.contains("{\""))
      out.emplace_back(line.substr(std::min(line.find_first_not_of(' '), line.size())));
  }
  return out;
}

class Outsider {
 public:
  Outsider(Levant& levant, Teller& teller)
      : levant_(levant),
        teller_(teller),
        folder_(levant.folder_of("outsider")),
        bundle_(folder_ / "near-miss-1.bundle") {}

  Status tell() {
    teller_.chapter(11);
    TRY_VOID(hand_out());
    TRY_VOID(verified());
    return flipped();
  }

 private:
  Status hand_out() {
    std::error_code error;
    fs::create_directories(folder_, error);
    if (error) return fail(ErrorCode::kIo, error.message(), folder_.string());
    const IncidentName name = near_miss_incident();
    NodeClient* const chief = TRY(levant_.office("us").at("chief"));
    const std::uint64_t bytes =
        TRY(chief->download(fmt::format("/v1/incidents/{}/{}/bundle", name.opener, name.id), bundle_));
    // The charter he has from elsewhere: it is no secret.
    fs::copy_file(levant_.folder_of("fr") / "charter.note", folder_ / "charter.note", error);
    if (error) return fail(ErrorCode::kIo, error.message(), folder_.string());
    teller_.happens("us", fmt::format("gives an outsider one file about the near miss: {} bytes", bytes));
    return {};
  }

  Result<Levant::Ran> verify(const std::string& run, const fs::path& bundle, std::vector<std::string> more) {
    std::vector<std::string> words{"verify", bundle.string(), "--charter", (folder_ / "charter.note").string()};
    std::ranges::move(more, std::back_inserter(words));
    return levant_.run_program(run, words);
  }

  Status verified() {
    teller_.happens("–", "`tansiq verify near-miss-1.bundle --charter charter.note`, where no node is");
    const Levant::Ran report = TRY(verify("verify-json", bundle_, {"--json"}));
    const JsonDocument json = TRY(JsonDocument::parse(report.out, {.bytes_max = std::size_t{64} << 20}));
    const std::vector<ProvedStatement> statements = statements_of(json.root());
    for (const std::string author : {"us", "ru"}) {
      const auto one = std::ranges::find(statements, author, &ProvedStatement::author);
      const bool there = one != statements.end() && !one->witness.empty() && one->witness != author;
      teller_.check(there ? fmt::format("{}'s statement is proved, and stood no later than {}: {} had seen it", author,
                                        clock_text({one->no_later_than_ms}).substr(0, 8), one->witness)
                          : fmt::format("{}'s statement is proved, and somebody else had seen it", author),
                    report.code == 0 && is_true(json.root(), "good") && there);
    }
    const auto quoted = row_of(json.root(), "attachments", [](const JsonValue& row) {
      const auto by = row.find("quoted_by");
      return is_true(row, "whole") && by && by->size() > 0;
    });
    teller_.check("what us had on its screens is in it, and is what the entries name", quoted.has_value());
    bool all = true;
    for (const std::string language : {"ar", "fr", "ru", "en"}) {
      const Levant::Ran words = TRY(verify("verify-" + language, bundle_, {"--language", language, "--all"}));
      all = all && words.code == 0 && !words.out.empty();
      if (language != "en") continue;
      for (const std::string& line : words_about_statements(words.out)) teller_.note(line);
    }
    teller_.check("it says so in plain words, in Arabic, English, French and Russian", all);
    return {};
  }

  Status flipped() {
    constexpr std::size_t kBundleBytesMax = std::size_t{256} << 20;
    std::string bytes = TRY(read_text(bundle_.string(), kBundleBytesMax));
    const std::size_t at = bytes.find("as filed");
    if (at == std::string::npos)
      return fail(ErrorCode::kInternal, "the bundle lacks the statement of us", bundle_.string());
    bytes[at] = static_cast<char>(bytes[at] ^ 1);
    const fs::path forged = folder_ / "forged.bundle";
    TRY_VOID(write_text(forged, bytes, 0644, /*replace=*/false));
    teller_.happens("–", fmt::format("somebody changes one byte of it, number {}", at));
    const Levant::Ran report = TRY(verify("verify-forged", forged, {"--json"}));
    const JsonDocument json = TRY(JsonDocument::parse(report.out, {.bytes_max = std::size_t{64} << 20}));
    const auto finding = row_of(json.root(), "findings", [](const JsonValue& row) {
      return row.find("entry").has_value() && text_of(row, "section").starts_with("entries us.");
    });
    teller_.check(finding
                      ? fmt::format("found: {}, entry {}", text_of(*finding, "section"), number_of(*finding, "entry"))
                      : std::string("the entry that was changed is named"),
                  report.code == 1 && finding.has_value(), fmt::format("exit code {}", report.code));
    return {};
  }

  Levant& levant_;
  Teller& teller_;
  const fs::path folder_;
  const fs::path bundle_;
};

/// What a witness saw at us until a moment, against what a replay of the recording says.
Status tell_replay(Levant& levant, Teller& teller, const LevantWitness& witness, UtcMs until) {
  const std::vector<std::string> live = alert_lines_until(witness.lines(), until);
  const std::vector<std::string> again = alert_lines_until(TRY(levant.replayed("us")), until);
  const auto [one, two] = std::ranges::mismatch(live, again);
  const auto same = static_cast<std::size_t>(one - live.begin());
  const std::size_t raised = count_of_event(live, "raised");
  teller.happens("–", "`tansiq replay` takes what us recorded of its receivers, and makes the picture anew");
  teller.check(fmt::format("the same {} alerts in {} lines, byte for byte as they were seen live", raised, live.size()),
               raised > 0 && one == live.end() && two == again.end() && witness.dropped() == 0,
               fmt::format("{} lines live, {} in the replay, the first {} the same", live.size(), again.size(), same));
  return {};
}

}  // namespace

Status tell_evidence(Levant& levant, Teller& teller) { return Outsider(levant, teller).tell(); }

Status tell_proof(Levant& levant, Teller& teller, const LevantWitness& witness) {
  // What happened half a second ago has been seen by everybody who watches.
  const UtcMs until = levant.now() - kLevantScale * 500;
  teller.happens("–", "the outsider is given copies of the records of us, ru, fr and ch, made by `tansiq backup`");
  for (const std::string id : {"us", "ru", "fr", "ch"}) {
    const std::string folder = TRY(levant.copy_record(id)).string();
    std::vector<LogLocation> logs;
    logs.push_back(TRY(find_log(folder, {})));
    std::vector<std::string> behind;
    for (LogLocation& other : TRY(other_logs(folder, behind))) logs.push_back(std::move(other));
    std::uint64_t entries = 0;
    bool good = behind.empty();
    for (const LogLocation& one : logs) {
      const log::VerifyReport report = TRY(log::verify_log(*one.source, {.keys = one.keys}));
      entries += report.entries;
      good = good && report.good() && report.authorship == log::Authorship::kVerified;
    }
    teller.check(fmt::format("what {} holds verifies: {} logs, its own and mirrors of others, {} entries, all signed",
                             id, logs.size(), entries),
                 good);
  }
  // The disk of the recording is synced several times a second.
  constexpr DurationMs kSyncedMs = 1'000;
  levant.pause(kSyncedMs);
  return tell_replay(levant, teller, witness, until);
}

}  // namespace tansiq::cli
