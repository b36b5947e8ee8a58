#include "log/canonical_json.h"

#include <algorithm>
#include <vector>

#include "base/json_in.h"
#include "log/jcs.h"

namespace tansiq::log {
namespace {

/// Depth is bounded by `JsonLimits`.
Status write(const JsonValue& value, JcsWriter& out) {
  switch (value.kind()) {
    case JsonValue::Kind::kNull:
      return value.error(ErrorCode::kInvalid, "null stands for nothing here: leave the member out");
    case JsonValue::Kind::kBoolean:
      out.boolean(TRY(value.boolean()));
      return {};
    case JsonValue::Kind::kNumber:
      out.integer(TRY(value.integer(-kJcsIntegerMax, kJcsIntegerMax)));
      return {};
    case JsonValue::Kind::kString: {
      const std::string_view text = TRY(value.string());
      if (const Status ok = check_jcs_text(text); !ok) return value.error(ErrorCode::kInvalid, ok.error().message);
      out.string(text);
      return {};
    }
    case JsonValue::Kind::kArray:
      out.begin_array();
      for (std::size_t i = 0; i < value.size(); ++i) TRY_VOID(write(value[i], out));
      out.end_array();
      return {};
    case JsonValue::Kind::kObject:
      break;
  }
  std::vector<std::size_t> order(value.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    order[i] = i;
    // Only such names exist in our formats; with them, byte order is canonical order.
    if (!std::ranges::all_of(value.name(i), [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; })) {
      return value.error(ErrorCode::kInvalid, "a member's name is plain ASCII");
    }
  }
  std::ranges::sort(order, {}, [&](std::size_t i) { return value.name(i); });
  out.begin_object();
  for (const std::size_t i : order) {
    out.key(value.name(i));
    TRY_VOID(write(value[i], out));
  }
  out.end_object();
  return {};
}

}  // namespace

Result<std::string> canonical_json(const JsonValue& value) {
  std::string out;
  JcsWriter writer(out);
  TRY_VOID(write(value, writer));
  return out;
}

Result<std::string> canonical_json(std::string_view text) {
  const JsonDocument document = TRY(JsonDocument::parse(text));
  return canonical_json(document.root());
}

}  // namespace tansiq::log
