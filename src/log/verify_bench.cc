// The parts of verification, and the whole.
#define OPENSSL_SUPPRESS_DEPRECATED
#include <benchmark/benchmark.h>
#include <openssl/evp.h>

#include "log/jcs.h"
#include "log/merkle.h"
#include "log/verify_figures.h"

namespace tansiq::log {
namespace {

std::string sample_record() {
  std::string line;
  JcsWriter w(line);
  w.begin_object().key("cmd").string("0123456789abcdef0123456789abcdef").key("kind").string("intent.accepted");
  w.key("outline").begin_array();
  for (int i = 0; i < 8; ++i) w.begin_array().integer(515'000'000 + i).integer(-1'234'567 - i).end_array();
  w.end_array().key("owner").string("Überlingen").key("seq").integer(123'456).key("time_ms").integer(1'700'000'000'000);
  return w.end_object(), line;
}

void BM_jcs_check(benchmark::State& state) {
  const std::string text = sample_record();
  for (auto _ : state) benchmark::DoNotOptimize(JcsDocument::check(text).has_value());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_jcs_check);

void BM_jcs_parse(benchmark::State& state) {
  const std::string text = sample_record();
  for (auto _ : state) benchmark::DoNotOptimize(JcsDocument::parse(text)->root().size());
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
}
BENCHMARK(BM_jcs_parse);

void BM_jcs_write(benchmark::State& state) {
  const auto document = JcsDocument::parse(sample_record());
  std::string out;
  for (auto _ : state) {
    out.clear();
    JcsWriter(out).value(document->root());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(out.size()));
}
BENCHMARK(BM_jcs_write);

void BM_leaf_hash(benchmark::State& state) {
  const Bytes entry(static_cast<std::size_t>(state.range(0)), 'x');
  for (auto _ : state) benchmark::DoNotOptimize(leaf_hash(entry));
  state.SetBytesProcessed(state.iterations() * state.range(0));
}
BENCHMARK(BM_leaf_hash)->Arg(64)->Arg(350)->Arg(4'000);

void BM_node_hash(benchmark::State& state) {
  Hash left = leaf_hash("left");
  const Hash right = leaf_hash("right");
  for (auto _ : state) benchmark::DoNotOptimize(left = node_hash(left, right));
}
BENCHMARK(BM_node_hash);

// The same through OpenSSL's generic interface, with the algorithm fetched once: why sha256.cc does not use it.
void BM_node_hash_evp(benchmark::State& state) {
  EVP_MD* const md = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  EVP_MD_CTX* const context = EVP_MD_CTX_new();
  std::array<std::uint8_t, 65> node{1};
  std::array<std::uint8_t, 32> out{};
  for (auto _ : state) {
    EVP_DigestInit_ex2(context, md, nullptr);
    EVP_DigestUpdate(context, node.data(), node.size());
    EVP_DigestFinal_ex(context, out.data(), nullptr);
    benchmark::DoNotOptimize(out);
  }
  EVP_MD_CTX_free(context);
  EVP_MD_free(md);
}
BENCHMARK(BM_node_hash_evp);

void BM_append(benchmark::State& state) {
  RightEdge edge;
  const Hash leaf = leaf_hash("leaf");
  for (auto _ : state) edge.append(leaf);
  benchmark::DoNotOptimize(edge.root());
}
BENCHMARK(BM_append);

void BM_verify_log(benchmark::State& state) {
  VerifyFigures figures;
  for (auto _ : state) figures = *measure_verify(static_cast<std::size_t>(state.range(0)), 1);
  state.counters["entries/s"] = figures.entries_per_second;
  state.counters["entries/s, 1 thread"] = figures.entries_per_second_single;
  state.counters["check MB/s"] = figures.check_megabytes_per_second;
}
BENCHMARK(BM_verify_log)->Arg(500'000)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tansiq::log

BENCHMARK_MAIN();
