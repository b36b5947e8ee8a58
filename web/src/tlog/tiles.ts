// Where hashes and entries of a log are served (C2SP tlog-tiles), and proofs out of them.
import { HASH_BYTES } from './sha256';
import { nodeHash } from './tree';

const WIDTH = 256;

/** 1234067 → `x001/x234/067`. */
export function tileName(n: number): string {
  const groups: string[] = [];
  for (let rest = n; groups.length === 0 || rest > 0; rest = Math.floor(rest / 1000))
    groups.unshift(String(rest % 1000).padStart(3, '0'));
  return groups.map((group, i) => (i < groups.length - 1 ? `x${group}` : group)).join('/');
}
/** How many hashes the tile has in a tree of that size; 0: there is none. */
export function tileWidth(size: number, level: number, n: number): number {
  const hashes = Math.floor(size / WIDTH ** level);
  return Math.max(0, Math.min(WIDTH, hashes - n * WIDTH));
}
const suffix = (width: number): string => (width === WIDTH ? '' : `.p/${String(width)}`);
export const tilePath = (size: number, level: number, n: number): string =>
  `tile/${String(level)}/${tileName(n)}${suffix(tileWidth(size, level, n))}`;
export const bundlePath = (size: number, n: number): string =>
  `tile/entries/${tileName(n)}${suffix(tileWidth(size, 0, n))}`;
export const bundles = (size: number): number => Math.ceil(size / WIDTH);

/** Entries of a bundle: each a length of 16 bits and its bytes. Throws where it is no bundle of so many. */
export function readBundle(bytes: Uint8Array, wanted: number): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const out: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length) throw new RangeError('a bundle ends within a length');
    const length = view.getUint16(at);
    if (at + 2 + length > bytes.length) throw new RangeError('a bundle ends within an entry');
    out.push(bytes.subarray(at + 2, at + 2 + length));
    at += 2 + length;
  }
  if (out.length !== wanted) throw new RangeError(`a bundle has ${String(out.length)} entries, not ${String(wanted)}`);
  return out;
}

/** A tile's bytes, by level and number. */
export type TileSource = (level: number, n: number) => Promise<Uint8Array>;

const halfBelow = (n: number): number => {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
};

/** The root over leaves [from, to) of a log of that size. */
async function subtree(from: number, to: number, tile: TileSource): Promise<Uint8Array> {
  const count = to - from;
  const level = Math.log2(count);
  if (Number.isInteger(level) && from % count === 0) {
    // A whole subtree: it stands in a tile, or is made of a few hashes of one.
    const row = Math.floor(level / 8);
    const within = 2 ** (level - 8 * row);
    const first = (from / count) * within;
    const bytes = await tile(row, Math.floor(first / WIDTH));
    let hashes = Array.from({ length: within }, (_, i) => {
      const at = ((first % WIDTH) + i) * HASH_BYTES;
      if (at + HASH_BYTES > bytes.length) throw new RangeError('a tile is too short');
      return bytes.subarray(at, at + HASH_BYTES);
    });
    while (hashes.length > 1) hashes = pairs(hashes);
    return hashes[0] as Uint8Array;
  }
  const k = halfBelow(count);
  return nodeHash(await subtree(from, from + k, tile), await subtree(from + k, to, tile));
}
function pairs(hashes: readonly Uint8Array[]): Uint8Array[] {
  return Array.from({ length: hashes.length / 2 }, (_, i) =>
    nodeHash(hashes[2 * i] as Uint8Array, hashes[2 * i + 1] as Uint8Array),
  );
}

export async function inclusionProof(index: number, size: number, tile: TileSource): Promise<Uint8Array[]> {
  async function path(from: number, to: number): Promise<Uint8Array[]> {
    if (to - from === 1) return [];
    const middle = from + halfBelow(to - from);
    return index < middle
      ? [...(await path(from, middle)), await subtree(middle, to, tile)]
      : [...(await path(middle, to)), await subtree(from, middle, tile)];
  }
  return path(0, size);
}
export async function consistencyProof(older: number, newer: number, tile: TileSource): Promise<Uint8Array[]> {
  async function path(from: number, to: number, whole: boolean): Promise<Uint8Array[]> {
    if (older === to) return whole ? [] : [await subtree(from, to, tile)];
    const middle = from + halfBelow(to - from);
    return older <= middle
      ? [...(await path(from, middle, whole)), await subtree(middle, to, tile)]
      : [...(await path(middle, to, false)), await subtree(from, middle, tile)];
  }
  return older === newer ? [] : path(0, newer, true);
}
