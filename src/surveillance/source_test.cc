// What a source may be, and that it is written down as it is.
#include "surveillance/source.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "base/random.h"

namespace tansiq::surveillance {
namespace {

using ::testing::HasSubstr;

std::string refusal(const Result<Transport>& read) { return read ? "(accepted)" : read.error().text(); }

TEST(SourceTransport, ReadsEveryKind) {
  const Transport group = parse_transport("udp://239.1.1.1:8600?interface=eth1").value();
  EXPECT_EQ(group.kind, TransportKind::kUdp);
  EXPECT_EQ(group.host, "239.1.1.1");
  EXPECT_EQ(group.port, 8'600);
  EXPECT_EQ(group.interface, "eth1");
  EXPECT_TRUE(group.multicast());
  EXPECT_TRUE(parse_transport("udp://[ff02::1]:1").value().multicast());
  const Transport client = parse_transport("tcp://receiver.example:30005").value();
  EXPECT_EQ(client.kind, TransportKind::kTcp);
  EXPECT_EQ(client.host, "receiver.example");
  EXPECT_FALSE(client.multicast());
  const Transport server = parse_transport("tcp-listen://[::1]:0").value();
  EXPECT_EQ(server.kind, TransportKind::kTcpListen);
  EXPECT_EQ(server.host, "::1");
  EXPECT_EQ(parse_transport("file:/tmp/a b?c#d").value().path, "/tmp/a b?c#d") << "a path is a path";
}

TEST(SourceTransport, ListensOnLoopbackUnlessToldOtherwise) {
  EXPECT_EQ(parse_transport("udp://:10110").value().host, "127.0.0.1");
  EXPECT_EQ(parse_transport("tcp-listen://:30003").value().host, "127.0.0.1");
  EXPECT_EQ(parse_transport("udp://0.0.0.0:10110").value().host, "0.0.0.0");
  EXPECT_THAT(refusal(parse_transport("tcp://:30003")), HasSubstr("names no host to connect to"));
}

TEST(SourceTransport, SaysWhatWouldBeRight) {
  for (const char* url : {"", "udp", "udp:/x", "http://a:1", "udp//1.2.3.4:5"}) {
    EXPECT_THAT(refusal(parse_transport(url)), HasSubstr("write udp://HOST:PORT, tcp://HOST:PORT")) << url;
  }
  EXPECT_THAT(refusal(parse_transport("file:")), HasSubstr("names no file"));
  EXPECT_THAT(refusal(parse_transport("udp://1.2.3.4")), HasSubstr("is not HOST:PORT"));
  EXPECT_THAT(refusal(parse_transport("tcp://::1:80")), HasSubstr("an IPv6 address stands in brackets"));
  EXPECT_THAT(refusal(parse_transport("tcp://[::1]")), HasSubstr("is not [ADDRESS]:PORT"));
  for (const char* port : {"", "x", "-1", "65536", "80 ", "80/"}) {
    EXPECT_THAT(refusal(parse_transport(std::string("udp://1.2.3.4:") + port)), HasSubstr("is not a port, 0 to 65535"));
  }
  EXPECT_THAT(refusal(parse_transport("tcp://1.2.3.4:0")), HasSubstr("port 0 is no port to connect to"));
  EXPECT_THAT(refusal(parse_transport("udp://239.1.1.1:0")), HasSubstr("none of a group"));
  EXPECT_THAT(refusal(parse_transport("udp://localhost:80")), HasSubstr("is not an address, as 127.0.0.1"));
  EXPECT_THAT(refusal(parse_transport("tcp://a_b:80")), HasSubstr("is not an address or a host's name"));
  EXPECT_THAT(refusal(parse_transport("tcp://239.1.1.1:80")), HasSubstr("is a multicast group: only udp://"));
  EXPECT_THAT(refusal(parse_transport("udp://1.2.3.4:80?interface=lo")),
              HasSubstr("interface is for multicast groups"));
  EXPECT_THAT(refusal(parse_transport("udp://239.1.1.1:80?ttl=1")), HasSubstr("there is ?interface=NAME"));
  EXPECT_THAT(refusal(parse_transport("udp://239.1.1.1:80?interface=a/b")), HasSubstr("is not the name of a network"));
}

RC_GTEST_PROP(SourceTransport, WhatIsReadIsWrittenAndReadsBack, (const std::string& tail)) {
  for (const std::string scheme : {"udp://", "tcp://", "tcp-listen://", "file:", ""}) {
    const auto read = parse_transport(scheme + tail);
    if (!read) continue;
    RC_ASSERT(parse_transport(read->text()).value() == *read);
  }
}

TEST(SourceTransport, APeerIsMadeByTheNodeAndReadBackFromARecording) {
  const SourceConfig peer = peer_source(AuthorityId::trusted("US.Navy"));
  EXPECT_EQ(peer.name, "peer-us.navy");
  EXPECT_EQ(peer.transport.text(), "peer:US.Navy");
  EXPECT_TRUE(check_source(peer)) << check_source(peer).error().text();
  EXPECT_THAT(refusal(parse_transport("peer:us")), HasSubstr("hears every member of its charter by itself"));
  EXPECT_EQ(parse_recorded_transport("peer:US.Navy").value(), peer.transport);
  EXPECT_FALSE(parse_recorded_transport("peer:a b"));
  EXPECT_TRUE(parse_recorded_transport("udp://:1"));
  SourceConfig other = peer;
  other.format = Speaks::kBeast;
  EXPECT_THAT(check_source(other).error().text(), HasSubstr("format: peers speak cot"));
  EXPECT_TRUE(check_source(peer_source(AuthorityId::trusted(std::string(64, 'x')))));
}

TEST(SourceText, RadarsPlacesAndEditions) {
  const RadarPlace radar = parse_radar("25/2 50.0333 -8.5706 310").value();
  EXPECT_EQ(radar.system, 0x1902);
  EXPECT_EQ(radar.position.lat_e7, 500'333'000);
  EXPECT_EQ(radar.position.lng_e7, -85'706'000);
  EXPECT_EQ(radar.height_cm, 31'000);
  EXPECT_EQ(radar_text(radar), "25/2 50.0333000 -8.5706000 310.00");
  EXPECT_EQ(place_text({-1, 1}), "-0.0000001 0.0000001") << "the sign is not lost before a zero";
  EXPECT_EQ(parse_place("-0.0000001 0.0000001").value().lat_e7, -1);
  EXPECT_EQ(edition_text(parse_edition("62 1.19").value()), "062 1.19");
  for (const char* bad : {"", "25/2", "25/2 50 8", "25 50 8 1", "256/2 50 8 1", "25/2 91 8 1", "25/2 50 181 1",
                          "25/2 50 8 99999", "25/2 50 8 1 1", "25/2 nan 8 1"}) {
    EXPECT_FALSE(parse_radar(bad)) << bad;
  }
  EXPECT_THAT(parse_edition("062 9.9").error().text(), HasSubstr("category 062 is read in edition 1.20, 1.19"));
  EXPECT_THAT(parse_edition("062").error().text(), HasSubstr("is not CATEGORY EDITION, as 062 1.19"));
}

RC_GTEST_PROP(SourceText, PlacesReadBackExactly, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const geo::LatLng place{static_cast<std::int32_t>(random.between(-900'000'000, 900'000'000)),
                          static_cast<std::int32_t>(random.between(-1'800'000'000, 1'800'000'000))};
  RC_ASSERT(parse_place(place_text(place)).value() == place);
}

SourceConfig good(Speaks format = Speaks::kAsterix) {
  SourceConfig out;
  out.name = "s";
  out.format = format;
  out.transport = parse_transport("tcp://127.0.0.1:1").value();
  if (format == Speaks::kCsv) out.columns = "opensky";
  return out;
}

TEST(SourceCheck, NamesTheKeyAndWhatWouldBeRight) {
  const auto refused = [](SourceConfig config, auto&& change) {
    change(config);
    const Status checked = check_source(config);
    return checked ? std::string("(accepted)") : checked.error().text();
  };
  const auto keep = [](SourceConfig&) {};
  for (const Speaks format :
       {Speaks::kAsterix, Speaks::kBeast, Speaks::kSbs, Speaks::kAivdm, Speaks::kCot, Speaks::kCsv}) {
    EXPECT_EQ(refused(good(format), keep), "(accepted)") << name_of(format);
  }
  using C = SourceConfig;
  EXPECT_THAT(refused(good(), [](C& c) { c.name = "Radar 1"; }), HasSubstr("name: 'Radar 1' names no source"));
  EXPECT_THAT(refused(good(), [](C& c) { c.name = std::string(65, 'a'); }), HasSubstr("1 to 64 small letters"));
  EXPECT_THAT(refused(good(), [](C& c) { c.transport.port = 0; }), HasSubstr("transport: port 0"));
  EXPECT_THAT(refused(good(), [](C& c) { c.transport.path = "x"; }), HasSubstr("transport: says what its kind cannot"));
  EXPECT_THAT(refused(good(Speaks::kSbs), [](C& c) { c.editions.push_back({62, "1.19"}); }),
              HasSubstr("editions: is only for sources that speak asterix"));
  EXPECT_THAT(refused(good(Speaks::kBeast), [](C& c) { c.radars.emplace_back(); }), HasSubstr("radars: is only"));
  EXPECT_THAT(refused(good(), [](C& c) { c.columns = "opensky"; }),
              HasSubstr("columns: is only for sources that speak csv"));
  EXPECT_THAT(refused(good(), [](C& c) { c.use_time = false; }),
              HasSubstr("clock: is only for sources that speak sbs"));
  EXPECT_THAT(refused(good(), [](C& c) { c.editions = {{62, "1.19"}, {62, "1.20"}}; }),
              HasSubstr("a source speaks one"));
  EXPECT_THAT(refused(good(), [](C& c) { c.radars.resize(2); }), HasSubstr("radar 0/0 has two places"));
  EXPECT_THAT(refused(good(Speaks::kCsv), [](C& c) { c.columns.clear(); }),
              HasSubstr("CSV needs its columns declared"));
  EXPECT_THAT(refused(good(Speaks::kCsv), [](C& c) { c.columns = "time=t"; }),
              HasSubstr("columns: no column is declared"));
  EXPECT_THAT(refused(good(Speaks::kCsv), [](C& c) { c.transport = parse_transport("udp://:1").value(); }),
              HasSubstr("use tcp or file"));
  EXPECT_THAT(refused(good(), [](C& c) { c.range_m = 0; }), HasSubstr("range: 0 m is not from 1"));
  EXPECT_THAT(refused(good(), [](C& c) { c.silent_after_ms = -1; }), HasSubstr("silent_after: -1 ms"));
  EXPECT_THAT(refused(good(), [](C& c) { c.old_ms = 0; }), HasSubstr("old: 0 ms"));
  EXPECT_EQ(refused(good(), [](C& c) { c.silent_after_ms = 0; }), "(accepted)") << "never silent";
}

TEST(SourceCheck, SeveralAreToldApart) {
  const std::vector<SourceConfig> twice(2, good());
  EXPECT_THAT(check_sources(twice).error().text(), HasSubstr("two sources are called 's'"));
  std::vector<SourceConfig> one_bad(1, good());
  one_bad[0].range_m = 0;
  EXPECT_THAT(check_sources(one_bad).error().text(), HasSubstr("source 's'.range"));
  EXPECT_FALSE(check_sources(std::vector<SourceConfig>(kSourcesMax + 1, good())));
}

/// A source that differs from a plain one in everything that it may.
SourceConfig random_source(SeededRandom& random) {
  if (random.one_in(8)) return peer_source(AuthorityId::trusted("us"));
  SourceConfig out = good(static_cast<Speaks>(random.between(0, 5)));
  out.name = "source-" + std::to_string(random.between(0, 999));
  if (out.format != Speaks::kCsv && random.one_in(2)) {
    out.transport = parse_transport("udp://239.1.1.1:8600?interface=eth1").value();
  } else if (random.one_in(2)) {
    out.transport = parse_transport("file:/tmp/\xC3\xA9 \"x\"").value();
  }
  const auto place = [&] {
    return geo::LatLng{static_cast<std::int32_t>(random.between(-900'000'000, 900'000'000)),
                       static_cast<std::int32_t>(random.between(-1'800'000'000, 1'800'000'000))};
  };
  if (random.one_in(2)) out.place = place();
  if (random.one_in(2)) out.old_ms = random.between(1, 1'000'000);
  out.future_ms = random.between(0, 10'000);
  out.range_m = random.between(1, 21'000'000);
  out.silent_after_ms = random.between(0, 1'000'000);
  if (out.format == Speaks::kAsterix) {
    if (random.one_in(2)) out.editions.push_back({62, "1.19"});
    for (std::uint16_t i = 0; i < random.between(0, 3); ++i) {
      out.radars.push_back({i, place(), static_cast<std::int32_t>(random.between(-1'000, 1'000'000))});
    }
  }
  if (out.format == Speaks::kSbs) {
    out.use_time = random.one_in(2);
    out.ahead_of_utc_ms = random.between(-3'600'000, 3'600'000);
  }
  if (out.format == Speaks::kCsv) {
    constexpr std::array kIds{IdKind::kIcao, IdKind::kMmsi, IdKind::kUid};
    out.csv_id = kIds.at(static_cast<std::size_t>(random.between(0, 2)));
    out.csv_domain = static_cast<Domain>(random.between(0, 3));
    if (random.one_in(2)) {
      out.columns.clear();
      out.columns_toml = "[columns]\ntime = \"t\"\nid = \"i\"\nlatitude = \"a\"\nlongitude = \"o\"\n";
    }
  }
  return out;
}

RC_GTEST_PROP(SourceJson, ReadsBackAsItWas, (std::uint64_t seed)) {
  SeededRandom random(seed);
  const SourceConfig config = random_source(random);
  RC_ASSERT(check_source(config));
  std::string text;
  log::JcsWriter writer(text);
  append_source_json(writer, config);
  const auto document = log::JcsDocument::parse(text);
  RC_ASSERT(document);
  const auto again = read_source_json(document->root());
  RC_ASSERT(again);
  // Two configurations are equal when they are written alike, and when what the text does not show is equal too.
  std::string twice;
  log::JcsWriter writer_again(twice);
  append_source_json(writer_again, *again);
  RC_ASSERT(twice == text);
  RC_ASSERT(again->transport == config.transport);
  RC_ASSERT(again->editions == config.editions);
  RC_ASSERT(again->place == config.place);
  RC_ASSERT(again->old_ms == config.old_ms);
  RC_ASSERT(again->radars.size() == config.radars.size());
  RC_ASSERT(again->csv_id == config.csv_id);
  RC_ASSERT(again->csv_domain == config.csv_domain);
  RC_ASSERT(again->columns_toml == config.columns_toml);
  RC_ASSERT(again->use_time == config.use_time);
}

TEST(SourceJson, RefusesWhatNoSourceIs) {
  std::string text;
  log::JcsWriter writer(text);
  append_source_json(writer, good());
  const auto refused = [&](std::string_view from, std::string_view to) {
    std::string other = text;
    const std::size_t at = other.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    other.replace(at, from.size(), to);
    const auto read = read_source_json(log::JcsDocument::parse(other).value().root());
    return read ? std::string("(accepted)") : read.error().text();
  };
  EXPECT_THAT(refused("\"asterix\"", "\"morse\""), HasSubstr("format: 'morse' is no format"));
  EXPECT_THAT(refused("tcp://127.0.0.1:1", "tcp://127.0.0.1"), HasSubstr("transport: "));
  EXPECT_THAT(refused("\"air\"", "\"space\""), HasSubstr("'space' is not known here"));
  EXPECT_THAT(refused("\"range_m\":800000", "\"range_m\":0"), HasSubstr("range"));
  EXPECT_THAT(refused(",\"use_time\":true", ""), HasSubstr("use_time"));
  EXPECT_THAT(refused(",\"use_time\":true", ",\"use_time\":true,\"zeal\":1"), HasSubstr("zeal"));
}

}  // namespace
}  // namespace tansiq::surveillance
