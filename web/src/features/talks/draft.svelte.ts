// A message while it is written: one for each thread, kept until it is sent or thrown away, over a reload of the page too.
import type { ActOutcome } from '../../api/act';
import { putBytes, sha256 } from '../../api/bytes';
import { asProblem, type Problem } from '../../api/problem';
import { i18n } from '../../i18n/i18n.svelte';
import type { Language } from '../../i18n/messages';
import { PartDraft } from '../../parts/part-draft.svelte';
import type { PartFields, PartKind } from '../../parts/parts';
import { clock } from '../../state/clock.svelte';
import { Letters } from '../../state/letters';
import { session } from '../../state/session.svelte';
import type { Precedence } from '../../state/threads.svelte';
import { world } from '../../state/world.svelte';
import { units } from '../../units/units.svelte';
import type { Typed } from './blanks';
import { findTemplate, rememberPhrase } from './catalogue';
import { readLetter, type Echelon, type LetterRead, type Needs } from './letter';

export const FILE_BYTES_MAX = 4 * 1024 * 1024;
export const FILES_MAX = 16;
let last = 0;

export class FileDraft {
  readonly id = ++last;
  /** Empty while it is being hashed. */
  sha256 = $state('');
  uploaded = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  private bytes: Uint8Array<ArrayBuffer> | undefined;
  constructor(readonly file: File) {}
  get name(): string {
    return this.file.name;
  }
  get tooLarge(): boolean {
    return this.file.size > FILE_BYTES_MAX;
  }
  /** Hashes it and takes it to this node; what is there already is not harmed. */
  async upload(): Promise<void> {
    if (this.tooLarge) return;
    this.problem = undefined;
    try {
      this.bytes ??= new Uint8Array(await this.file.arrayBuffer());
      this.sha256 = await sha256(this.bytes);
      await putBytes(`/v1/attachments/${this.sha256}`, this.bytes);
      this.uploaded = true;
      this.bytes = undefined;
    } catch (thrown) {
      this.problem = asProblem(thrown);
    }
  }
}

/** What is typed with a time that is relative must not change under the reader every second. */
const minute = (): number => Math.floor(clock.now / 60_000) * 60_000;

interface Stored {
  recipients: string[];
  text: string;
  template: string;
  blanks: Record<string, Typed>;
  precedence: Precedence;
  needs: Needs;
  due: string;
  parts: { kind: PartKind; fields: PartFields }[];
}

/** How long what is typed may be in the page alone. */
const KEPT_WITHIN_MS = 500;
export class Draft {
  /** Whom somebody has named for what is written now. */
  private named = $state.raw<readonly string[] | undefined>(undefined);
  text = $state('');
  language = $state<Language | undefined>(undefined);
  /** `101.1`; empty: none. */
  template = $state('');
  blanks = $state<Record<string, Typed>>({});
  parts = $state.raw<readonly PartDraft[]>([]);
  files = $state.raw<readonly FileDraft[]>([]);
  precedence = $state<Precedence>('routine');
  needs = $state<Needs>('read');
  due = $state('');
  echelon = $state<Echelon>('centres');
  /** Which message it speaks of, and its words. */
  re = $state.raw<{ content: string; words: string } | undefined>(undefined);
  /** Which message's words it translates. */
  translates = $state.raw<{ content: string; words: string } | undefined>(undefined);
  /** Somebody has tried to send it: what is missing is said. */
  tried = $state(false);
  private waits = false;
  private letters = new Letters();
  private usual: readonly string[] = $state.raw([]);

  constructor(
    readonly opener: string,
    readonly thread: string,
    usual: readonly string[],
  ) {
    this.usual = usual;
    this.restore();
  }
  get recipients(): readonly string[] {
    return this.named ?? this.usual;
  }
  set recipients(named: readonly string[]) {
    this.named = named;
  }
  readonly read: LetterRead = $derived.by(() => this.letterAt(minute()));
  readonly empty: boolean = $derived(
    this.text.trim() === '' && this.template === '' && this.parts.length === 0 && this.files.length === 0,
  );
  /** Whom one speaks to in this thread, while nobody is named. What is written already stays with whom it was written to. */
  speakTo(usual: readonly string[]): void {
    if (this.empty) this.usual = usual;
  }
  /** Whom the next message is for; undefined: whom one speaks to there. Nor is what is written already given to others. */
  address(named: readonly string[] | undefined): void {
    if (this.empty) this.named = named;
  }
  /** What is wrong there, once somebody has tried. */
  error(where: string): string | undefined {
    return this.tried && 'errors' in this.read ? this.read.errors[where] : undefined;
  }
  private letterAt(now: number): LetterRead {
    return readLetter({
      recipients: this.recipients,
      opener: this.opener,
      self: world.self,
      thread: this.thread,
      text: this.text,
      language: this.language ?? i18n.language,
      translates: this.translates?.content,
      template: this.template === '' ? undefined : findTemplate(this.template),
      blanks: this.blanks,
      parts: this.parts.map((part) => part.read()),
      attachments: this.files
        .filter((file) => file.uploaded)
        .map((file) => ({
          bytes: file.file.size,
          media_type: mediaType(file.file),
          name: file.name,
          sha256: file.sha256,
        })),
      precedence: this.precedence,
      needs: this.needs,
      due: this.due,
      echelon: this.echelon,
      re: this.re?.content ?? this.translates?.content,
      context: { now, units, language: this.language ?? i18n.language },
    });
  }
  choose(template: string): void {
    if (this.template !== template) this.blanks = {};
    this.template = template;
    const of = findTemplate(template);
    // What turns somebody away is a STOP.
    if (of?.number === 116) this.precedence = 'stop';
  }
  add(kind: PartKind, fields: Partial<PartFields> = {}): PartDraft {
    const part = new PartDraft(kind, fields);
    this.parts = [...this.parts, part];
    return part;
  }
  drop(part: PartDraft): void {
    this.parts = this.parts.filter((p) => p !== part);
  }
  attach(files: readonly File[]): void {
    const added = files.slice(0, FILES_MAX - this.files.length).map((file) => new FileDraft(file));
    this.files = [...this.files, ...added];
    for (const file of added) void file.upload();
  }
  detach(file: FileDraft): void {
    this.files = this.files.filter((f) => f !== file);
  }
  /** Undefined: something is missing, and is said. Throws a Problem where the node refuses. */
  async send(): Promise<ActOutcome | undefined> {
    this.tried = true;
    if (!('letter' in this.read) || this.files.some((file) => !file.uploaded)) return undefined;
    const typed = this.typed();
    const now = this.letterAt(Math.ceil(clock.ms() / 1000) * 1000);
    if (!('letter' in now)) return undefined;
    const { template } = this;
    const outcome = await this.letters.send(typed, now.letter);
    if (template !== '') rememberPhrase(template);
    // Who has gone on writing meanwhile has another letter in hand.
    if (this.typed() === typed) this.clear();
    else this.tried = false;
    return outcome;
  }
  clear(): void {
    this.named = undefined;
    this.language = undefined;
    this.echelon = 'centres';
    this.text = '';
    this.template = '';
    this.blanks = {};
    this.parts = [];
    this.files = [];
    this.precedence = 'routine';
    this.needs = 'read';
    this.due = '';
    this.re = undefined;
    this.translates = undefined;
    this.tried = false;
    this.letters = new Letters();
    this.store();
  }

  /** All of it as it was typed, which does not change with the clock. */
  private typed(): string {
    return JSON.stringify([
      this.recipients,
      this.text,
      this.language ?? i18n.language,
      this.template,
      this.blanks,
      this.parts.map((p) => [p.kind, p.fields, p.placed, p.volume.memo()]),
      this.files.map((file) => [file.id, file.uploaded]),
      this.precedence,
      this.needs,
      this.due,
      this.echelon,
      this.re?.content,
      this.translates?.content,
    ]);
  }
  private get place(): string {
    return `tansiq.draft.${session.who?.subject ?? ''}.${this.opener}/${this.thread}`;
  }
  /** In an effect: kept half a second after a change at the latest, and before the page goes. */
  keep(): void {
    void this.typed();
    if (this.waits) return;
    this.waits = true;
    // Where it belongs now: whoever signs in meanwhile does not get it.
    const { place } = this;
    const store = (): void => {
      clearTimeout(timer);
      removeEventListener('pagehide', store);
      this.waits = false;
      this.store(place);
    };
    const timer = setTimeout(store, KEPT_WITHIN_MS);
    addEventListener('pagehide', store);
  }
  /** By the browser's tab, and gone with it. */
  private store(place = this.place): void {
    try {
      if (this.empty) sessionStorage.removeItem(place);
      else {
        const of: Stored = {
          recipients: [...this.recipients],
          text: this.text,
          template: this.template,
          blanks: $state.snapshot(this.blanks) as Record<string, Typed>,
          precedence: this.precedence,
          needs: this.needs,
          due: this.due,
          parts: this.parts
            .filter((p) => p.kind !== 'area')
            .map((p) => ({ kind: p.kind, fields: $state.snapshot(p.fields) })),
        };
        sessionStorage.setItem(place, JSON.stringify(of));
      }
    } catch {
      // It stays as long as the page does.
    }
  }
  private restore(): void {
    try {
      const text = sessionStorage.getItem(this.place);
      if (text === null) return;
      const of = JSON.parse(text) as Stored;
      const { parts, ...rest } = of;
      Object.assign(this, rest);
      this.parts = parts.map((part) => new PartDraft(part.kind, part.fields));
    } catch {
      // What cannot be read is written anew.
    }
  }
}
const mediaType = (file: File): string =>
  /^[\w.+-]+\/[\w.+-]+$/.test(file.type) ? file.type : 'application/octet-stream';
