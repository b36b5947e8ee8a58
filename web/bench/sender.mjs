// Sends the fleet to a node's radar input, each craft once a second, evenly over the second: a process of its own, which
// nothing else holds up.
//
//   fork('sender.mjs')     ← { port, count }        begins
//                          ← { pair: n, seconds }   two more, which meet; for so long
//                          → { sent, late_ms }      once a second: reports, and by how much the latest of them was late
import { createSocket } from 'node:dgram';

import { block, fleet, pair } from './fleet.mjs';

const SLICES = 50;
const SLICE_MS = 1000 / SLICES;
/** Fits a datagram of Ethernet. */
const RECORDS_MAX = 40;

const socket = createSocket('udp4');
let slices = [];
let pairs = [];
let [sent, late] = [0, 0];

function send(port, craft, now) {
  for (let from = 0; from < craft.length; from += RECORDS_MAX) {
    const some = craft.slice(from, from + RECORDS_MAX);
    socket.send(block(some, now), port, '127.0.0.1');
    sent += some.length;
  }
}

function begin({ port, count }) {
  const craft = fleet(count, Date.now());
  slices = Array.from({ length: SLICES }, (_, n) => craft.filter((_, i) => i % SLICES === n));
  const begun = performance.now();
  let done = 0;
  const tick = () => {
    const now = performance.now();
    const due = Math.floor((now - begun) / SLICE_MS);
    late = Math.max(late, now - begun - (done + 1) * SLICE_MS);
    for (; done < due; done += 1) send(port, slices[done % SLICES], Date.now());
    const moment = Date.now();
    for (const one of pairs) {
      if (moment < one.next) continue;
      one.next += 1000;
      send(port, one.craft, moment);
    }
    pairs = pairs.filter((one) => moment < one.until);
    setTimeout(tick, Math.max(1, begun + (due + 1) * SLICE_MS - performance.now()));
  };
  tick();
  setInterval(() => {
    process.send({ sent, late_ms: late });
    [sent, late] = [0, 0];
  }, 1000);
}

process.on('message', (message) => {
  if ('count' in message) begin(message);
  else {
    const now = Date.now();
    pairs.push({ craft: pair(message.pair, now), next: now, until: now + message.seconds * 1000 });
  }
});
process.on('disconnect', () => process.exit(0));
