// Canonical JSON: whatever is accepted must come back to the same bytes, and both ways of reading must agree.
#include <cstdlib>

#include "base/invariant.h"
#include "log/jcs.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tansiq::log;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const bool accepted = JcsDocument::check(text).has_value();
  const auto document = JcsDocument::parse(text);
  EXPECT_INVARIANT(document.has_value() == accepted);
  // What is a document by itself is one inside an array, and the other way round.
  EXPECT_INVARIANT(!accepted || JcsDocument::check("[" + std::string(text) + "]").has_value() ||
                   text.starts_with('[') || text.starts_with('{'));
  if (check_jcs_text(text)) {
    std::string quoted;
    JcsWriter(quoted).string(text);
    const auto read = JcsDocument::parse(quoted);
    EXPECT_INVARIANT(read.has_value() && read->root().string() == text);
  }
  if (!document) return 0;
  std::string again;
  JcsWriter(again).value(document->root());
  EXPECT_INVARIANT(again == text);
  const JcsValue root = document->root();
  for (std::size_t i = 0; i < root.size(); ++i) {
    EXPECT_INVARIANT(!root[i].path().empty() || root.kind() == JcsValue::Kind::kObject);
    if (root.kind() != JcsValue::Kind::kObject) continue;
    const auto found = root.find(root.name(i));
    EXPECT_INVARIANT(found && found->kind() == root[i].kind());
    EXPECT_INVARIANT(i == 0 || compare_jcs_names(root.name(i - 1), root.name(i)) < 0);
  }
  return 0;
}
