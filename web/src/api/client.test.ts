import { describe, expect, it, vi } from 'vitest';

import { Client, newCommand, urlOf } from './client';

const json = (status: number, body: unknown): Response =>
  new Response(JSON.stringify(body), { status, headers: { 'Content-Type': 'application/json' } });

describe('urlOf', () => {
  it('fills in and escapes', () => {
    expect(
      urlOf('/v1/talks/{opener}/{thread}', {
        path: { opener: 'us', thread: 'a/b ?' },
        query: { limit: 5, language: undefined },
      }),
    ).toBe('/v1/talks/us/a%2Fb%20%3F?limit=5');
    expect(() => urlOf('/v1/intents/{id}')).toThrow('needs id');
  });
});

describe('Client', () => {
  it('reads without and writes with the token of the session', async () => {
    const send = vi.fn<typeof fetch>(() => Promise.resolve(json(200, { attended: true, keepers: [] })));
    const client = new Client('', send);
    client.csrf = 'abc';
    await client.get('/v1/watch');
    await client.post('/v1/watch/hand-over', { body: { to: 'second' } });
    const [read, write] = send.mock.calls;
    expect(read?.[1]?.headers).not.toHaveProperty('Tansiq-CSRF');
    expect(write?.[1]?.headers).toMatchObject({ 'Tansiq-CSRF': 'abc', 'Content-Type': 'application/json' });
    expect(write?.[1]?.body).toBe('{"to":"second"}');
  });

  it('throws what the node says', async () => {
    const client = new Client('', () => Promise.resolve(json(404, { title: 'Not found', detail: 'no such intent' })));
    await expect(client.get('/v1/intents/{id}', { path: { id: 'i1' } })).rejects.toMatchObject({
      status: 404,
      detail: 'no such intent',
    });
  });

  it('tells when there is no session, and when there is no node', async () => {
    const out = vi.fn();
    const client = new Client('', () => Promise.resolve(json(401, { title: 'x' })));
    client.onUnauthenticated = out;
    await expect(client.get('/v1/session')).rejects.toMatchObject({ status: 401 });
    expect(out).toHaveBeenCalledOnce();
    const alone = new Client('', () => Promise.reject(new TypeError('failed')));
    await expect(alone.get('/v1/session')).rejects.toMatchObject({ status: 0, slug: 'unreachable' });
  });
});

describe('newCommand', () => {
  it('is never the same', () => {
    expect(newCommand()).not.toBe(newCommand());
    expect(newCommand()).toMatch(/^c-[0-9a-f]{24}$/);
  });
});
