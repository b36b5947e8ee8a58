// Windows beside the map: one stack, each with a tab. `windows.show('incidents', arg)`.
export interface OpenWindow {
  id: string;
  arg: unknown;
  /** Rises when it is shown again with another argument. */
  turn: number;
}

export class Windows {
  open = $state.raw<readonly OpenWindow[]>([]);
  front = $state<string | undefined>(undefined);
  /** The front window takes the whole centre, by choice. */
  wide = $state(false);
  private from: HTMLElement | undefined;
  private turns = 0;

  /** Opens it, or brings it to the front; `arg` is given anew. */
  show(id: string, arg?: unknown): void {
    if (this.open.length === 0 && document.activeElement instanceof HTMLElement) this.from = document.activeElement;
    const turn = ++this.turns;
    const next = { id, arg, turn };
    this.open = this.open.some((w) => w.id === id)
      ? this.open.map((w) => (w.id === id ? { ...next, arg: arg ?? w.arg } : w))
      : [...this.open, next];
    this.front = id;
  }
  bring(id: string): void {
    if (this.open.some((w) => w.id === id)) this.front = id;
  }
  close(id: string | undefined = this.front): void {
    const at = this.open.findIndex((w) => w.id === id);
    if (at < 0) return;
    this.open = this.open.filter((w) => w.id !== id);
    if (this.front === id) this.front = this.open[Math.min(at, this.open.length - 1)]?.id;
    if (this.open.length > 0) return;
    this.wide = false;
    const from = this.from;
    this.from = undefined;
    if (from?.isConnected === true) queueMicrotask(() => from.focus());
  }
  closeAll(): void {
    for (const { id } of this.open) this.close(id);
  }
  isOpen(id: string): boolean {
    return this.open.some((w) => w.id === id);
  }
}

export const windows = new Windows();
