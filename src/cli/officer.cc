// `tansiq officer`: accounts in the data folder of a node that does not run, and what officers do at one that does.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>

#include "cli/commands.h"
#include "cli/context.h"
#include "cli/node_client.h"
#include "cli/password_prompt.h"
#include "cli/wire.h"
#include "coordination/entry.h"
#include "log/jcs.h"
#include "node/officer_book.h"
#include "node/officer_evidence.h"
#include "store/files.h"
#include "store/schema.h"
#include "store/sqlite_reader.h"

namespace tansiq::cli {
namespace {

struct FolderArguments {
  std::string data;
  std::string name;
  std::string role = "officer";
  bool provisional = false;
};

/// The accounts of a node that does not run, and will not while this lives.
struct StoppedNode {
  std::unique_ptr<store::FileLock> lock;
  std::unique_ptr<node::OfficerBook> book;
};

Result<StoppedNode> stopped_node(const FolderArguments& arguments) {
  const std::filesystem::path folder = data_folder(arguments.data);
  if (!std::filesystem::is_directory(folder)) {
    return fail(ErrorCode::kNotFound, "there is no such data folder; 'tansiq init' makes one", folder.string());
  }
  auto lock = store::system_files().lock((folder / store::kLockName).string());
  if (!lock) {
    Error error = std::move(lock.error());
    if (error.code == ErrorCode::kUnavailable) {
      error.message += ", or let a supervisor do it over /v1/officers";
    }
    return std::unexpected(std::move(error));
  }
  StoppedNode out;
  out.lock = std::move(*lock);
  out.book = TRY(node::OfficerBook::open(folder));
  return out;
}

Result<int> done(const Context& context, const std::string& name, std::string_view what) {
  if (context.json) {
    put(JsonOut().open_object().member("name", name).member("done", std::string(what)).close().line());
  } else {
    put(fmt::format("{} {}\n", printable(name), what));
  }
  return 0;
}

Result<int> add(Context& context, const FolderArguments& arguments) {
  TRY_VOID(node::check_officer_name(arguments.name));
  const node::OfficerRole role = TRY(node::parse_officer_role(arguments.role));
  const StoppedNode stopped = TRY(stopped_node(arguments));
  if (stopped.book->find(arguments.name)) return fail(ErrorCode::kConflict, "there is an officer of that name already");
  const std::string password = TRY(ask_new_password(fmt::format("password of {}: ", arguments.name)));
  TRY_VOID(node::check_password_rule(password, arguments.name));
  const node::OfficerSecret secret = TRY(node::make_secret(password, {}));
  TRY_VOID(stopped.book->add(arguments.name, role, secret, node::Provisional(arguments.provisional)));
  return done(context, arguments.name, "added");
}

Result<int> set_password(Context& context, const FolderArguments& arguments) {
  const StoppedNode stopped = TRY(stopped_node(arguments));
  const auto account = stopped.book->find(arguments.name);
  if (!account) return fail(ErrorCode::kNotFound, "there is no officer of that name");
  const std::string password = TRY(ask_new_password(fmt::format("new password of {}: ", arguments.name)));
  TRY_VOID(node::check_password_rule(password, arguments.name));
  // Without the old password the personal key cannot be opened: it is replaced.
  const node::OfficerSecret secret = TRY(node::make_secret(password, {}));
  TRY_VOID(stopped.book->set_secret(arguments.name, account->epoch, secret, node::Provisional(arguments.provisional)));
  return done(context, arguments.name, "has a new password, and a new personal key");
}

Result<int> list(Context& context, const FolderArguments& arguments) {
  const auto book = TRY(node::OfficerBook::open(data_folder(arguments.data)));
  const std::vector<node::OfficerAccount> accounts = book->accounts();
  const std::vector<node::WatchKeeper> watch = book->watch();
  const auto on_watch = [&](const std::string& name) {
    return std::ranges::find(watch, name, &node::WatchKeeper::name) != watch.end();
  };
  Table table({"NAME", "ROLE", "STANDING", "KEY"});
  std::string json;
  log::JcsWriter w(json);
  w.begin_object().key("officers").begin_array();
  for (const node::OfficerAccount& account : accounts) {
    const std::string key = to_hex(account.secret.public_key);
    const std::string standing = account.disabled         ? "disabled"
                                 : account.provisional    ? "to choose a password"
                                 : on_watch(account.name) ? "on watch"
                                                          : "";
    table.row({account.name, std::string(to_text(account.role)), standing, key});
    w.begin_object().key("disabled").boolean(account.disabled).key("name").string(account.name);
    w.key("on_watch").boolean(on_watch(account.name)).key("provisional").boolean(account.provisional);
    w.key("public_key").string(key).key("role").string(to_text(account.role)).end_object();
  }
  w.end_array().end_object();
  if (context.json) {
    put(json + "\n");
  } else if (accounts.empty()) {
    context.say("there are no officers; 'tansiq officer add' makes one");
  } else {
    put(table.text(context.terminal));
  }
  return 0;
}

// --- at a running node -----------------------------------------------------------------------------------------------

struct NodeArguments {
  NodeOptions node;
  std::string name;
  std::string action;
  std::optional<std::string> to;
  std::string text;
  std::string role;
  std::int64_t minutes = 5;
};

Result<int> shown(const Context& context, const Answer& answer, std::string_view said) {
  put(context.json ? answer.text + "\n" : std::string(said) + "\n");
  return 0;
}

Result<int> login(Context& context, const NodeArguments& arguments) {
  NodeOptions options = arguments.node;
  options.token = "none";  // The password is what counts: nobody is to be advised to bring a token.
  NodeClient client = TRY(NodeClient::open(options));
  const std::string password = TRY(ask_password(fmt::format("password of {}: ", printable(arguments.name))));
  const std::string body = JsonOut()
                               .open_object()
                               .member("bearer", true)
                               .member("name", arguments.name)
                               .member("password", password)
                               .close()
                               .line();
  const Answer answer = TRY(client.send(net::Method::kPost, "/v1/session", body));
  return shown(context, answer, text_of(answer.root(), "token"));
}

Result<int> unlock(Context& context, const NodeArguments& arguments) {
  NodeClient client = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(
      client.send(net::Method::kPatch, "/v1/officers/" + net::percent_encode(arguments.name), R"({"unlock":true})"));
  return shown(context, answer, fmt::format("{} need not wait", printable(arguments.name)));
}

Result<int> link(Context& context, const NodeArguments& arguments) {
  NodeClient client = TRY(NodeClient::open(arguments.node));
  JsonOut body;
  body.open_object().member("minutes", arguments.minutes);
  if (!arguments.name.empty()) body.member("name", arguments.name);
  if (!arguments.role.empty()) body.member("role", arguments.role);
  const Answer answer = TRY(client.send(net::Method::kPost, "/v1/session/link", body.close().line()));
  // The secret stands behind the #, which browsers send to nobody.
  return shown(context, answer, fmt::format("{}/#/link/{}", client.url(), printable(text_of(answer.root(), "secret"))));
}

Result<int> pending(Context& context, const NodeArguments& arguments) {
  NodeClient client = TRY(NodeClient::open(arguments.node));
  const Answer answer = TRY(client.get("/v1/acts/pending"));
  if (context.json) return shown(context, answer, "");
  const JsonValue acts = TRY(answer.root().at("acts"));
  Table table({"ID", "STATE", "ASKED BY", "ACT", "SECOND"});
  for (std::size_t i = 0; i < acts.size(); ++i) {
    const auto request = acts[i].find("request");
    table.row({text_of(acts[i], "id"), text_of(acts[i], "state"), printable(text_of(acts[i], "by")),
               request ? printable(text_of(*request, "kind")) : "", printable(text_of(acts[i], "second"))});
  }
  if (table.empty()) {
    context.say("nothing waits for a second officer");
  } else {
    put(table.text(context.terminal));
  }
  return 0;
}

Result<int> confirm(Context& context, const NodeArguments& arguments) {
  NodeClient client = TRY(NodeClient::open(arguments.node));
  const std::string at = "/v1/acts/pending/" + net::percent_encode(arguments.name);
  const Answer act = TRY(client.get(at));
  if (!context.json) {
    const auto request = act.root().find("request");
    context.say(fmt::format("{} asks for {}", printable(text_of(act.root(), "by")),
                            request ? printable(text_of(*request, "kind")) : "an act"));
  }
  const Answer answer = TRY(client.send(net::Method::kPost, at + "/confirm", {}));
  const bool entry = answer.root().find("seq").has_value();
  return shown(context, answer, entry ? fmt::format("done (entry {})", number_of(answer.root(), "seq")) : "done");
}

Result<int> refuse(Context& context, const NodeArguments& arguments) {
  NodeClient client = TRY(NodeClient::open(arguments.node));
  const std::string body = JsonOut().open_object().member("text", arguments.text).close().line();
  const Answer answer = TRY(client.send(
      net::Method::kPost, fmt::format("/v1/acts/pending/{}/refuse", net::percent_encode(arguments.name)), body));
  return shown(context, answer, "refused");
}

Result<int> watch(Context& context, const NodeArguments& arguments) {
  NodeClient client = TRY(NodeClient::open(arguments.node));
  if (arguments.to.has_value() != (arguments.action == "hand-over")) {
    return fail(ErrorCode::kUnsupported, "a name is given with hand-over, and with it alone");
  }
  const std::string body =
      arguments.to ? JsonOut().open_object().member("to", *arguments.to).close().line() : std::string();
  const Answer answer = arguments.action == "show"
                            ? TRY(client.get("/v1/watch"))
                            : TRY(client.send(net::Method::kPost, "/v1/watch/" + arguments.action, body));
  std::string said;
  const JsonValue keepers = TRY(answer.root().at("keepers"));
  for (std::size_t i = 0; i < keepers.size(); ++i) {
    const std::string offered = text_of(keepers[i], "offered");
    said += fmt::format("{}{}{}", i == 0 ? "" : "\n", printable(text_of(keepers[i], "name")),
                        offered.empty() ? "" : " hands over to " + printable(offered));
  }
  return shown(context, answer, said.empty() ? "unattended: nobody is on watch" : said);
}

// --- what was signed -------------------------------------------------------------------------------------------------

struct ActsArguments {
  std::string data;
  bool verify = false;
};

/// Whether entries are what the acts say that they led to.
class EntryCheck {
 public:
  static Result<EntryCheck> open(const std::filesystem::path& folder) {
    EntryCheck out;
    out.reader_ = TRY(store::SqliteReader::open(folder.string(), store::system_files()));
    return out;
  }
  Status check(const node::OfficerActLine& line) {
    std::optional<log::Hash> found;
    TRY_VOID(reader_->sequence(line.seq, line.seq + 1, [&](const store::StoredEntry& entry) -> Status {
      found = coordination::hash_of(as_text(entry.bytes));
      return {};
    }));
    const std::string where = fmt::format("line {}", line.number);
    if (!found) return fail(ErrorCode::kCorrupt, fmt::format("the record has no entry {}", line.seq), where);
    if (line.hash && *line.hash != *found) {
      return fail(ErrorCode::kCorrupt, fmt::format("entry {} of the record is another than was signed for", line.seq),
                  where);
    }
    return {};
  }

 private:
  std::unique_ptr<store::SqliteReader> reader_;
};

Result<int> acts(Context& context, const ActsArguments& arguments) {
  const std::filesystem::path folder = data_folder(arguments.data);
  std::optional<EntryCheck> record;
  std::error_code ignored;
  if (arguments.verify && std::filesystem::exists(folder / "log.db", ignored)) {
    record = TRY(EntryCheck::open(folder));
  }
  Table table({"LINE", "TIME", "BY", "SECOND", "ACT", "ENTRY"});
  std::map<std::string, std::size_t> rows;  // By the hash of an act's line.
  std::vector<std::array<std::string, 6>> shown_acts;
  std::uint64_t tied = 0;
  const auto visit = [&](const node::OfficerActLine& line) -> Status {
    if (context.json) put(std::string(line.text) + "\n");
    if (line.act) {
      ++tied;
      if (const auto row = rows.find(line.act->hex()); row != rows.end()) {
        shown_acts[row->second].back() = fmt::to_string(line.seq);
      }
      return record ? record->check(line) : Status{};
    }
    rows.emplace(line.line.hex(), shown_acts.size());
    shown_acts.push_back({fmt::to_string(line.number), format_utc(line.at), printable(line.by), printable(line.second),
                          printable(line.kind), ""});
    return {};
  };
  const std::uint64_t lines = TRY(node::read_officer_acts(folder, visit));
  if (context.json) return 0;
  if (arguments.verify) {
    put(fmt::format("good: {}, {} tied to an entry{}\n", count_text(shown_acts.size(), "act", "acts"), tied,
                    record ? "" : "; there is no record to compare with"));
    return 0;
  }
  for (auto& row : shown_acts) table.row({row[0], row[1], row[2], row[3], row[4], row[5]});
  if (lines == 0) {
    context.say("no officer has signed anything here");
  } else {
    put(table.text(context.terminal));
  }
  return 0;
}

void add_acts_command(Command& officer) {
  auto arguments = std::make_shared<ActsArguments>();
  officer.sub("acts", "what officers have signed")
      .about(
          "Every binding act of a person stands in a chain of its own beside the record, signed with the key that his "
          "password opens, and tied to the entry that it led to. Each line is checked as it is read; the node may run. "
          "That the newest lines were cut off shows against the record alone.")
      .option(arguments->data, "--data", "DIR", "the node's data folder; else TANSIQ_DATA, else ./tansiq-data")
      .completes(Completes::kDirectory)
      .flag(arguments->verify, "--verify", "say whether the chain is whole, and its entries are those of the record")
      .example("tansiq officer acts --verify --data /var/lib/tansiq", "signatures, order, entries")
      .example("tansiq officer acts --json", "the lines as they stand, for a check of one's own")
      .exits(76, "a line is not what was signed, or its place, or its entry")
      .run([arguments](Context& context) { return acts(context, *arguments); });
}

void add_folder_commands(Command& officer) {
  const auto command = [&](const char* name,
                           const char* summary) -> std::pair<Command*, std::shared_ptr<FolderArguments>> {
    auto arguments = std::make_shared<FolderArguments>();
    Command& sub = officer.sub(name, summary);
    sub.option(arguments->data, "--data", "DIR", "the node's data folder; else TANSIQ_DATA, else ./tansiq-data")
        .completes(Completes::kDirectory);
    return {&sub, arguments};
  };
  const auto change = [&](const char* name, const char* summary, const char* what, const char* example,
                          std::function<Status(node::OfficerBook&, const FolderArguments&)> work) {
    auto [sub, arguments] = command(name, summary);
    sub->argument(arguments->name, "NAME", "of the account")
        .about("On the data folder of a node that does not run.")
        .example(example, "at the machine of the node")
        .exits(1, "it would leave no supervisor")
        .run([arguments, what, work = std::move(work)](Context& context) -> Result<int> {
          const StoppedNode stopped = TRY(stopped_node(*arguments));
          TRY_VOID(work(*stopped.book, *arguments));
          return done(context, arguments->name, what);
        });
    return sub;
  };
  {
    auto [sub, arguments] = command("add", "make an account");
    sub->argument(arguments->name, "NAME", "of a person or a function: small letters, digits, . _ -")
        .about(
            "On the data folder of a node that does not run: the first accounts are made before it starts. The "
            "password "
            "is typed, or is the first line of standard input. With it comes a personal signing key, encrypted under "
            "it.")
        .option(arguments->role, "--role", "ROLE", "what it may do")
        .choices({"observer", "officer", "supervisor"})
        .flag(arguments->provisional, "--provisional", "the officer must choose another password first")
        .example("tansiq officer add chief --role supervisor --data /var/lib/tansiq", "who then makes the others")
        .exits(1, "there is an officer of that name")
        .run([arguments](Context& context) { return add(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("password", "set a password");
    sub->argument(arguments->name, "NAME", "of the account")
        .about(
            "For who has forgotten it. The old personal key cannot be opened any more, so there is a new one; what the "
            "old one has signed stays signed.")
        .flag(arguments->provisional, "--provisional", "the officer must choose another password first")
        .example("tansiq officer password duty --provisional", "at the machine of the node")
        .run([arguments](Context& context) { return set_password(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("list", "the accounts in a data folder");
    sub->about("Also while the node runs.")
        .example("tansiq officer list --data /var/lib/tansiq", "with the public halves of their keys")
        .run([arguments](Context& context) { return list(context, *arguments); });
  }
  change("disable", "let an account do nothing any more", "disabled", "tansiq officer disable duty",
         [](node::OfficerBook& book, const FolderArguments& a) { return book.change(a.name, {}, true); });
  change("enable", "let a disabled account act again", "enabled", "tansiq officer enable duty",
         [](node::OfficerBook& book, const FolderArguments& a) { return book.change(a.name, {}, false); });
  change("remove", "remove an account", "removed", "tansiq officer remove duty",
         [](node::OfficerBook& book, const FolderArguments& a) { return book.remove(a.name); });
}

void add_node_commands(Command& officer) {
  const auto command = [&](const char* name,
                           const char* summary) -> std::pair<Command*, std::shared_ptr<NodeArguments>> {
    auto arguments = std::make_shared<NodeArguments>();
    Command& sub = officer.sub(name, summary);
    add_node_options(sub, arguments->node);
    return {&sub, arguments};
  };
  {
    auto [sub, arguments] = command("login", "sign in at a running node");
    sub->argument(arguments->name, "NAME", "of the account")
        .about(
            "Prints the session as a bearer token, for TANSIQ_TOKEN=$(…): it ends after 12 hours, and after 30 minutes "
            "without use.")
        .example("export TANSIQ_TOKEN=$(tansiq officer login duty)", "for the commands that follow")
        .exits(75, "too many wrong passwords: wait, or have a supervisor unlock it")
        .run([arguments](Context& context) { return login(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("unlock", "let somebody sign in who has to wait");
    sub->argument(arguments->name, "NAME", "of the account")
        .about("By a supervisor who has signed in: forgets the wrong passwords of an account, and of all addresses.")
        .example("tansiq officer unlock duty", "after a call")
        .run([arguments](Context& context) { return unlock(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("link", "a link that signs in once");
    sub->argument(arguments->name, "NAME", "whose session it opens: your own account, or, by a supervisor, another's")
        .about(
            "Prints the address of the console with a secret behind the #. It is good once, and for minutes: for a "
            "second screen. It allows no more than the session that makes it, and ends no later; to another's account "
            "it allows to see, and no more.")
        .option(arguments->role, "--role", "ROLE", "at most")
        .choices({"observer", "officer", "supervisor"})
        .option(arguments->minutes, "--minutes", "N", "how long it can be used", 1, 10)
        .example("tansiq officer link duty --role observer", "for the screen on the wall")
        .exits(77, "it would allow more than you may")
        .run([arguments](Context& context) { return link(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("pending", "acts that wait for a second officer");
    sub->about("And those that have come to an end in the last ten minutes.")
        .example("tansiq officer pending", "what is there to confirm")
        .run([arguments](Context& context) { return pending(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("confirm", "be the second officer of an act");
    sub->argument(arguments->name, "ID", "as 'pending' shows it")
        .about("Under the session of another officer than who asked. --json of 'pending' shows all that was asked.")
        .example("tansiq officer confirm 5d41402abc4b2a76b9719d911017c592", "the act is done, and signed by the node")
        .exits(1, "it waits no more")
        .run([arguments](Context& context) { return confirm(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("refuse", "refuse an act, or take it back");
    sub->argument(arguments->name, "ID", "as 'pending' shows it")
        .about(
            "Whoever asked for it takes it back so; anybody else who may confirm it refuses it. It then waits no more.")
        .option(arguments->text, "--text", "TEXT", "why")
        .example("tansiq officer refuse 5d41402abc4b2a76b9719d911017c592 --text 'not today'", "it is not done")
        .exits(1, "it waits no more")
        .run([arguments](Context& context) { return refuse(context, *arguments); });
  }
  {
    auto [sub, arguments] = command("watch", "who is on watch");
    sub->argument(arguments->action, "ACTION", "what to do")
        .choices({"show", "take", "hand-over", "leave"})
        .argument(arguments->to, "TO", "with hand-over: to whom, who then takes it")
        .about("Nobody on watch is an alarm here, and shown to peers as unattended.")
        .example("tansiq officer watch take", "from now on")
        .example("tansiq officer watch hand-over night", "until night has taken it you stay")
        .exits(1, "you are not on watch")
        .run([arguments](Context& context) { return watch(context, *arguments); });
  }
}

}  // namespace

void add_officer(Command& root) {
  Command& officer = root.sub("officer", "accounts, sessions, the watch, and acts that take two");
  officer.about(
      "Officers act in person: under a password, for a limited time, each act in the record under NAME@AUTHORITY. What "
      "widens or binds the authority takes two of them. Tokens ('tansiq token') are for programs.");
  add_folder_commands(officer);
  add_acts_command(officer);
  add_node_commands(officer);
}

}  // namespace tansiq::cli
