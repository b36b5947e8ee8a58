// Checks a log as a foreign verifier does: by what is served, and the keys. Pure but for `fetchBytes`.
import { checkSignatures, readCheckpoint, readKey, readNote, type Checkpoint, type VerifierKey } from '../../tlog/note';
import type { CheckAsked, Finding, FindingKey, Verdict } from './protocol';
import { HASH_BYTES, hex, same } from '../../tlog/sha256';
import {
  bundlePath,
  bundles,
  consistencyProof,
  inclusionProof,
  readBundle,
  tilePath,
  tileWidth,
  type TileSource,
} from '../../tlog/tiles';
import { leafHash, RightEdge, verifyConsistency, verifyInclusion } from '../../tlog/tree';

export interface CheckDone {
  findings: Finding[];
  /** To be kept: only what was found good. */
  checkpoint: string | undefined;
  size: number;
  root: string;
  proof: string[];
  leaf: string | undefined;
}
export interface CheckHost {
  /** Below `/log/<origin>/`. */
  fetchBytes: (path: string) => Promise<Uint8Array>;
  finding?: (finding: Finding) => void;
  progress?: (done: number, of: number) => void;
}

const known = (texts: readonly string[]): VerifierKey[] => texts.map(readKey).filter((key) => key !== undefined);

export async function checkLog(asked: CheckAsked, host: CheckHost): Promise<CheckDone> {
  const findings: Finding[] = [];
  const say = (
    verdict: Verdict,
    key: FindingKey,
    params: Record<string, string | number> = {},
    at_ms?: number,
  ): void => {
    const finding: Finding = { verdict, key, params, ...(at_ms === undefined ? {} : { at_ms }) };
    findings.push(finding);
    host.finding?.(finding);
  };
  const end = (more: Partial<CheckDone> = {}): CheckDone => ({
    findings,
    checkpoint: undefined,
    size: 0,
    root: '',
    proof: [],
    leaf: undefined,
    ...more,
  });

  const text = new TextDecoder().decode(await host.fetchBytes('checkpoint'));
  const note = readNote(text);
  const now = note === undefined ? undefined : readCheckpoint(note.text);
  if (note === undefined || now === undefined) {
    say('bad', 'notNote');
    return end();
  }
  if (now.origin !== asked.origin) {
    say('bad', 'otherOrigin', { origin: now.origin });
    return end();
  }
  const at = { size: now.size, root: hex(now.root) };
  const keys = known(asked.keys);
  const signed = await checkSignatures(note, [...keys, ...known(asked.cosigners)]);
  const own = signed.filter((s) => s.by !== undefined && keys.includes(s.by));
  if (own.length === 0) say('bad', 'unsigned');
  for (const s of own)
    if (s.by !== undefined) say(s.good ? 'good' : 'bad', s.good ? 'signed' : 'forged', { key: s.by.name });
  const cosigned = signed.filter((s) => s.by !== undefined && !own.includes(s));
  for (const s of cosigned)
    if (s.by !== undefined)
      say(s.good ? 'good' : 'bad', s.good ? 'cosigned' : 'cosignedBad', { key: s.by.name }, s.time_ms);
  if (cosigned.length === 0) say('unknown', 'cosignedNone');

  const before = readBefore(asked);
  const tile = tileSource(now.size, host);
  if (asked.whole) await readAll(now, before, host, say);
  if (before === undefined) say('unknown', 'first');
  else if (now.size < before.size) say('bad', 'shrunk', { before: before.size, now: now.size });
  else if (now.size === before.size)
    say(same(now.root, before.root) ? 'good' : 'bad', same(now.root, before.root) ? 'same' : 'rewritten', {
      before: before.size,
    });
  else {
    // An empty tree is the beginning of every other.
    const proof = before.size === 0 ? [] : await consistencyProof(before.size, now.size, tile);
    const good = before.size === 0 || verifyConsistency(before.size, now.size, proof, before.root, now.root);
    say(good ? 'good' : 'bad', good ? 'grown' : 'rewritten', { before: before.size, n: now.size - before.size });
  }

  let proof: string[] = [];
  let leaf: string | undefined;
  const { index } = asked;
  if (index !== undefined && index >= now.size) say('bad', 'notIncluded', { index, hashes: 0 });
  else if (index !== undefined) {
    const n = Math.floor(index / 256);
    const entry = readBundle(await host.fetchBytes(bundlePath(now.size, n)), tileWidth(now.size, 0, n))[index % 256];
    const path = await inclusionProof(index, now.size, tile);
    if (entry !== undefined) {
      const hash = leafHash(entry);
      // Another may be served now than was shown.
      const good = (asked.shown ?? hex(hash)) === hex(hash) && verifyInclusion(hash, index, now.size, path, now.root);
      say(good ? 'good' : 'bad', good ? 'included' : 'notIncluded', { index, hashes: path.length });
      leaf = hex(hash);
      proof = path.map(hex);
    }
  }
  return end({ ...at, proof, leaf, checkpoint: findings.some((f) => f.verdict === 'bad') ? undefined : text });
}

function readBefore(asked: CheckAsked): Checkpoint | undefined {
  const note = asked.before === undefined ? undefined : readNote(asked.before);
  const before = note === undefined ? undefined : readCheckpoint(note.text);
  return before?.origin === asked.origin ? before : undefined;
}

/** Each once. */
function tileSource(size: number, host: CheckHost): TileSource {
  const held = new Map<string, Promise<Uint8Array>>();
  return (level, n) => {
    const path = tilePath(size, level, n);
    const found = held.get(path) ?? host.fetchBytes(path);
    held.set(path, found);
    return found;
  };
}

/** Makes the tree anew out of all entries: nobody's hash is believed. */
async function readAll(
  now: Checkpoint,
  before: Checkpoint | undefined,
  host: CheckHost,
  say: (verdict: Verdict, key: FindingKey, params?: Record<string, string | number>) => void,
): Promise<void> {
  const edge = new RightEdge();
  const utf8 = new TextDecoder('utf-8', { fatal: true });
  let unreadable = 0;
  let tilesBad = 0;
  for (let n = 0; n < bundles(now.size); n += 1) {
    const width = tileWidth(now.size, 0, n);
    const [entries, tile] = await Promise.all([
      host.fetchBytes(bundlePath(now.size, n)),
      host.fetchBytes(tilePath(now.size, 0, n)),
    ]);
    for (const [i, entry] of readBundle(entries, width).entries()) {
      const hash = leafHash(entry);
      if (!same(hash, tile.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES))) tilesBad += 1;
      edge.append(hash);
      if (edge.size === before?.size && before.size < now.size && !same(edge.root(), before.root))
        say('bad', 'rewritten', { before: before.size });
      try {
        JSON.parse(utf8.decode(entry));
      } catch {
        unreadable += 1;
      }
    }
    host.progress?.(edge.size, now.size);
  }
  const good = same(edge.root(), now.root);
  say(good ? 'good' : 'bad', good ? 'rootGood' : 'rootBad', { n: now.size });
  if (tilesBad > 0) say('bad', 'tileBad', { n: tilesBad });
  if (unreadable > 0) say('unknown', 'unreadable', { n: unreadable });
}
