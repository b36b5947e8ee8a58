// The `tansiq` program.
#include <csignal>
#include <string>
#include <vector>

#include "cli/commands.h"

int main(int count, char** words) {
  // A reader that goes away is an error of one write, not the end of a node.
  std::signal(SIGPIPE, SIG_IGN);
  return tansiq::cli::run_program(std::vector<std::string>(words + 1, words + count));
}
