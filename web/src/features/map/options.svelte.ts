// How the map is looked at, remembered; and what is open on it.
import type { PointE7 } from '../../api/documents';

const STORED = 'tansiq.map';
export const EXAGGERATIONS = [1, 3, 10] as const;
export const VECTORS = [0, 1, 2, 5, 10] as const;
/** What a command asks of the map, wherever it is run. */
export type Wanted = 'home' | 'in' | 'out' | 'north' | 'read' | 'next' | 'previous';
export type Panel = 'none' | 'goto' | 'layers' | 'list' | 'measure';

interface Kept {
  solid: boolean;
  heights: number;
  minutes: number;
  trails: boolean;
  labels: boolean;
  air: boolean;
  sea: boolean;
  zones: boolean;
  measures: boolean;
  intents: boolean;
}
const BEGIN: Kept = {
  solid: false,
  heights: 3,
  minutes: 2,
  trails: true,
  labels: true,
  air: true,
  sea: true,
  zones: true,
  measures: true,
  intents: true,
};

export class Options {
  kept = $state.raw<Kept>(BEGIN);
  panel = $state<Panel>('none');
  follow = $state(false);
  /** Each wish is a new object. */
  wanted = $state.raw<{ what: Wanted } | undefined>(undefined);
  /** What is measured. */
  points = $state.raw<readonly PointE7[]>([]);
  /** Under the pointer, or in the middle where there is none. */
  pointer = $state.raw<PointE7 | undefined>(undefined);
  /** Metres a pixel, in the middle. */
  scale = $state(0);

  start(): void {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Record<keyof Kept, unknown>>;
      const next: Record<string, unknown> = { ...BEGIN };
      for (const [key, value] of Object.entries(stored))
        if (key in BEGIN && typeof value === typeof next[key]) next[key] = value;
      this.kept = next as unknown as Kept;
    } catch {
      // As it begins.
    }
  }
  choose(of: Partial<Kept>): void {
    this.kept = { ...this.kept, ...of };
    try {
      localStorage.setItem(STORED, JSON.stringify(this.kept));
    } catch {
      // Holds until the page is left.
    }
  }
  want(what: Wanted): void {
    this.wanted = { what };
  }
  toggle(panel: Panel): void {
    this.panel = this.panel === panel ? 'none' : panel;
  }
}

export const options = new Options();
/** Ships are slow: their vector is six times as long. */
export const SEA_TIMES = 6;
