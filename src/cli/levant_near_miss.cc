// Step 9 of levant-2015: two aircraft converge below the minima. Who was warned, who had it in hand, what each side
// says of it, and what it holds.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cli/json_out.h"
#include "cli/levant_documents.h"
#include "cli/levant_incidents.h"
#include "cli/levant_talks.h"
#include "cli/levant_teller.h"
#include "cli/levant_traffic.h"
#include "cli/talk_find.h"
#include "cli/talk_text.h"
#include "cli/talk_words.h"
#include "log/sha256.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

class NearMissStep {
 public:
  NearMissStep(Levant& levant, Teller& teller, const LevantWitness& witness)
      : levant_(levant), teller_(teller), witness_(witness) {}

  Status tell() {
    teller_.chapter(9);
    TRY_VOID(hand_over());
    // What ru is told by its own picture is written down from before it happens, as at us: an alert that nobody looks
    // at is none that was not raised.
    const auto of_ru = TRY(LevantWitness::start(TRY(levant_.client_as("ru", "ru:console", {"picture.read"}))));
    // Two minutes and a half to be known, five minutes of warning, half a minute below the minima.
    began_ = levant_.now();
    const UtcMs closest = began_ + 480'000;
    for (SkyCraft& craft : converging_flights(closest)) TRY_VOID(levant_.sky().put(std::move(craft)));
    teller_.happens("–", "RFF9 of ru flies east and REACH9 of us flies north, both at FL330, towards one place");
    for (const std::string_view name : {kOfRu, kOfUs}) {
      teller_.look(name, SkyPoint{35.3, 41.6}, node::StoryThing{"track", std::string(name), {}});
    }
    TRY_VOID(warned(*of_ru));
    TRY_VOID(acknowledged());
    TRY_VOID(stop());
    TRY_VOID(lost());
    TRY_VOID(incident());
    TRY_VOID(what_us_has());
    return both_sides();
  }

 private:
  Status hand_over() {
    const std::string to = fmt::format(R"({{"to":"{}"}})", officer_);
    NodeClient* const before = TRY(levant_.office("us").at("watch"));
    TRY(before->send(net::Method::kPost, "/v1/watch/hand-over", to));
    NodeClient* const after = TRY(levant_.office("us").at(officer_));
    const Answer taken = TRY(after->send(net::Method::kPost, "/v1/watch/take", {}));
    const auto keeper =
        row_of(taken.root(), "keepers", [&](const JsonValue& row) { return text_of(row, "name") == officer_; });
    const auto keepers = taken.root().find("keepers");
    teller_.happens("us", fmt::format("watch hands over to {}, who takes it: no moment without anybody", officer_));
    teller_.check("one officer is on watch, by name", keeper && keepers && keepers->size() == 1);
    return {};
  }

  /// The first line about the conflict of the two that is `good`, of those that were told on the stream of a node. A
  /// line is missed by nobody, however busy the machine is.
  [[nodiscard]] std::optional<std::string> heard(const LevantWitness& node,
                                                 const std::function<bool(const JsonValue&)>& good) const {
    constexpr int kTurns = 450;
    constexpr DurationMs kTurnMs = 100;
    for (int i = 0; i < kTurns && !levant_.stopped(); ++i) {
      auto line = node.await(
          [&](const JsonValue& alert) { return text_of(alert, "kind") == "conflict" && good(alert); }, kTurnMs);
      if (line) return line;
    }
    return {};
  }

  Status warned(const LevantWitness& of_ru) {
    std::string words = "that the two come too near";
    const auto raised = heard(witness_, [&](const JsonValue& alert) {
      const auto finding = alert.find("finding");
      if (!finding) return false;
      id_ = number_of(alert, "id");
      words = fmt::format("in {} s the two are nearer than 5 NM, {} m at the closest",
                          number_of(*finding, "to_violation_ms") / 1'000, number_of(*finding, "closest_m"));
      return true;
    });
    teller_.check(fmt::format("us is warned by its own radar: {}", words), raised.has_value());
    teller_.check("ru is warned of the same, by its own",
                  heard(of_ru, [](const JsonValue&) { return true; }).has_value());
    return {};
  }

  Status acknowledged() {
    NodeClient* const desk = TRY(levant_.office("us").at(officer_));
    TRY(desk->send(net::Method::kPost, fmt::format("/v1/alerts/{}/acknowledge", id_), ""));
    teller_.happens("us", fmt::format("{} acknowledges the alert", officer_));
    const auto named = heard(witness_, [&](const JsonValue& alert) {
      const auto seen = alert.find("acknowledged");
      return seen && text_of(*seen, "by") == officer_ + "@us";
    });
    teller_.check("the alert bears that name, and sounds no more", named.has_value());
    return {};
  }

  /// By what was told on the stream of us: it is over after seconds.
  Status lost() {
    std::int64_t warned_ms = 0;
    bool in_time = false;
    const auto line = heard(witness_, [&](const JsonValue& alert) {
      if (number_of(alert, "id") != id_ || !alert.find("warned_ms")) return false;
      warned_ms = number_of(alert, "warned_ms");
      const auto seen = alert.find("acknowledged");
      in_time = seen && number_of(*seen, "at_ms") < number_of(alert, "violated_ms");
      return true;
    });
    alert_ = line.value_or("{}");
    teller_.happens("–", "separation is lost: the two are nearer than 5 NM");
    teller_.check(fmt::format("us had been warned {} s before, and an officer had seen it", warned_ms / 1'000),
                  line && in_time && warned_ms >= 60'000);
    return {};
  }

  /// The STOP goes to whoever is on watch there, through whatever is frozen.
  Status stop() {
    const std::string thread = "us/stop-1";
    PositionPart crossing;
    crossing.lat_e7 = 353'000'000;
    crossing.lng_e7 = 416'000'000;
    crossing.name = "crossing";
    TemplatePart words = TRY(template_from(
        "105", {"flight=RFF9", "track=REACH9", "position=35.3,41.6", "remaining=100s"}, "en", levant_.now()));
    Letter letter = TRY(letter_in(thread, "us", {"ru"}, {std::move(words), std::move(crossing)}));
    letter.precedence = Precedence::kStop;
    letter.needs = Needs::kRead;
    letter.due = levant_.now() + 600'000;
    stop_ = TRY(say(levant_, "us", officer_, std::move(letter)));
    teller_.happens("us", "sends a STOP to ru");
    teller_.look(thread, std::nullopt, node::StoryThing{"thread", thread, {}});
    const auto message = TRY(await_message(levant_, "ru", thread, stop_));
    teller_.check("it is before every officer on watch at ru, and cannot be filtered out", message.has_value());
    if (!message) return {};
    teller_.reads("ru", first_words(message->parts));
    TRY_VOID(read_message(levant_, "ru", "watch", *message));
    const auto sent = TRY(await_receipt(levant_, "us", thread, stop_, "ru", Receipt::kRead));
    std::string span = "nobody knows how long";
    if (sent) {
      const auto read = std::ranges::find(sent->receipts, Receipt::kRead, &ReceiptRow::kind);
      if (read != sent->receipts.end()) span = elapsed_text(std::max<DurationMs>(0, read->time - message->time));
    }
    teller_.check(fmt::format("an officer of ru has it in hand after {}", span),
                  sent && sent->state == SentState::kDone);
    return {};
  }

  Status incident() {
    OpenIncident act;
    act.alert = fmt::to_string(id_);
    act.incident = IncidentId::trusted(incident_.id);
    act.parties = {AuthorityId::trusted("ru")};
    act.title = "REACH9 and RFF9 below the minima";
    act.window = {began_, levant_.now()};
    TRY(levant_.act("us", officer_, std::move(act)));
    teller_.happens("us", fmt::format("{} opens an incident from the alert", officer_));
    teller_.look(incident_.id, std::nullopt,
                 node::StoryThing{"incident", fmt::format("{}/{}", incident_.opener, incident_.id), {}});
    if (TRY(opening_read(levant_, "ru", incident_))) return {};
    return fail(ErrorCode::kTimeout, "the incident was not read", "ru");
  }

  /// The alert and the two tracks as us has them now, in a file that goes with a message.
  Status what_us_has() {
    JsonOut file;
    file.open_object().key("alert").raw(alert_);
    const Answer tracks = TRY(levant_.get("us", "/v1/tracks"));
    file.key("tracks").raw(tracks.text);
    const std::string bytes = file.close().line();
    tracks_ = log::sha256(bytes);
    NodeClient* const desk = TRY(levant_.office("us").at(officer_));
    TRY_VOID(desk->upload("/v1/attachments/" + tracks_.hex(), bytes));
    const std::string thread = "us/near-miss-1";
    Letter letter = TRY(letter_in(thread, "us", {"ru"},
                                  {words_of("us", "What we had on our screens is attached."),
                                   IncidentPart{incident_.id, AuthorityId::trusted(incident_.opener)}}));
    letter.attachments.push_back({.bytes = static_cast<std::int64_t>(bytes.size()),
                                  .media_type = "application/json",
                                  .name = "tracks.json",
                                  .sha256 = tracks_});
    const core::EntryHash content = TRY(say(levant_, "us", officer_, std::move(letter)));
    teller_.happens("us",
                    fmt::format("sends ru what it had on its screens: {} bytes, named by their hash", bytes.size()));
    const ThreadName name = TRY(thread_from(thread));
    const bool here =
        TRY(levant_.await_at("ru", thread_target(*name.opener, name.thread, "ru"), [&](const JsonValue& d) {
          const auto page = read_thread(d);
          return page && std::ranges::any_of(page->messages, [&](const MessageRow& row) {
                   return row.content == content && row.attachments.size() == 1 &&
                          row.attachments[0].state == AttachmentState::kHere;
                 });
        }));
    teller_.check("ru's node has fetched the file from that of us, and its bytes are those of the hash", here);
    return {};
  }

  Status both_sides() {
    TRY_VOID(state_incident(levant_, "us", officer_, incident_,
                            "REACH9 held FL330 as filed; we warned you before it came to this.",
                            {{HeldKind::kTracks, tracks_, "tracks.json"}, {HeldKind::kMessage, stop_, "our STOP"}}));
    TRY_VOID(state_incident(levant_, "ru", "watch", incident_,
                            "Борт RFF9 следовал по плану. Предупреждение получено поздно.",
                            {{HeldKind::kMessage, stop_, "STOP"}}));
    TRY_VOID(move_incident(levant_, "us", officer_, incident_, IncidentState::kAnswered, "both sides have spoken"));
    TRY_VOID(move_incident(levant_, "ru", "watch", incident_, IncidentState::kDisputed, "время предупреждения"));
    teller_.happens("–", "each side states what it has to say, in its own language; ru disputes the time of warning");
    bool both = true;
    for (const std::string where : {"us", "ru"}) {
      const bool here = TRY(await_incident(levant_, where, incident_, [](const JsonValue& d) {
        const auto us = side_of(d, "us");
        const auto ru = side_of(d, "ru");
        return us && ru && us->statements == 1 && ru->statements == 1 && us->state == "answered" &&
               ru->state == "disputed";
      }));
      both = both && here;
    }
    teller_.check("one record at both, with one statement a side; nobody has changed the other's", both);
    return {};
  }

  static constexpr std::string_view kOfRu = "RFF9";
  static constexpr std::string_view kOfUs = "REACH9";
  const std::string officer_{kWatchOfficer};
  const IncidentName incident_ = near_miss_incident();
  Levant& levant_;
  Teller& teller_;
  const LevantWitness& witness_;
  UtcMs began_;
  std::int64_t id_ = 0;  ///< Of the alert at us.
  std::string alert_;    ///< As it was when separation was lost.
  core::EntryHash stop_;
  log::Hash tracks_;
};

}  // namespace

Status tell_near_miss(Levant& levant, Teller& teller, const LevantWitness& witness) {
  return NearMissStep(levant, teller, witness).tell();
}

}  // namespace tansiq::cli
