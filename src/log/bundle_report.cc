#include "log/bundle_report.h"

#include <fmt/args.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

#include "base/foreign_text.h"
#include "log/jcs.h"

namespace tansiq::log {
namespace {

using bundle_detail::Phrase;
using bundle_detail::words;

constexpr std::size_t kShownBytesMax = 1'000;
constexpr std::size_t kRunsShownMax = 16;
constexpr std::string_view kLeftToRight = "\u2066";
constexpr std::string_view kFirstStrong = "\u2068";
constexpr std::string_view kEndIsolate = "\u2069";

// Characters that turn the direction of what follows: they could make a quotation look like something else.
constexpr std::array<std::string_view, 12> kTurning{"\u061c", "\u200e", "\u200f", "\u202a", "\u202b", "\u202c",
                                                    "\u202d", "\u202e", "\u2066", "\u2067", "\u2068", "\u2069"};

std::string visible(std::string_view text) {
  std::string out = foreign_text(text, kShownBytesMax);
  for (const std::string_view turning : kTurning) {
    for (std::size_t at = 0; (at = out.find(turning, at)) != std::string::npos; ++at)
      out.replace(at, turning.size(), "?");
  }
  return out;
}

std::string time_text(std::int64_t ms) { return format_utc(UtcMs{ms}); }

std::string list_of(const std::vector<std::string>& words) {
  return words.empty() ? "-" : fmt::format("{}", fmt::join(words, ", "));
}

/// Writes sentences in one language.
class Page {
 public:
  explicit Page(const BundleTextOptions& options) : language_(options.language) {}

  /// The sentence with its arguments, each harmless and set apart from what surrounds it.
  template <class... Arguments>
  [[nodiscard]] std::string sentence(Phrase phrase, const Arguments&... arguments) const {
    fmt::dynamic_format_arg_store<fmt::format_context> store;
    (store.push_back(apart(fmt::format("{}", arguments))), ...);
    return fmt::vformat(fmt::string_view(words(phrase, language_)), store);
  }
  template <class... Arguments>
  void line(std::size_t indent, Phrase phrase, const Arguments&... arguments) {
    raw(indent, sentence(phrase, arguments...));
  }
  void heading(Phrase phrase) {
    if (!out_.empty()) out_ += '\n';
    raw(0, sentence(phrase));
  }
  void raw(std::size_t indent, std::string_view text) { out_.append(indent, ' ').append(text).append("\n"); }

  [[nodiscard]] std::string apart(std::string_view argument) const {
    const std::string text = visible(argument);
    const bool ascii = std::ranges::all_of(text, [](char c) { return c >= 0; });
    if (language_ == Language::kArabic && ascii) return fmt::format("{}{}{}", kLeftToRight, text, kEndIsolate);
    return ascii ? text : fmt::format("{}{}{}", kFirstStrong, text, kEndIsolate);
  }
  [[nodiscard]] Language language() const { return language_; }
  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  Language language_;
  std::string out_;
};

void write_wrong(Page& page, const BundleReport& report) {
  page.heading(Phrase::kWrong);
  for (const BundleFinding& finding : report.findings) {
    std::string where =
        finding.entry ? page.sentence(Phrase::kAtEntry, finding.section, *finding.entry) : page.apart(finding.section);
    if (finding.bytes && finding.bytes->end > finding.bytes->begin) {
      where += fmt::format(" ({})", page.sentence(Phrase::kBytes, finding.bytes->begin, finding.bytes->end - 1));
    }
    page.raw(2, fmt::format("{}: {}", where, words(finding.fault, page.language())));
    if (!finding.detail.empty()) page.raw(4, page.apart(finding.detail));
  }
  const std::uint64_t more = report.findings_total - report.findings.size();
  if (more != 0) page.line(2, Phrase::kMoreWrong, more);
}

void write_entry(Page& page, const BundledEntry& entry) {
  page.line(4, Phrase::kEntry, entry.index, entry.type.empty() ? "-" : entry.type, entry.hash.hex());
  page.line(6, Phrase::kSays, entry.said);
  if (entry.time_ms) page.line(6, Phrase::kOwnTime, time_text(*entry.time_ms));
  for (const BundleWitness& witness : entry.witnesses) {
    if (witness.anchor.empty()) {
      page.line(6, Phrase::kSeen, time_text(witness.time_ms), witness.authority, witness.key);
    } else {
      page.line(6, Phrase::kAnchored, time_text(witness.time_ms), witness.authority, witness.anchor,
                witness.anchor_index);
    }
  }
  for (const BundleKnown& known : entry.known) {
    if (known.checked) page.line(6, Phrase::kKnown, known.origin, known.size, known.anchor_index);
  }
}

// Returns how many more may be listed.
std::size_t write_log(Page& page, const BundleLog& log, std::size_t room, std::string_view all) {
  page.line(2, Phrase::kLog, log.origin, log.authority.empty() ? "-" : log.authority, list_of(log.signers));
  page.line(4, Phrase::kEntries, log.entries.size(), log.size);
  std::size_t runs = 0;
  for (const auto& [first, last] : log.runs) {
    if (first == last || ++runs > kRunsShownMax) continue;
    page.line(4, Phrase::kRun, first, last);
  }
  std::size_t more = 0;
  for (const BundledEntry& entry : log.entries) {
    if (!entry.proved) continue;
    if (room == 0) {
      ++more;
      continue;
    }
    --room;
    write_entry(page, entry);
  }
  if (more != 0) page.line(4, Phrase::kMore, more, all);
  return room;
}

void write_proved(Page& page, const BundleReport& report, const BundleTextOptions& options) {
  page.heading(Phrase::kProved);
  if (report.trust_given) page.line(2, Phrase::kKeysGiven);
  for (const BundleCharter& charter : report.charters) {
    page.line(2, Phrase::kCharter, charter.id, charter.version, charter.text_hash.hex(), list_of(charter.signers));
    if (charter.follows && charter.follows->step.proved()) {
      page.line(4, Phrase::kFollows, charter.version, charter.follows->version,
                list_of(charter.follows->step.concerned));
    }
    if (charter.vouched && !charter.given) page.line(4, Phrase::kVouched, charter.version);
  }
  std::size_t room = options.entries_max;
  bool any = false;
  for (const BundleLog& log : report.logs) {
    room = write_log(page, log, room, options.all);
    any = any || !log.runs.empty();
  }
  if (!any) page.line(2, Phrase::kNothing);
  for (const BundleAttachment& attachment : report.attachments) {
    page.line(2, Phrase::kAttachment, attachment.name, attachment.bytes, attachment.sha256.hex());
    for (const auto& [log, index] : attachment.quoted_by) page.line(4, Phrase::kNamedBy, index, log);
  }
}

// Of each version but the first: why it is not proved that it follows the one before.
void write_unproved(Page& page, const BundleCharter& charter) {
  if (charter.version <= 1) return;
  if (!charter.follows) return page.line(2, Phrase::kFollowsNothing, charter.version);
  const CharterSuccession& step = charter.follows->step;
  if (!step.fault.empty()) {
    page.line(2, Phrase::kFollowsNot, charter.version, charter.follows->version, step.fault);
  } else if (!step.missing.empty()) {
    page.line(2, Phrase::kFollowsUnsigned, charter.version, charter.follows->version, list_of(step.missing));
  }
}

void write_not_proved(Page& page, const BundleReport& report, const BundleTextOptions& options) {
  page.heading(Phrase::kNotProved);
  if (!report.trust_given) page.line(2, Phrase::kKeysUnknown, options.trust);
  page.line(2, Phrase::kTruth);
  page.line(2, Phrase::kTimes);
  page.line(2, Phrase::kNothingElse);
  page.line(2, Phrase::kMade, time_text(report.made.ms));
  for (const BundleCharter& charter : report.charters) write_unproved(page, charter);
  for (const BundleLog& log : report.logs) {
    std::uint64_t alone = 0;
    std::uint64_t first = 0;
    std::map<std::string, std::uint64_t> unchecked;
    for (const BundledEntry& entry : log.entries) {
      if (entry.proved && entry.witnesses.empty() && alone++ == 0) first = entry.index;
      for (const BundleKnown& known : entry.known) unchecked[known.origin] += known.checked ? 0U : 1U;
    }
    if (alone != 0) page.line(2, Phrase::kNoWitness, log.origin, alone, first);
    for (const auto& [origin, count] : unchecked) {
      if (count != 0) page.line(2, Phrase::kUnchecked, log.origin, origin, count);
    }
  }
  for (const BundleAttachment& attachment : report.attachments) {
    if (attachment.quoted_by.empty()) page.line(2, Phrase::kUnquoted, attachment.name);
  }
}

// --- JSON

// Text from a bundle may be anything; records hold valid text only.
void write_text(JcsWriter& w, std::string_view text) {
  if (check_jcs_text(text)) {
    w.string(text);
  } else {
    w.string(foreign_text(text, kShownBytesMax));
  }
}

void write_number(JcsWriter& w, std::uint64_t value) {
  if (value <= static_cast<std::uint64_t>(kJcsIntegerMax)) {
    w.integer(static_cast<std::int64_t>(value));
  } else {
    w.string(std::to_string(value));
  }
}

void write_list(JcsWriter& w, const std::vector<std::string>& list) {
  w.begin_array();
  for (const std::string& text : list) write_text(w, text);
  w.end_array();
}

void write_place(JcsWriter& w, std::string_view log, std::uint64_t index) {
  write_number(w.begin_object().key("index"), index);
  write_text(w.key("log"), log);
  w.end_object();
}

void write_json(JcsWriter& w, const BundleAttachment& attachment) {
  write_number(w.begin_object().key("bytes"), attachment.bytes);
  write_text(w.key("name"), attachment.name);
  w.key("quoted_by").begin_array();
  for (const auto& [log, index] : attachment.quoted_by) write_place(w, log, index);
  w.end_array().key("sha256").string(attachment.sha256.hex()).key("whole").boolean(attachment.whole).end_object();
}

void write_json(JcsWriter& w, const BundleSuccession& follows) {
  write_list(w.begin_object().key("concerned"), follows.step.concerned);
  if (!follows.step.fault.empty()) write_text(w.key("fault"), follows.step.fault);
  write_list(w.key("missing"), follows.step.missing);
  w.key("proved").boolean(follows.step.proved()).key("version").integer(follows.version).end_object();
}

void write_json(JcsWriter& w, const BundleCharter& charter) {
  w.begin_object();
  if (charter.follows) write_json(w.key("follows"), *charter.follows);
  w.key("given").boolean(charter.given);
  write_text(w.key("id"), charter.id);
  write_text(w.key("name"), charter.name);
  w.key("sha256").string(charter.text_hash.hex());
  write_list(w.key("signers"), charter.signers);
  w.key("version").integer(charter.version);
  if (charter.vouched && !charter.given) w.key("vouched").boolean(true);
  w.end_object();
}

void write_json(JcsWriter& w, const BundleFinding& finding) {
  w.begin_object();
  if (finding.bytes) {
    w.key("bytes").begin_array();
    write_number(w, finding.bytes->begin);
    write_number(w, finding.bytes->end);
    w.end_array();
  }
  write_text(w.key("detail"), finding.detail);
  if (finding.entry) write_number(w.key("entry"), *finding.entry);
  w.key("fault").string(to_text(finding.fault));
  write_text(w.key("section"), finding.section);
  w.end_object();
}

void write_json(JcsWriter& w, const BundleKnown& known) {
  write_number(w.begin_object().key("anchor_index"), known.anchor_index);
  w.key("checked").boolean(known.checked);
  write_text(w.key("origin"), known.origin);
  write_number(w.key("size"), known.size);
  w.end_object();
}

void write_json(JcsWriter& w, const BundleWitness& witness) {
  w.begin_object();
  if (!witness.anchor.empty()) write_place(w.key("anchor"), witness.anchor, witness.anchor_index);
  write_text(w.key("authority"), witness.authority);
  if (witness.anchor.empty()) write_text(w.key("key"), witness.key);
  write_number(w.key("size"), witness.size);
  w.key("time_ms").integer(witness.time_ms).end_object();
}

void write_json(JcsWriter& w, const BundledEntry& entry) {
  w.begin_object().key("hash").string(entry.hash.hex());
  write_number(w.key("index"), entry.index);
  w.key("known").begin_array();
  for (const BundleKnown& known : entry.known) write_json(w, known);
  w.end_array().key("proved").boolean(entry.proved);
  write_text(w.key("said"), entry.said);
  if (entry.time_ms) w.key("time_ms").integer(*entry.time_ms);
  write_text(w.key("type"), entry.type);
  w.key("witnesses").begin_array();
  for (const BundleWitness& witness : entry.witnesses) write_json(w, witness);
  w.end_array().end_object();
}

void write_json(JcsWriter& w, const BundleLog& log) {
  write_text(w.begin_object().key("authority"), log.authority);
  w.key("entries").begin_array();
  for (const BundledEntry& entry : log.entries) write_json(w, entry);
  w.end_array();
  write_text(w.key("origin"), log.origin);
  w.key("runs").begin_array();
  for (const auto& [first, last] : log.runs) {
    w.begin_array();
    write_number(w, first);
    write_number(w, last);
    w.end_array();
  }
  w.end_array();
  write_list(w.key("signers"), log.signers);
  write_number(w.key("size"), log.size);
  w.key("vouched").boolean(log.vouched).end_object();
}

template <class T>
void write_all(JcsWriter& w, std::string_view name, const std::vector<T>& list) {
  w.key(name).begin_array();
  for (const T& one : list) write_json(w, one);
  w.end_array();
}

}  // namespace

std::string bundle_text(const BundleReport& report, const BundleTextOptions& options) {
  Page page(options);
  if (!report.good()) {
    write_wrong(page, report);
  } else {
    write_proved(page, report, options);
    write_not_proved(page, report, options);
  }
  page.raw(0, "");
  if (!report.good()) {
    page.line(0, Phrase::kBad, report.findings_total);
  } else {
    page.line(0, report.trust_given ? Phrase::kGood : Phrase::kGoodByOwnKeys);
  }
  return page.take();
}

std::string bundle_json(const BundleReport& report) {
  std::string out;
  JcsWriter w(out);
  w.begin_object();
  write_all(w, "attachments", report.attachments);
  write_number(w.key("bytes"), report.bytes);
  write_all(w, "charters", report.charters);
  write_all(w, "findings", report.findings);
  write_number(w.key("findings_total"), report.findings_total);
  w.key("good").boolean(report.good());
  write_all(w, "logs", report.logs);
  w.key("made_ms").integer(report.made.ms).key("trust_given").boolean(report.trust_given).end_object();
  return out + "\n";
}

int exit_code(const BundleReport& report) { return report.good() ? 0 : 1; }

}  // namespace tansiq::log
