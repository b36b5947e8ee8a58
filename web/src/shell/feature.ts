import type { Component } from 'svelte';

import type { Messages } from '../i18n/messages';
import type { Command } from '../keys/keys.svelte';

export { defineMessages } from '../i18n/messages';

/** `gate` stands alone while nobody is signed in. */
export type Slot = 'top' | 'left' | 'centre' | 'right' | 'bottom' | 'window' | 'gate';

/** What a component in a window is given; others get nothing. */
export interface WindowProps {
  arg?: unknown;
  close?: () => void;
}
export type SlotComponent = Component<WindowProps> | Component<Record<string, never>> | Component<object>;

export interface Feature {
  id: string;
  slot: Slot;
  /** Place within the slot; in `top` from 500 on at the end. */
  order: number;
  /** Of a panel: how much of its column's room it has beside the others; 1 where nothing is said. */
  share?: number;
  /** A message. */
  title: string;
  /** Either, where there is something to see. */
  component?: SlotComponent;
  load?: () => Promise<{ default: SlotComponent }>;
  /** Of a window: takes the whole centre. */
  wide?: boolean;
  /** Of a window: false, where it is no command of its own that shows it. */
  listed?: boolean;
  /** Shows the window, or moves the focus to the panel. */
  shortcut?: string;
  /** A scope of the session without which it is not there. */
  scope?: string;
  commands?: readonly Command[];
  /** Registered under `prefix`, else under the part of `id` before a dot. */
  messages?: Messages;
  /** Runs while somebody is signed in; returns what ends it. */
  start?: () => () => void;
}
