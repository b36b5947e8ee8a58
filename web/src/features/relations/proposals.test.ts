import { describe, expect, it } from 'vitest';

import { historyRow, proposalsWith } from './proposals';

describe('proposalsWith', () => {
  it('takes those of the pair, and says whose they are', () => {
    const list = [
      { author: 'us', peer: 'fr', hash: 'a', bundle: 'ally', time_ms: 5 },
      { author: 'fr', peer: 'us', hash: 'b', text: 'thaw' },
      { author: 'fr', peer: 'ru', hash: 'c' },
    ];
    expect(proposalsWith(list, 'fr', 'us')).toEqual([
      { hash: 'a', ours: false, bundle: 'ally', text: '', time_ms: 5 },
      { hash: 'b', ours: true, bundle: '', text: 'thaw', time_ms: undefined },
    ]);
  });
});
describe('historyRow', () => {
  it('reads what its author said to the other', () => {
    const entry = {
      type: 'relation.freeze',
      by: 'duty@fr',
      body: { edges: [{}, {}], peer: 'us', text: 'orders' },
      time_ms: 9,
    };
    const bytes = (of: object): Uint8Array => new TextEncoder().encode(JSON.stringify(of));
    const row = historyRow('fr.example/members', 3, bytes(entry), 'fr', 'us');
    expect(row).toEqual({
      key: 'fr.example/members#3',
      time_ms: 9,
      type: 'relation.freeze',
      author: 'fr',
      by: 'duty@fr',
      bundle: '',
      text: 'orders',
      edges: 2,
    });
    expect(historyRow('o', 3, bytes(entry), 'fr', 'ru')).toBeUndefined();
    expect(historyRow('o', 3, bytes({ ...entry, type: 'talk.sent' }), 'fr', 'us')).toBeUndefined();
  });
});
