import { describe, expect, it, vi } from 'vitest';

import { act, withoutEmpty } from './act';
import { Client } from './client';

describe('withoutEmpty', () => {
  it('leaves out lists that are empty, at any depth, and nothing else', () => {
    expect(
      withoutEmpty({ held: [], parts: [{ text: { text: '', n: 0, refs: [] } }], on: false, none: null, of: {} }),
    ).toEqual({ parts: [{ text: { text: '', n: 0 } }], on: false, none: null, of: {} });
  });
});

describe('act', () => {
  it('sends what the node takes, and tells what waits from what is done', async () => {
    const send = vi.fn<typeof fetch>(() =>
      Promise.resolve(
        new Response('{"seq":7,"repeated":false}', { status: 200, headers: { 'Content-Type': 'application/json' } }),
      ),
    );
    const reply = { agreed: 'ab', kind: 'agree', parts: [] };
    const done = await act('talk.answer', { message: 'cd', reply }, 'c-1', new Client('', send));
    expect(done).toEqual({ state: 'done', seq: 7, repeated: false });
    expect(send.mock.calls[0]?.[1]?.body).toBe(
      '{"act":{"message":"cd","reply":{"agreed":"ab","kind":"agree"}},"cmd":"c-1","kind":"talk.answer"}',
    );
  });
});
