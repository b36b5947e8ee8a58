#include "node/evidence_desk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <future>
#include <optional>

#include "log/bundle_verify.h"
#include "node/evidence_recordings.h"
#include "node/node_testlib.h"
#include "surveillance/recording.h"

namespace tansiq::node {
namespace {

namespace fs = std::filesystem;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// The folder of a node that has decided once and stopped; a desk over it.
class EvidenceDeskTest : public ::testing::Test {
 protected:
  EvidenceDeskTest() {
    const std::string token = node_.token("pilot");
    EXPECT_EQ(node_.put("/v1/intents/I1", create_json("c1", volume_json(10, 10)), token).status, 201);
    origin_ = node_.node().log_origin();
    EXPECT_TRUE(node_.stop().has_value());
    desk_.emplace(EvidenceDesk::Config{.data_dir = data(), .record_dir = recordings_.path(), .clock = &clock_});
  }

  EvidenceRequest an_hour() const {
    EvidenceRequest request;
    request.from = kTestStart;
    request.to = kTestStart + 3'600'000;
    request.logs = {origin_};
    return request;
  }
  using Outcome = Result<EvidenceDesk::Bundle>;
  /// What it came to; nothing where the desk found that nobody waits.
  std::optional<Outcome> ask(EvidenceRequest request, std::string subject, std::function<bool()> abandoned = {}) {
    auto promise = std::make_shared<std::promise<Outcome>>();
    auto future = promise->get_future();
    const Status taken = desk_->ask({.request = std::move(request),
                                     .recordings = true,
                                     .subject = std::move(subject),
                                     .abandoned = std::move(abandoned),
                                     .done = [promise](Outcome outcome) { promise->set_value(std::move(outcome)); }});
    promise.reset();
    if (!taken) return Outcome(std::unexpected(taken.error()));
    try {
      return future.get();
    } catch (const std::future_error&) {
      return std::nullopt;  // Dropped.
    }
  }
  /// The bytes, as they would be sent.
  static std::string bytes_of(net::BodySource& body) {
    std::string out(body.size(), '\0');
    std::size_t at = 0;
    while (at < out.size()) {
      const std::size_t got = body.read(std::span(out).subspan(at));
      if (got == 0) break;
      at += got;
    }
    EXPECT_EQ(at, out.size());
    return out;
  }
  log::BundleReport verified(const std::string& bytes) const {
    const fs::path file = recordings_.path() / "taken.bundle";
    std::ofstream(file, std::ios::binary) << bytes;
    const auto report = log::verify_bundle_file(file, {});
    EXPECT_TRUE(report.has_value());
    return report.value_or(log::BundleReport{});
  }
  std::vector<std::string> left_behind() const {
    std::vector<std::string> out;
    std::error_code ignored;
    for (const auto& entry : fs::directory_iterator(data() / kEvidenceFolder, ignored)) {
      out.push_back(entry.path().filename().string());
    }
    return out;
  }
  void record(const std::string& name, DurationMs begun, const std::string& bytes) const {
    surveillance::SourceConfig source;
    source.name = "radar";
    source.transport = *surveillance::parse_transport("udp://127.0.0.1:8600");
    auto writer = surveillance::RecordingWriter::create((recordings_.path() / name).string(),
                                                        {.made = kTestStart + begun, .sources = {source}});
    ASSERT_TRUE(writer.has_value()) << writer.error().text();
    const Bytes content(bytes.begin(), bytes.end());
    ASSERT_TRUE(writer->append({.received = kTestStart + begun, .bytes = content}).has_value());
    ASSERT_TRUE(writer->sync().has_value());
  }

  [[nodiscard]] fs::path data() const { return node_.folder() / "data"; }

  TemporaryFolder recordings_;
  ManualClock clock_{kTestStart + 7'200'000};
  TestNode node_;
  std::string origin_;
  std::optional<EvidenceDesk> desk_;
};

TEST_F(EvidenceDeskTest, GivesABundleThatVerifiesAndLeavesNothingBehind) {
  auto made = ask(an_hour(), "duty");
  ASSERT_TRUE(made && made->has_value()) << (*made).error().text();
  EXPECT_THAT(left_behind(), IsEmpty()) << "its name is gone before anybody has it";
  const log::BundleReport report = verified(bytes_of(*(*made)->body));
  EXPECT_TRUE(report.good());
  EXPECT_EQ(report.made, clock_.now());
  ASSERT_EQ(report.logs.size(), 1U);
  EXPECT_GE(report.logs[0].entries.size(), 2U);
}

TEST_F(EvidenceDeskTest, TakesTheRecordingsOfTheTime) {
  record("recording-1.tsr", -7'200'000, "long before");
  record("recording-2.tsr", -60'000, "begun before");
  record("recording-3.tsr", 600'000, "within");
  record("recording-4.tsr", 4'000'000, "behind");
  std::ofstream(recordings_.path() / "recording-5.tsr") << "";
  auto made = ask(an_hour(), "duty");
  ASSERT_TRUE(made && made->has_value());
  std::vector<std::string> names;
  for (const log::BundleAttachment& one : verified(bytes_of(*(*made)->body)).attachments) names.push_back(one.name);
  EXPECT_THAT(names, ElementsAre(StartsWith("body-"), "recording-2.tsr", "recording-3.tsr"));
  EXPECT_EQ((*made)->made.recordings, 2U);
}

TEST_F(EvidenceDeskTest, OfTheRecordingUnderWayTakesWhatIsThere) {
  record("recording-1.tsr", 0, "first");
  const auto found = recordings_of(recordings_.path(), kTestStart, kTestStart + 1'000);
  ASSERT_TRUE(found.has_value() && found->size() == 1);
  ASSERT_TRUE(found->front().bytes.has_value());
  std::ofstream(recordings_.path() / "recording-1.tsr", std::ios::app) << "more comes while it is read";
  EvidenceRequest request = an_hour();
  request.made = clock_.now();
  request.attach = *found;
  const fs::path bundle = recordings_.path() / "a.bundle";
  ASSERT_TRUE(make_evidence(data(), request, bundle).has_value());
  const auto report = log::verify_bundle_file(bundle, {});
  ASSERT_TRUE(report.has_value() && report->good());
  const auto recording = std::ranges::find(report->attachments, "recording-1.tsr", &log::BundleAttachment::name);
  ASSERT_NE(recording, report->attachments.end());
  EXPECT_EQ(recording->bytes, *found->front().bytes);
  EXPECT_THAT(*recordings_of(recordings_.path() / "none", kTestStart, kTestStart + 1), IsEmpty());
}

TEST_F(EvidenceDeskTest, PlacesAreHeldUntilTheBundlesAreTaken) {
  auto first = ask(an_hour(), "duty");
  auto second = ask(an_hour(), "duty");
  ASSERT_TRUE(first->has_value() && second->has_value());
  EXPECT_EQ(ask(an_hour(), "duty")->error().code, ErrorCode::kOverloaded) << "two of one";
  auto third = ask(an_hour(), "chief");
  auto fourth = ask(an_hour(), "other");
  ASSERT_TRUE(third->has_value() && fourth->has_value());
  EXPECT_EQ(ask(an_hour(), "fifth")->error().code, ErrorCode::kOverloaded) << "four in all";
  first.reset();  // Taken, or the client has gone.
  EXPECT_TRUE(ask(an_hour(), "duty")->has_value());
  desk_.reset();  // Who still takes one may go on.
  EXPECT_TRUE(verified(bytes_of(*(*second)->body)).good());
}

TEST_F(EvidenceDeskTest, AFailureGivesThePlaceBack) {
  EvidenceRequest nothing = an_hour();
  nothing.from = kTestStart + 86'400'000;
  nothing.to = *nothing.from + 1;
  for (std::size_t i = 0; i < 2 * kEvidenceOrdersMax; ++i) {
    EXPECT_EQ(ask(nothing, "duty")->error().code, ErrorCode::kNotFound);
  }
  EXPECT_THAT(left_behind(), IsEmpty());
}

TEST_F(EvidenceDeskTest, WhatNobodyWaitsForIsNotMade) {
  EXPECT_FALSE(ask(an_hour(), "duty", [] { return true; }).has_value());
  // Gone in the middle: between the first look and the next.
  int looks = 0;
  const auto gone = ask(an_hour(), "duty", [&looks] { return looks++ > 0; });
  ASSERT_TRUE(gone.has_value());
  ASSERT_FALSE(gone->has_value());
  EXPECT_EQ(gone->error().code, ErrorCode::kUnavailable);
  EXPECT_THAT(left_behind(), IsEmpty());
  EXPECT_TRUE(ask(an_hour(), "duty")->has_value());
}

TEST_F(EvidenceDeskTest, StopsAndClearsWhatAnEarlierProcessLeft) {
  desk_->stop();
  EXPECT_EQ(ask(an_hour(), "duty")->error().code, ErrorCode::kUnavailable);
  fs::create_directory(data() / kEvidenceFolder);
  std::ofstream(data() / kEvidenceFolder / "1.bundle.77.partial") << "half";
  desk_.reset();
  desk_.emplace(EvidenceDesk::Config{.data_dir = data(), .clock = &clock_});
  EXPECT_TRUE(ask(an_hour(), "duty")->has_value());
  EXPECT_THAT(left_behind(), IsEmpty());
}

}  // namespace
}  // namespace tansiq::node
