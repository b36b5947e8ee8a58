// The console, as a browser fetches it: files that the build has put into the program, or, while it is developed, those
// of a folder.
//
//   auto console = TRY(ConsoleFace::create(folder));                   // empty: what the program has in it
//   if (auto page = console->answer(request)) …                        // nothing: somebody else's path
//
// Files are open to everybody: they say nothing of the node. What they show they ask of the API, as whoever has signed
// in there.
//
// `/` is the console for whoever asks for HTML; others get from the API what this is, in plain text. Paths are looked
// up among those that are there, so none can lead elsewhere. Names with a hash of their content (Vite's, below
// /assets/) may be kept for ever, the rest is asked for each time, with the entity tag of what is there.
//
// The policy that each answer states lets a page load from this node alone, run no script that stands in a page, be in
// nobody's frame, and send nothing elsewhere. So whoever gets text into a page gets no further.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "net/http_server.h"
#include "node/console_assets.h"

namespace tansiq::node {

inline constexpr std::size_t kConsoleFilesMax = 512;
inline constexpr std::size_t kConsoleBytesMax = 32U << 20;

class ConsoleFace {
 public:
  /// With an empty folder, what the program has in it. A folder is read again whenever its page is asked for, on the
  /// thread that asks: for development. Fails with `kNotFound` when it has no index.html, `kTooLarge`, `kIo`.
  [[nodiscard]] static Result<std::unique_ptr<ConsoleFace>> create(const std::filesystem::path& folder);
  /// `assets` are copied. None: a page says that there is no console.
  explicit ConsoleFace(std::span<const ConsoleAsset> assets);

  /// The answer to a request for a file of the console; nothing for every other. Any thread.
  [[nodiscard]] std::optional<net::Response> answer(const net::Request& request) const;

 private:
  struct File {
    std::shared_ptr<const std::string> body;
    std::shared_ptr<const std::string> gzip;  ///< Null: there is none.
    std::string tag;
  };
  using Files = std::map<std::string, File, std::less<>>;

  [[nodiscard]] static Result<Files> read(const std::filesystem::path& folder);
  [[nodiscard]] std::shared_ptr<const Files> files(bool again) const;

  std::filesystem::path folder_;  ///< Empty: there is none.
  mutable std::mutex mutex_;      // Guards what follows.
  mutable std::shared_ptr<const Files> files_;
};

}  // namespace tansiq::node
