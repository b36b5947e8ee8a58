import { describe, expect, it } from 'vitest';

import type { Line, Peer } from '../../api/documents';
import { checkKey, linkOf, OLD_MS, presenceOf } from './link';
import { messages } from './messages';

const peer: Peer = { id: 'us', url: '', acknowledged: 1, held: 5, known: 7, pinned: false, trouble: '', age_ms: 1_000 };
const line: Line = { peer: 'us', checks: 1, missed: false, waiting: false, watch: { state: 'attended' } };

describe('linkOf', () => {
  it('grows older by itself', () => {
    expect(linkOf(peer, 1_000, 3_000)).toEqual({ state: 'good', age_ms: 3_000, behind: 2 });
    expect(linkOf(peer, 0, OLD_MS).state).toBe('old');
  });
  it('is as old as the machine sees it where the clock of a demonstration runs faster', () => {
    expect(linkOf({ ...peer, age_ms: 60_000 }, 0, 60_000, 60)).toMatchObject({ state: 'good', age_ms: 2_000 });
    expect(linkOf(peer, 0, 9_000, 0.5).age_ms).toBe(10_000);
  });
  it('does not take silence for good', () => {
    const { age_ms: _, ...silent } = peer;
    expect(linkOf(silent, 0, 0)).toMatchObject({ state: 'never', age_ms: undefined });
    expect(linkOf({ ...peer, trouble: 'refused' }, 0, 0).state).toBe('trouble');
    expect(linkOf({ ...peer, pinned: true }, 0, 0).state).toBe('forked');
    expect(presenceOf(undefined)).toBe('unknown');
  });
});
describe('checkKey', () => {
  it('says how the newest check went, with words for all', () => {
    const keys = [
      checkKey(undefined),
      checkKey(line),
      checkKey({ ...line, waiting: true }),
      checkKey({ ...line, missed: true }),
      ...(['link', 'node', 'no_officer'] as const).map((fault) => checkKey({ ...line, missed: true, fault })),
    ];
    expect(new Set(keys).size).toBe(7);
    for (const key of keys) expect(Object.keys(messages.en)).toContain(key.replace('peers.', ''));
  });
});
