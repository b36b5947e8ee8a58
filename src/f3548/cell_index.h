// Which entities of one kind meet some cells in some window of time.
//
//   index.insert(intent);
//   index.visit(cells, from, to, [&](Intent& found) { … });    // each once, in no order that may matter
//   index.erase(intent);                                        // before its cells or window change
//
// Each cell has a list of its entities in order of their end, so that what has ended is skipped by one binary search:
// a busy cell keeps the past of months. The rest of the list is read through; in a busy cell most of it is relevant.
// An entity in several cells is met several times and told once, by a mark.
//
// Alternatives considered: an interval tree a cell (relevant entities are most of the list, and a vector is read at
// memory speed); the 4D index of geo (its answers are exact shapes, F3548 wants cells).
//
// Cost: `visit` is O(cells + entities that have not ended), 5 ns or so each; `insert` and `erase` O(log n + n moved)
// a cell.
#pragma once

#include <algorithm>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "base/invariant.h"
#include "base/time.h"
#include "f3548/area.h"

namespace tansiq::f3548 {

template <class Entity>
class CellIndex {
 public:
  void insert(Entity& entity) {
    const Row row{entity.window.end.ceil(), entity.window.start.floor(), &entity};
    for (const std::uint32_t cell : entity.cells.numbers()) {
      List& list = lists_[cell];
      list.insert(std::ranges::upper_bound(list, row.end, {}, &Row::end), row);
    }
  }

  void erase(const Entity& entity) {
    for (const std::uint32_t cell : entity.cells.numbers()) {
      const auto found = lists_.find(cell);
      EXPECT_INVARIANT(found != lists_.end());
      List& list = found->second;
      auto at = std::ranges::lower_bound(list, entity.window.end.ceil(), {}, &Row::end);
      while (at != list.end() && at->entity != &entity) ++at;
      EXPECT_INVARIANT(at != list.end());
      list.erase(at);
      if (list.empty()) lists_.erase(found);
    }
  }

  /// Closed at both ends.
  template <class Visit>
  void visit(const Cells& cells, UtcMs from, UtcMs to, Visit&& visit) const {
    ++round_;
    for (const std::uint32_t cell : cells.numbers()) {
      const auto found = lists_.find(cell);
      if (found == lists_.end()) continue;
      const List& list = found->second;
      for (auto at = std::ranges::lower_bound(list, from, {}, &Row::end); at != list.end(); ++at) {
        if (at->start > to || at->entity->mark == round_) continue;
        at->entity->mark = round_;
        visit(*at->entity);
      }
    }
  }

 private:
  struct Row {
    UtcMs end;
    UtcMs start;
    Entity* entity;
  };
  using List = std::vector<Row>;

  // Looked up by cell, never iterated.
  std::unordered_map<std::uint32_t, List> lists_;
  mutable std::uint64_t round_ = 0;
};

}  // namespace tansiq::f3548
