import { describe, expect, it } from 'vitest';

import type { Relation } from '../../api/documents';
import {
  BUNDLES,
  bundleOf,
  DISCLOSURE,
  expand,
  itemsOf,
  keyOf,
  KINDS,
  levelKey,
  levelsOf,
  nameOf,
  planFor,
} from './model';
import { messages } from './messages';

const relation = (
  from: string,
  to: string,
  domain: string,
  capability: string,
  level: number,
  agreed = level,
): Relation => ({
  agreed,
  edge: { capability, domain, from, to },
  level,
  number: 0,
  text: '',
});

describe('bundles', () => {
  it('state every relation of both directions, or of one', () => {
    expect(KINDS).toHaveLength(12);
    expect(expand('ally', 'fr', 'us')).toHaveLength(24);
    expect(expand('ally', 'fr', 'us', 'sea', 'gives').map((i) => keyOf(i.edge))).toEqual([
      'fr>us:sea/request',
      'fr>us:sea/gateway',
      'fr>us:sea/disclosure',
      'fr>us:sea/tracks',
    ]);
    expect(expand('ally', 'fr', 'us', 'sea', 'gets')[2]).toMatchObject({ level: 4, edge: { from: 'us', to: 'fr' } });
  });
  it('grow: each includes what the one before it grants', () => {
    for (const [i, bundle] of BUNDLES.entries()) {
      const before = expand(BUNDLES[Math.max(0, i - 1)] ?? 'frozen', 'a', 'b');
      expand(bundle, 'a', 'b').forEach((item, k) => expect(item.level).toBeGreaterThanOrEqual(before[k]?.level ?? 0));
    }
  });
  it('are known again, and a mixture is none', () => {
    const of = levelsOf(
      expand('cooperate', 'fr', 'us').map(({ edge, level }) =>
        relation(edge.from, edge.to, edge.domain, edge.capability, level),
      ),
    );
    expect(bundleOf(of, 'air', 'fr', 'us')).toBe('cooperate');
    expect(bundleOf(of, 'air', 'fr', 'ru')).toBe('frozen');
    expect(bundleOf(levelsOf([relation('fr', 'us', 'air', 'tracks', 1)]), 'air', 'fr', 'us')).toBeUndefined();
    expect(nameOf(expand('cooperate', 'fr', 'us'))).toBe('cooperate');
    expect(nameOf(expand('cooperate', 'fr', 'us').map((i, k) => (k === 0 ? { ...i, level: 0 } : i)))).toBe('');
  });
});
describe('planFor', () => {
  const levels = levelsOf([
    relation('fr', 'us', 'air', 'request', 1),
    relation('fr', 'us', 'air', 'disclosure', 1, 3),
    relation('us', 'fr', 'talks', 'centres', 1),
  ]);
  it('freezes what gets narrower, proposes what gets wider, says nothing of what is there', () => {
    const items = itemsOf(
      levels,
      new Map([
        ['fr>us:air/request', 0],
        ['fr>us:air/disclosure', 3],
        ['us>fr:talks/centres', 1],
      ]),
      'fr',
      'us',
    );
    expect(items).toHaveLength(24);
    const { freeze, propose } = planFor(levels, items);
    expect(freeze.map((i) => [keyOf(i.edge), i.level])).toEqual([['fr>us:air/request', 0]]);
    expect(propose.map((i) => [keyOf(i.edge), i.level])).toEqual([['fr>us:air/disclosure', 3]]);
  });
  it('of nothing chosen is nothing', () => {
    expect(planFor(levels, itemsOf(levels, new Map(), 'fr', 'us'))).toEqual({ freeze: [], propose: [] });
  });
});
describe('messages', () => {
  it('has words for all levels, domains, capabilities and bundles', () => {
    const keys = Object.keys(messages.en);
    for (const { domain, capability } of KINDS) {
      expect(keys).toContain(`domain.${domain}`);
      expect(keys).toContain(`capability.${capability}`);
      expect(keys).toContain(`capability.${capability}.hint`);
    }
    for (const bundle of BUNDLES) expect(keys).toContain(`bundle.${bundle}`);
    for (const level of DISCLOSURE.keys())
      expect(keys).toContain(levelKey('disclosure', level).replace('relations.', ''));
    expect(keys).toContain(levelKey('tracks', 1).replace('relations.', ''));
  });
});
