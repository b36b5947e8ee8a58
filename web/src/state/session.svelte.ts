// Who sits here. One session a browser, in a cookie that scripts cannot read; what they can read is the token against writes
// from other sites.
import { api, type Client } from '../api/client';
import type { SessionState } from '../api/documents';
import { asProblem, type Problem } from '../api/problem';
import { clock } from './clock.svelte';

/** A session ends after so long without use, whatever else (docs/officers.md). */
export const IDLE_MS = 30 * 60_000;

export class Session {
  /** `unknown` until the node has been asked; `over`: it was there, and has ended. */
  state = $state<'unknown' | 'out' | 'in' | 'over'>('unknown');
  who = $state.raw<SessionState | undefined>(undefined);
  /** Why the node could not be asked. */
  problem = $state.raw<Problem | undefined>(undefined);

  constructor(private readonly client: Client = api) {
    client.onUnauthenticated = () => {
      if (this.state === 'in') this.leave('over');
    };
  }

  get scopes(): readonly string[] {
    return this.who?.scopes ?? [];
  }
  may(scope: string | undefined): boolean {
    return scope === undefined || this.scopes.includes(scope);
  }
  /** Somebody is signed in whose password is his own. */
  get open(): boolean {
    return this.state === 'in' && this.who?.provisional === false;
  }
  /** Milliseconds until it ends whatever is done. */
  get remainingMs(): number {
    return this.who === undefined ? 0 : this.who.expires_ms - clock.now;
  }

  async resume(): Promise<void> {
    try {
      this.enter(await this.client.get('/v1/session'));
    } catch (thrown) {
      const problem = asProblem(thrown);
      this.problem = problem.status === 401 ? undefined : problem;
      if (this.state !== 'in' && this.state !== 'over') this.state = 'out';
    }
  }
  /** Throws a Problem when the node refuses. */
  async signIn(name: string, password: string): Promise<void> {
    this.enter(await this.client.post('/v1/session', { body: { name, password } }));
  }
  /** A one-time link: its secret came in the fragment of the address, and is good once. */
  async redeem(secret: string): Promise<void> {
    const answer = await this.client.raw('post', '/v1/session/link/redeem', { body: { secret } });
    this.enter(answer.body as SessionState);
  }
  async changePassword(old_password: string, new_password: string): Promise<void> {
    this.enter(await this.client.post('/v1/session/password', { body: { new_password, old_password } }));
  }
  async signOut(): Promise<void> {
    try {
      await this.client.delete('/v1/session');
    } catch (thrown) {
      if (asProblem(thrown).status !== 401) throw thrown;
    }
    this.leave('out');
  }

  private enter(who: SessionState): void {
    this.client.csrf = who.csrf;
    this.who = who;
    this.problem = undefined;
    this.state = 'in';
  }
  private leave(state: 'out' | 'over'): void {
    this.client.csrf = '';
    this.state = state;
    if (state === 'out') this.who = undefined;
  }
}

export const session = new Session();
