// What was known here at a past moment, by what the node's record says: GET /v1/history, a moment at a time.
import { api, type Client } from '../api/client';
import type { Flight, Intent, Leg, Measure, Relations } from '../api/documents';
import { asProblem, type Problem } from '../api/problem';
import { clock } from '../state/clock.svelte';
import { view } from './view.svelte';

export interface Known {
  /** Of the moment that was asked for. */
  at_ms: number;
  charter_version: number;
  /** When the last entry that counts was written. */
  last_ms: number;
  intents: readonly Intent[];
  measures: readonly Measure[];
  flights: readonly Flight[];
  legs: readonly Leg[];
  relations: Relations | undefined;
}
/** `none`: this node serves no history. */
export type PastState = 'idle' | 'loading' | 'ready' | 'failed' | 'none';

/** Moments within one minute are one: the record is read anew for each. */
export const GRAIN_MS = 60_000;
const KEPT = 24;
const PAGE = 1_000;
/** The node reads one moment at a time, for everybody. */
const BUSY_MS = 1_500;

export const grain = (at: number): number => Math.floor(at / GRAIN_MS) * GRAIN_MS;

export class Past {
  state = $state<PastState>('idle');
  problem = $state.raw<Problem | undefined>(undefined);
  /** The last that came: of `wanted`, or while that is under way of the one before. */
  known = $state.raw<Known | undefined>(undefined);
  private wanted: number | undefined;
  private running = false;
  private turn = 0;
  private readonly kept = new Map<number, Known>();

  constructor(
    private readonly client: Pick<Client, 'get'> = api,
    private readonly wait = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms)),
  ) {}

  /** Wishes to know of a moment; undefined: of none. */
  want(at: number | undefined): void {
    const wanted = at === undefined ? undefined : grain(at);
    if (wanted === this.wanted) return;
    this.wanted = wanted;
    if (wanted === undefined) {
      this.state = 'idle';
      this.problem = undefined;
      this.known = undefined;
      return;
    }
    const kept = this.kept.get(wanted);
    if (kept !== undefined) this.take(kept);
    else if (this.state !== 'none') void this.run();
  }
  retry(): void {
    if (this.wanted !== undefined) void this.run();
  }
  /** Another session: nothing of the last is kept. */
  forget(): void {
    this.turn += 1;
    this.kept.clear();
    this.want(undefined);
    this.state = 'idle';
  }

  private take(known: Known): void {
    this.known = known;
    this.state = 'ready';
    this.problem = undefined;
  }
  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    const { turn } = this;
    try {
      while (this.wanted !== undefined && turn === this.turn && this.known?.at_ms !== this.wanted) {
        this.state = 'loading';
        const at = this.wanted;
        try {
          const known = await this.fetch(at);
          if (turn !== this.turn) return;
          this.keep(known);
          if (this.wanted === at) this.take(known);
          else if (this.wanted !== undefined) this.known = known;
        } catch (thrown) {
          const problem = asProblem(thrown);
          if (problem.status === 503 && turn === this.turn) {
            await this.wait(BUSY_MS);
            continue;
          }
          this.problem = problem;
          this.state = problem.status === 404 ? 'none' : 'failed';
          if (this.wanted === at || problem.status === 404) return;
        }
      }
    } finally {
      this.running = false;
    }
  }
  private keep(known: Known): void {
    this.kept.set(known.at_ms, known);
    const [oldest] = this.kept.keys();
    if (this.kept.size > KEPT && oldest !== undefined) this.kept.delete(oldest);
  }
  private async fetch(at: number): Promise<Known> {
    const intents: Intent[] = [];
    let first: Omit<Known, 'intents'> | undefined;
    let after: number | undefined;
    do {
      const page = await this.client.get('/v1/history', {
        query: { at_ms: at, limit: PAGE, ...(after === undefined ? {} : { after }) },
      });
      const { documents } = page;
      intents.push(...documents.intents.intents);
      after = documents.intents.next;
      // The contract: each as at its own path of the present.
      first ??= {
        at_ms: at,
        charter_version: page.charter_version,
        last_ms: page.last_ms,
        measures: documents.measures?.measures ?? [],
        flights: (documents.flights as { flights?: Flight[] } | undefined)?.flights ?? [],
        legs: (documents.legs as { legs?: Leg[] } | undefined)?.legs ?? [],
        relations: documents.relations as Relations | undefined,
      };
    } while (after !== undefined);
    return { ...first, intents };
  }
}

export const past = new Past();
/** The moment shown is not now, and not to come. */
export const inPast = (): boolean => view.moment !== undefined && view.moment < clock.now;
