// @vitest-environment node
// Against vectors that foreign programs have made; the same that the node's own tests take.
import { describe, expect, it } from 'vitest';

import { checkSignatures, readCheckpoint, readKey, readNote } from './note';
import { fromHex, hex, sha256 } from './sha256';
import {
  bundlePath,
  consistencyProof,
  inclusionProof,
  readBundle,
  tileName,
  tilePath,
  tileWidth,
  type TileSource,
} from './tiles';
import { leafHash, nodeHash, RightEdge, verifyConsistency, verifyInclusion } from './tree';
import vectors from './tlog-vectors.json';

const utf8 = new TextEncoder();
const leaf = (i: number): Uint8Array => leafHash(utf8.encode(`{"n":${String(i)}}`));
const hashes = (proof: readonly string[]): Uint8Array[] => proof.map(fromHex);

/** All tiles of a log of that size, in memory. */
function tilesOf(size: number): { rows: Uint8Array[][]; source: TileSource } {
  const rows: Uint8Array[][] = [Array.from({ length: size }, (_, i) => leaf(i))];
  for (let row = rows[0] as Uint8Array[]; row.length >= 256;) {
    const next: Uint8Array[] = [];
    for (let n = 0; n + 256 <= row.length; n += 256) {
      const edge = new RightEdge();
      for (const hash of row.slice(n, n + 256)) edge.append(hash);
      next.push(edge.root());
    }
    rows.push(next);
    row = next;
  }
  const source: TileSource = (level, n) => {
    const part = (rows[level] ?? []).slice(n * 256, n * 256 + 256);
    const out = new Uint8Array(part.length * 32);
    part.forEach((hash, i) => out.set(hash, i * 32));
    return Promise.resolve(out);
  };
  return { rows, source };
}

describe('sha256', () => {
  it('is that of the standard, over the edges of blocks', async () => {
    expect(hex(sha256(utf8.encode('abc')))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    for (const length of [0, 1, 54, 55, 56, 63, 64, 65, 119, 120, 1000]) {
      const bytes = Uint8Array.from({ length }, (_, i) => (i * 7 + length) & 255);
      expect(hex(sha256(bytes))).toBe(hex(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))));
    }
  });
});

describe('the tree', () => {
  it('has the leaves and nodes of the vectors', () => {
    for (const [i, hash] of Object.entries(vectors.leaf_hashes)) expect(hex(leaf(Number(i)))).toBe(hash);
    expect(hex(nodeHash(leaf(0), leaf(1)))).toBe(vectors.node_0_1);
  });
  it('has their roots', () => {
    const wanted = new Map(Object.entries(vectors.roots).map(([size, root]) => [Number(size), root]));
    const edge = new RightEdge();
    for (let size = 0; size <= Math.max(...wanted.keys()); size += 1) {
      const root = wanted.get(size);
      if (root !== undefined) expect(hex(edge.root()), String(size)).toBe(root);
      edge.append(leaf(size));
    }
  }, 120_000);
  it('takes their proofs of inclusion, and no changed one', () => {
    for (const v of vectors.inclusion) {
      const proof = hashes(v.proof);
      expect(verifyInclusion(fromHex(v.leaf_hash), v.index, v.size, proof, fromHex(v.root))).toBe(true);
      expect(verifyInclusion(leaf(v.index + 1), v.index, v.size, proof, fromHex(v.root))).toBe(false);
      expect(verifyInclusion(fromHex(v.leaf_hash), v.index, v.size, [...proof, leaf(0)], fromHex(v.root))).toBe(false);
      expect(verifyInclusion(fromHex(v.leaf_hash), v.size, v.size, proof, fromHex(v.root))).toBe(false);
      if (proof.length > 0)
        expect(verifyInclusion(fromHex(v.leaf_hash), v.index, v.size, proof.slice(1), fromHex(v.root))).toBe(false);
    }
  });
  it('takes their proofs of consistency, and no changed one', () => {
    for (const v of vectors.consistency) {
      const proof = hashes(v.proof);
      const ask = (p: Uint8Array[], older = v.old_root): boolean =>
        verifyConsistency(v.old_size, v.new_size, p, fromHex(older), fromHex(v.new_root));
      expect(ask(proof)).toBe(true);
      expect(ask([...proof, leaf(0)])).toBe(false);
      expect(ask(proof, hex(leaf(9)))).toBe(false);
      if (proof.length > 0) expect(ask(proof.slice(0, -1))).toBe(false);
    }
  });
  it('tells the fork of the vectors', () => {
    const { different_size: fork } = vectors.fork;
    const [a, b] = [fork.a_note_text, fork.b_note_text].map((text) => readCheckpoint(readNote(text)?.text ?? ''));
    if (a === undefined || b === undefined) throw new Error('no checkpoints');
    expect(verifyConsistency(a.size, b.size, hashes(fork.proof_in_b_3_to_5), a.root, b.root)).toBe(false);
    expect(verifyConsistency(a.size, b.size, hashes(fork.proof_in_b_3_to_5), fromHex(fork.old_root_in_b), b.root)).toBe(
      true,
    );
  });
});

describe('tiles', () => {
  const { source } = tilesOf(70_000);
  it('have the names, widths and bytes of the vectors', async () => {
    expect(tileName(67)).toBe('067');
    expect(tileName(1234067)).toBe('x001/x234/067');
    expect(tilePath(70000, 0, 273)).toBe('tile/0/273.p/112');
    expect(tilePath(70000, 1, 0)).toBe('tile/1/000');
    expect(tilePath(70000, 2, 0)).toBe('tile/2/000.p/1');
    expect(bundlePath(3, 0)).toBe('tile/entries/000.p/3');
    expect(tileWidth(70000, 2, 1)).toBe(0);
    for (const file of vectors.files) {
      const [, level, n] = /^tile\/(\d)\/(\d+)$/.exec(file.path) ?? [];
      if (level === undefined || n === undefined) continue;
      expect(hex(sha256(await source(Number(level), Number(n)))), file.path).toBe(file.sha256);
    }
  });
  it('give the proofs of the vectors', async () => {
    for (const v of vectors.inclusion)
      expect((await inclusionProof(v.index, v.size, source)).map(hex)).toEqual(v.proof);
    for (const v of vectors.consistency)
      expect((await consistencyProof(v.old_size, v.new_size, source)).map(hex)).toEqual(v.proof);
  });
  it('a bundle is what it says, or none', () => {
    const bundle = vectors.files.find((f) => f.path === 'tile/entries/000.p/3');
    const bytes = fromHex(bundle?.hex ?? '');
    expect(readBundle(bytes, 3).map((e) => new TextDecoder().decode(e))).toEqual(['{"n":0}', '{"n":1}', '{"n":2}']);
    expect(() => readBundle(bytes, 4)).toThrow('3 entries');
    expect(() => readBundle(bytes.subarray(0, 20), 3)).toThrow('ends within');
    expect(() => readBundle(bytes.subarray(0, 10), 2)).toThrow('ends within');
  });
});

describe('notes', () => {
  const log = readKey(vectors.keys.log.vkey);
  const witness = readKey(vectors.keys.witness_ed25519.vkey);
  it('have the keys of the vectors', () => {
    expect(hex(log?.key ?? new Uint8Array())).toBe(vectors.keys.log.public_hex);
    expect(witness?.type).toBe(4);
    expect(readKey(vectors.keys.log.vkey.replace('3c827f28', '3c827f29'))).toBeUndefined();
    expect(readKey('north.example')).toBeUndefined();
  });
  it('are signed, and not when a character is another', async () => {
    if (log === undefined) throw new Error('no key');
    const note = readNote(vectors.checkpoint.note_text);
    if (note === undefined) throw new Error('no note');
    expect(await checkSignatures(note, [log])).toEqual([{ by: log, good: true }]);
    expect(await checkSignatures({ ...note, text: note.text.replace('3', '4') }, [log])).toEqual([
      { by: log, good: false },
    ]);
    expect(await checkSignatures(note, [])).toEqual([{ by: undefined, name: log.name }]);
    expect(readCheckpoint(note.text)).toMatchObject({ origin: 'north.example/log1', size: 3 });
  });
  it('are cosigned, with a time', async () => {
    const note = readNote(vectors.cosignature.note_text);
    if (note === undefined || log === undefined || witness === undefined) throw new Error('no note');
    const signed = await checkSignatures(note, [log, witness]);
    expect(signed.filter((s) => s.by !== undefined && s.good)).toHaveLength(2);
    expect(signed.some((s) => s.by?.type === 4 && 'time_ms' in s && s.time_ms !== undefined)).toBe(true);
  });
  it('that are none are refused', async () => {
    if (log === undefined) throw new Error('no key');
    for (const { note_text, why } of [...vectors.note_reject, ...vectors.note_reject_strict]) {
      const note = readNote(note_text);
      const signed = note === undefined ? [] : await checkSignatures(note, [log]);
      expect(
        signed.some((s) => s.by !== undefined && s.good),
        why,
      ).toBe(false);
    }
    for (const { note_text, why } of vectors.checkpoint_reject) {
      const note = readNote(note_text);
      expect(note === undefined ? undefined : readCheckpoint(note.text), why).toBeUndefined();
    }
  });
});
