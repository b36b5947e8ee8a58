// What is told of a demonstration (docs/api.md, `/v1/story`): lines to steps, and where to look.
import type { components } from '../../api/schema';
import type { PointE7 } from '../../api/documents';
import type { Language } from '../../i18n/messages';
import type { Kind, Ref } from '../../view/view.svelte';

export type StoryLine = components['schemas']['StoryLine'];
export type Words = components['schemas']['StoryWords'];

export interface Told {
  kind: 'happens' | 'check' | 'reads' | 'note';
  at_ms: number;
  text: string;
  who: string;
  /** Of `text`: what the story itself says is English. */
  language: Language;
  seen: boolean;
  instead: string;
}
export interface Look {
  name: string;
  place: PointE7 | undefined;
  kind: string | undefined;
  id: string;
  /** The authority at whose node it is; empty: any. */
  of: string;
}
export interface Step {
  number: number;
  at_ms: number;
  title: Words | undefined;
  about: Words | undefined;
  lines: readonly Told[];
  looks: readonly Look[];
  seen: number;
  unseen: number;
}
export interface Story {
  steps: readonly Step[];
  /** It is over; so many things were not as expected. */
  differ: number | undefined;
}

interface Growing extends Step {
  lines: Told[];
  looks: Look[];
}

/** What comes before the first step is left out; so are kinds that this console does not know. */
export function storyOf(lines: readonly StoryLine[]): Story {
  const steps: Growing[] = [];
  let differ: number | undefined;
  for (const line of lines) {
    if (line.kind === 'step') {
      const { title, about, at_ms } = line;
      steps.push({
        number: line.step ?? steps.length + 1,
        at_ms,
        title,
        about,
        lines: [],
        looks: [],
        seen: 0,
        unseen: 0,
      });
      continue;
    }
    if (line.kind === 'end') differ = line.differ ?? 0;
    const step = steps.at(-1);
    if (step === undefined || line.kind === 'end') continue;
    if (line.kind === 'look') {
      const { at, name = '', select } = line;
      step.looks.push({ name, place: at, kind: select?.kind, id: select?.id ?? '', of: select?.of ?? '' });
      continue;
    }
    const { kind, at_ms, text = '', who = '', language = 'en', seen = false, instead = '' } = line;
    step.lines.push({ kind, at_ms, text, who, language, seen, instead });
    if (kind === 'check' && seen) step.seen += 1;
    if (kind === 'check' && !seen) step.unseen += 1;
  }
  return { steps, differ };
}

/** In the language of the reader. */
export const inWords = (words: Words | undefined, language: Language): string => words?.[language] ?? '';

/** What there is at this node to be looked at. */
export interface There {
  self: string;
  track: (callSignOrNumber: string) => { id: number; position?: PointE7 } | undefined;
  has: (kind: string, id: string) => boolean;
}
export interface Aim {
  /** What it is, for its label. */
  kind: 'track' | 'flight' | 'zone' | 'thread' | 'incident' | 'peer' | 'group' | 'place';
  name: string;
  place: PointE7 | undefined;
  ref: Ref | undefined;
}
const AIMED = ['flight', 'zone', 'thread', 'incident', 'peer', 'group'] as const satisfies readonly Kind[];
const isAimed = (kind: string | undefined): kind is (typeof AIMED)[number] => AIMED.some((known) => known === kind);

/** Where to look here; undefined: at this node there is nothing of it. */
export function aimOf(look: Look, there: There): Aim | undefined {
  const ours = look.of === '' || look.of === there.self;
  if (ours && look.kind === 'track') {
    const track = there.track(look.id);
    if (track !== undefined)
      return {
        kind: 'track',
        name: look.name,
        place: track.position ?? look.place,
        ref: { kind: 'track', id: String(track.id) },
      };
  }
  if (ours && isAimed(look.kind) && there.has(look.kind, look.id))
    return { kind: look.kind, name: look.name, place: look.place, ref: { kind: look.kind, id: look.id } };
  if (look.place === undefined) return undefined;
  return { kind: 'place', name: look.name, place: look.place, ref: undefined };
}
