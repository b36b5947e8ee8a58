// A window with a form, opened, written in, and closed before anything was filed.
import { flushSync, mount, unmount, type Component } from 'svelte';

import type { SessionState } from '../api/documents';
import { session } from '../state/session.svelte';

let shown: Record<string, unknown> | undefined;
let given: Record<string, unknown> = {};

export function show<P extends Record<string, unknown>>(part: Component<P>, begunWith: P): void {
  session.who = { scopes: ['talks.read', 'talks.write', 'coordination.act'] } as unknown as SessionState;
  const props = $state(begunWith);
  given = props;
  shown = mount(part, { target: document.body, props });
  flushSync();
}
/** The window is given something else, as where it is shown again. */
export function change(props: Record<string, unknown>): void {
  Object.assign(given, props);
  flushSync();
}
export async function close(): Promise<void> {
  if (shown !== undefined) await unmount(shown);
  shown = undefined;
  session.who = undefined;
}
/** The first that the selector finds: what is written there, and writing it. */
export function field(selector: string): { readonly text: string; write(text: string): void } {
  const found = document.querySelector<HTMLInputElement | HTMLTextAreaElement>(selector);
  if (found === null) throw new Error(`nothing is ${selector}`);
  return {
    text: found.value,
    write: (text) => {
      found.value = text;
      found.dispatchEvent(new InputEvent('input', { bubbles: true }));
      flushSync();
    },
  };
}
export function press(name: string): void {
  const found = [...document.querySelectorAll('button')].find((b) => b.textContent.trim() === name);
  if (found === undefined) throw new Error(`no button ${name}`);
  found.click();
  flushSync();
}
