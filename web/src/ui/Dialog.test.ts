import { createRawSnippet, flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import type { SessionState } from '../api/documents';
import { commands } from '../keys/keys.svelte';
import { session } from '../state/session.svelte';
import { ask } from './ask.svelte';
import AskHost from './AskHost.svelte';
import Dialog from './Dialog.svelte';

const who = { name: 'duty', provisional: false } as SessionState;
let shown: ReturnType<typeof mount> | undefined;
const box = (): HTMLDialogElement | null => document.querySelector('dialog');
/** The browser tells of a closing in a task of its own. */
const told = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));
function stand(state: 'in' | 'over'): void {
  session.state = state;
  flushSync();
}

beforeEach(() => {
  // This document has no modal dialogs.
  HTMLDialogElement.prototype.showModal = function () {
    this.open = true;
  };
  HTMLDialogElement.prototype.close = function () {
    this.open = false;
    setTimeout(() => this.dispatchEvent(new Event('close')), 1);
  };
  session.who = who;
  session.state = 'in';
});
afterEach(async () => {
  if (shown !== undefined) await unmount(shown);
  shown = undefined;
  session.who = undefined;
  session.state = 'unknown';
});

describe('a dialog, when the session ends below it', () => {
  function show(): { onclose: ReturnType<typeof vi.fn>; isOpen: () => boolean } {
    let open = true;
    const onclose = vi.fn();
    const children = createRawSnippet(() => ({ render: () => '<input />' }));
    const props = {
      title: 'T',
      onclose,
      children,
      get open() {
        return open;
      },
      set open(to: boolean) {
        open = to;
      },
    };
    shown = mount(Dialog, { target: document.body, props });
    flushSync();
    return { onclose, isOpen: () => open };
  }

  it('leaves the page to the gate, and comes back with what was typed', async () => {
    const { onclose, isOpen } = show();
    expect([box()?.open, commands.modal]).toEqual([true, 1]);
    const field = document.querySelector('input');
    if (field !== null) field.value = 'half a sen';
    stand('over');
    await told();
    expect([box()?.open, commands.modal, isOpen()]).toEqual([false, 0, true]);
    stand('in');
    expect([box()?.open, commands.modal]).toEqual([true, 1]);
    expect(document.querySelector('input')?.value).toBe('half a sen');
    expect(onclose).not.toHaveBeenCalled();
    // Who is signed in anew is who was.
    session.who = { ...who };
    flushSync();
    await told();
    expect(isOpen()).toBe(true);
    box()?.close();
    await told();
    expect([onclose.mock.calls.length, isOpen()]).toEqual([1, false]);
  });
  it('is over where its screen goes, for another has come', async () => {
    const { onclose, isOpen } = show();
    stand('over');
    await told();
    if (shown !== undefined) await unmount(shown);
    shown = undefined;
    expect([onclose.mock.calls.length, isOpen(), commands.modal]).toEqual([1, false, 0]);
  });
  it('that asks has no for an answer then', async () => {
    shown = mount(AskHost, { target: document.body });
    const answer = ask({ title: 't', text: 't', confirm: 't' });
    flushSync();
    expect(box()?.open).toBe(true);
    stand('over');
    await told();
    if (shown !== undefined) await unmount(shown);
    shown = undefined;
    expect(await answer).toBe(false);
  });
});
