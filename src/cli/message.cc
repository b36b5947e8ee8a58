// `tansiq message`: what is said with other authorities, its receipts, what is overdue.
#include <fmt/format.h>
#include <unistd.h>

#include "cli/acts.h"
#include "cli/commands.h"
#include "cli/context.h"
#include "cli/talk_find.h"
#include "cli/talk_letter.h"
#include "cli/talk_text.h"
#include "cli/wire.h"
#include "log/canonical_json.h"
#include "log/sha256.h"

namespace tansiq::cli {
namespace {

using namespace coordination;

/// The reader's language; free text has others, too.
talks::Language reading(const std::string& language) {
  return talks::parse_language(language).value_or(talks::Language::kEnglish);
}
Reader reader_at(const Context& context, const std::string& language, UtcMs now) {
  return {.language = reading(language), .now = now, .columns = context.terminal.columns()};
}

// Sending
// ------------------------------------------------------------------------------------------------------------------

struct SendArguments {
  ActOptions act;
  LetterOptions letter;
  bool yes = false;
  bool preview = false;
};

Result<Answer> preview(NodeClient& node, const Letter& letter, talks::Language language) {
  std::string body;
  log::JcsWriter out(body);
  out.begin_object().key("language").string(talks::to_text(language)).key("letter");
  core::write_fields(out, letter);
  out.end_object();
  return node.send(net::Method::kPost, "/v1/talks/preview", body);
}

std::string attachment_target(const core::EntryHash& hash) { return "/v1/attachments/" + hash.hex(); }

/// A letter can name only what its node has. What is not sent in the end is dropped there after a day.
Status upload_attachments(NodeClient& node, const std::vector<std::string>& files, const Letter& letter) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string bytes = TRY(read_text(files[i], kAttachmentBytesMax));
    if (log::sha256(bytes) != letter.attachments[i].sha256) {
      return fail(ErrorCode::kConflict, "it has changed while it was read: send it again", files[i]);
    }
    if (const Status sent = node.upload(attachment_target(letter.attachments[i].sha256), bytes); !sent) {
      return std::unexpected(in_file(sent.error(), files[i]));
    }
  }
  return {};
}

Result<int> send(Context& context, SendArguments arguments) {
  const UtcMs now = SystemClock().now();
  if (!arguments.act.command_id) arguments.act.command_id = new_command_id();
  if (arguments.letter.parts.text == "-" && !arguments.yes && !arguments.preview) {
    return fail(ErrorCode::kUnsupported, "with --text - nobody can be asked: add --yes, or --preview");
  }
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  if (!arguments.letter.re.empty()) {
    const FoundMessage found = TRY(find_message(node, arguments.letter.re, Whose::kContent));
    arguments.letter.re = found.hash.hex();
  }
  const Letter letter = TRY(letter_from(arguments.letter, now, *arguments.act.command_id));
  TRY_VOID(upload_attachments(node, arguments.letter.attach, letter));
  const Reader reader = reader_at(context, arguments.letter.parts.language, now);
  const Answer answer = TRY(preview(node, letter, reader.language));
  const ReadBack back = TRY(read_read_back(answer.root()));
  if (context.json && arguments.preview) put(answer.text + "\n");
  context.say(read_back_text(context.terminal, letter, back, reader));
  if (arguments.preview) return back.refused.empty() ? 0 : 1;
  if (!arguments.yes) {
    if (!back.refused.empty()) return fail(ErrorCode::kWrongState, "nothing was sent: " + printable(back.refused));
    const bool sure = TRY(ask_yes(fmt::format("send it to {}?", names_text(letter.recipients))));
    if (!sure) {
      context.say("nothing was sent");
      return 1;
    }
  }
  const std::string done = fmt::format("sent to {} in thread {}", names_text(letter.recipients), letter.thread.str());
  return send_act(context, arguments.act, SendTalk{letter}, done);
}

void add_send(Command& message) {
  auto a = std::make_shared<SendArguments>();
  Command& send_command = message.sub("send", "say something to one or more authorities");
  send_command
      .about(
          "First you see what will be said: to whom, by when it is waited for, where its places lie, and how far from "
          "where we put them before in the thread. Then you are asked. Nothing is sent to anybody unless it is sent to "
          "all.")
      .about(
          "What binds nobody: a message is not consent, and neither is a receipt. A STOP, a danger and a query go "
          "through every freeze.");
  add_letter_options(send_command, a->letter);
  send_command.flag(a->yes, "--yes", "send without asking, for scripts")
      .flag(a->preview, "--preview", "only show what would be said; exit code 1 where it would be refused");
  add_act_options(send_command, a->act);
  send_command
      .example("tansiq message send fr --text 'Where they were seen.' --attach map.png --yes",
               "with a file, which fr's node fetches from ours")
      .example(
          "tansiq message send fr us --query '35.331 40.140 now-2m FL200 track 77' --due 10m --precedence immediate",
          "whose is it?")
      .example(
          "tansiq message send ru --precedence stop --text 'Stop. Our people are there.' --position 'camp 35.33 40.14'",
          "through every freeze")
      .example("tansiq message send fr --template 102 --set flight=M1 --set zone=K4 --set time=now+10m --yes",
               "a numbered message, which fr reads in French")
      .example("tansiq message send ru --text - --language ru --yes", "words from standard input")
      .exits(1, "it was not sent: you said no, or it is refused; nothing was recorded")
      .run([a](Context& context) { return send(context, *a); });
}

// Reading
// ------------------------------------------------------------------------------------------------------------------

struct ReadArguments {
  NodeOptions node;
  bool all = false;
  std::string thread;
  std::string language = "en";
  std::string before;
};

Result<int> list(Context& context, const ReadArguments& arguments) {
  NodeClient node = TRY(NodeClient::open(arguments.node));
  if (context.json) {
    put(TRY(all_threads_json(node)));
    return 0;
  }
  const ThreadList threads = TRY(all_threads(node));
  put(threads_text(context.terminal, threads.threads, threads.now, arguments.all));
  return 0;
}

Result<int> show(Context& context, const ReadArguments& arguments) {
  const ThreadName name = TRY(thread_from(arguments.thread));
  NodeClient node = TRY(NodeClient::open(arguments.node));
  AuthorityId opener = name.opener.value_or(AuthorityId());
  if (!name.opener) {
    const ThreadList threads = TRY(all_threads(node));
    const ThreadRow row = TRY(find_thread(threads.threads, name));
    opener = row.opener;
  }
  std::string target = thread_target(opener, name.thread, talks::to_text(reading(arguments.language)));
  if (!arguments.before.empty()) {
    const UtcMs before = TRY(parse_utc(arguments.before));
    target += fmt::format("&before_ms={}", before.ms);
  }
  const Answer answer = TRY(node.get(target));
  if (context.json) {
    put(answer.text + "\n");
    return 0;
  }
  const ThreadPage page = TRY(read_thread(answer.root()));
  put(thread_text(context.terminal, page, reader_at(context, arguments.language, page.now)));
  return 0;
}

Result<int> overdue(Context& context, const NodeOptions& options) {
  NodeClient node = TRY(NodeClient::open(options));
  const Answer answer = TRY(node.get("/v1/talks/overdue"));
  put(context.json ? answer.text + "\n" : overdue_text(context.terminal, TRY(read_overdue(answer.root()))));
  return 0;
}

struct AttachmentArguments {
  NodeOptions node;
  std::string hash;
  std::string out;
};

Result<int> attachment(Context& context, const AttachmentArguments& arguments) {
  if (arguments.out.empty() && ::isatty(STDOUT_FILENO) == 1) {
    return fail(ErrorCode::kUnsupported, "these are bytes and no text: say where to with --out FILE, or redirect them");
  }
  NodeClient node = TRY(NodeClient::open(arguments.node));
  const FoundMessage found = TRY(find_message(node, arguments.hash, Whose::kAttachment));
  const std::string bytes = TRY(node.text(attachment_target(found.hash)));
  if (log::sha256(bytes) != found.hash) {
    return fail(ErrorCode::kCorrupt, "the node gave other bytes than those of this hash", node.url());
  }
  if (arguments.out.empty()) {
    put(bytes);
    return 0;
  }
  TRY_VOID(write_text(arguments.out, bytes, 0600, /*replace=*/false));
  context.say(
      fmt::format("{} bytes in {}; it is as its sender made it: open it with care", bytes.size(), arguments.out));
  return 0;
}

void add_attachment(Command& message) {
  auto a = std::make_shared<AttachmentArguments>();
  Command& command = message.sub("attachment", "save a file that a message names");
  command
      .about(
          "The node has fetched it from whoever sent the message, and checked it; so does this program. It is never "
          "opened here.")
      .argument(a->hash, "HASH", "the file, by the first digits of its SHA-256, as 'show' prints it")
      .option(a->out, "--out", "FILE", "a new file; else standard output")
      .completes(Completes::kFile)
      .example("tansiq message attachment 555555555555 --out map.png", "from a message that 'show' has shown")
      .exits(66, "no message here names it, or its bytes are not here");
  add_node_options(command, a->node);
  command.run([a](Context& context) { return attachment(context, *a); });
}

void add_reading(Command& message) {
  auto l = std::make_shared<ReadArguments>();
  Command& list_command = message.sub("list", "threads, what needs attention first");
  list_command.about("What is overdue, then what nobody here has read, then what is awaited from others.")
      .flag(l->all, "--all", "also threads in which nothing waits")
      .example("tansiq message list", "what waits, here and there");
  add_node_options(list_command, l->node);
  list_command.run([l](Context& context) { return list(context, *l); });

  auto s = std::make_shared<ReadArguments>();
  Command& show_command = message.sub("show", "everything that was said in a thread, and how it stands");
  show_command
      .about(
          "Who said what when, what came back, what is awaited and since when. Showing is not reading: 'tansiq message "
          "read' tells the sender that an officer has read it.")
      .argument(s->thread, "THREAD", "OPENER/THREAD, or THREAD where one alone has that name")
      .option(s->language, "--language", "LANGUAGE", "in which numbered messages are read")
      .choices({"ar", "en", "fr", "ru"})
      .option(s->before, "--before", "TIME", "what was said before, as 2026-11-22T10:00:00Z")
      .example("tansiq message show ru/whose-1", "a thread that ru has opened")
      .example("tansiq message show whose-1 --language fr", "the same, in French");
  add_node_options(show_command, s->node);
  show_command.run([s](Context& context) { return show(context, *s); });

  auto o = std::make_shared<NodeOptions>();
  Command& overdue_command = message.sub("overdue", "what others owe us, and what we owe them");
  overdue_command
      .about(
          "Of each receipt that is overdue: since when, how far it has come, when its node was last heard, whether "
          "anybody is on watch there.")
      .example("tansiq message overdue", "what has to be followed up");
  add_node_options(overdue_command, *o);
  overdue_command.run([o](Context& context) { return overdue(context, *o); });
}

// Receipts
// ------------------------------------------------------------------------------------------------------------------

struct ReceiptArguments {
  ActOptions act;
  std::string hash;
  std::string text;
};

std::string which(const FoundMessage& found) {
  if (found.thread.empty()) return short_hash(found.hash);
  return fmt::format("{} of {} in {}", short_hash(found.hash), found.from.str(), found.thread);
}

template <class Make>
Result<int> receipt(Context& context, const ReceiptArguments& arguments, Whose whose, std::string_view done,
                    Make&& make) {
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const FoundMessage found = TRY(find_message(node, arguments.hash, whose));
  return send_act(context, arguments.act, std::forward<Make>(make)(found.hash),
                  fmt::format("{} {}", done, which(found)));
}

template <class Make>
void add_receipt(Command& message, std::string name, std::string summary, std::string about, bool words, Whose whose,
                 std::string done, std::string example, Make make) {
  auto a = std::make_shared<ReceiptArguments>();
  Command& command = message.sub(std::move(name), std::move(summary));
  command.about(std::move(about))
      .argument(a->hash, "HASH", "the message, by the first digits of its hash, as 'show' and 'overdue' print it");
  if (words) command.option(a->text, "--text", "WORDS", "what you say about it");
  add_act_options(command, a->act);
  command.example(std::move(example), "by an officer, in person")
      .exits(1, "it cannot be said of that message now; nothing was recorded")
      .run([a, whose, done = std::move(done), make](Context& context) {
        return receipt(context, *a, whose, done, [&](const EntryHash& hash) { return make(hash, a->text); });
      });
}

struct AnswerArguments {
  ActOptions act;
  PartOptions parts;
  std::string hash;
  std::string kind = "answer";
  std::string finding;
  std::string source;
  std::string agreed;
};

Result<int> answer(Context& context, const AnswerArguments& arguments) {
  Reply reply;
  reply.kind = TRY(core::parse_enum<AnswerKind>(arguments.kind));
  if (!arguments.finding.empty()) reply.finding = TRY(core::parse_enum<Finding>(arguments.finding));
  if (!arguments.source.empty()) reply.source = TRY(AuthorityId::parse(arguments.source));
  if (reply.finding && reply.kind != AnswerKind::kAnswer) {
    return fail(ErrorCode::kUnsupported, "--finding answers a query: leave --kind out");
  }
  if (reply.source && !reply.finding) {
    return fail(ErrorCode::kUnsupported, "--source says whose word a --finding is");
  }
  reply.parts = TRY(parts_from(arguments.parts, SystemClock().now()));
  NodeClient node = TRY(NodeClient::open(arguments.act.node));
  const FoundMessage found = TRY(find_message(node, arguments.hash, Whose::kOthers));
  if (!arguments.agreed.empty()) {
    reply.agreed = TRY(EntryHash::from_hex(arguments.agreed));
  } else if (reply.kind == AnswerKind::kAgree) {
    // What is agreed to is what stands here, by its content: nothing else can be meant.
    if (!found.content) return fail(ErrorCode::kNotFound, "no thread here has that message; see 'tansiq message list'");
    reply.agreed = found.content;
  }
  return send_act(context, arguments.act, AnswerTalk{found.hash, reply}, fmt::format("answered {}", which(found)));
}

void add_answer(Command& message) {
  auto a = std::make_shared<AnswerArguments>();
  Command& command = message.sub("answer", "answer a message of another authority");
  command
      .about(
          "To a query: whose it is. --kind agree agrees to exactly what that message says, by the hash of its content, "
          "as to the record of a call or a plan; dispute says that it is not so. Neither is taken for the other, and a "
          "plain answer for neither.")
      .argument(a->hash, "HASH", "the message, by the first digits of its hash, as 'show' and 'overdue' print it")
      .option(a->kind, "--kind", "WORD", "what the answer is")
      .choices({"answer", "agree", "dispute"})
      .option(a->finding, "--finding", "WORD", "to a query: whose it is")
      .choices({"mine", "not_mine", "declined", "unknown"})
      .option(a->source, "--source", "AUTHORITY", "whose word the finding is, where a gateway has asked on")
      .option(a->agreed, "--agreed", "HASH", "an attachment that is agreed to, instead of the message");
  add_part_options(command, a->parts);
  add_act_options(command, a->act);
  command.example("tansiq message answer 5d41aa90b1c2 --finding not_mine", "to 'whose is it?'")
      .example("tansiq message answer 5d41aa90b1c2 --kind dispute --text 'We agreed to 10:30.'",
               "a call, as they tell it")
      .exits(1, "it cannot be answered so; nothing was recorded")
      .run([a](Context& context) { return answer(context, *a); });
}

}  // namespace

void add_message(Command& root) {
  Command& message = root.sub("message", "what is said with other authorities, and its receipts");
  message.about(
      "Nothing is lost, nothing is taken for consent, each side reads in its own language, and what was said can be "
      "proved to an outsider. Each receipt is asked for and waited for; one that is overdue raises an alarm until an "
      "officer acknowledges it.");
  add_send(message);
  add_reading(message);
  add_attachment(message);
  add_receipt(message, "read", "tell the sender that an officer has read it",
              "The machine has said already that it was received. Reading is not agreeing.", false, Whose::kOthers,
              "read", "tansiq message read 5d41aa90b1c2",
              [](const EntryHash& hash, const std::string& /*no word*/) { return ReadTalk{hash}; });
  add_receipt(message, "standby", "tell the sender that an answer will take longer",
              "Once: it moves the moment at which the answer is overdue.", true, Whose::kOthers, "standby for",
              "tansiq message standby 5d41aa90b1c2 --text 'asking the sector'",
              [](const EntryHash& hash, const std::string& text) { return StandbyTalk{hash, text}; });
  add_answer(message);
  add_receipt(message, "refuse", "tell the sender that there will be no answer", "Its sender no longer waits.", true,
              Whose::kOthers, "refused", "tansiq message refuse 5d41aa90b1c2 --text 'not by this channel'",
              [](const EntryHash& hash, const std::string& text) { return RefuseTalk{hash, text}; });
  add_receipt(message, "acknowledge", "take the alarm of a message of ours that is overdue",
              "The alarm is repeated for the next in the list of escalation until somebody takes it. It stays on "
              "record that it "
              "was overdue.",
              true, Whose::kOurs, "took the alarm of",
              "tansiq message acknowledge 5d41aa90b1c2 --text 'called by telephone'",
              [](const EntryHash& hash, const std::string& text) { return AcknowledgeOverdue{hash, text}; });
  add_message_template(message);
}

}  // namespace tansiq::cli
