// What was written and not filed outlives its window: Escape loses nothing. It is one officer's, and goes when he signs out.
export class Unfinished<Memo> {
  private memo: Memo | undefined;
  keep(memo: Memo | undefined): void {
    this.memo = memo;
  }
  /** Once: whoever takes it has it. */
  take(): Memo | undefined {
    const { memo } = this;
    this.memo = undefined;
    return memo;
  }
}
