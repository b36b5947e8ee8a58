// The Beast binary stream: Mode S messages as receivers hand them on.
//
//   0x1A  type  timestamp (6 octets, 12 MHz)  signal (1)  message (2, 7 or 14)
//
// Every 0x1A after the first is doubled, so a single one always begins a frame and a damaged stream is found again at
// the next one. The timestamp counts from when the receiver was switched on; it is not UTC and orders nothing between
// receivers, so the time of a message is when it was received here.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "base/bytes.h"
#include "surveillance/counters.h"

namespace tansiq::surveillance {

struct BeastFrame {
  enum class Kind : std::uint8_t { kModeAc = '1', kShort = '2', kLong = '3', kStatus = '4' };
  Kind kind = Kind::kShort;
  std::uint64_t ticks = 0;  ///< 12 MHz, 48 bits.
  std::uint8_t signal = 0;
  ByteView message;
};

/// Cuts a stream into frames. Bounded: it keeps at most one frame.
class BeastFramer {
 public:
  /// Calls `frame(const BeastFrame&)` for each whole frame in order; the message lives until it returns.
  template <class Frame>
  void feed(ByteView bytes, DecodeCounters& counters, Frame&& frame) {
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      const std::uint8_t byte = bytes[i];
      if (escaped_) {
        escaped_ = false;
        if (byte != kEscape) {
          begin(byte, counters);
          continue;
        }
      } else if (byte == kEscape) {
        escaped_ = true;
        continue;
      }
      if (wanted_ == 0) {
        if (!noise_) counters.reject(Reject::kNoise);
        noise_ = true;
        continue;
      }
      kept_[size_++] = byte;
      if (size_ == wanted_) {
        wanted_ = 0;
        ++counters.units;
        frame(view());
      }
    }
  }

  /// The bytes end here for good: a frame that is not whole is counted.
  void finish(DecodeCounters& counters) {
    if (wanted_ != 0) {
      ++counters.units;
      counters.reject(Reject::kTruncated);
    }
    reset();
  }

  void reset() {
    escaped_ = noise_ = false;
    wanted_ = size_ = 0;
  }

 private:
  static constexpr std::uint8_t kEscape = 0x1A;
  static constexpr std::size_t kHead = 7;

  void begin(std::uint8_t type, DecodeCounters& counters) {
    if (wanted_ != 0) {
      ++counters.units;
      counters.reject(Reject::kTruncated);
    }
    size_ = 0;
    noise_ = false;
    kind_ = static_cast<BeastFrame::Kind>(type);
    switch (type) {
      case '1':
        wanted_ = kHead + 2;
        break;
      case '2':
        wanted_ = kHead + 7;
        break;
      case '3':
      case '4':
        wanted_ = kHead + 14;
        break;
      default:
        wanted_ = 0;
        noise_ = true;
        ++counters.units;
        counters.reject(Reject::kBadSyntax);
    }
  }

  [[nodiscard]] BeastFrame view() const {
    BeastFrame out;
    out.kind = kind_;
    for (std::size_t i = 0; i < 6; ++i) out.ticks = out.ticks << 8 | kept_[i];
    out.signal = kept_[6];
    out.message = ByteView(kept_).subspan(kHead, size_ - kHead);
    return out;
  }

  bool escaped_ = false;
  bool noise_ = false;
  BeastFrame::Kind kind_ = BeastFrame::Kind::kShort;
  std::size_t wanted_ = 0;  ///< Octets of the frame under way; 0 between frames.
  std::size_t size_ = 0;
  std::array<std::uint8_t, kHead + 14> kept_{};
};

/// Appends one frame, escaped.
void put_beast_frame(std::string& out, ByteView message, std::uint64_t ticks, std::uint8_t signal);

}  // namespace tansiq::surveillance
