import { describe, expect, it } from 'vitest';

import { SseParser } from './sse';

describe('SseParser', () => {
  const text = 'id: 7\nevent: talk\ndata: {"a":1}\n\n: alive\n\ndata: one\r\ndata: two\r\n\r\n';
  const events = [
    { id: '7', type: 'talk', data: '{"a":1}' },
    { id: '7', type: 'message', data: 'one\ntwo' },
  ];

  it('reads events, and nothing of a comment', () => {
    expect(new SseParser().push(text)).toEqual(events);
  });

  it('does not mind where the pieces end', () => {
    const parser = new SseParser();
    expect([...text].flatMap((c) => parser.push(c))).toEqual(events);
    expect(parser.lastId).toBe('7');
  });

  it('keeps nothing for ever', () => {
    expect(() => new SseParser().push('x'.repeat(5 << 20))).toThrow('too long');
  });
});
