// What was written and not filed outlives its window: Escape loses nothing. It is one officer's, and goes when he signs out.
export class Unfinished<Memo> {
  private readonly memos = new Map<string, Memo>();

  /** `of`: what it is about, where several may be unfinished side by side. */
  keep(memo: Memo | undefined, of = ''): void {
    this.memos.delete(of);
    if (memo !== undefined) this.memos.set(of, memo);
  }
  /** Once: whoever takes it has it. */
  take(of = ''): Memo | undefined {
    const memo = this.memos.get(of);
    this.memos.delete(of);
    return memo;
  }
  has(of = ''): boolean {
    return this.memos.has(of);
  }
  /** What was kept last. */
  get latest(): Memo | undefined {
    return [...this.memos.values()].at(-1);
  }
  clear(): void {
    this.memos.clear();
  }
  /**
   * Of a form, in an effect: what it has at its end is kept, unless it stands as it was begun. `memo` brings nothing once
   * it was sent, or left on purpose; `goesOn` says that it was taken up again.
   */
  follow(memo: () => Memo | undefined, { of = '', goesOn = false } = {}): () => void {
    const begunAs = goesOn ? undefined : JSON.stringify(memo());
    return () => {
      const now = memo();
      this.keep(JSON.stringify(now) === begunAs ? undefined : now, of);
    };
  }
}
