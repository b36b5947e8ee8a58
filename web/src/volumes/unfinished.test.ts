import { describe, expect, it } from 'vitest';

import { Unfinished } from './unfinished';

describe('what was written and not filed', () => {
  it('is kept at the end of its form, and taken once', () => {
    const unfinished = new Unfinished<{ text: string }>();
    let text = '';
    const form = unfinished.follow(() => ({ text }), { of: 'a' });
    text = 'words';
    form.end();
    expect(unfinished.has('a')).toBe(true);
    expect(unfinished.take()).toBeUndefined();
    expect(unfinished.latest).toEqual({ text: 'words' });
    expect(unfinished.take('a')).toEqual({ text: 'words' });
    expect(unfinished.has('a')).toBe(false);
  });
  it('is not kept as it was begun, unless it was taken up again', () => {
    const unfinished = new Unfinished<string>();
    unfinished.follow(() => 'begun').end();
    expect(unfinished.latest).toBeUndefined();
    unfinished.follow(() => 'begun', { goesOn: true }).end();
    expect(unfinished.latest).toBe('begun');
  });
  it('stays where another form of the same ends as it was begun', () => {
    const unfinished = new Unfinished<string>();
    const second = unfinished.follow(() => '');
    unfinished.keep('words');
    second.end();
    expect(unfinished.latest).toBe('words');
  });
  it('is not kept once it was sent', () => {
    const unfinished = new Unfinished<string>();
    const form = unfinished.follow(() => 'begun', { goesOn: true });
    expect(form.settle()).toBe(true);
    form.end();
    expect(unfinished.latest).toBeUndefined();
  });
  it('is not kept any more where it was sent before its window closed, and answered behind that', () => {
    const unfinished = new Unfinished<{ text: string }>();
    const form = unfinished.follow(() => ({ text: 'sent' }), { goesOn: true });
    form.end();
    expect(form.settle()).toBe(false);
    expect(unfinished.has()).toBe(false);
    // What somebody has written since is another thing.
    const again = unfinished.follow(() => ({ text: 'sent' }), { goesOn: true });
    again.end();
    unfinished.keep({ text: 'new' });
    again.settle();
    expect(unfinished.latest).toEqual({ text: 'new' });
  });
});
