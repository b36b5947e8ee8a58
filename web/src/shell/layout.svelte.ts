// How wide the columns are, in rem, remembered.
export type Edge = 'left' | 'right' | 'bottom' | 'dock';

const STORED = 'tansiq.layout';
const BOUNDS: Record<Edge, readonly [min: number, start: number, max: number]> = {
  left: [14, 20, 40],
  right: [16, 22, 44],
  bottom: [8, 15, 45],
  dock: [24, 38, 120],
};

export class Layout {
  left = $state(BOUNDS.left[1]);
  right = $state(BOUNDS.right[1]);
  bottom = $state(BOUNDS.bottom[1]);
  dock = $state(BOUNDS.dock[1]);
  /** Folded away. */
  folded = $state.raw<ReadonlySet<Edge>>(new Set());
  /** What is our own (left, bottom) is put aside for a while, whatever is folded; not remembered. */
  aside = $state(false);

  static clamp(edge: Edge, rem: number): number {
    const [min, , max] = BOUNDS[edge];
    return Math.min(max, Math.max(min, rem));
  }
  bounds(edge: Edge): { min: number; max: number } {
    return { min: BOUNDS[edge][0], max: BOUNDS[edge][2] };
  }
  set(edge: Edge, rem: number): void {
    this[edge] = Layout.clamp(edge, rem);
    this.keep();
  }
  reset(edge: Edge): void {
    this.set(edge, BOUNDS[edge][1]);
  }
  fold(edge: Edge, folded = !this.folded.has(edge)): void {
    const next = new Set(this.folded);
    if (folded) next.add(edge);
    else next.delete(edge);
    this.folded = next;
    this.keep();
  }
  start(): void {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Record<Edge, unknown>> & {
        folded?: unknown;
      };
      for (const edge of Object.keys(BOUNDS) as Edge[]) {
        const rem = stored[edge];
        if (typeof rem === 'number' && Number.isFinite(rem)) this[edge] = Layout.clamp(edge, rem);
      }
      if (Array.isArray(stored.folded))
        this.folded = new Set(stored.folded.filter((e): e is Edge => e === 'left' || e === 'right' || e === 'bottom'));
    } catch {
      // As it starts.
    }
  }
  private keep(): void {
    try {
      localStorage.setItem(
        STORED,
        JSON.stringify({
          left: this.left,
          right: this.right,
          bottom: this.bottom,
          dock: this.dock,
          folded: [...this.folded],
        }),
      );
    } catch {
      // Holds until the page is left.
    }
  }
}

export const layout = new Layout();
