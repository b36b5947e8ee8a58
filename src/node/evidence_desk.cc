#include "node/evidence_desk.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <system_error>
#include <utility>
#include <vector>

#include "net/body_file.h"
#include "node/evidence_recordings.h"

namespace tansiq::node {

namespace fs = std::filesystem;

/// Who has how many orders under way. Outlives the desk: whoever takes a bundle may do so for longer.
class EvidenceDesk::Places : public std::enable_shared_from_this<Places> {
 public:
  Result<std::shared_ptr<Place>> take(const std::string& subject);
  void give_back(const std::string& subject) {
    const std::lock_guard lock(mutex_);
    const auto own = of_.find(subject);
    if (--own->second == 0) of_.erase(own);
    --all_;
  }

 private:
  std::mutex mutex_;
  std::map<std::string, std::size_t> of_;
  std::size_t all_ = 0;
};

class EvidenceDesk::Place {
 public:
  Place(std::shared_ptr<Places> places, std::string subject)
      : places_(std::move(places)), subject_(std::move(subject)) {}
  ~Place() { places_->give_back(subject_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  const std::shared_ptr<Places> places_;
  const std::string subject_;
};

Result<std::shared_ptr<EvidenceDesk::Place>> EvidenceDesk::Places::take(const std::string& subject) {
  const std::lock_guard lock(mutex_);
  if (all_ >= kEvidenceOrdersMax) {
    return fail(ErrorCode::kOverloaded,
                fmt::format("{} bundles are being made or taken, the most there may be; try again", all_));
  }
  std::size_t& own = of_[subject];
  if (own >= kEvidenceOrdersOfOneMax) {
    return fail(
        ErrorCode::kOverloaded,
        fmt::format("{} bundles for {} are being made or taken, the most for one; take those first", own, subject));
  }
  ++own;
  ++all_;
  return std::make_shared<Place>(shared_from_this(), subject);
}

namespace {

/// A bundle on its way, which keeps a place.
class HeldBody final : public net::BodySource {
 public:
  HeldBody(std::shared_ptr<net::BodySource> body, std::shared_ptr<void> place)
      : place_(std::move(place)), body_(std::move(body)) {}
  [[nodiscard]] std::uint64_t size() const override { return body_->size(); }
  [[nodiscard]] std::size_t read(std::span<char> into) override { return body_->read(into); }

 private:
  const std::shared_ptr<void> place_;  // Goes last: the room on the disk is free by then.
  const std::shared_ptr<net::BodySource> body_;
};

}  // namespace

EvidenceDesk::EvidenceDesk(Config config)
    : config_(std::move(config)), places_(std::make_shared<Places>()), thread_([this] { run(); }) {}

EvidenceDesk::~EvidenceDesk() { stop(); }

void EvidenceDesk::stop() {
  stopping_.store(true);
  queue_.close();
  if (thread_.joinable()) thread_.join();
}

Status EvidenceDesk::ask(Order order) {
  std::shared_ptr<Place> place = TRY(places_->take(order.subject));
  switch (queue_.push({std::move(order), std::move(place)})) {
    case BoundedQueue<Job>::Push::kTaken:
      return {};
    case BoundedQueue<Job>::Push::kFull:
      return fail(ErrorCode::kOverloaded, "too many bundles are asked for; try again");
    case BoundedQueue<Job>::Push::kClosed:
      break;
  }
  return fail(ErrorCode::kUnavailable, "the node is stopping");
}

void EvidenceDesk::run() {
  std::error_code ignored;
  fs::remove_all(config_.data_dir / kEvidenceFolder, ignored);
  std::vector<Job> jobs;
  while (queue_.take(jobs, 1)) {
    for (Job& job : jobs) {
      if (job.order.abandoned && job.order.abandoned()) continue;
      job.order.done(make(job));
    }
    jobs.clear();
  }
}

Status EvidenceDesk::make_folder() const {
  const fs::path folder = config_.data_dir / kEvidenceFolder;
  std::error_code error;
  fs::create_directory(folder, error);
  if (!error) fs::permissions(folder, fs::perms::owner_all, error);
  if (error) return fail(ErrorCode::kIo, fmt::format("cannot be made: {}", error.message()), folder.string());
  return {};
}

Result<EvidenceDesk::Bundle> EvidenceDesk::make(Job& job) {
  if (stopping_.load()) return fail(ErrorCode::kUnavailable, "the node is stopping");
  TRY_VOID(make_folder());
  EvidenceRequest& request = job.order.request;
  request.made = config_.clock->now();
  request.give_up = [this, &job] { return stopping_.load() || (job.order.abandoned && job.order.abandoned()); };
  if (job.order.recordings && !config_.record_dir.empty()) {
    request.recordings = [this](UtcMs from, UtcMs to) { return recordings_of(config_.record_dir, from, to); };
  }
  const fs::path path = config_.data_dir / kEvidenceFolder / fmt::format("{}.bundle", ++made_);
  MadeEvidence made = TRY(make_evidence(config_.data_dir, request, path));
  return Bundle{std::make_shared<HeldBody>(TRY(net::take_body_file(path)), std::move(job.place)), std::move(made)};
}

}  // namespace tansiq::node
