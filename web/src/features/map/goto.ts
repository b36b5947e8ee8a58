// Where one wants to go: a place in any notation, or a name of something.
import type { PointE7 } from '../../api/documents';
import { parsePlace } from '../../units/place';
import type { Ref } from '../../view/view.svelte';

export interface Named {
  ref: Ref;
  /** What it is found by; the first is shown. */
  names: readonly string[];
}
export type Found = { place: PointE7 } | Named;

const plain = (text: string): string => text.toUpperCase().replace(/[\s\-.]/g, '');

/** Best first: what is called so, then what begins so, then what has it in it. At most `most`. */
export function find(text: string, among: Iterable<Named>, most = 12): Found[] {
  const wanted = plain(text);
  if (wanted === '') return [];
  const at = parsePlace(text);
  const ranked: [rank: number, found: Named][] = [];
  for (const named of among) {
    let rank = 9;
    for (const name of named.names) {
      const word = plain(name);
      if (word === '') continue;
      rank = Math.min(rank, word === wanted ? 0 : word.startsWith(wanted) ? 1 : word.includes(wanted) ? 2 : 9);
    }
    if (rank < 9) ranked.push([rank, named]);
  }
  ranked.sort(
    (a, b) => a[0] - b[0] || (a[1].names[0] ?? '').localeCompare(b[1].names[0] ?? '', 'en', { numeric: true }),
  );
  return [...(at === undefined ? [] : [{ place: at }]), ...ranked.slice(0, most).map(([, named]) => named)];
}
