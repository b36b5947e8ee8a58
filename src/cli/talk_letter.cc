#include "cli/talk_letter.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "cli/context.h"
#include "cli/talk_rows.h"
#include "cli/talk_words.h"
#include "cli/wire.h"
#include "log/sha256.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

Result<TextPart> text_from(const PartOptions& options) {
  std::string text = *options.text;
  if (text == "-") {
    text = TRY(read_text("-", kTalkTextBytesMax + 1));
    while (text.ends_with('\n')) text.pop_back();
  }
  if (const Status fit = check_words(text); !fit) return std::unexpected(inside(fit.error(), "--text"));
  TextPart part{.language = options.language, .text = {std::move(text)}, .translates = {}};
  if (const Status fit = part.check(); !fit) return std::unexpected(inside(fit.error(), "--text"));
  return part;
}

Status add_areas(const std::string& file, std::vector<TalkPart>& parts) {
  const std::vector<Filing> shapes = TRY(read_filings(file));
  for (const Filing& shape : shapes) {
    for (const geo::Volume4d& volume : shape.volumes) {
      AreaPart part{.name = shape.flight.empty() ? shape.id : shape.flight, .volume = volume};
      if (const Status fit = part.check(); !fit) return std::unexpected(in_file(fit.error(), file));
      parts.emplace_back(std::move(part));
    }
  }
  return {};
}

Result<TrackPart> track_from(std::string_view words) {
  const std::size_t at = words.find('/');
  if (at == std::string_view::npos || at + 1 == words.size()) {
    return fail(ErrorCode::kUnsupported, "a track is AUTHORITY/NAME: in whose picture, and how it is called there");
  }
  return TrackPart{.name = std::string(words.substr(at + 1)), .of = TRY(AuthorityId::parse(words.substr(0, at)))};
}

Result<TalkAttachment> attachment_from(const std::string& file) {
  const std::string body = TRY(read_text(file, kAttachmentBytesMax));
  TalkAttachment out;
  out.bytes = static_cast<std::int64_t>(body.size());
  out.name = std::filesystem::path(file).filename().string();
  out.media_type = media_type_of(out.name);
  out.sha256 = log::sha256(body);
  return out;
}

/// A failure of the word that stands behind `option`.
template <class T>
Result<T> of_option(Result<T> read, std::string_view option) {
  if (!read) return std::unexpected(inside(std::move(read).error(), option));
  return read;
}

Status take_needs(const LetterOptions& options, UtcMs now, Letter& letter) {
  const bool stop = letter.precedence == Precedence::kStop;
  if (!options.needs.empty()) {
    letter.needs = TRY(core::parse_enum<Needs>(options.needs));
  } else if (has_part<QueryPart>(letter.parts)) {
    letter.needs = Needs::kAnswer;
  } else if (stop) {
    letter.needs = Needs::kRead;
  }
  if (!options.due.empty()) letter.due = TRY(due_from(options.due, now));
  if (letter.needs != Needs::kReceived && !letter.due && !stop) {
    return fail(ErrorCode::kUnsupported,
                fmt::format("say by when {}, as --due 10m",
                            letter.needs == Needs::kAnswer ? "an answer is needed" : "it is to be read"),
                "--due");
  }
  return {};
}

}  // namespace

void add_part_options(Command& command, PartOptions& options) {
  command.option(options.text, "--text", "WORDS", "what you say, in your words; '-' reads standard input")
      .option(options.language, "--language", "LANGUAGE", "of your words, and of what is shown: ar, en, fr, ru, …")
      .option(options.positions, "--position", "WORDS", "\"NAME LAT LON [LEVEL] [TIME]\", as \"wreck 35.331 40.140\"")
      .option(options.areas, "--area", "FILE", "areas with their times, as GeoJSON")
      .completes(Completes::kFile)
      .option(options.times, "--time", "WORDS", "\"NAME TIME\" or \"NAME START/END\", as \"strike now+20m/+10m\"")
      .option(options.tracks, "--track", "TRACK", "AUTHORITY/NAME: a track in that authority's picture")
      .option(options.parts_file, "--parts", "FILE", "further parts as JSON: call records, assessments, plans")
      .completes(Completes::kFile);
}

Result<std::vector<TalkPart>> parts_from(const PartOptions& options, UtcMs now) {
  std::vector<TalkPart> parts;
  if (options.text) parts.emplace_back(TRY(text_from(options)));
  for (const std::string& words : options.positions) {
    parts.emplace_back(TRY(of_option(position_from(words, now), "--position")));
  }
  for (const std::string& file : options.areas) TRY_VOID(add_areas(file, parts));
  for (const std::string& words : options.times) parts.emplace_back(TRY(of_option(time_from(words, now), "--time")));
  for (const std::string& words : options.tracks) parts.emplace_back(TRY(of_option(track_from(words), "--track")));
  if (options.parts_file) {
    auto more = TRY(read_parts_file(*options.parts_file));
    std::ranges::move(more, std::back_inserter(parts));
  }
  return parts;
}

void add_letter_options(Command& command, LetterOptions& options) {
  command.argument(options.to, "TO", "the authorities that are told: all of them, or none")
      .required()
      .option(options.thread, "--thread", "THREAD", "THREAD of ours, or OPENER/THREAD; else a new one")
      .option(options.precedence, "--precedence", "WORD", "how urgent it is; stop goes through every freeze")
      .choices({"routine", "priority", "immediate", "stop"})
      .option(options.needs, "--needs", "RECEIPT",
              "which receipt you wait for; else received, of a STOP read, of a query answer")
      .choices({"received", "read", "answer"})
      .option(options.due, "--due", "TIME", "by when: 10m from now, or 2026-11-22T10:00:00Z; a STOP is given a time")
      .option(options.echelon, "--echelon", "WORD", "between whom, where a relation is asked")
      .choices({"centres", "chiefs", "ministries"})
      .option(options.number, "--template", "NUMBER", "a numbered message, which each side reads in its language")
      .option(options.settings, "--set", "NAME=VALUE", "a parameter of it")
      .option(options.danger, "--danger", "WORD", "distress or collision: goes through every freeze")
      .choices({"distress", "collision"})
      .option(options.query, "--query", "WORDS",
              "whose is it? \"LAT LON TIME [LEVEL] [track NAME]\", as \"35.331 40.140 now-2m FL200 track 77\"")
      .option(options.flight, "--flight", "CALLSIGN", "a flight that it is about")
      .option(options.incident, "--incident", "INCIDENT", "OPENER/ID of an incident that it is about")
      .option(options.re, "--re", "HASH", "the content of the message that it speaks of, as 'show' prints it")
      .option(options.attach, "--attach", "FILE",
              "a file of at most 4 MiB: it is uploaded, and the nodes of those who are told fetch it from ours")
      .completes(Completes::kFile);
  add_part_options(command, options.parts);
}

Result<Letter> letter_from(const LetterOptions& options, UtcMs now, std::string_view command_id) {
  Letter letter;
  for (const std::string& name : options.to) letter.recipients.push_back(TRY(AuthorityId::parse(name)));
  if (letter.recipients.empty()) return fail(ErrorCode::kUnsupported, "say to whom", "TO");
  std::ranges::sort(letter.recipients);
  if (std::ranges::adjacent_find(letter.recipients) != letter.recipients.end()) {
    return fail(ErrorCode::kUnsupported, "an authority is named twice", "TO");
  }
  ThreadName name =
      TRY(of_option(thread_from(options.thread.empty() ? fresh_thread(now, command_id) : options.thread), "--thread"));
  letter.opener = std::move(name.opener);
  letter.thread = std::move(name.thread);
  letter.precedence = TRY(core::parse_enum<Precedence>(options.precedence));
  letter.echelon = TRY(core::parse_enum<Echelon>(options.echelon));
  if (!options.re.empty()) letter.re = TRY(of_option(EntryHash::from_hex(options.re), "--re"));
  if (!options.danger.empty()) letter.parts.emplace_back(DangerPart{TRY(core::parse_enum<Danger>(options.danger)), {}});
  if (!options.query.empty()) letter.parts.emplace_back(TRY(of_option(query_from(options.query, now), "--query")));
  if (options.number.empty() != options.settings.empty() && options.number.empty()) {
    return fail(ErrorCode::kUnsupported, "--set belongs to a numbered message: name it with --template", "--set");
  }
  if (!options.number.empty()) {
    letter.parts.emplace_back(TRY(template_from(options.number, options.settings, options.parts.language, now)));
  }
  auto more = TRY(parts_from(options.parts, now));
  std::ranges::move(more, std::back_inserter(letter.parts));
  if (!options.flight.empty()) letter.parts.emplace_back(FlightPart{options.flight, {}, {}});
  if (!options.incident.empty()) {
    const ThreadName of = TRY(of_option(thread_from(options.incident), "--incident"));
    if (!of.opener) return fail(ErrorCode::kUnsupported, "an incident is OPENER/ID", "--incident");
    letter.parts.emplace_back(IncidentPart{of.thread.str(), *of.opener});
  }
  if (letter.parts.empty()) {
    return fail(ErrorCode::kUnsupported, "say something: --text, --template, --query, --position, --area, --time, …");
  }
  if (letter.parts.size() > kTalkPartsMax) {
    return fail(ErrorCode::kUnsupported, fmt::format("{} parts, and a message has at most {}: send a second one",
                                                     letter.parts.size(), kTalkPartsMax));
  }
  for (const std::string& file : options.attach) letter.attachments.push_back(TRY(attachment_from(file)));
  TRY_VOID(take_needs(options, now, letter));
  return letter;
}

}  // namespace tansiq::cli
