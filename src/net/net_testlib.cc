#include "net/net_testlib.h"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netdb.h>
#include <netinet/in.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "base/invariant.h"

namespace tansiq::net::test {

bool knows_localhost() {
  addrinfo* found = nullptr;
  if (getaddrinfo("localhost", nullptr, nullptr, &found) != 0) return false;
  freeaddrinfo(found);
  return true;
}

RawClient::RawClient(int receive_buffer_bytes) {
  socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_INVARIANT(socket_ >= 0);
  const timeval limit{10, 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (receive_buffer_bytes > 0) {
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer_bytes, sizeof receive_buffer_bytes);
  }
}

RawClient::RawClient(std::uint16_t port, int receive_buffer_bytes) : RawClient(receive_buffer_bytes) {
  if (!connect(port)) ::close(std::exchange(socket_, -1));
}

bool RawClient::connect(std::uint16_t port) {
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(socket_, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0;
}

RawClient::RawClient(RawClient&& other) noexcept
    : socket_(std::exchange(other.socket_, -1)), buffer_(std::move(other.buffer_)) {}

RawClient::~RawClient() {
  if (socket_ >= 0) ::close(socket_);
}

bool RawClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

void RawClient::finish_sending() { ::shutdown(socket_, SHUT_WR); }

bool RawClient::fill() {
  std::array<char, 16'384> bytes;
  const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
  if (got <= 0) return false;
  buffer_.append(bytes.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_until(std::string_view end) {
  for (;;) {
    const std::size_t at = buffer_.find(end);
    if (at != std::string::npos) {
      std::string out = buffer_.substr(0, at + end.size());
      buffer_.erase(0, out.size());
      return out;
    }
    if (!fill()) return std::exchange(buffer_, {});
  }
}

std::string RawClient::read_response(bool to_head) {
  std::string out = read_until("\r\n\r\n");
  const std::size_t at = out.find("Content-Length: ");
  if (to_head || at == std::string::npos) return out;
  const std::size_t length = std::strtoul(out.c_str() + at + 16, nullptr, 10);
  while (buffer_.size() < length && fill()) {
  }
  out += buffer_.substr(0, length);
  buffer_.erase(0, length);
  return out;
}

std::string RawClient::read_all() {
  while (fill()) {
  }
  return std::exchange(buffer_, {});
}

bool RawServer::Guest::read_head() {
  std::string seen;
  std::array<char, 4'096> bytes;
  while (seen.find("\r\n\r\n") == std::string::npos) {
    const ssize_t got = ::recv(socket_, bytes.data(), bytes.size(), 0);
    if (got <= 0) return false;
    seen.append(bytes.data(), static_cast<std::size_t>(got));
  }
  return true;
}

bool RawServer::Guest::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
  return true;
}

void RawServer::Guest::send_forever(std::string_view bytes, std::string_view begin) {
  if (!send(begin)) return;
  while (send(bytes)) {
  }
}

void RawServer::Guest::wait_for_end() {
  std::array<char, 4'096> bytes;
  while (::recv(socket_, bytes.data(), bytes.size(), 0) > 0) {
  }
}

void RawServer::Guest::read_nothing() {
  pollfd item{socket_, POLLRDHUP, 0};
  while (::poll(&item, 1, -1) < 0 && errno == EINTR) {
  }
}

RawServer::RawServer(Script script) : script_(std::move(script)) {
  listening_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in at{};
  at.sin_family = AF_INET;
  at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t bytes = sizeof at;
  EXPECT_INVARIANT(listening_ >= 0 && ::bind(listening_, reinterpret_cast<const sockaddr*>(&at), bytes) == 0 &&
                   ::listen(listening_, 64) == 0 &&
                   ::getsockname(listening_, reinterpret_cast<sockaddr*>(&at), &bytes) == 0);
  port_ = ntohs(at.sin_port);
  accepting_ = std::thread([this] { run(); });
}

RawServer::~RawServer() {
  ::shutdown(listening_, SHUT_RDWR);
  accepting_.join();
  ::close(listening_);
  for (const int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
  for (std::thread& thread : threads_) thread.join();
  for (const int socket : sockets_) ::close(socket);
}

std::string RawServer::url() const { return fmt::format("http://127.0.0.1:{}", port_); }

void RawServer::run() {
  for (;;) {
    const int socket = ::accept4(listening_, nullptr, nullptr, SOCK_CLOEXEC);
    if (socket < 0) return;
    sockets_.push_back(socket);
    guests_.fetch_add(1);
    threads_.emplace_back([this, socket] {
      Guest guest(socket);
      script_(guest);
      ::shutdown(socket, SHUT_RDWR);
    });
  }
}

int status_of(std::string_view response) {
  if (!response.starts_with("HTTP/1.1 ") || response.size() < 12) return 0;
  return std::atoi(std::string(response.substr(9, 3)).c_str());
}

std::string exchange_raw(std::uint16_t port, std::string_view bytes) {
  RawClient client(port);
  client.send(bytes);
  client.finish_sending();
  return client.read_all();
}

namespace {

void add_extension(X509* certificate, int id, const char* value) {
  X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, id, value);
  EXPECT_INVARIANT(extension != nullptr);
  X509_add_ext(certificate, extension, -1);
  X509_EXTENSION_free(extension);
}

}  // namespace

Identity make_identity(const TemporaryFolder& folder, std::string_view name) {
  Identity out{folder.file(fmt::format("{}.pem", name)), folder.file(fmt::format("{}.key", name)), {}};
  EVP_PKEY* key = EVP_EC_gen("P-256");
  X509* certificate = X509_new();
  EXPECT_INVARIANT(key != nullptr && certificate != nullptr);
  X509_set_version(certificate, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -3'600);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3'600);
  X509_set_pubkey(certificate, key);
  X509_NAME* subject = X509_get_subject_name(certificate);
  const std::string text(name);
  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC, reinterpret_cast<const unsigned char*>(text.c_str()), -1, -1,
                             0);
  X509_set_issuer_name(certificate, subject);
  add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE");
  add_extension(certificate, NID_subject_alt_name, "IP:127.0.0.1,DNS:localhost");
  EXPECT_INVARIANT(X509_sign(certificate, key, EVP_sha256()) > 0);

  FILE* file = std::fopen(out.certificate_file.c_str(), "w");
  EXPECT_INVARIANT(file != nullptr && PEM_write_X509(file, certificate) == 1);
  std::fclose(file);
  file = std::fopen(out.key_file.c_str(), "w");
  EXPECT_INVARIANT(file != nullptr && PEM_write_PrivateKey(file, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  std::fclose(file);
  ::chmod(out.key_file.c_str(), 0600);

  unsigned char* der = nullptr;
  const int bytes = i2d_PUBKEY(key, &der);
  unsigned length = 0;
  EXPECT_INVARIANT(bytes > 0 && EVP_Digest(der, static_cast<std::size_t>(bytes), out.key_sha256.data(), &length,
                                           EVP_sha256(), nullptr) == 1);
  OPENSSL_free(der);
  X509_free(certificate);
  EVP_PKEY_free(key);
  return out;
}

Handler Inbox::handler() {
  return [this](std::shared_ptr<Exchange> exchange) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back(std::move(exchange));
    changed_.notify_all();
  };
}

std::shared_ptr<Exchange> Inbox::next() {
  std::unique_lock lock(mutex_);
  if (!changed_.wait_for(lock, std::chrono::seconds(10), [this] { return !waiting_.empty(); })) return nullptr;
  auto out = std::move(waiting_.front());
  waiting_.erase(waiting_.begin());
  return out;
}

void echo(const std::shared_ptr<Exchange>& exchange) {
  const Request& request = exchange->request();
  exchange->respond(
      text_response(200, fmt::format("{} {} {}", method_name(request.method), request.path(), request.body)));
}

std::unique_ptr<HttpServer> start_server(Handler handler, HttpServerOptions options) {
  auto server = HttpServer::start(std::move(options), std::move(handler));
  if (!server) std::fprintf(stderr, "%s\n", server.error().text().c_str());
  EXPECT_INVARIANT(server.has_value());
  return std::move(*server);
}

}  // namespace tansiq::net::test
