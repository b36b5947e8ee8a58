// What the world holds: collections (many of a kind, by key) and documents (one answer of the node). Both say how they stand.
import { asProblem, type Problem } from '../api/problem';
import { waitMs } from '../api/stream';

export type Standing = 'empty' | 'loading' | 'ready' | 'failed';

/** Where the waits between tries begin: at some seconds. */
const WAIT_FROM = 3;

abstract class Held {
  state = $state<Standing>('empty');
  problem = $state.raw<Problem | undefined>(undefined);
  /** When it was last whole, by the node's clock; 0: never. */
  at_ms = $state(0);
  private running: Promise<void> | undefined;
  private wanted = false;
  private failures = 0;
  private retry: ReturnType<typeof setTimeout> | undefined;
  /** Another after each `clear`: what began before is no more of concern. */
  private life = 0;

  constructor(
    private readonly time: () => number,
    /** What failed is tried again by itself, until `clear`. */
    private readonly persistent: boolean,
  ) {}

  /** Brings what puts the answer in its place. */
  protected abstract fetch(): Promise<() => void>;
  protected abstract empty(): void;

  /** Fetches it anew. Asked while it is under way, it is fetched once more behind it. Never throws: `problem` says. */
  refresh(): Promise<void> {
    if (this.running !== undefined) {
      this.wanted = true;
      return this.running;
    }
    this.running = this.run().finally(() => (this.running = undefined));
    return this.running;
  }

  clear(): void {
    this.empty();
    this.state = 'empty';
    this.problem = undefined;
    this.at_ms = 0;
    this.wanted = false;
    this.failures = 0;
    this.life += 1;
    clearTimeout(this.retry);
  }

  private async run(): Promise<void> {
    do {
      this.wanted = false;
      clearTimeout(this.retry);
      const { life } = this;
      if (this.state === 'empty') this.state = 'loading';
      try {
        const take = await this.fetch();
        // What was asked for before `clear` is not for who is here now.
        if (life !== this.life) continue;
        take();
        this.state = 'ready';
        this.problem = undefined;
        this.at_ms = this.time();
        this.failures = 0;
      } catch (thrown) {
        if (life !== this.life) continue;
        this.problem = asProblem(thrown);
        this.state = 'failed';
        this.tryAgain(this.problem);
      }
    } while (this.wanted);
  }
  /** No event may come for long that would have it fetched anew. What the node refuses it refuses again. */
  private tryAgain({ unsure, retryAfterMs }: Problem): void {
    if (!this.persistent || (!unsure && retryAfterMs === undefined)) return;
    const wait = Math.max(waitMs(WAIT_FROM + this.failures++, Math.random()), retryAfterMs ?? 0);
    this.retry = setTimeout(() => void this.refresh(), wait);
  }
}

/** One answer of the node. After a failure `value` is still the last one. */
export class Doc<T> extends Held {
  value = $state.raw<T | undefined>(undefined);

  constructor(
    private readonly load: () => Promise<T>,
    time: () => number,
    persistent = false,
  ) {
    super(time, persistent);
  }
  protected async fetch(): Promise<() => void> {
    const value = await this.load();
    return () => (this.value = value);
  }
  protected empty(): void {
    this.value = undefined;
  }
}

/** Many of a kind by key, in the order of the node. A change is seen once, however many items it has. */
export class Collection<T> extends Held {
  private items = new Map<string, T>();
  private version = $state(0);
  readonly list: readonly T[] = $derived.by(() => {
    void this.version;
    return [...this.items.values()];
  });

  constructor(
    readonly key: (item: T) => string,
    private readonly load: () => Promise<readonly T[]>,
    time: () => number,
    persistent = false,
  ) {
    super(time, persistent);
  }

  get size(): number {
    void this.version;
    return this.items.size;
  }
  get(key: string): T | undefined {
    void this.version;
    return this.items.get(key);
  }
  replace(items: readonly T[]): void {
    this.items = new Map(items.map((item) => [this.key(item), item]));
    this.version += 1;
  }
  /** Puts and drops some of it. */
  change(put: readonly T[], drop: readonly string[] = []): void {
    for (const key of drop) this.items.delete(key);
    for (const item of put) this.items.set(this.key(item), item);
    if (put.length + drop.length > 0) this.version += 1;
  }
  protected async fetch(): Promise<() => void> {
    const items = await this.load();
    return () => this.replace(items);
  }
  protected empty(): void {
    this.replace([]);
  }
}
