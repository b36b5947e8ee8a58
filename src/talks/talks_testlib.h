// Sample parameters for tests: one right value of each type, as it stands in a record.
#pragma once

#include <fmt/format.h>

#include <cstdint>
#include <string>
#include <vector>

#include "base/invariant.h"
#include "log/jcs.h"
#include "talks/catalogue.h"

namespace tansiq::talks {

/// Counts that reach every category of the four languages: 0 zero, 1 one, 2 two or few, 3 few, 11 many, 100 other, 21
/// and 1,000,000's neighbours by rule.
inline constexpr std::int64_t kCountsOfEveryCategory[] = {0,  1,  2,  3,   5,   10,  11,    21,
                                                          22, 25, 99, 100, 101, 102, 1'000, 100'000};

inline std::string sample_value(ParameterType type, std::int64_t count) {
  switch (type) {
    case ParameterType::kPosition:
      return "[335083333,-362533333]";
    case ParameterType::kLevel:
      return R"({"cm":609600,"ref":"fl"})";
    case ParameterType::kTime:
      return "1795341900000";  // 2026-11-22T10:05:00Z
    case ParameterType::kWindow:
      return R"({"end_ms":1795343100000,"start_ms":1795341600000})";
    case ParameterType::kArea:
      return R"({"circle":{"centre":[335083333,362533333],"radius_cm":926000}})";
    case ParameterType::kFlight:
      return R"("M1")";
    case ParameterType::kTrack:
      return R"("T-17")";
    case ParameterType::kAuthority:
      return R"("fr")";
    case ParameterType::kZone:
      return R"("K4")";
    case ParameterType::kIncident:
      return R"("2026-11.3")";
    case ParameterType::kCount:
      return fmt::format("{}", count);
    case ParameterType::kDistanceM:
      return "4630";
    case ParameterType::kBearingDeg:
      return "45";
    case ParameterType::kSpeed:
      return "617";
    case ParameterType::kDurationS:
      return "7510";
    case ParameterType::kText:
      return R"({"language":"fr","text":"feu moteur"})";
  }
  return {};
}

/// Right parameters for a template, in canonical JSON.
inline std::string sample_parameters(const Template& of, std::int64_t count) {
  std::string out = "{";
  for (const ParameterSpec& spec : of.parameters) {
    out += fmt::format("{}\"{}\":{}", out.size() > 1 ? "," : "", spec.name, sample_value(spec.type, count));
  }
  return out + "}";
}

inline Result<std::vector<Parameter>> parse_parameters(const Template& of, std::string_view json) {
  const log::JcsDocument document = TRY(log::JcsDocument::parse(json));
  return read_parameters(of.parameters, document.root());
}

}  // namespace tansiq::talks
