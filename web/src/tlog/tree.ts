// The Merkle tree of a log (RFC 6962): leaves, nodes, the right edge, proofs.
import { same, sha256 } from './sha256';

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
export const leafHash = (entry: Uint8Array): Uint8Array => sha256(LEAF, entry);
export const nodeHash = (left: Uint8Array, right: Uint8Array): Uint8Array => sha256(NODE, left, right);
export const EMPTY_ROOT = sha256();

/** Grows by one leaf at a time, and keeps one hash for each set bit of its size. */
export class RightEdge {
  size = 0;
  private readonly edge: Uint8Array[] = [];

  append(leaf: Uint8Array): void {
    let hash = leaf;
    for (let bits = this.size; bits % 2 === 1; bits = Math.floor(bits / 2))
      hash = nodeHash(this.edge.pop() ?? hash, hash);
    this.edge.push(hash);
    this.size += 1;
  }
  root(): Uint8Array {
    return (
      this.edge.reduceRight<Uint8Array | undefined>(
        (right, left) => (right === undefined ? left : nodeHash(left, right)),
        undefined,
      ) ?? EMPTY_ROOT
    );
  }
}

/** Whether the entry of that hash stands at `index` of the tree of that size and root. */
export function verifyInclusion(
  leaf: Uint8Array,
  index: number,
  size: number,
  proof: readonly Uint8Array[],
  root: Uint8Array,
): boolean {
  if (index < 0 || index >= size) return false;
  let hash = leaf;
  let i = index;
  let last = size - 1;
  let k = 0;
  while (last > 0) {
    const sibling = proof[k];
    if (i % 2 === 1 || i < last) {
      if (sibling === undefined) return false;
      hash = i % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
      k += 1;
    }
    i = Math.floor(i / 2);
    last = Math.floor(last / 2);
  }
  return k === proof.length && same(hash, root);
}

/** Whether the newer tree begins with all of the older one. */
export function verifyConsistency(
  older: number,
  newer: number,
  proof: readonly Uint8Array[],
  olderRoot: Uint8Array,
  newerRoot: Uint8Array,
): boolean {
  if (older < 1 || older > newer) return false;
  if (older === newer) return proof.length === 0 && same(olderRoot, newerRoot);
  let i = older - 1;
  let last = newer - 1;
  let k = 0;
  while (i % 2 === 1) {
    i = Math.floor(i / 2);
    last = Math.floor(last / 2);
  }
  let a = i === 0 ? olderRoot : proof[k++];
  if (a === undefined) return false;
  let b = a;
  while (last > 0) {
    if (i % 2 === 1 || i < last) {
      const p = proof[k++];
      if (p === undefined) return false;
      if (i % 2 === 1) {
        a = nodeHash(p, a);
        b = nodeHash(p, b);
      } else b = nodeHash(b, p);
    }
    i = Math.floor(i / 2);
    last = Math.floor(last / 2);
  }
  return k === proof.length && same(a, olderRoot) && same(b, newerRoot);
}
