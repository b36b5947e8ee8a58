// Which logs this node serves, by whose keys, and what this browser has seen of them.
import type { Charter } from '../api/documents';

export interface LogInfo {
  author: string;
  keys: string[];
  kind: 'main' | 'members' | 'pair';
  mirror: boolean;
  origin: string;
  reader?: string;
}
interface CharterKeys {
  id: string;
  keys?: string[];
  peer?: { cosigner?: string };
}

/** Keys of those who cosign, but not of the log's own author: nobody vouches for himself. */
export function cosignersOf(charter: Charter | undefined, author: string): string[] {
  return ((charter?.authorities ?? []) as CharterKeys[])
    .filter((a) => a.id !== author)
    .flatMap((a) => a.peer?.cosigner ?? []);
}
/** Keys that the charter names for an author: the node that serves a log is not asked by which key it is good. */
export function keysOf(charter: Charter | undefined, log: LogInfo): string[] {
  const named = ((charter?.authorities ?? []) as CharterKeys[]).find((a) => a.id === log.author)?.keys ?? [];
  return log.keys.filter((key) =>
    named.some((n) => n.split('+').slice(2).join('+') === key.split('+').slice(2).join('+')),
  );
}

const KEY = 'tansiq.seen.';
/** The checkpoint that was last found good here. */
export function seenBefore(origin: string, storage: Storage = localStorage): string | undefined {
  return storage.getItem(KEY + origin) ?? undefined;
}
export function remember(origin: string, checkpoint: string, storage: Storage = localStorage): void {
  storage.setItem(KEY + origin, checkpoint);
}
