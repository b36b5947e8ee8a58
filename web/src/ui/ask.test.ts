import { flushSync, mount, unmount } from 'svelte';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { i18n } from '../i18n/i18n.svelte';
import { commands } from '../keys/keys.svelte';
import { uiMessages } from '../shell/messages';
import { ask, asking } from './ask.svelte';
import AskHost from './AskHost.svelte';

i18n.register('ui', uiMessages);
let host: ReturnType<typeof mount> | undefined;
const question = { title: 'ui.close', text: 'ui.close', confirm: 'ui.close' };
const press = (n: number): void => {
  document.querySelectorAll<HTMLButtonElement>('dialog .foot button')[n]?.click();
  flushSync();
};
beforeEach(() => {
  // What the browser does of it, as far as it counts here: the event comes later.
  HTMLDialogElement.prototype.showModal = function () {
    this.setAttribute('open', '');
    this.querySelector('button')?.focus();
  };
  HTMLDialogElement.prototype.close = function () {
    this.removeAttribute('open');
    queueMicrotask(() => this.dispatchEvent(new Event('close')));
  };
  document.body.innerHTML = '<button id="from"></button>';
  document.getElementById('from')?.focus();
  host = mount(AskHost, { target: document.body });
});
afterEach(async () => {
  if (host !== undefined) await unmount(host);
});

it('answers, and gives the focus and the keys back where they came from', async () => {
  for (const [n, answer] of [
    [0, false],
    [1, true],
  ] as const) {
    const answered = ask(question);
    flushSync();
    expect(document.activeElement?.closest('dialog')).not.toBeNull();
    expect(commands.modal).toBe(1);
    press(n);
    expect(await answered).toBe(answer);
    expect(document.activeElement?.id).toBe('from');
    expect(commands.modal).toBe(0);
  }
});

it('the closing of one does not answer the next', async () => {
  const first = ask(question);
  flushSync();
  press(1);
  const second = ask(question);
  flushSync();
  expect(await first).toBe(true);
  await Promise.resolve();
  expect(asking.current).toBeDefined();
  press(1);
  expect(await second).toBe(true);
});
