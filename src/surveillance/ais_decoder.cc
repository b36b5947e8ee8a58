#include "surveillance/ais_decoder.h"

#include <algorithm>

namespace tansiq::surveillance {

void AisDecoder::feed(ByteView bytes, UtcMs received, Sink& sink) {
  counters_.bytes += bytes.size();
  framer_.feed(
      bytes, [&](std::string_view line) { feed_line(line, received, sink); },
      [&] {
        ++counters_.units;
        counters_.reject(Reject::kTooLong);
      });
}

void AisDecoder::feed_datagram(ByteView bytes, UtcMs received, Sink& sink) {
  framer_.reset();
  feed(bytes, received, sink);
  finish(received, sink);
}

void AisDecoder::finish(UtcMs received, Sink& sink) {
  framer_.finish([&](std::string_view line) { feed_line(line, received, sink); },
                 [&] {
                   ++counters_.units;
                   counters_.reject(Reject::kTooLong);
                 });
}

void AisDecoder::feed_line(std::string_view line, UtcMs received, Sink& sink) {
  ++counters_.units;
  const auto sentence = parse_nmea(line);
  if (!sentence) {
    counters_.reject(sentence.error());
    return;
  }
  take(*sentence, received, sink);
}

void AisDecoder::reset() {
  framer_.reset();
  for (Assembly& assembly : assemblies_) assembly.fragments = 0;
}

void AisDecoder::take(const NmeaSentence& sentence, UtcMs received, Sink& sink) {
  if (sentence.fragments > 1) {
    add_part(sentence, received, sink);
    return;
  }
  payload_.clear();
  if (!payload_.append(sentence.payload)) {
    counters_.reject(Reject::kTooLong);
    return;
  }
  payload_.drop(sentence.fill_bits);
  decode(sentence.time, received, sink);
}

AisDecoder::Assembly& AisDecoder::assembly_of(const NmeaSentence& sentence) {
  constexpr std::string_view kChannels = "AB12";
  const std::size_t channel = std::min(kChannels.find(sentence.channel), kChannels.size());
  return assemblies_[sentence.sequence.value_or(10) * 5U + channel];
}

void AisDecoder::add_part(const NmeaSentence& sentence, UtcMs received, Sink& sink) {
  Assembly& assembly = assembly_of(sentence);
  const bool expired = received - assembly.started > kAisAssemblyMs || received < assembly.started;
  Part* part = &assembly.parts[sentence.fragment - 1U];
  const bool same = assembly.fragments == sentence.fragments && part->there &&
                    std::string_view(part->chars.data(), part->size) == sentence.payload;
  if (assembly.fragments != 0 && !expired && same) {
    counters_.reject(Reject::kDuplicate);
    return;
  }
  const bool another = assembly.fragments != sentence.fragments || part->there;
  if (assembly.fragments != 0 && (expired || another)) {
    counters_.reject(expired ? Reject::kIncomplete : Reject::kInconsistent);
    assembly.fragments = 0;
  }
  if (assembly.fragments == 0) {
    assembly.started = received;
    assembly.time.reset();
    assembly.fragments = assembly.missing = sentence.fragments;
    for (Part& p : assembly.parts) p.there = false;
  }
  std::copy(sentence.payload.begin(), sentence.payload.end(), part->chars.begin());
  part->size = static_cast<std::uint8_t>(sentence.payload.size());
  part->there = true;
  if (sentence.time && !assembly.time) assembly.time = sentence.time;
  if (sentence.fragment == sentence.fragments) assembly.fill_bits = sentence.fill_bits;
  if (--assembly.missing > 0) {
    ++counters_.unused;
    return;
  }
  const unsigned fragments = assembly.fragments;
  assembly.fragments = 0;
  payload_.clear();
  for (unsigned i = 0; i < fragments; ++i) {
    const Part& p = assembly.parts[i];
    if (!payload_.append({p.chars.data(), p.size})) {
      counters_.reject(Reject::kTooLong);
      return;
    }
  }
  payload_.drop(assembly.fill_bits);
  decode(assembly.time, received, sink);
}

void AisDecoder::decode(const std::optional<UtcMs>& time, UtcMs received, Sink& sink) {
  const AisContext context{source_, received, time.value_or(received), time.has_value()};
  const auto outcome = decode_ais(payload_, context, sink, counters_);
  if (!outcome) {
    counters_.reject(outcome.error());
    return;
  }
  ++by_type_[payload_.number(0, 6)];
  if (*outcome == AisOutcome::kByType) ++counters_.unused;
}

}  // namespace tansiq::surveillance
