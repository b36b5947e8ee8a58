// How one of the node's streams stands.
import type { Problem } from '../api/problem';
import type { StreamState } from '../api/stream';
import { clock } from './clock.svelte';

export class Link {
  state = $state<StreamState>('stopped');
  problem = $state.raw<Problem | undefined>(undefined);
  /** Since when it is down, by the node's clock; 0 while it is live. */
  down_ms = $state(0);
  private had = false;

  /** True: it is live once more, after a break or a sleep. It resumes behind the last event that it had; where there was none yet,
   * or the node has forgotten, only looking helps. */
  note(state: StreamState, problem: Problem | undefined): boolean {
    const anew = state === 'live' && this.state !== 'live' && (this.had || this.down_ms > 0);
    this.had = state !== 'stopped' && (this.had || state === 'live');
    if (state === 'live' || state === 'stopped') this.down_ms = 0;
    // The first try is no break: a quiet stream answers with its first event or comment. Each later one is, until it has.
    else if ((state === 'waiting' || this.had) && this.down_ms === 0) this.down_ms = clock.ms();
    this.state = state;
    this.problem = problem;
    return anew;
  }
  get live(): boolean {
    return this.state === 'live';
  }
}
