import { describe, expect, it } from 'vitest';

import { Client } from '../api/client';
import { Session } from './session.svelte';

const who = {
  csrf: 'tok',
  expires_ms: 1,
  name: 'duty',
  provisional: false,
  role: 'officer',
  scopes: ['intents.read'],
  subject: 'duty@fr',
};
const answers = (...list: [number, unknown][]): Client =>
  new Client('', () => {
    const [status, body] = list.shift() ?? [500, {}];
    return Promise.resolve(
      new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } }),
    );
  });

describe('Session', () => {
  it('is out, in, and out', async () => {
    const client = answers([401, { title: 'no' }], [200, who], [200, 'bye']);
    const session = new Session(client);
    await session.resume();
    expect(session.state).toBe('out');
    await session.signIn('duty', 'x');
    expect([
      session.state,
      session.open,
      client.csrf,
      session.may('intents.read'),
      session.may('acts.confirm'),
    ]).toEqual(['in', true, 'tok', true, false]);
    await session.signOut();
    expect([session.state, client.csrf, session.who]).toEqual(['out', '', undefined]);
  });

  it('is over when the node says so, and still knows whose it was', async () => {
    const client = answers([200, who], [401, { title: 'over' }]);
    const session = new Session(client);
    await session.resume();
    await expect(client.get('/v1/watch')).rejects.toMatchObject({ status: 401 });
    expect([session.state, session.who?.name]).toEqual(['over', 'duty']);
  });

  it('throws why it was refused', async () => {
    const session = new Session(answers([401, { title: 'no', detail: 'wrong name or password' }]));
    await expect(session.signIn('duty', 'x')).rejects.toMatchObject({ detail: 'wrong name or password' });
    expect(session.state).toBe('unknown');
  });
});
