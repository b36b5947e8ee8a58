// Are the places that one source gives of one address those of one craft, or of two that fly near each other?
//
//   TwoPlaces places;
//   if (const auto metres = places.take(report.source, report.system, measurement)) … two, so far apart …
//
// Two that are far apart are told apart by what cannot be reached (signs.h). Nearer than some 400 m either place can be
// reached from the other, and a filter settles between the two. What tells them apart is the form: places that fall to
// two sides of one straight way, to and fro, with nothing in between. Over windows of `kPlaces` places the way and the
// step between the two sides are fitted together. It counts when the step
//
//   is `kStepSigmas` times the scatter on each side along it, and more: of one craft with noise of whatever size and
//   form it is 2.7 (normal) to 3.5 (uniform) times that, and chance makes it 5 in one window of thirty thousand
//   (sixty); is `kStatedSigmas` times what the reports claim as their error, and `kStepMinM`: a grid that places are
//   rounded to looks like two sides; is taken from each side several times, and to and fro: a turn leaves places on one
//   side, then on the other; is so still without what is explained by time stamps that are wrong by `kTimeSlackS`: of a
//   craft that two receivers hear, one of them later, places alternate along its way.
//
// And when three windows in a row say so. Only within one source, and of that within one radar or centre (SAC/SIC): two
// have biases of their own, which look the same as two craft that each hears one of, so places of several are never
// compared here.
//
// Cost: four sines a place. 224 bytes. Pure.
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "picture/measurement.h"
#include "surveillance/report.h"

namespace tansiq::picture {

class TwoPlaces {
 public:
  static constexpr std::size_t kPlaces = 16;
  static constexpr std::uint8_t kWindows = 3;
  /// What is longer ago is no part of a window; a source that is silent for so long gives way to another.
  static constexpr DurationMs kWindowMsMax = 200'000;
  static constexpr double kStepSigmas = 5;
  static constexpr double kStatedSigmas = 4;
  static constexpr double kStepMinM = 50;
  static constexpr double kTimeSlackS = 1;

  /// Takes a report with a place, of a craft that it names. How far apart the two are, in metres, when this one ends a
  /// window that says, as those before, that there are two.
  std::optional<double> take(surveillance::SourceId source, std::optional<std::uint16_t> system, const Measurement& m);

 private:
  struct Place {
    geo::LatLng at;
    std::int32_t ms = 0;  ///< Since `begun_`.
  };
  [[nodiscard]] std::optional<double> step() const;

  surveillance::SourceId source_;
  std::optional<std::uint16_t> system_;
  std::uint8_t count_ = 0;
  std::uint8_t windows_ = 0;  ///< In a row that say so, at most `kWindows`.
  float stated_m_ = 0;        ///< The largest of the window.
  UtcMs begun_;
  std::array<Place, kPlaces> places_{};
};

}  // namespace tansiq::picture
