// Every bound that input can reach, in one place: sizes, counts, work. A limit's name ends in its unit and `_max`.
//
// A limit is part of the interface: what exceeds it gets an error that names the limit, never a truncated result.
#pragma once

#include <cstddef>
#include <cstdint>

namespace tansiq {

// The record (reference: C2SP tlog-tiles, 16-bit entry length).
inline constexpr std::size_t kEntryBytesMax = 65'535;
inline constexpr std::size_t kNoteBytesMax = 1U << 20;
inline constexpr std::size_t kNoteSignaturesMax = 100;
inline constexpr std::size_t kJsonDepthMax = 32;

// Shapes and intents.
inline constexpr std::size_t kPolygonVerticesMax = 10'000;
inline constexpr std::size_t kCorridorPointsMax = 1'000;
/// Of the legs. A piece is hundreds of kilometres long where its leg is: this is more than thirty times round the
/// earth.
inline constexpr std::size_t kCorridorPiecesMax = 4'096;
inline constexpr std::size_t kVolumesPerIntentMax = 256;
inline constexpr std::int64_t kRadiusCmMax = 500'000'00;         // 500 km
inline constexpr std::int64_t kCorridorWidthCmMax = 100'000'00;  // 100 km a side
inline constexpr std::int64_t kHeightCmMin = -1'000'00;          // 1 km below the reference
inline constexpr std::int64_t kHeightCmMax = 100'000'00;         // 100 km above it
inline constexpr std::int64_t kIntentHorizonMs = 56LL * 86'400'000;

// One request.
inline constexpr std::size_t kRequestBodyBytesMax = 4U << 20;
inline constexpr std::size_t kRequestHeadBytesMax = 16U << 10;
inline constexpr std::size_t kConflictsReportedMax = 64;
inline constexpr std::size_t kCandidatesMax = 20'000;
inline constexpr std::size_t kQueryResultsMax = 10'000;

// HTTP, beyond the request sizes above.
inline constexpr std::size_t kHeadersMax = 64;
inline constexpr std::size_t kQueryParametersMax = 64;
inline constexpr std::size_t kPathSegmentsMax = 32;
inline constexpr std::size_t kTokenBytesMax = 4'096;       // Of our own minting.
inline constexpr std::size_t kBearerBytesMax = 16U << 10;  // Of anybody; the head around it has its own bound.

// Files that messages carry. One fits the body of a request; all of them stand in the node's store and its backups.
inline constexpr std::size_t kAttachmentBytesMax = kRequestBodyBytesMax;
inline constexpr std::size_t kAttachmentsMax = 16'384;
inline constexpr std::size_t kAttachmentsOwnBytesMax = 256U << 20;   // Uploaded here.
inline constexpr std::size_t kAttachmentsPeerBytesMax = 128U << 20;  // Fetched of one peer.
inline constexpr std::size_t kAttachmentsBytesMax = 1U << 30;

// The node.
inline constexpr std::size_t kConnectionsMax = 12'000;
inline constexpr std::size_t kCommandQueueMax = 4'096;
inline constexpr std::size_t kBatchCommandsMax = 256;
inline constexpr std::size_t kCommandMemoryMax = 1'000'000;
inline constexpr std::int64_t kCommandMemoryMs = 24LL * 3'600'000;

// Replication: one answer of a peer, and what we send it. An answer fits one batch of the store.
inline constexpr std::size_t kPullEntriesMax = 1'024;
inline constexpr std::size_t kPullEntryBytesMax = 4U << 20;  // Of all entries together, beyond the first.
inline constexpr std::size_t kPullNoteBytesMax = 8U << 10;   // A checkpoint with its signatures.
inline constexpr std::size_t kPullAnswerBytesMax = kPullEntryBytesMax + (128U << 10);
/// What one peer may give back of one lost log (node/recovery.h).
inline constexpr std::size_t kRecoveryLineBytesMax = 64U << 20;
inline constexpr std::int64_t kPullWaitMsMax = 30'000;
inline constexpr std::size_t kPullWaitersMax = 1'024;

}  // namespace tansiq
