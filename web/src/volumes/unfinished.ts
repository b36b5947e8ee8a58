// What was written and not filed outlives its window: Escape loses nothing. It is one officer's, and goes when he signs out.

/** What becomes of what stands in a form. */
export interface Writing {
  /** Its end: what it has by then is kept, unless it stands as it was begun. */
  end: () => void;
  /**
   * It was sent, or given up: nothing of it is kept. Its window may be closed already, and have kept it: then that goes too,
   * and the answer is false, since whoever looks now looks at something else.
   */
  settle: () => boolean;
}

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
  /** Of a form, when it begins; `goesOn`: it was taken up again, and is kept however it stands. */
  follow(memo: () => Memo, { of = '', goesOn = false } = {}): Writing {
    const begunAs = goesOn ? undefined : JSON.stringify(memo());
    let over = false;
    let ended = false;
    let left: Memo | undefined;
    return {
      end: () => {
        ended = true;
        const now = memo();
        // Where there is nothing to keep, another form may have kept something.
        if (over || JSON.stringify(now) === begunAs) return;
        left = now;
        this.keep(now, of);
      },
      settle: () => {
        over = true;
        if (left !== undefined && this.memos.get(of) === left) this.memos.delete(of);
        return !ended;
      },
    };
  }
}
