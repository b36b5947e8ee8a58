#include "surveillance/asterix_ast_testlib.h"

#include <set>
#include <stdexcept>

#include "surveillance/surveillance_testlib.h"

namespace tansiq::surveillance::testing {
namespace {

/// A line with the lines indented below it.
struct Node {
  std::string text;
  std::vector<Node> below;
};

std::vector<Node> tree_of(const std::string& file) {
  std::vector<Node> roots;
  std::vector<std::pair<std::size_t, std::vector<Node>*>> open{{0, &roots}};
  std::istringstream in(file);
  for (std::string line; std::getline(in, line);) {
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent == std::string::npos) continue;
    while (open.size() > 1 && open.back().first > indent) open.pop_back();
    open.back().second->push_back({line.substr(indent), {}});
    open.emplace_back(indent + 1, &open.back().second->back().below);
  }
  return roots;
}

bool is_prose(const Node& node) {
  static const std::set<std::string> kWords{"definition", "remark", "description", "note"};
  return kWords.contains(node.text.substr(0, node.text.find(' ')));
}

std::vector<const Node*> matter(const std::vector<Node>& nodes) {
  std::vector<const Node*> out;
  for (const Node& node : nodes) {
    if (!is_prose(node)) out.push_back(&node);
  }
  return out;
}

std::string name_of_node(const std::string& text) { return text.substr(0, text.find(' ')); }

std::int64_t number_of(const std::string& text) {
  const std::size_t caret = text.find('^');
  if (caret == std::string::npos) return std::stoll(text);
  std::int64_t value = 1;
  for (std::int64_t i = std::stoll(text.substr(caret + 1)); i > 0; --i) value *= std::stoll(text.substr(0, caret));
  return value;
}

AstField element(const std::string& name, const Node& node) {
  AstField out{name, static_cast<unsigned>(std::stoul(node.text.substr(8))), "raw", 1, 1};
  const auto inner = matter(node.below);
  if (inner.empty()) return out;
  std::istringstream words(inner[0]->text);
  std::string first, second, third;
  words >> first >> second >> third;
  if (first == "string") out.coding = second;
  if (first == "case") out.coding = "case";
  if (first == "signed" || first == "unsigned") {
    out.coding = first;
    if (second == "quantity") {
      const std::size_t slash = third.find('/');
      out.numerator = number_of(third.substr(0, slash));
      if (slash != std::string::npos) out.denominator = number_of(third.substr(slash + 1));
    }
  }
  return out;
}

void flatten(const std::vector<Node>& nodes, const std::string& prefix, std::vector<AstField>& out) {
  for (const Node* node : matter(nodes)) {
    if (node->text == "-") {
      out.push_back({"", 1, "more", 1, 1});
    } else if (node->text.starts_with("spare ")) {
      out.push_back({"", static_cast<unsigned>(std::stoul(node->text.substr(6))), "spare", 1, 1});
    } else {
      const Node* inner = matter(node->below).at(0);
      const std::string name = prefix + name_of_node(node->text);
      if (inner->text.starts_with("element"))
        out.push_back(element(name, *inner));
      else
        flatten(inner->below, name + ".", out);
    }
  }
}

AstItem variation(const std::string& name, const Node& node) {
  AstItem out;
  out.name = name;
  const std::string& text = node.text;
  if (text.starts_with("element")) {
    out.kind = AstItem::Kind::kFixed;
    out.fields.push_back(element("", node));
  } else if (text == "group") {
    out.kind = AstItem::Kind::kFixed;
    flatten(node.below, "", out.fields);
  } else if (text == "extended") {
    out.kind = AstItem::Kind::kExtended;
    flatten(node.below, "", out.fields);
  } else if (text.starts_with("repetitive")) {
    out = variation(name, *matter(node.below).at(0));
    out.kind = text == "repetitive fx" ? AstItem::Kind::kChained : AstItem::Kind::kCounted;
  } else if (text.starts_with("explicit")) {
    out.kind = AstItem::Kind::kExplicit;
  } else if (text.starts_with("compound")) {
    out.kind = text == "compound" ? AstItem::Kind::kCompound : AstItem::Kind::kCompoundOctet;
    for (const Node* part : matter(node.below)) {
      if (part->text == "-")
        out.parts.emplace_back();
      else
        out.parts.push_back(variation(name_of_node(part->text), *matter(part->below).at(0)));
    }
  } else {
    throw std::runtime_error("a variation that the reader does not know: " + text);
  }
  return out;
}

}  // namespace

const AstItem* Ast::find(std::string_view name) const {
  for (const AstItem& item : items) {
    if (item.name == name) return &item;
  }
  return nullptr;
}

std::optional<Ast> read_ast(std::string_view name) {
  const auto file = shared_file("data/asterix-specs/" + std::string(name) + ".ast");
  if (!file) return std::nullopt;
  Ast out;
  for (const Node& root : tree_of(*file)) {
    if (root.text == "items") {
      for (const Node* item : matter(root.below)) {
        out.items.push_back(variation(name_of_node(item->text), *matter(item->below).at(0)));
      }
    } else if (root.text == "uap") {
      for (const Node& line : root.below) out.uap.push_back(line.text);
    } else if (root.text.starts_with("compound")) {
      out.items.push_back(variation("RE", root));
    }
  }
  return out;
}

}  // namespace tansiq::surveillance::testing
