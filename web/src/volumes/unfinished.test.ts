import { describe, expect, it } from 'vitest';

import { Unfinished } from './unfinished';

describe('what was written and not filed', () => {
  it('is kept at the end of its form, and taken once', () => {
    const unfinished = new Unfinished<{ text: string }>();
    let text = '';
    const end = unfinished.follow(() => ({ text }), { of: 'a' });
    text = 'words';
    end();
    expect(unfinished.has('a')).toBe(true);
    expect(unfinished.take()).toBeUndefined();
    expect(unfinished.latest).toEqual({ text: 'words' });
    expect(unfinished.take('a')).toEqual({ text: 'words' });
    expect(unfinished.has('a')).toBe(false);
  });
  it('is not kept as it was begun, unless it was taken up again', () => {
    const unfinished = new Unfinished<string>();
    unfinished.follow(() => 'begun')();
    expect(unfinished.latest).toBeUndefined();
    unfinished.follow(() => 'begun', { goesOn: true })();
    expect(unfinished.latest).toBe('begun');
  });
  it('is not kept once it was sent', () => {
    const unfinished = new Unfinished<string>();
    let memo: string | undefined = 'begun';
    const end = unfinished.follow(() => memo, { goesOn: true });
    memo = undefined;
    end();
    expect(unfinished.latest).toBeUndefined();
  });
});
