// @vitest-environment node
import { describe, expect, it } from 'vitest';

import { checkLog, type CheckDone } from './check';
import type { CheckAsked } from './protocol';
import { hex, sha256 } from '../../tlog/sha256';
import { leafHash, RightEdge } from '../../tlog/tree';

const utf8 = new TextEncoder();
const ORIGIN = 'north.example/log1';

/** A log in memory that can lie. */
class FakeLog {
  readonly entries: Uint8Array[] = [];
  served = new Map<string, Uint8Array>();
  private constructor(
    private readonly signer: CryptoKeyPair,
    readonly vkey: string,
    private readonly id: Uint8Array,
  ) {}

  static async make(): Promise<FakeLog> {
    const pair = (await crypto.subtle.generateKey({ name: 'Ed25519' }, true, ['sign', 'verify'])) as CryptoKeyPair;
    const key = new Uint8Array([1, ...new Uint8Array(await crypto.subtle.exportKey('raw', pair.publicKey))]);
    const id = sha256(utf8.encode(`${ORIGIN}\n`), key).subarray(0, 4);
    return new FakeLog(pair, `${ORIGIN}+${hex(id)}+${btoa(String.fromCharCode(...key))}`, id);
  }
  add(n: number): this {
    for (let i = 0; i < n; i += 1) this.entries.push(utf8.encode(`{"n":${String(this.entries.length)},"type":"t"}`));
    return this;
  }
  async checkpoint(): Promise<string> {
    const edge = new RightEdge();
    for (const entry of this.entries) edge.append(leafHash(entry));
    const text = `${ORIGIN}\n${String(edge.size)}\n${btoa(String.fromCharCode(...edge.root()))}\n`;
    const signature = new Uint8Array(
      await crypto.subtle.sign({ name: 'Ed25519' }, this.signer.privateKey, utf8.encode(text)),
    );
    return `${text}\n\u2014 ${ORIGIN} ${btoa(String.fromCharCode(...this.id, ...signature))}\n`;
  }
  fetch = async (path: string): Promise<Uint8Array> => {
    const served = this.served.get(path);
    if (served !== undefined) return served;
    if (path === 'checkpoint') return utf8.encode(await this.checkpoint());
    const [, level, name, width] = /^tile\/(\w+)\/([x\d/]+?)(?:\.p\/(\d+))?$/.exec(path) ?? [];
    const n = Number(name?.replaceAll(/[x/]/g, ''));
    const part = this.entries.slice(n * 256, n * 256 + Number(width ?? 256));
    if (level === 'entries') return Uint8Array.from(part.flatMap((e) => [e.length >> 8, e.length & 255, ...e]));
    if (level === '0') return Uint8Array.from(part.flatMap((e) => [...leafHash(e)]));
    const roots = Array.from({ length: Math.floor(this.entries.length / 256) }, (_, k) => {
      const edge = new RightEdge();
      for (const entry of this.entries.slice(k * 256, k * 256 + 256)) edge.append(leafHash(entry));
      return [...edge.root()];
    });
    return Uint8Array.from(roots.flat());
  };
  check(more: Partial<CheckAsked> = {}): Promise<CheckDone> {
    return checkLog(
      {
        base: '',
        origin: ORIGIN,
        keys: [this.vkey],
        cosigners: [],
        before: undefined,
        whole: true,
        index: undefined,
        shown: undefined,
        ...more,
      },
      { fetchBytes: this.fetch },
    );
  }
}
const keys = (done: CheckDone): string[] => done.findings.map((f) => `${f.verdict}:${f.key}`);

describe('checkLog', () => {
  it('finds a good log good, and what it proves', async () => {
    const log = (await FakeLog.make()).add(300);
    const done = await log.check({ index: 257 });
    expect(keys(done)).toEqual([
      'good:signed',
      'unknown:cosignedNone',
      'good:rootGood',
      'unknown:first',
      'good:included',
    ]);
    expect(done.size).toBe(300);
    expect(done.checkpoint).toContain(ORIGIN);
  });
  it('knows what it has seen before', async () => {
    const log = (await FakeLog.make()).add(255);
    const before = await log.checkpoint();
    expect(keys(await log.check({ before }))).toContain('good:same');
    log.add(300);
    for (const whole of [true, false]) {
      const done = await log.check({ before, whole });
      expect(keys(done)).toContain('good:grown');
      expect(done.findings.find((f) => f.key === 'grown')?.params).toMatchObject({ before: 255, n: 300 });
    }
  });
  it('tells when what was seen is another now', async () => {
    const log = (await FakeLog.make()).add(40);
    const before = await log.checkpoint();
    log.add(30);
    log.entries[3] = utf8.encode('{"n":-3}');
    for (const whole of [true, false]) {
      const done = await log.check({ before, whole });
      expect(keys(done)).toContain('bad:rewritten');
      expect(done.checkpoint).toBeUndefined();
    }
    log.entries.length = 20;
    expect(keys(await log.check({ before }))).toContain('bad:shrunk');
  });
  it('proves the entry that was shown, and no other', async () => {
    const log = (await FakeLog.make()).add(10);
    const shown = hex(leafHash(log.entries[3] ?? new Uint8Array()));
    expect(keys(await log.check({ index: 3, shown }))).toContain('good:included');
    expect(keys(await log.check({ index: 4, shown }))).toContain('bad:notIncluded');
    expect(keys(await log.check({ index: 10, shown }))).toContain('bad:notIncluded');
  });
  it('tells when entries, tiles or signatures do not fit', async () => {
    const log = (await FakeLog.make()).add(10);
    const good = await log.fetch('tile/entries/000.p/10');
    log.served.set('tile/entries/000.p/10', good.with(6, 0x39));
    expect(keys(await log.check())).toEqual(expect.arrayContaining(['bad:rootBad', 'bad:tileBad']));
    log.served.clear();
    log.served.set('checkpoint', utf8.encode((await log.checkpoint()).replace('\n10\n', '\n11\n')));
    expect(keys(await log.check({ whole: false }))).toContain('bad:forged');
    log.served.set('checkpoint', utf8.encode('hello'));
    expect(keys(await log.check())).toEqual(['bad:notNote']);
    log.served.clear();
    expect(keys(await log.check({ keys: [] }))).toContain('bad:unsigned');
    expect(keys(await log.check({ origin: 'south.example/log1' }))).toEqual(['bad:otherOrigin']);
  });
});
