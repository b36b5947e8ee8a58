import { describe, expect, it, vi } from 'vitest';

import { act, Commands, withoutEmpty } from './act';
import { Client } from './client';
import { Problem } from './problem';

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

describe('commands', () => {
  const lost = (): Promise<never> => Promise.reject(new Problem({ status: 0, title: 'no answer' }));
  const done = (): Promise<number> => Promise.resolve(1);
  /** The command that it was asked with. */
  async function asked(commands: Commands, meant: unknown, answer: () => Promise<unknown>): Promise<string> {
    let command = '';
    const ask = (given: string): Promise<unknown> => {
      command = given;
      return answer();
    };
    await commands.run(meant, ask).catch(() => undefined);
    return command;
  }
  it('are kept over a lost answer, each with its contents', async () => {
    const commands = new Commands();
    const first = await asked(commands, { emergency: false }, lost);
    const other = await asked(commands, { emergency: true }, lost);
    expect(other).not.toBe(first);
    expect(await asked(commands, { emergency: true }, lost)).toBe(other);
    expect(await asked(commands, { emergency: false }, done)).toBe(first);
    expect(await asked(commands, { emergency: false }, done)).not.toBe(first);
    expect(await asked(commands, { emergency: true }, done), 'said again after another: done again').not.toBe(other);
  });
  it('are others after a refusal, and not because nobody was signed in', async () => {
    const commands = new Commands();
    const refused = (status: number) => (): Promise<never> => Promise.reject(new Problem({ status, title: 'no' }));
    const first = await asked(commands, 'filed', refused(401));
    expect(await asked(commands, 'filed', refused(409))).toBe(first);
    expect(await asked(commands, 'filed', done)).not.toBe(first);
  });
});
