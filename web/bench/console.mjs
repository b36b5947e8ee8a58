// `./dev bench console`: the figures of the console, on a real node that a radar feeds over UDP, in a browser that draws
// by the processor.
//
//   node scripts/run.mjs bench/console.mjs [--json] [--only PART] [--minutes N] [--alerts N] [--strict] [--dist DIR]
//       [--composed]
//
// TANSIQ_PROGRAM is the program, of a release build with the console in it; --dist names another console, as web/dist.
// --composed: the page is put together without a card (browser.mjs). Parts: tracks, alerts, reload. It wants a machine that does
// nothing else.
import { fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

import { Console, launch } from './browser.mjs';
import { atLeast, atMost, beside, line, median, ok, plain, quantile, table } from './figure.mjs';
import { drawByGeoJson } from './geojson.mjs';
import { BenchNode } from './node.mjs';
import { sizes } from '../scripts/sizes.mjs';

const TRACKS = 5_000;
const INTENTS = 10_000;
const RELOADS = 5;
const WARM_MS = 60_000;
const HEAP_EVERY_MS = 10_000;
const PARTS = ['tracks', 'alerts', 'reload'];
const here = dirname(fileURLToPath(import.meta.url));

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    only: { type: 'string', default: '' },
    minutes: { type: 'string', default: '5' },
    strict: { type: 'boolean', default: false },
    dist: { type: 'string' },
    composed: { type: 'boolean', default: false },
    alerts: { type: 'string', default: '200' },
  },
});
const minutes = Number(options.minutes);
const ALERTS = Number(options.alerts);
if (!(minutes > 0) || !(ALERTS > 0)) throw new Error('--minutes and --alerts need a number');
const parts = PARTS.filter((part) => `console_${part}`.startsWith(options.only) || part.startsWith(options.only));
if (parts.length === 0) throw new Error(`there is no such part; parts: ${PARTS.join(', ')}`);

const say = (text) => {
  if (process.stderr.isTTY) process.stderr.write(`${text}\n`);
};
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const figures = [];
function add(part, ...some) {
  for (const figure of some) {
    const named = { ...figure, name: `console_${part}.${figure.name}` };
    figures.push(named);
    if (options.json) process.stdout.write(`${line(named)}\n`);
  }
}

/** The radar: what it sent in each second. */
class Radar {
  constructor(port) {
    this.seconds = [];
    this.child = fork(join(here, 'sender.mjs'));
    this.child.on('message', (second) => this.seconds.push(second));
    this.child.send({ port, count: TRACKS });
  }
  pair(n, seconds) {
    this.child.send({ pair: n, seconds });
  }
  stop() {
    if (this.child.connected) this.child.disconnect();
  }
}

async function measureTracks(of, browser, radar) {
  say(`measuring ${String(TRACKS)} tracks for ${String(minutes)} minutes …`);
  const { page } = of;
  const duration = minutes * 60_000;
  const warm = Math.min(WARM_MS, duration / 4);
  await sleep(warm);
  const count = (seconds) => seconds.reduce((sum, second) => sum + second.sent, 0) / seconds.length;
  const heaps = [];
  const nodes = [];
  const begun = Date.now();
  const first = radar.seconds.length;
  const before = await of.metrics();
  await page.evaluate(() => globalThis.bench.begin());
  let collecting = 0;
  while (Date.now() - begun < duration) {
    await sleep(HEAP_EVERY_MS);
    await page.evaluate(() => globalThis.bench.pause());
    const from = (await of.metrics()).TaskDuration;
    heaps.push({ at: Date.now() - begun, mib: await of.heap() });
    const metrics = await of.metrics();
    collecting += metrics.TaskDuration - from;
    nodes.push(metrics.Nodes);
    await page.evaluate(() => globalThis.bench.begin());
  }
  const seconds = (Date.now() - begun) / 1000;
  const busy = ((await of.metrics()).TaskDuration - before.TaskDuration - collecting) / seconds;
  const { waits, tasks } = await page.evaluate(() => globalThis.bench.take());
  const quarter = Math.max(1, Math.floor(heaps.length / 4));
  const [early, late] = [heaps.slice(0, quarter), heaps.slice(-quarter)].map((some) => median(some.map((h) => h.mib)));
  const sent = radar.seconds.slice(first);
  say('the same by sources of GeoJSON …');
  const other = await drawByGeoJson(browser, TRACKS, 20);
  add(
    'tracks',
    atLeast('reports_sent', count(sent), 'reports/s', TRACKS * 0.99),
    plain('sender_late_max', Math.max(...sent.map((second) => second.late_ms)), 'ms'),
    plain('blocked_p50', quantile(waits, 0.5), 'ms'),
    plain('blocked_p99', quantile(waits, 0.99), 'ms'),
    beside(atMost('blocked_p99.9', quantile(waits, 0.999), 'ms', 200), quantile(other.waits, 0.999)),
    plain(
      'blocked_max',
      waits.reduce((most, wait) => Math.max(most, wait), 0),
      'ms',
    ),
    plain('tasks_over_50ms', tasks.length / (seconds / 60), 'a minute'),
    beside(plain('interface_thread', busy * 1000, 'ms/s'), other.busy),
    plain('memory', late, 'MiB'),
    atMost('memory_growth', Math.max(0, (late / early - 1) * 100), '%', 5),
    plain('document_nodes_growth', (nodes.at(-1) / nodes[0] - 1) * 100, '%'),
  );
}

async function measureAlerts(of, node, radar) {
  say(`measuring ${String(ALERTS)} alerts …`);
  const token = await node.officer('second');
  const raised = new Map();
  const acknowledged = new Set();
  const look = async () => {
    const { alerts } = await node.ask('GET', '/v1/alerts', undefined, token);
    const seen = await of.page.evaluate(() => globalThis.bench.seen);
    for (const alert of alerts) {
      if (!raised.has(alert.id)) raised.set(alert.id, alert.raised_ms);
      // Seen on the screen: a second officer has it off the list, as in a watch.
      if (!(seen[alert.id]?.shown > 0) || acknowledged.has(alert.id)) continue;
      acknowledged.add(alert.id);
      await node.ask('POST', `/v1/alerts/${String(alert.id)}/acknowledge`, undefined, token);
    }
  };
  await look();
  const before = new Set(raised.keys());
  for (let n = 0; n < ALERTS; n += 1) {
    radar.pair(n, 10);
    await sleep(500);
    if (n % 2 === 1) await look();
  }
  for (let left = 20; left > 0; left -= 1) {
    await sleep(500);
    await look();
  }
  const seen = await of.page.evaluate(() => globalThis.bench.seen);
  const counted = [...raised].filter(([id]) => !before.has(id));
  const shown = counted.filter(([id]) => seen[id]?.shown > 0);
  const delays = shown.map(([id, at]) => seen[id].shown - at);
  const told = shown.map(([id, at]) => seen[id].told - at);
  add(
    'alerts',
    atLeast('raised', counted.length, 'alerts', ALERTS * 0.95),
    atMost('not_shown', counted.length - shown.length, 'alerts', 0),
    // The rest of the way to the screen is the browser's, and of what draws for it.
    plain('in_document_p50', quantile(told, 0.5), 'ms'),
    plain('in_document_p99', quantile(told, 0.99), 'ms'),
    plain('visible_p50', quantile(delays, 0.5), 'ms'),
    atMost('visible_p99', quantile(delays, 0.99), 'ms', 300),
    plain('visible_max', Math.max(...delays), 'ms'),
  );
}

async function measureReload(of) {
  const marks = [];
  for (let n = 0; n < RELOADS; n += 1) {
    say(`reload ${String(n + 1)} of ${String(RELOADS)} …`);
    await of.page.reload({ waitUntil: 'commit' });
    marks.push(await of.usable(INTENTS, TRACKS));
    // What is still drawn behind it is no part of the next.
    await sleep(5000);
  }
  const usable = marks.map((mark) => Math.max(mark.world, mark.tracks, mark.live) / 1000);
  // What the program of this tree has in it, else what was built last.
  const folders = ['../../build/console/dist', '../dist'].map((folder) => join(here, folder));
  const built = options.dist ?? folders.find(existsSync);
  const { total } = sizes(built);
  const of_ = (name) => median(marks.map((mark) => mark[name])) / 1000;
  add(
    'reload',
    atMost('first_paint_max', Math.max(...marks.map((mark) => mark.paint)) / 1000, 's', 2),
    plain('stream_median', of_('live'), 's'),
    plain('strips_median', of_('world'), 's'),
    plain('tracks_median', of_('tracks'), 's'),
    plain('usable_median', median(usable), 's'),
    atMost('usable_max', Math.max(...usable), 's', 4),
    atMost('size', total / 1024, 'KiB, gzip', 1536),
  );
}

const program = process.env.TANSIQ_PROGRAM;
if (program === undefined) throw new Error('TANSIQ_PROGRAM names the program');
say(`a node with ${String(INTENTS)} intents …`);
const node = await BenchNode.start(program, options.dist);
let radar;
let browser;
let stopped = false;
const end = async () => {
  radar?.stop();
  await browser?.close();
  await node.stop();
};
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => {
    stopped = true;
    void end().finally(() => process.exit(signal === 'SIGINT' ? 130 : 143));
  });
try {
  await node.file(INTENTS);
  radar = new Radar(node.radar);
  browser = await launch(options.composed);
  const of = await Console.open(browser, node.url);
  await of.signIn('duty');
  await of.usable(INTENTS, TRACKS);
  if (parts.includes('tracks')) await measureTracks(of, browser, radar);
  if (parts.includes('alerts')) await measureAlerts(of, node, radar);
  if (parts.includes('reload')) await measureReload(of);
  of.healthy();
} catch (error) {
  // Whoever stopped it knows why.
  if (!stopped) throw error;
} finally {
  if (!stopped) await end();
}
if (!stopped && !options.json) process.stdout.write(`${table(figures)}\n`);
if (options.strict && figures.some((figure) => !ok(figure))) process.exitCode = 1;
