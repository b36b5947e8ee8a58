// The entries of one log, newest first, fetched a bundle at a time.
import { asProblem, type Problem } from '../../api/problem';
import { logBundle, logSize } from '../../tlog/read';
import { matches, rowOf, type EntryRow } from './rows';
import { bundles } from '../../tlog/tiles';

/** So many are found before it stops and asks. */
const FOUND_MAX = 200;

export class EntryBrowser {
  origin = $state('');
  size = $state(0);
  rows = $state.raw<readonly EntryRow[]>([]);
  /** Entries that have been looked at. */
  looked = $state(0);
  busy = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  find = $state('');
  type = $state('');
  types = $state.raw<readonly string[]>([]);
  private next = $state(-1);
  private turn = 0;

  get more(): boolean {
    return this.next >= 0;
  }
  /** Begins at the newest entry. */
  async open(origin: string): Promise<void> {
    const turn = ++this.turn;
    this.origin = origin;
    this.rows = [];
    this.types = [];
    this.looked = 0;
    this.size = 0;
    this.next = -1;
    this.problem = undefined;
    if (origin === '') return;
    this.busy = true;
    try {
      const size = await logSize(origin);
      if (turn !== this.turn) return;
      this.size = size;
      this.next = bundles(this.size) - 1;
    } catch (thrown) {
      if (turn === this.turn) this.problem = asProblem(thrown);
    }
    if (turn !== this.turn) return;
    this.busy = false;
    if (this.problem === undefined) await this.load();
  }
  stop(): void {
    this.turn += 1;
    this.busy = false;
  }
  /** Goes further back: until enough is found, or somebody stops it. */
  async load(): Promise<void> {
    if (this.busy || this.next < 0) return;
    const turn = this.turn;
    const wanted = this.rows.length + FOUND_MAX;
    this.busy = true;
    this.problem = undefined;
    try {
      while (this.next >= 0 && this.rows.length < wanted) {
        const n = this.next;
        const bundle = await logBundle(this.origin, this.size, n);
        if (turn !== this.turn) return;
        const all = bundle.map((bytes, i) => rowOf(n * 256 + i, bytes));
        this.types = [...new Set([...this.types, ...all.map((row) => row.type)])].sort();
        this.rows = [...this.rows, ...all.filter((row) => this.wanted(row)).reverse()];
        this.looked += all.length;
        this.next = n - 1;
      }
    } catch (thrown) {
      if (turn === this.turn) this.problem = asProblem(thrown);
    } finally {
      if (turn === this.turn) this.busy = false;
    }
  }
  private wanted(row: EntryRow): boolean {
    return (this.type === '' || row.type === this.type) && (this.find.trim() === '' || matches(row, this.find.trim()));
  }
}
