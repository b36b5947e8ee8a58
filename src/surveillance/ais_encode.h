// AIVDM sentences from reports: recorded and generated traffic as a real stream.
#pragma once

#include <string>

#include "base/result.h"
#include "surveillance/report.h"

namespace tansiq::surveillance {

/// Writes messages; numbers those of several sentences 0 to 9, round and round.
class AisEncoder {
 public:
  /// Type 1. Fails with `kInvalid` when the report names no MMSI.
  [[nodiscard]] Status class_a(const Report& report, std::string& out) const;
  /// Type 18.
  [[nodiscard]] Status class_b(const Report& report, std::string& out) const;
  /// Type 5, in two sentences.
  [[nodiscard]] Status voyage(const Identity& identity, std::string& out);
  /// Type 24, part A or B as `identity.part` says.
  [[nodiscard]] Status static_part(const Identity& identity, std::string& out) const;

 private:
  unsigned sequence_ = 0;
};

}  // namespace tansiq::surveillance
