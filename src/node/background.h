// Threads whose work can wait for the ones that decide and answer.
#pragma once

namespace tansiq::node {

/// This thread, and those that it begins, step back behind all others. A system that does not allow it only makes them
/// equal.
void step_back();

}  // namespace tansiq::node
