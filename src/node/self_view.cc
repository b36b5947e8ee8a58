#include "node/self_view.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "base/invariant.h"
#include "coordination/log_origins.h"
#include "coordination/relation_preview.h"
#include "core/record.h"
#include "core/volume_json.h"
#include "log/jcs.h"
#include "node/api_json.h"
#include "node/catalogue_standing.h"
#include "node/coordination_face.h"
#include "talks/language.h"

namespace tansiq::node {
namespace {

using coordination::Coalition;
using coordination::LogName;
using log::JcsWriter;

/// Documents of a past moment, each as at its own path of the present.
constexpr std::array<std::string_view, 6> kPastDocuments{"control", "flights",  "intents",
                                                         "legs",    "measures", "relations"};

bool allows(const net::Principal& who, std::string_view scope) { return who.has(scope) || who.has("admin"); }

void write_edges(JcsWriter& w, const Coalition& all, const AuthorityId& from, const AuthorityId& to) {
  w.begin_array();
  for (const auto& [edge, standing] : all.relations().edges()) {
    if (edge.from != from || edge.to != to) continue;
    const std::int64_t level = all.relations().level(edge);
    if (level == 0 && standing.agreed == 0) continue;
    w.begin_object().key("agreed").integer(standing.agreed).key("capability").string(core::to_text(edge.capability));
    w.key("domain").string(core::to_text(edge.domain)).key("level").integer(level);
    w.key("text").string(coordination::grade_text(edge.capability, level)).end_object();
  }
  w.end_array();
}

void write_log(JcsWriter& w, const core::Authority& author, std::string_view kind, const std::string& origin,
               const AuthorityId* reader, bool mirror) {
  w.begin_object().key("author").string(author.id.str()).key("keys").begin_array();
  if (const auto keys = coordination::log_keys(author, origin)) {
    for (const log::VerifierKey& key : *keys) w.string(key.text());
  }
  w.end_array().key("kind").string(kind).key("mirror").boolean(mirror).key("origin").string(origin);
  if (reader != nullptr) w.key("reader").string(reader->str());
  w.end_object();
}

/// As log_book.h has them: its own, and mirrors of what peers write for it.
void write_logs(JcsWriter& w, const SelfFacts& facts, const core::Charter& charter, const core::Authority& self,
                const net::Principal& who) {
  w.begin_array();
  if (allows(who, "log.read")) {
    write_log(w, self, "main", facts.log_origin, nullptr, false);
    const auto origins = coordination::Origins::make(charter);
    if (origins && charter.authorities.size() > 1) {
      const bool pairs = may_read_pairs(who);
      write_log(w, self, "members", origins->origin({self.id, LogName::Kind::kMembers, {}}), nullptr, false);
      for (const core::Authority& other : charter.authorities) {
        if (other.id == self.id || !other.peer) continue;
        write_log(w, other, "members", origins->origin({other.id, LogName::Kind::kMembers, {}}), nullptr, true);
        if (!pairs) continue;
        write_log(w, self, "pair", origins->origin({self.id, LogName::Kind::kPair, other.id}), &other.id, false);
        write_log(w, other, "pair", origins->origin({other.id, LogName::Kind::kPair, self.id}), &self.id, true);
      }
    }
  }
  w.end_array();
}

void write_zones(JcsWriter& w, const Coalition& all) {
  w.begin_array();
  for (const core::Zone& zone : all.machine().charter().zones) {
    const bool decides = all.control().sequencer(zone.id) == all.self();
    if (zone.owner != all.self() && !decides) continue;
    w.begin_object().key("decides").boolean(decides).key("domain").string(core::to_text(zone.domain));
    w.key("id").string(zone.id.str()).key("name").string(zone.name).key("owner").string(zone.owner.str()).end_object();
  }
  w.end_array();
}

bool holds(const coordination::ShownVersion& version, const AuthorityId& peer) {
  const std::vector<AuthorityId> outstanding = version.outstanding();
  return std::ranges::find(outstanding, peer) != outstanding.end();
}

void write_report(JcsWriter& w, const surveillance::Report& report) {
  w.begin_object();
  if (report.accuracy_cm) w.key("accuracy_cm").integer(*report.accuracy_cm);
  if (!report.call_sign.empty()) w.key("call_sign").string(report.call_sign.view());
  if (report.course_mdeg) w.key("course_mdeg").integer(*report.course_mdeg);
  w.key("domain").string(surveillance::name_of(report.domain));
  if (report.geometric_cm) w.key("geometric_cm").integer(*report.geometric_cm);
  if (report.position) {
    w.key("position").begin_array().integer(report.position->lat_e7).integer(report.position->lng_e7).end_array();
  }
  if (report.speed_cm_s) w.key("speed_cm_s").integer(*report.speed_cm_s);
  w.key("time_ms").integer(report.time.ms).key("uid").string(report.uid.view()).end_object();
}

void write_tracks(JcsWriter& w, const EyesTracks& tracks) {
  w.begin_object().key("air").boolean(tracks.permit.air).key("more").boolean(tracks.answer.more);
  w.key("reports").begin_array();
  for (const surveillance::Report& report : tracks.answer.reports) write_report(w, report);
  w.end_array().key("sea").boolean(tracks.permit.sea).key("withheld").begin_array();
  for (const std::string& plan : tracks.permit.withheld) w.string(plan);
  w.end_array().end_object();
}

}  // namespace

bool may_read_pairs(const net::Principal& who) { return allows(who, "coordination.read") && allows(who, "talks.read"); }

std::string self_json(const SelfFacts& facts, const Coalition& all, const net::Principal& who, UtcMs now) {
  const core::Charter& charter = all.machine().charter();
  const core::Authority* self = charter.find_authority(all.self());
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("authority").begin_object().key("id").string(all.self().str());
  w.key("name").string(self != nullptr ? self->name : std::string()).end_object();
  w.key("capabilities").begin_object().key("console").boolean(facts.console).key("history").boolean(facts.history);
  w.key("live").boolean(facts.live).key("map").boolean(facts.map).key("officers").boolean(facts.officers);
  w.key("recording").boolean(facts.recording).key("story").boolean(facts.story);
  w.key("supplier").boolean(facts.supplier).end_object();
  w.key("catalogue").raw(catalogue_json(catalogue_standing(charter)));
  w.key("charter").begin_object().key("data_mode").string(core::to_text(charter.data_mode));
  w.key("id").string(charter.id).key("name").string(charter.name).key("version").integer(charter.version).end_object();
  w.key("languages").begin_array();
  for (const talks::Language language : talks::kLanguages) w.string(talks::to_text(language));
  w.end_array().key("logs");
  if (self != nullptr) {
    write_logs(w, facts, charter, *self, who);
  } else {
    w.begin_array().end_array();  // It is no member any more.
  }
  w.key("now_ms").integer(now.ms).key("peers").begin_array();
  for (const core::Authority& other : charter.authorities) {
    if (other.id == all.self()) continue;
    w.begin_object().key("gets");
    write_edges(w, all, other.id, all.self());
    w.key("gives");
    write_edges(w, all, all.self(), other.id);
    w.key("id").string(other.id.str()).key("name").string(other.name).end_object();
  }
  w.end_array().key("session").begin_object().key("scopes").begin_array();
  for (const std::string& scope : who.scopes) w.string(scope);
  w.end_array().key("subject").string(who.subject).end_object();
  w.key("test_mode").boolean(facts.test_mode).key("version").string(facts.program_version).key("zones");
  write_zones(w, all);
  w.end_object();
  return out;
}

Result<Eyes> eyes_of(const Coalition& all, const AuthorityId& peer,
                     const std::optional<coordination::EntryHash>& after) {
  const auto& versions = all.machine().versions();
  const bool known = std::ranges::any_of(
      versions, [&](const core::Charter& charter) { return charter.find_authority(peer) != nullptr; });
  if (!known || peer == all.self()) {
    return fail(ErrorCode::kNotFound, fmt::format("the charter names no peer {}", peer.str()), "peer");
  }
  Eyes out{.peer = peer, .member = all.is_member(peer), .shares = {}, .legs = {}};
  const auto& shown = all.shown().versions();
  for (auto at = after ? shown.upper_bound(*after) : shown.begin(); at != shown.end(); ++at) {
    const auto& [body, version] = *at;
    const bool sees = version.to == peer ? all.shown().may_serve(body, peer) : holds(version, peer);
    if (!sees) continue;
    const coordination::ShareNamed* named = all.shown().named(version.share);
    out.shares.push_back({version, named != nullptr ? named->source : std::string()});
    if (out.shares.size() > kEyesSharesMax) break;
  }
  if (after) return out;
  for (const auto& [id, flight] : all.flights().flights()) {
    for (const coordination::HomeVersion& version : flight.versions) {
      if (version.to == peer && live(version.state)) out.legs.push_back({id, version});
    }
  }
  return out;
}

Result<std::string> eyes_json(const Eyes& eyes, const std::optional<EyesTracks>& tracks, UtcMs at,
                              store::LogReader& bodies) {
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("at_ms").integer(at.ms).key("legs").begin_array();
  for (const Eyes::Leg& leg : eyes.legs) {
    const coordination::HomeVersion& version = leg.version;
    w.begin_object().key("flight").string(leg.flight.str()).key("leg").integer(version.leg);
    w.key("role").string(core::to_text(version.role)).key("state").string(core::to_text(version.state));
    w.key("volumes").begin_array();
    for (const geo::Volume4d& volume : version.volumes) core::write_volume(w, volume);
    w.end_array().key("zone").string(version.zone.str()).end_object();
  }
  w.end_array().key("member").boolean(eyes.member);
  std::string shares;
  JcsWriter s(shares);
  s.begin_array();
  std::optional<coordination::EntryHash> next;
  std::size_t count = 0;
  for (const Eyes::Share& share : eyes.shares) {
    if (count == kEyesSharesMax || shares.size() > kEyesBytesMax) {
      next = eyes.shares[count - 1].version.body;
      break;
    }
    ++count;
    s.begin_object();
    if (const auto bytes = TRY(bodies.body(share.version.body))) {
      const auto content = coordination::open_share(share.version.body, as_text(*bytes));
      if (content) {
        s.key("content");
        core::write_fields(s, *content);
      }
    }
    s.key("source").string(share.source);
    if (share.version.to != eyes.peer) s.key("through").string(share.version.to.str());
    s.key("version");
    core::write_fields(s, share.version);
    s.end_object();
  }
  s.end_array();
  if (next) w.key("next").string(next->hex());
  w.key("peer").string(eyes.peer.str()).key("shares").raw(shares);
  if (tracks) {
    w.key("tracks");
    write_tracks(w, *tracks);
  }
  w.end_object();
  return out;
}

Result<std::string> history_json(const Past& past, const HistoryPage& page, const core::Caller& asker) {
  const Coalition& all = past.state.coalition();
  const core::Machine& machine = all.machine();
  core::IntentFilter filter;
  filter.after_seq = page.after;
  filter.limit = page.limit;
  const std::vector<const core::Intent*> found = TRY(machine.intents(filter));
  std::string out;
  JcsWriter w(out);
  w.begin_object().key("at_ms").integer(past.at.ms).key("charter_version").integer(machine.charter().version);
  w.key("documents").begin_object();
  for (const std::string_view name : kPastDocuments) {
    if (name == "intents") {
      w.key(name).raw(intent_list_json(found, page.limit, machine, asker));
    } else if (page.after > 0) {
      continue;
    } else if (name == "measures") {
      w.key(name).raw(measure_list_json(machine.measures(), 0, kQueryResultsMax, machine));
    } else {
      auto document = coordination_json(name, all);
      EXPECT_INVARIANT(document.has_value());
      w.key(name).raw(*document);
    }
  }
  w.end_object().key("entries").integer(static_cast<std::int64_t>(past.state.next_seq()));
  w.key("last_ms").integer(past.last.ms).end_object();
  return out;
}

}  // namespace tansiq::node
