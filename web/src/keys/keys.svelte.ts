// Shortcuts and commands. A shortcut is a chord (`Ctrl+K`, `Shift+F2`, `?`) or two keys one after the other (`g i`). Single keys do
// nothing while somebody types. Letters go by the key's place on an English keyboard where the layout is not Latin, so that
// `g` works in Arabic and Russian.

export interface Command {
  id: string;
  /** A message. */
  title: string;
  /** A message that names the group in the help; the feature's title by default. */
  group?: string;
  shortcut?: string;
  /** Without this scope of the session it is not offered. */
  scope?: string;
  run: (arg?: unknown) => void;
  /** False: not now. */
  enabled?: () => boolean;
}

const SEQUENCE_MS = 1_200;

/** What was pressed, as shortcuts write it. Pure. */
export function chordOf(
  event: Pick<KeyboardEvent, 'key' | 'code' | 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey'>,
): string {
  let key = event.key;
  if (key.length === 1 && key.charCodeAt(0) > 127 && event.code.startsWith('Key'))
    key = event.code.slice(3).toLowerCase();
  if (key === ' ') key = 'Space';
  // Capital without Shift: Caps Lock is on.
  if (key.length === 1 && !event.shiftKey) key = key.toLowerCase();
  const held = [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : ''];
  // A sign has its shift in it already.
  if (event.shiftKey && (key.length > 1 || /[a-z]/i.test(key))) held.push('Shift');
  const name = key.length === 1 && (held[0] !== '' || held[1] !== '' || event.shiftKey) ? key.toUpperCase() : key;
  return [...held.filter((h) => h !== ''), name].join('+');
}
/** Two spellings of one. */
export const normal = (shortcut: string): string =>
  shortcut
    .split(' ')
    .map((chord) =>
      chord.includes('+') && chord.length > 1
        ? chord.replace(/\+([a-z])$/, (_, c: string) => `+${c.toUpperCase()}`)
        : chord,
    )
    .join(' ');

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement &&
  (target.isContentEditable ||
    target.matches('input:not([type=checkbox],[type=radio],[type=range],[type=button]), textarea, select'));

export class Commands {
  private items = $state.raw<readonly Command[]>([]);
  private pending = '';
  private pendingAt = 0;
  /** Something modal is open: only what belongs to it hears keys. */
  modal = $state(0);
  allows: (scope: string | undefined) => boolean = () => true;

  /** Returns what takes them away. Throws where a shortcut is taken: that is a mistake in the program. */
  register(...commands: Command[]): () => void {
    for (const command of commands) {
      const taken = this.items.find(
        (c) =>
          c.id === command.id ||
          (command.shortcut !== undefined && c.shortcut !== undefined && conflict(c.shortcut, command.shortcut)),
      );
      if (taken !== undefined)
        throw new Error(
          `command ${command.id} (${command.shortcut ?? 'no shortcut'}) conflicts with ${taken.id} (${taken.shortcut ?? ''})`,
        );
      this.items = [...this.items, command];
    }
    return () => (this.items = this.items.filter((c) => !commands.includes(c)));
  }
  /** Those that may be run now. */
  get offered(): readonly Command[] {
    return this.items.filter((c) => this.allows(c.scope) && (c.enabled?.() ?? true));
  }
  /** All that the session allows, for the help. */
  get all(): readonly Command[] {
    return this.items.filter((c) => this.allows(c.scope));
  }
  run(id: string, arg?: unknown): boolean {
    const command = this.offered.find((c) => c.id === id);
    command?.run(arg);
    return command !== undefined;
  }

  /** True: it was a shortcut. */
  press(event: KeyboardEvent, now = event.timeStamp): boolean {
    if (event.defaultPrevented || event.isComposing || ['Control', 'Shift', 'Alt', 'Meta'].includes(event.key))
      return false;
    const chord = chordOf(event);
    const plain = !chord.includes('Ctrl+') && !chord.includes('Alt+') && !/^(Shift\+)?F\d+$/.test(chord);
    if (this.modal > 0 || (plain && typing(event.target))) return false;
    const find = (wanted: string): Command | undefined =>
      this.offered.find((c) => c.shortcut !== undefined && normal(c.shortcut) === wanted);
    // A key that is held is no second press. Nor is it the browser's, where it is a shortcut here.
    if (event.repeat) {
      if (find(chord) !== undefined) event.preventDefault();
      return false;
    }
    const sequence = this.pending !== '' && now - this.pendingAt < SEQUENCE_MS ? `${this.pending} ${chord}` : '';
    this.pending = '';
    const command = (sequence === '' ? undefined : find(sequence)) ?? find(chord);
    if (command === undefined) {
      if (this.offered.some((c) => c.shortcut !== undefined && normal(c.shortcut).startsWith(`${chord} `))) {
        this.pending = chord;
        this.pendingAt = now;
      }
      return false;
    }
    event.preventDefault();
    command.run();
    return true;
  }
  start(): () => void {
    const press = (event: KeyboardEvent): void => void this.press(event);
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }
}

/** The same, or one is how the other begins. */
export function conflict(a: string, b: string): boolean {
  const [x, y] = [normal(a), normal(b)];
  return x === y || x.startsWith(`${y} `) || y.startsWith(`${x} `);
}

export const commands = new Commands();
