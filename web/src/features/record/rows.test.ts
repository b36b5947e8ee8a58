import { describe, expect, it } from 'vitest';

import { FINDING_KEYS } from './protocol';
import { messages } from './messages';
import { matches, pretty, rowOf } from './rows';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('rowOf', () => {
  it('says what an entry is about, by whom and when', () => {
    const row = rowOf(
      7,
      bytes('{"by":"duty@fr","second":"chief@fr","request":{"intent":"i7"},"time_ms":5,"type":"intent.created"}'),
    );
    expect(row).toMatchObject({ index: 7, type: 'intent.created', time_ms: 5, by: 'duty@fr + chief@fr', about: 'i7' });
  });
  it('shows what is no entry as it is', () => {
    const nothing = { index: 0, type: '', time_ms: undefined, by: '', about: '' };
    expect(rowOf(0, bytes('<b>'))).toEqual({ ...nothing, text: '<b>', bytes: bytes('<b>') });
    expect(rowOf(0, bytes('[1]')).type).toBe('');
    expect(pretty('<b>')).toBe('<b>');
    expect(pretty('{"b":1,"a":2}')).toBe('{\n  "b": 1,\n  "a": 2\n}');
  });
  it('finds all words of a search, in any case', () => {
    const row = rowOf(0, bytes('{"flight":"RAFALE2","zone":"F1"}'));
    expect(matches(row, 'rafale2 f1')).toBe(true);
    expect(matches(row, 'rafale2 k1')).toBe(false);
    expect(matches(row, '')).toBe(true);
  });
});
describe('messages', () => {
  it('has words for every finding', () => {
    for (const key of FINDING_KEYS) expect(Object.keys(messages.en), key).toContain(`finding.${key}`);
  });
});
