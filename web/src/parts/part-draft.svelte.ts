// A structured part while it is written.
import { i18n } from '../i18n/i18n.svelte';
import { clock } from '../state/clock.svelte';
import { world } from '../state/world.svelte';
import { units } from '../units/units.svelte';
import { VolumeDraft } from '../volumes/draft.svelte';
import { emptyFields, readPart, type PartFields, type PartKind, type PartRead } from './parts';

let last = 0;
/** What is typed with a time that is relative must not change under the reader every second. */
const minute = (): number => Math.floor(clock.now / 60_000) * 60_000;

/** What it derives lives as long as it does, whichever effect it was made in. */
export function free<T>(make: () => T): T {
  let made: T | undefined;
  $effect.root(() => {
    made = make();
  });
  return made as T;
}

export class PartDraft {
  readonly id = ++last;
  readonly volume = free(() => new VolumeDraft());
  fields = $state<PartFields>(emptyFields());
  /** Of an assessment: with an area. */
  placed = $state(false);
  constructor(
    readonly kind: PartKind,
    fields: Partial<PartFields> = {},
  ) {
    Object.assign(this.fields, fields);
    this.placed = kind === 'area';
  }
  read(): PartRead {
    return readPart(this.kind, this.fields, {
      now: minute(),
      units,
      language: i18n.language,
      self: world.self,
      volume: this.placed ? this.volume.volume('air') : undefined,
    });
  }
}
