// Every group of commands adds itself to the tree here; each stands in the file of its name.
#pragma once

#include "cli/command.h"

namespace tansiq::cli {

void add_serve(Command& root);       ///< serve: run a node
void add_setup(Command& root);       ///< init: a real node, step by step
void add_key(Command& root);         ///< key: signing keys
void add_demo(Command& root);        ///< demo: the idea in under a minute
void add_check(Command& root);       ///< check: conflicts in files
void add_feed(Command& root);        ///< feed: the traffic of a file as a real stream
void add_record(Command& root);      ///< record: what an input brings
void add_replay(Command& root);      ///< replay: the picture of a recording
void add_picture(Command& root);     ///< track, alert, source, group, live: the picture of a node
void add_charter(Command& root);     ///< charter: write, lint, sign
void add_zone(Command& root);        ///< zone: what a node decides about
void add_intent(Command& root);      ///< intent: file, follow, end
void add_relation(Command& root);    ///< relation: what authorities grant each other
void add_flight(Command& root);      ///< flight: across zones, the home's side
void add_leg(Command& root);         ///< leg: of others in our zones, the owner's side
void add_leg_answers(Command& leg);  ///< leg asks, hold, confirm, counter, refuse, answers
void add_disclosure(Command& root);  ///< disclosure: what is shown to whom
void add_caveat(Command& root);      ///< caveat: from whom our flights keep away
void add_message(Command& root);     ///< message: what is said with others, its receipts, what is overdue
void add_line(Command& root);        ///< line: whether anybody is there
void add_incident(Command& root);    ///< incident: what each side says of what happened
void add_report(Command& root);      ///< report: what chosen others are told
void add_peer(Command& root);        ///< peer: the nodes of other authorities
void add_clock(Command& root);       ///< clock: the operator's word about it
void add_uss(Command& root);         ///< uss: a supplier of F3548 beside others
void add_measure(Command& root);     ///< measure: restricted volumes
void add_log(Command& root);         ///< log: verify, show, export, prove, audit
void add_evidence(Command& root);    ///< evidence: bundles for outsiders
void add_verify(Command& root);      ///< verify: read such a bundle
void add_events(Command& root);      ///< events: the record as it grows
void add_token(Command& root);       ///< token: bearer tokens
void add_officer(Command& root);     ///< officer: accounts, sessions, the watch
void add_oauth_dev(Command& root);   ///< oauth-dev: a token issuer for laboratories
void add_backup(Command& root);      ///< backup, restore, recovery
void add_bench(Command& root);       ///< bench: measure
void add_completion(Command& root);  ///< completion: for the shell
void add_version(Command& root);     ///< version

/// Adds to `tansiq zone` what moves the right to decide; called by `add_zone`.
void add_zone_control(Command& zone);
/// Adds the catalogue of numbered messages to `tansiq message`.
void add_message_template(Command& message);
/// Adds to `tansiq charter` what concerns several authorities; called by `add_charter`.
void add_charter_coalition(Command& charter);
/// What it agrees on beside authorities and zones.
void add_charter_terms(Command& charter);
/// And what changes a charter in force.
void add_charter_next(Command& charter);

/// The whole tree. `json` and `no_colour` are set by the options that every command takes.
[[nodiscard]] std::unique_ptr<Command> command_tree(bool& json, bool& no_colour);

/// Completion scripts; `shell` is bash, zsh or fish.
[[nodiscard]] std::string completion_script(const Command& root, std::string_view shell);

/// The `tansiq` program: parses, runs, prints errors, returns the exit code. `arguments` without the program's name.
[[nodiscard]] int run_program(const std::vector<std::string>& arguments);

}  // namespace tansiq::cli
