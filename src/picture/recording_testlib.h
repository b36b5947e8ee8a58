// The recordings of real traffic as reports, in their order, received when they were so.
#pragma once

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "base/time.h"
#include "surveillance/csv_decoder.h"
#include "surveillance/report.h"
#include "surveillance/surveillance_testlib.h"

namespace tansiq::picture::testing {

/// State vectors of the OpenSky Network.
inline std::vector<surveillance::Report> opensky_reports(std::string_view text) {
  surveillance::testing::Remembering sink;
  surveillance::CsvDecoder csv({.id = surveillance::IdKind::kIcao});
  csv.feed(as_bytes(text), {}, sink);
  for (surveillance::Report& r : sink.reports) r.received = r.time;
  return sink.reports;
}

/// Ships: `2016-01-12 13:02:11.218,235070762,50.77,-1.09,157.8,5.9` a line.
inline std::vector<surveillance::Report> solent_reports(std::string_view text) {
  std::vector<surveillance::Report> out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(line.size() + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    std::vector<std::string> fields;
    for (std::size_t at = 0; at <= line.size();) {
      const std::size_t comma = std::min(line.find(',', at), line.size());
      fields.emplace_back(line.substr(at, comma - at));
      at = comma + 1;
    }
    if (fields.size() < 6 || fields[0] == "Time") continue;
    fields[0].replace(10, 1, "T");
    surveillance::Report r;
    r.format = surveillance::Format::kAis;
    r.domain = surveillance::Domain::kSea;
    r.basis = surveillance::TimeBasis::kFull;
    r.time = r.received = parse_utc(fields[0] + "Z").value();
    r.id = {surveillance::IdKind::kMmsi, static_cast<std::uint32_t>(std::stoul(fields[1]))};
    r.position = geo::LatLng{static_cast<std::int32_t>(std::lround(std::stod(fields[2]) * 1e7)),
                             static_cast<std::int32_t>(std::lround(std::stod(fields[3]) * 1e7))};
    if (!fields[4].empty() && std::stod(fields[4]) < 360) {
      r.course_mdeg = static_cast<std::int32_t>(std::lround(std::stod(fields[4]) * 1e3));
    }
    if (!fields[5].empty() && std::stod(fields[5]) < 102) {
      r.speed_cm_s = static_cast<std::int32_t>(std::lround(std::stod(fields[5]) * 185'200 / 3'600));
    }
    out.push_back(r);
  }
  return out;
}

}  // namespace tansiq::picture::testing
