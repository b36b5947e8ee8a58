import { describe, expect, it, vi } from 'vitest';

import { chordOf, Commands, conflict } from './keys.svelte';

const key = (of: Partial<KeyboardEventInit> & { key: string }): KeyboardEvent =>
  new KeyboardEvent('keydown', { cancelable: true, ...of });

describe('chordOf', () => {
  it('names what was pressed', () => {
    expect(chordOf(key({ key: 'k', ctrlKey: true }))).toBe('Ctrl+K');
    expect(chordOf(key({ key: 'k', metaKey: true }))).toBe('Ctrl+K');
    expect(chordOf(key({ key: '?', shiftKey: true }))).toBe('?');
    expect(chordOf(key({ key: 'F2', shiftKey: true }))).toBe('Shift+F2');
    expect(chordOf(key({ key: 'п', code: 'KeyG' }))).toBe('g');
    expect(chordOf(key({ key: 'ل', code: 'KeyG' }))).toBe('g');
  });
  it('does not mind Caps Lock', () => {
    expect(chordOf(key({ key: 'A', code: 'KeyA' }))).toBe('a');
    expect(chordOf(key({ key: 'a', code: 'KeyA', shiftKey: true }))).toBe(chordOf(key({ key: 'A', shiftKey: true })));
    expect(chordOf(key({ key: 'K', ctrlKey: true }))).toBe('Ctrl+K');
  });
});

describe('Commands', () => {
  it('hears chords and sequences', () => {
    const commands = new Commands();
    const [palette, go] = [vi.fn(), vi.fn()];
    commands.register(
      { id: 'p', title: 'p', shortcut: 'Ctrl+K', run: palette },
      { id: 'g', title: 'g', shortcut: 'g i', run: go },
    );
    expect(commands.press(key({ key: 'k', ctrlKey: true }), 0)).toBe(true);
    expect(commands.press(key({ key: 'g' }), 10)).toBe(false);
    expect(commands.press(key({ key: 'i' }), 20)).toBe(true);
    commands.press(key({ key: 'g' }), 30);
    expect(commands.press(key({ key: 'i' }), 9_000)).toBe(false);
    expect([palette.mock.calls.length, go.mock.calls.length]).toEqual([1, 1]);
  });

  it('takes a key that is held as pressed once', () => {
    const commands = new Commands();
    const [acknowledge, help] = [vi.fn(), vi.fn()];
    commands.register(
      { id: 'a', title: 'a', shortcut: 'a a', run: acknowledge },
      { id: 'h', title: 'h', shortcut: 'F1', run: help },
    );
    commands.press(key({ key: 'a' }), 0);
    commands.press(key({ key: 'a', repeat: true }), 500);
    commands.press(key({ key: 'a', repeat: true }), 530);
    expect(acknowledge).not.toHaveBeenCalled();
    expect(commands.press(key({ key: 'a' }), 700)).toBe(true);
    // The browser has no use of it either.
    commands.press(key({ key: 'F1' }));
    const held = key({ key: 'F1', repeat: true });
    commands.press(held);
    expect([help.mock.calls.length, held.defaultPrevented]).toEqual([1, true]);
  });

  it('lets people type, and runs what they may', () => {
    const commands = new Commands();
    const run = vi.fn();
    commands.register(
      { id: 'a', title: 'a', shortcut: 'a', run },
      { id: 'b', title: 'b', shortcut: 'b', scope: 'acts.confirm', run },
    );
    const field = document.body.appendChild(document.createElement('input'));
    const typed = key({ key: 'a', bubbles: true });
    field.addEventListener('keydown', (e) => commands.press(e));
    field.dispatchEvent(typed);
    commands.allows = (scope) => scope === undefined;
    expect(commands.press(key({ key: 'b' }))).toBe(false);
    expect(run).not.toHaveBeenCalled();
  });

  it('refuses a shortcut that is taken', () => {
    const commands = new Commands();
    const run = (): void => undefined;
    const drop = commands.register({ id: 'a', title: 'a', shortcut: 'g i', run });
    expect(() => commands.register({ id: 'b', title: 'b', shortcut: 'g', run })).toThrow('conflicts');
    drop();
    commands.register({ id: 'b', title: 'b', shortcut: 'g', run });
    expect(conflict('Ctrl+k', 'Ctrl+K')).toBe(true);
    expect(conflict('g i', 'g t')).toBe(false);
  });
});
