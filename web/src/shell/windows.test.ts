import { describe, expect, it } from 'vitest';

import { Windows } from './windows.svelte';

describe('Windows', () => {
  it('opens, brings to the front, and closes', () => {
    const windows = new Windows();
    windows.show('incidents');
    windows.show('audit', 7);
    expect(windows.front).toBe('audit');
    windows.show('incidents', { open: 'x' });
    expect(windows.open.map((w) => [w.id, w.arg])).toEqual([
      ['incidents', { open: 'x' }],
      ['audit', 7],
    ]);
    windows.close();
    expect(windows.front).toBe('audit');
    windows.close('nothing');
    windows.close('audit');
    expect([windows.front, windows.open]).toEqual([undefined, []]);
  });

  it('gives the focus back where it came from', async () => {
    const button = document.body.appendChild(document.createElement('button'));
    button.focus();
    const windows = new Windows();
    windows.show('a');
    button.blur();
    windows.close();
    await Promise.resolve();
    expect(document.activeElement).toBe(button);
  });
});
