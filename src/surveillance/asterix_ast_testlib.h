// Reads the machine-readable definitions of ASTERIX categories (shared test data), independently of the project's
// tables.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tansiq::surveillance::testing {

struct AstField {
  std::string name;
  unsigned bits = 0;
  std::string coding;  ///< raw, signed, unsigned, octal, icao, ascii, case, spare, more
  std::int64_t numerator = 1;
  std::int64_t denominator = 1;
};

struct AstItem {
  enum class Kind : std::uint8_t {
    kUnused,
    kFixed,
    kExtended,
    kCounted,
    kChained,
    kCompound,
    kCompoundOctet,
    kExplicit
  };
  std::string name;
  Kind kind = Kind::kUnused;
  std::vector<AstField> fields;
  std::vector<AstItem> parts;
};

struct Ast {
  std::vector<AstItem> items;
  std::vector<std::string> uap;  ///< `-` where there is none.
  [[nodiscard]] const AstItem* find(std::string_view name) const;
};

/// `cat062-cat-1.20` and the like. Nothing where the folder is absent. A reserved expansion field is one item, `RE`.
[[nodiscard]] std::optional<Ast> read_ast(std::string_view name);

}  // namespace tansiq::surveillance::testing
