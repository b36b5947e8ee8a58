#include "node/story.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "base/file.h"
#include "base/foreign_text.h"
#include "log/jcs.h"

namespace tansiq::node {
namespace {

using log::JcsDocument;
using log::JcsValue;
using log::JcsWriter;

constexpr std::array<std::string_view, 7> kKinds{"step", "happens", "check", "reads", "note", "look", "end"};
constexpr std::size_t kNameBytesMax = 64;
constexpr std::size_t kAboutBytesMax = 900;  ///< Four of them are in one line.

void put_text(JcsWriter& w, std::string_view name, std::string_view text, std::size_t bytes_max = kStoryTextBytesMax) {
  w.key(name).string(foreign_text(text, bytes_max));
}

void put_words(JcsWriter& w, std::string_view name, const StoryWords& words) {
  w.key(name).begin_object();
  for (const talks::Language language : talks::kLanguages) {
    put_text(w, talks::to_text(language), words.at(talks::index_of(language)), kAboutBytesMax);
  }
  w.end_object();
}

/// Members stand in the order of their names, across what is common and what is not.
void put_members(JcsWriter& w, const StoryLine& line) {
  const auto head = [&] { w.key("at_ms").integer(line.at.ms); };
  const auto kind = [&] { w.key("kind").string(to_text(line.kind)); };
  switch (line.kind) {
    case StoryKind::kStep:
      put_words(w, "about", line.about);
      head();
      kind();
      w.key("step").integer(line.step);
      put_words(w, "title", line.title);
      return;
    case StoryKind::kHappens:
      head();
      kind();
      put_text(w, "text", line.text);
      put_text(w, "who", line.who, kNameBytesMax);
      return;
    case StoryKind::kCheck:
      head();
      if (!line.instead.empty()) put_text(w, "instead", line.instead);
      kind();
      w.key("seen").boolean(line.seen);
      put_text(w, "text", line.text);
      return;
    case StoryKind::kReads:
      head();
      kind();
      w.key("language").string(talks::to_text(line.language));
      put_text(w, "text", line.text);
      put_text(w, "who", line.who, kNameBytesMax);
      return;
    case StoryKind::kNote:
      head();
      kind();
      put_text(w, "text", line.text);
      return;
    case StoryKind::kLook:
      if (line.place) w.key("at").begin_array().integer(line.place->lat_e7).integer(line.place->lng_e7).end_array();
      head();
      kind();
      put_text(w, "name", line.text, kNameBytesMax);
      if (line.select) {
        w.key("select").begin_object();
        put_text(w, "id", line.select->id, 2 * kNameBytesMax);
        put_text(w, "kind", line.select->kind, kNameBytesMax);
        if (!line.select->of.empty()) put_text(w, "of", line.select->of, kNameBytesMax);
        w.end_object();
      }
      return;
    case StoryKind::kEnd:
      head();
      w.key("differ").integer(line.differ);
      kind();
      return;
  }
}

Result<std::string> text_at(const JcsValue& object, std::string_view name, std::size_t bytes_max = kStoryTextBytesMax) {
  const JcsValue value = TRY(object.at(name));
  const std::string_view text = TRY(value.string());
  // What cuts adds three points.
  if (text.size() > bytes_max + 3) return value.fail_here(fmt::format("has more than {} bytes", bytes_max));
  return std::string(text);
}

Result<StoryWords> words_at(const JcsValue& object, std::string_view name) {
  const JcsValue value = TRY(object.at(name));
  TRY_VOID(value.only({"ar", "en", "fr", "ru"}));
  StoryWords out;
  for (const talks::Language language : talks::kLanguages) {
    out.at(talks::index_of(language)) = TRY(text_at(value, talks::to_text(language), kAboutBytesMax));
  }
  return out;
}

Result<StoryKind> kind_at(const JcsValue& object) {
  const JcsValue value = TRY(object.at("kind"));
  const auto* const found = std::ranges::find(kKinds, TRY(value.string()));
  if (found == kKinds.end()) return value.fail_here("is no kind of line of a story");
  return static_cast<StoryKind>(found - kKinds.begin());
}

Status read_look(const JcsValue& root, StoryLine& line) {
  TRY_VOID(root.only({"at", "at_ms", "kind", "name", "select"}));
  line.text = TRY(text_at(root, "name", kNameBytesMax));
  if (const auto place = root.find("at")) {
    TRY_VOID(place->expect(JcsValue::Kind::kArray));
    if (place->size() != 2) return place->fail_here("a place is a latitude and a longitude");
    geo::LatLng& at = line.place.emplace();
    at.lat_e7 = static_cast<std::int32_t>(TRY((*place)[0].integer(-900'000'000, 900'000'000)));
    at.lng_e7 = static_cast<std::int32_t>(TRY((*place)[1].integer(-1'800'000'000, 1'800'000'000)));
  }
  if (const auto select = root.find("select")) {
    TRY_VOID(select->only({"id", "kind", "of"}));
    StoryThing& thing = line.select.emplace();
    thing.id = TRY(text_at(*select, "id", 2 * kNameBytesMax));
    thing.kind = TRY(text_at(*select, "kind", kNameBytesMax));
    if (select->find("of")) thing.of = TRY(text_at(*select, "of", kNameBytesMax));
  }
  return {};
}

Status read_members(const JcsValue& root, StoryLine& line) {
  switch (line.kind) {
    case StoryKind::kStep: {
      TRY_VOID(root.only({"about", "at_ms", "kind", "step", "title"}));
      line.about = TRY(words_at(root, "about"));
      line.title = TRY(words_at(root, "title"));
      const JcsValue step = TRY(root.at("step"));
      line.step = TRY(step.integer(1, 1'000));
      return {};
    }
    case StoryKind::kHappens:
      TRY_VOID(root.only({"at_ms", "kind", "text", "who"}));
      line.text = TRY(text_at(root, "text"));
      line.who = TRY(text_at(root, "who", kNameBytesMax));
      return {};
    case StoryKind::kCheck: {
      TRY_VOID(root.only({"at_ms", "instead", "kind", "seen", "text"}));
      line.text = TRY(text_at(root, "text"));
      if (root.find("instead")) line.instead = TRY(text_at(root, "instead"));
      const JcsValue seen = TRY(root.at("seen"));
      line.seen = TRY(seen.boolean());
      return {};
    }
    case StoryKind::kReads: {
      TRY_VOID(root.only({"at_ms", "kind", "language", "text", "who"}));
      line.text = TRY(text_at(root, "text"));
      line.who = TRY(text_at(root, "who", kNameBytesMax));
      const JcsValue language = TRY(root.at("language"));
      line.language = TRY(talks::parse_language(TRY(language.string())));
      return {};
    }
    case StoryKind::kNote:
      TRY_VOID(root.only({"at_ms", "kind", "text"}));
      line.text = TRY(text_at(root, "text"));
      return {};
    case StoryKind::kLook:
      return read_look(root, line);
    case StoryKind::kEnd:
      break;
  }
  TRY_VOID(root.only({"at_ms", "differ", "kind"}));
  const JcsValue differ = TRY(root.at("differ"));
  line.differ = TRY(differ.integer(0, INT32_MAX));
  return {};
}

}  // namespace

std::string_view to_text(StoryKind kind) { return kKinds.at(static_cast<std::size_t>(kind)); }

std::string write_story_line(const StoryLine& line) {
  std::string out;
  JcsWriter w(out);
  w.begin_object();
  put_members(w, line);
  w.end_object();
  out += '\n';
  return out;
}

Result<StoryLine> read_story_line(std::string_view text) {
  const auto document = TRY(JcsDocument::parse(text, kStoryLineBytesMax));
  const JcsValue root = document.root();
  StoryLine line;
  line.kind = TRY(kind_at(root));
  const JcsValue at = TRY(root.at("at_ms"));
  line.at.ms = TRY(at.integer());
  TRY_VOID(read_members(root, line));
  return line;
}

Result<std::string> read_story(const std::filesystem::path& file, std::size_t after, std::size_t limit) {
  auto text = read_file(file, kStoryBytesMax);
  if (!text && text.error().code != ErrorCode::kNotFound) return std::unexpected(std::move(text.error()));
  std::string_view rest = text ? std::string_view(*text) : std::string_view();
  std::string lines;
  std::size_t total = 0;
  std::size_t shown = 0;
  for (std::size_t end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    ++total;
    if (total <= after || shown >= limit) continue;
    if (auto good = read_story_line(line); !good) {
      return std::unexpected(inside(std::move(good.error()), fmt::format("line {} of the story", total)));
    }
    if (shown++ > 0) lines += ',';
    lines += line;  // Canonical, as it was read.
  }
  std::string out = fmt::format(R"({{"lines":[{}])", lines);
  if (after + shown < total) out += fmt::format(R"(,"next":{})", after + shown);
  return out + fmt::format(R"(,"total":{}}})", total);
}

}  // namespace tansiq::node
