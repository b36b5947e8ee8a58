// A node of its own for the benchmark: founded in a temporary folder, with one zone, one radar, officers, and intents.
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { createSocket } from 'node:dgram';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

import { AREA } from './fleet.mjs';

export const PASSWORD = 'correct horse battery';
const AT_ONCE = 32;
const FL_CM = 3048;

const environment = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('TANSIQ_')));

function run(program, words, input) {
  return new Promise((resolve, reject) => {
    const child = execFile(program, words, { env: environment }, (error, out, err) => {
      if (error === null) resolve(out);
      else reject(new Error(`${words.join(' ')}: ${err || error.message}`));
    });
    child.stdin.end(input);
  });
}
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
async function freeUdpPort() {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  return port;
}

export class BenchNode {
  /** `dist`: the console that it serves, else the one in the program. */
  static async start(program, dist) {
    const folder = await mkdtemp(join(tmpdir(), 'tansiq-bench-'));
    const node = new BenchNode(program, folder, dist);
    try {
      await node.found();
    } catch (error) {
      await node.stop();
      throw error;
    }
    return node;
  }
  constructor(program, folder, dist) {
    Object.assign(this, { program, folder, dist, data: join(folder, 'us') });
  }
  async found() {
    const { data, program } = this;
    const { south, north, west, east } = AREA;
    await run(program, ['init', data, '--authority', 'us', '--mode', 'TEST']);
    // Craft fly above it: who is in a zone unasked would be an alert.
    await run(program, [
      ...['charter', 'add-zone', join(data, 'charter.json'), '--id', 'B1', '--owner', 'us', '--disclosure', 'full'],
      ...['--band', 'FL0-FL190', '--polygon'],
      [
        [south - 1, west - 1],
        [north + 1, west - 1],
        [north + 1, east + 1],
        [south - 1, east + 1],
      ]
        .map((point) => point.join(','))
        .join(' '),
    ]);
    await run(program, ['charter', 'sign', join(data, 'charter.json'), '--key', join(data, 'node.key')]);
    for (const name of ['duty', 'second'])
      await run(program, ['officer', 'add', name, '--role', 'officer', '--data', data], `${PASSWORD}\n`);
    const scopes = 'intents.read,intents.file,picture.read';
    const minted = await run(program, ['token', 'mint', '--data', data, '--subject', 'us:ops', '--scope', scopes]);
    this.token = minted.trim();
    this.radar = await freeUdpPort();
    const config = join(this.folder, 'us.toml');
    await writeFile(
      config,
      `[[source]]\nname = "radar"\nformat = "asterix"\nurl = "udp://127.0.0.1:${String(this.radar)}"\n`,
    );
    const listen = `127.0.0.1:${String(await freePort())}`;
    const words = ['serve', '--json', '--data', data, '--no-develop', '--config', config, '--listen', listen];
    if (this.dist !== undefined) words.push('--console-dir', this.dist);
    this.process = spawn(program, words, { env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
    this.log = '';
    this.process.stderr.on('data', (text) => (this.log = `${this.log}${String(text)}`.slice(-4000)));
    const first = await createInterface({ input: this.process.stdout })[Symbol.asyncIterator]().next();
    if (first.done === true) throw new Error(`the node ended before it began: ${this.log}`);
    this.url = JSON.parse(first.value).url;
    const page = await fetch(`${this.url}/`, { headers: { Accept: 'text/html' } });
    if (!(await page.text()).includes('id="app"')) throw new Error('this program has no console in it');
  }
  async stop() {
    if (this.process !== undefined && this.process.exitCode === null) {
      this.process.kill('SIGTERM');
      await once(this.process, 'exit');
    }
    await rm(this.folder, { recursive: true, force: true });
  }

  async ask(method, path, body, token = this.token) {
    const answer = await fetch(this.url + path, {
      method,
      headers: {
        Authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${path}: ${String(answer.status)} ${text.slice(0, 300)}`);
    return text === '' ? undefined : JSON.parse(text);
  }
  /** A session of an officer for a program. */
  async officer(name) {
    const session = await this.ask('POST', '/v1/session', { name, password: PASSWORD, bearer: true });
    return session.token;
  }
  /** Files intents that are apart in place, level or time; a quarter of them now, the others in the next twelve hours. */
  async file(count) {
    const side = 60;
    const now = Date.now();
    const width = (AREA.east - AREA.west) / side;
    const height = (AREA.north - AREA.south) / side;
    const one = async (i) => {
      const cell = i % (side * side);
      const layer = Math.floor(i / (side * side));
      // A quarter of them begins one after the other: each time the map looks, some have begun.
      const begins = i % 4 === 0 ? now + 30_000 + (i / count) * 1_800_000 : now + (1 + (i % 12)) * 3_600_000;
      const lower = (20 + 50 * layer) * FL_CM;
      const id = `B${String(i).padStart(5, '0')}`;
      await this.ask('PUT', `/v1/intents/${id}`, {
        command_id: `bench-${id}`,
        flight: id,
        volumes: [
          {
            outline: {
              circle: {
                centre: [
                  Math.round((AREA.south + (Math.floor(cell / side) + 0.5) * height) * 1e7),
                  Math.round((AREA.west + ((cell % side) + 0.5) * width) * 1e7),
                ],
                radius_cm: 400_000,
              },
            },
            band: { ref: 'fl', lower_cm: lower, upper_cm: lower + 20 * FL_CM },
            window: { start_ms: Math.round(begins), end_ms: Math.round(begins) + 6 * 3_600_000 },
          },
        ],
      });
    };
    let next = 0;
    await Promise.all(
      Array.from({ length: AT_ONCE }, async () => {
        while (next < count) await one(next++);
      }),
    );
  }
}
