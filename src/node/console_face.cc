#include "node/console_face.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "base/file.h"
#include "base/logging.h"
#include "log/sha256.h"

namespace tansiq::node {
namespace {

constexpr std::string_view kPage = "/index.html";
/// Names below it have a hash of the content.
constexpr std::string_view kHashed = "/assets/";
constexpr int kDepthMax = 8;

constexpr std::string_view kNotBuilt =
    "<!doctype html>\n"
    "<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Tansiq</title></head>\n"
    "<body><h1>This node has no console</h1>\n"
    "<p>The program was built without it: npm was not there, or TANSIQ_CONSOLE was off. The node itself works; its "
    "interface is <a href=\"/openapi.yaml\">/openapi.yaml</a>.</p></body></html>\n";

constexpr std::array<std::pair<std::string_view, std::string_view>, 15> kTypes{{
    {".css", "text/css; charset=utf-8"},
    {".html", "text/html; charset=utf-8"},
    {".ico", "image/x-icon"},
    {".jpg", "image/jpeg"},
    {".js", "text/javascript; charset=utf-8"},
    {".json", "application/json"},
    {".mjs", "text/javascript; charset=utf-8"},
    {".pbf", "application/x-protobuf"},
    {".png", "image/png"},
    {".svg", "image/svg+xml"},
    {".txt", "text/plain; charset=utf-8"},
    {".wasm", "application/wasm"},
    {".webmanifest", "application/manifest+json"},
    {".webp", "image/webp"},
    {".woff2", "font/woff2"},
}};

std::string_view type_of(std::string_view path) {
  const std::size_t dot = path.rfind('.');
  if (dot == std::string_view::npos) return "application/octet-stream";
  const auto* const found = std::ranges::find(kTypes, path.substr(dot), &decltype(kTypes)::value_type::first);
  return found == kTypes.end() ? "application/octet-stream" : found->second;
}

std::string_view trimmed(std::string_view text) {
  while (text.starts_with(' ') || text.starts_with('\t')) text.remove_prefix(1);
  while (text.ends_with(' ') || text.ends_with('\t')) text.remove_suffix(1);
  return text;
}

/// Whether `of` returns true for an element of a list that commas separate. Entity tags have none in them here.
template <class Of>
bool any_element(std::string_view list, const Of& of) {
  while (true) {
    const std::size_t comma = list.find(',');
    if (of(trimmed(list.substr(0, comma)))) return true;
    if (comma == std::string_view::npos) return false;
    list.remove_prefix(comma + 1);
  }
}

/// `element` names `wanted`, and not with the weight 0 (RFC 9110, 12.4.2).
bool accepts(std::string_view element, std::string_view wanted) {
  if (!net::equal_ignoring_case(trimmed(element.substr(0, element.find(';'))), wanted)) return false;
  const std::size_t weight = element.find("q=0");
  if (weight == std::string_view::npos) return true;
  return element.substr(weight + 3).find_first_of("123456789") != std::string_view::npos;
}

bool takes_gzip(const net::Request& request) {
  return any_element(request.header("Accept-Encoding").value_or(""),
                     [](std::string_view element) { return accepts(element, "gzip"); });
}

bool wants_page(const net::Request& request) {
  return any_element(request.header("Accept").value_or(""),
                     [](std::string_view element) { return accepts(element, "text/html"); });
}

/// Whether the asker has what `tag` names (RFC 9110, 13.1.2: compared weakly).
bool has_it(const net::Request& request, std::string_view tag) {
  const auto known = request.header("If-None-Match");
  return known && any_element(*known, [tag](std::string_view element) {
           if (element.starts_with("W/")) element.remove_prefix(2);
           return element == "*" || element == tag;
         });
}

void add_policy(net::Headers& headers) {
  headers.add(
      "Content-Security-Policy",
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'; "
      "worker-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
  headers.add("X-Content-Type-Options", "nosniff");
  headers.add("Referrer-Policy", "no-referrer");
  headers.add("Cross-Origin-Opener-Policy", "same-origin");
  headers.add("Cross-Origin-Resource-Policy", "same-origin");
  headers.add("Permissions-Policy",
              "accelerometer=(), bluetooth=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), hid=(), "
              "microphone=(), midi=(), payment=(), serial=(), usb=()");
}

net::Response not_built() {
  net::Response response;
  response.headers.add("Content-Type", "text/html; charset=utf-8");
  response.headers.add("Cache-Control", "no-store");
  response.headers.add("Vary", "Accept");
  add_policy(response.headers);
  response.body = kNotBuilt;
  return response;
}

}  // namespace

Result<std::unique_ptr<ConsoleFace>> ConsoleFace::create(const std::filesystem::path& folder) {
  if (folder.empty()) return std::make_unique<ConsoleFace>(console_assets());
  auto face = std::make_unique<ConsoleFace>(std::span<const ConsoleAsset>{});
  face->files_ = std::make_shared<const Files>(TRY(read(folder)));
  face->folder_ = folder;
  return face;
}

ConsoleFace::ConsoleFace(std::span<const ConsoleAsset> assets) {
  Files files;
  for (const ConsoleAsset& asset : assets) {
    File file{.body = std::make_shared<const std::string>(asset.body), .gzip = {}, .tag = std::string(asset.tag)};
    if (!asset.gzip.empty()) file.gzip = std::make_shared<const std::string>(asset.gzip);
    files.emplace(asset.path, std::move(file));
  }
  files_ = std::make_shared<const Files>(std::move(files));
}

Result<ConsoleFace::Files> ConsoleFace::read(const std::filesystem::path& folder) {
  Files files;
  std::size_t bytes = 0;
  std::error_code error;
  std::filesystem::recursive_directory_iterator at(folder, error);
  for (; !error && at != std::filesystem::recursive_directory_iterator(); at.increment(error)) {
    // Links are not followed: what is served stands in the folder.
    if (at->is_symlink() || at->path().filename().string().starts_with('.') || at.depth() > kDepthMax) {
      at.disable_recursion_pending();
      continue;
    }
    if (!at->is_regular_file()) continue;
    std::string content = TRY(read_file(at->path(), kConsoleBytesMax));
    bytes += content.size();
    if (files.size() == kConsoleFilesMax || bytes > kConsoleBytesMax) {
      return fail(
          ErrorCode::kTooLarge,
          fmt::format("more than {} files, or {} MiB, are no console", kConsoleFilesMax, kConsoleBytesMax >> 20),
          folder.string());
    }
    std::string tag = log::sha256(content).hex().substr(0, 32);
    files.emplace("/" + at->path().lexically_relative(folder).generic_string(),
                  File{std::make_shared<const std::string>(std::move(content)), {}, std::move(tag)});
  }
  if (error)
    return fail(ErrorCode::kIo, "the folder of the console cannot be read: " + error.message(), folder.string());
  if (!files.contains(kPage)) {
    return fail(ErrorCode::kNotFound,
                "the folder of the console has no index.html; `npm run build` in web/ makes web/dist", folder.string());
  }
  return files;
}

std::shared_ptr<const ConsoleFace::Files> ConsoleFace::files(bool again) const {
  if (again && !folder_.empty()) {
    // In the middle of a build nothing may be there: then what was there goes on being served.
    if (auto fresh = read(folder_)) {
      const std::lock_guard lock(mutex_);
      files_ = std::make_shared<const Files>(std::move(*fresh));
    } else {
      log_warning("console.unreadable", {{"message", fresh.error().text()}});
    }
  }
  const std::lock_guard lock(mutex_);
  return files_;
}

std::optional<net::Response> ConsoleFace::answer(const net::Request& request) const {
  const bool root = request.path() == "/";
  const bool reads = request.method == net::Method::kGet || request.method == net::Method::kHead;
  if (root && (!reads || !wants_page(request))) return std::nullopt;
  const std::string_view path = root ? kPage : std::string_view(request.path());
  const std::shared_ptr<const Files> files = this->files(reads && path == kPage);
  const auto found = files->find(path);
  if (found == files->end()) {
    if (path == kPage && reads && files->empty()) return not_built();
    return std::nullopt;
  }
  if (!reads) {
    net::Response response = net::problem_response(
        net::make_problem({ErrorCode::kMethodNotAllowed, "a file of the console is read with GET", {}}));
    response.headers.add("Allow", "GET, HEAD");
    return response;
  }
  const File& file = found->second;
  const bool packed = file.gzip != nullptr && takes_gzip(request);
  // Each of the two is other bytes: a strong tag is for one of them.
  const std::string tag = fmt::format("\"{}{}\"", file.tag, packed ? "-gz" : "");
  net::Response response;
  response.headers.add("Content-Type", type_of(path));
  response.headers.add("ETag", tag);
  response.headers.add("Cache-Control", path.starts_with(kHashed) ? "public, max-age=31536000, immutable" : "no-cache");
  response.headers.add("Vary", root ? "Accept, Accept-Encoding" : "Accept-Encoding");
  add_policy(response.headers);
  if (has_it(request, tag)) {
    response.status = 304;
    return response;
  }
  if (packed) response.headers.add("Content-Encoding", "gzip");
  response.shared_body = packed ? file.gzip : file.body;
  return response;
}

}  // namespace tansiq::node
