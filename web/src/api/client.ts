// Asks the node, typed by its contract: `await api.get('/v1/intents/{id}', { path: { id } })`.
//
// Answers are what the contract says of 200, 201; what is no success is thrown as a Problem. Writes carry the session's
// token against other sites (docs/officers.md).
import { Problem, problemOf } from './problem';
import type { paths } from './schema';

type Method = 'get' | 'put' | 'post' | 'delete' | 'patch';
type Operation<P extends keyof paths, M extends Method> = paths[P] extends Record<M, infer O> ? O : never;
/** The paths that have that method. */
export type PathOf<M extends Method> = {
  [P in keyof paths]: Operation<P, M> extends { responses: unknown } ? P : never;
}[keyof paths];

type Content<R> = R extends { content: { 'application/json': infer B } }
  ? B
  : R extends { content: { 'text/plain': unknown } }
    ? string
    : undefined;
type Success<R> = Content<R[Extract<keyof R, 200 | 201>]>;
/** What a success of it brings. */
export type Answer<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { responses: infer R } ? Success<R> : never;
/** The body of a request. */
export type Body<P extends keyof paths, M extends Method> =
  Operation<P, M> extends { requestBody: { content: { 'application/json': infer B } } } ? B : never;

type Given<P extends keyof paths, M extends Method> = Operation<P, M> extends { parameters: infer A } ? A : never;
type PathGiven<A> = A extends { path: infer Q extends object } ? { path: Q } : unknown;
type QueryGiven<A> = A extends { query?: infer Q }
  ? [Q] extends [undefined]
    ? unknown
    : { query?: NonNullable<Q> }
  : unknown;
type BodyGiven<P extends keyof paths, M extends Method> = [Body<P, M>] extends [never] ? unknown : { body: Body<P, M> };
/** What a request is made of. */
export type Asked<P extends keyof paths, M extends Method> = PathGiven<Given<P, M>> &
  QueryGiven<Given<P, M>> &
  BodyGiven<P, M> & { signal?: AbortSignal };
/** The second argument: left out where nothing must be given. */
type Rest<A> = object extends A ? [asked?: A] : [asked: A];

interface RawAsked {
  path?: Record<string, unknown>;
  query?: Record<string, unknown>;
  body?: unknown;
  signal?: AbortSignal;
}
/** An answer with its status, where that says something (202: it waits for the second officer). */
export interface Raw {
  status: number;
  body: unknown;
}

const TIMEOUT_MS = 30_000;

export class Client {
  /** Of the session; a write without it is refused. */
  csrf = '';
  /** Called when an answer says that there is no session. */
  onUnauthenticated: () => void = () => undefined;
  /** Called after every answer that the session was good for. */
  onUse: () => void = () => undefined;

  constructor(
    readonly base = '',
    private readonly send: typeof fetch = (...words) => fetch(...words),
  ) {}

  get<P extends PathOf<'get'>>(path: P, ...rest: Rest<Asked<P, 'get'>>): Promise<Answer<P, 'get'>> {
    return this.of('get', path, rest[0]) as Promise<Answer<P, 'get'>>;
  }
  put<P extends PathOf<'put'>>(path: P, ...rest: Rest<Asked<P, 'put'>>): Promise<Answer<P, 'put'>> {
    return this.of('put', path, rest[0]) as Promise<Answer<P, 'put'>>;
  }
  post<P extends PathOf<'post'>>(path: P, ...rest: Rest<Asked<P, 'post'>>): Promise<Answer<P, 'post'>> {
    return this.of('post', path, rest[0]) as Promise<Answer<P, 'post'>>;
  }
  patch<P extends PathOf<'patch'>>(path: P, ...rest: Rest<Asked<P, 'patch'>>): Promise<Answer<P, 'patch'>> {
    return this.of('patch', path, rest[0]) as Promise<Answer<P, 'patch'>>;
  }
  delete<P extends PathOf<'delete'>>(path: P, ...rest: Rest<Asked<P, 'delete'>>): Promise<Answer<P, 'delete'>> {
    return this.of('delete', path, rest[0]) as Promise<Answer<P, 'delete'>>;
  }

  /** Any path, with the status. For what the contract leaves open, and bytes of the log (`raw: 'bytes'`). */
  async raw(method: Method, path: string, asked: RawAsked & { raw?: 'bytes' } = {}): Promise<Raw> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const headers: Record<string, string> = { Accept: 'application/json, */*;q=0.5' };
    if (method !== 'get') headers['Tansiq-CSRF'] = this.csrf;
    if (asked.body !== undefined) headers['Content-Type'] = 'application/json';
    let answer: Response;
    try {
      answer = await this.send(this.base + urlOf(path, asked), {
        method: method.toUpperCase(),
        headers,
        credentials: 'same-origin',
        cache: 'no-store',
        signal: asked.signal === undefined ? timeout : AbortSignal.any([asked.signal, timeout]),
        ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      });
    } catch (thrown) {
      if (asked.signal?.aborted === true) throw thrown;
      throw new Problem({
        status: 0,
        slug: timeout.aborted ? 'timeout' : 'unreachable',
        title: 'The node does not answer.',
      });
    }
    if (asked.raw === 'bytes' && answer.ok)
      return { status: answer.status, body: new Uint8Array(await answer.arrayBuffer()) };
    const text = await answer.text();
    if (!answer.ok) {
      if (answer.status === 401) this.onUnauthenticated();
      throw problemOf(answer.status, text, answer.headers.get('Retry-After'));
    }
    this.onUse();
    const isJson = (answer.headers.get('Content-Type') ?? '').includes('json');
    return { status: answer.status, body: isJson && text !== '' ? (JSON.parse(text) as unknown) : text };
  }

  private async of(method: Method, path: string, asked: unknown): Promise<unknown> {
    return (await this.raw(method, path, (asked ?? {}) as RawAsked)).body;
  }
}

/** Fills in the path's parameters and appends the query's. */
export function urlOf(path: string, asked: RawAsked = {}): string {
  const filled = path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = asked.path?.[name];
    if (value === undefined) throw new Error(`${path} needs ${name}`);
    return encodeURIComponent(String(value));
  });
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(asked.query ?? {})) {
    if (value !== undefined) query.set(name, String(value));
  }
  const text = query.toString();
  return text === '' ? filled : `${filled}?${text}`;
}

/** A new command id: made once for one intention, and kept when it is sent again. */
export function newCommand(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `c-${Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')}`;
}

export const api = new Client();
