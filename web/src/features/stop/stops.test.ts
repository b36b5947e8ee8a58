import { describe, expect, it } from 'vitest';

import type { OwedItem, TalkMessage } from '../../state/threads.svelte';
import { authorLanguage, otherLanguage, taken, untaken, wordsOf } from './stops';

const item = (precedence: string, state: string, received_ms = 0): OwedItem =>
  ({
    row: { precedence, state, received_ms, hash: state },
    message: undefined,
    problem: undefined,
  }) as unknown as OwedItem;
const message = (language: string): TalkMessage =>
  ({
    parts: [
      { part: { template: {} }, shown: 'S' },
      { part: { text: { language, text: 'x' } }, shown: 'x' },
    ],
  }) as unknown as TalkMessage;

describe('STOPs', () => {
  it('call until somebody has read them, the oldest first', () => {
    const list = [
      item('stop', 'received', 9),
      item('stop', 'received', 3),
      item('stop', 'read'),
      item('immediate', 'received'),
    ];
    expect(untaken(list).map((i) => i.row.received_ms)).toEqual([3, 9]);
    expect(taken(list)).toHaveLength(1);
  });
  it('are shown in the language of their author beside that of the reader', () => {
    expect(authorLanguage(message('ru-RU'))).toBe('ru');
    expect(otherLanguage(message('ru'), 'fr')).toBe('ru');
    expect(otherLanguage(message('fr'), 'fr')).toBeUndefined();
    expect(otherLanguage({ parts: [] } as unknown as TalkMessage, 'ar')).toBe('en');
    expect(wordsOf(message('ru'))).toEqual(['S', 'x']);
  });
});
