// Step 4 of levant-2015: the call. Chiefs of staff may talk again by two keys, ministries may not; each side writes
// down what was said, in an entry of its own.
#include <fmt/format.h>

#include "cli/levant_documents.h"
#include "cli/levant_talks.h"
#include "cli/levant_teller.h"
#include "cli/talk_text.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

constexpr core::RelationDomain kTalks = core::RelationDomain::kTalks;

class TheCall {
 public:
  TheCall(Levant& levant, Teller& teller) : levant_(levant), teller_(teller) {}

  Status tell() {
    teller_.chapter(4);
    TRY_VOID(thaw());
    TRY_VOID(ministries());
    TRY_VOID(call());
    return assessments();
  }

 private:
  Status thaw() {
    const core::Edge to_ru = edge("fr", "ru", kTalks, core::Capability::kChiefs);
    const core::Edge to_fr = edge("ru", "fr", kTalks, core::Capability::kChiefs);
    const Answer proposed = TRY(levant_.act(
        "fr", "chief", ProposeRelation{"", {{to_fr, 1}, {to_ru, 1}}, AuthorityId::trusted("ru"), "a call at noon"},
        "deputy"));
    teller_.happens("fr", "proposes that the chiefs of staff may talk again");
    const std::string hash = text_of(proposed.root(), "hash");
    if (!TRY(proposal_read(levant_, "ru", hash))) return fail(ErrorCode::kTimeout, "the proposal was not read", "ru");
    TRY(levant_.act("ru", "chief", AcceptRelation{TRY(EntryHash::from_hex(hash))}, "deputy"));
    teller_.happens("ru", "agrees");
    const bool at_fr = TRY(in_force(levant_, "fr", to_fr, 1));
    const bool at_ru = TRY(in_force(levant_, "ru", to_ru, 1));
    teller_.check("talks between chiefs are open on both sides", at_fr && at_ru);
    return {};
  }

  Status ministries() {
    Letter letter = TRY(letter_in("fr/ministries", "fr", {"ru"}, {words_of("fr", "Monsieur le ministre, …")}));
    letter.echelon = Echelon::kMinistries;
    const auto sent = levant_.act("fr", "chief", SendTalk{std::move(letter)});
    teller_.check("between ministries they stay frozen: a letter of theirs is refused",
                  !sent && sent.error().message.contains("frozen"),
                  sent ? std::string("it was sent") : sent.error().text());
    return {};
  }

  /// One side's record of the call, and the other's agreement to exactly that.
  Result<bool> readout(const std::string& from, const std::string& to, const CallPart& record, std::string_view words) {
    Letter letter = TRY(letter_in(kThread, from, {to}, {record, words_of(from, words)}));
    letter.echelon = Echelon::kChiefs;
    letter.needs = Needs::kAnswer;
    letter.due = levant_.now() + 1'200'000;
    const core::EntryHash content = TRY(say(levant_, from, "chief", std::move(letter)));
    const auto message = TRY(await_message(levant_, to, std::string(kThread), content));
    if (!message) return false;
    teller_.reads(to, first_words(message->parts));
    TRY_VOID(read_message(levant_, to, "chief", *message));
    Reply reply;
    reply.kind = AnswerKind::kAgree;
    reply.agreed = content;
    TRY_VOID(answer_message(levant_, to, "chief", *message, std::move(reply)));
    const auto answer = TRY(await_answer(levant_, from, std::string(kThread), content, to));
    return answer && answer->kind == AnswerKind::kAgree && answer->agreed == content;
  }

  Status call() {
    CallPart record;
    record.begin = levant_.now();
    teller_.happens("–", "the chiefs of staff of fr and ru are on the telephone");
    teller_.look(kThread, std::nullopt, node::StoryThing{"thread", std::string(kThread), {}});
    levant_.wait_until(record.begin + 300'000);
    record.end = levant_.now();
    record.functions = {"chief of the general staff, ru", "chief of the defence staff, fr"};
    record.agreed = {"the carrier group is treated as an ally's", "assessments are exchanged today"};
    const bool of_fr =
        TRY(readout("fr", "ru", record, "Entretien utile : coordination en mer, échange d’évaluations."));
    const bool of_ru = TRY(readout("ru", "fr", record, "Разговор состоялся: взаимодействие на море, обмен оценками."));
    teller_.happens("–", fmt::format("each writes down who spoke, for {}, and what was agreed",
                                     elapsed_text(record.end - record.begin)));
    teller_.check("two readouts, each an entry that its own side has signed; each agreed to by its hash",
                  of_fr && of_ru);
    return {};
  }

  Result<core::EntryHash> assess(const std::string& from, const std::string& to, std::string_view words) {
    AssessmentPart part;
    part.period = {levant_.now() - 86'400'000, levant_.now()};
    part.sections = {AssessmentSection{.releasable = {}, .text = {std::string(words)}, .title = "1"}};
    Letter letter = TRY(letter_in(from + "/assessment-1", from, {to}, {std::move(part)}));
    letter.echelon = Echelon::kChiefs;
    letter.needs = Needs::kRead;
    letter.due = levant_.now() + 1'800'000;
    return say(levant_, from, "chief", std::move(letter));
  }

  /// Whether it was read in time.
  Result<bool> taken(const std::string& from, const std::string& to, const core::EntryHash& content) {
    const std::string thread = from + "/assessment-1";
    const auto message = TRY(await_message(levant_, to, thread, content));
    if (!message) return false;
    TRY_VOID(read_message(levant_, to, "chief", *message));
    const auto sent = TRY(await_receipt(levant_, from, thread, content, to, Receipt::kRead));
    return sent && sent->state == SentState::kDone;
  }

  Status assessments() {
    const core::EntryHash of_fr = TRY(assess("fr", "ru", "Situation en mer : calme."));
    const core::EntryHash of_ru = TRY(assess("ru", "fr", "Обстановка на море спокойная."));
    teller_.happens("–", "both send their assessment of the last day, to be read within half an hour");
    const bool at_ru = TRY(taken("fr", "ru", of_fr));
    const bool at_fr = TRY(taken("ru", "fr", of_ru));
    teller_.check("both are read before they are due", at_ru && at_fr);
    return {};
  }

  static constexpr std::string_view kThread = "fr/call-1";
  Levant& levant_;
  Teller& teller_;
};

}  // namespace

Status tell_call(Levant& levant, Teller& teller) { return TheCall(levant, teller).tell(); }

}  // namespace tansiq::cli
