import type { Language } from '../../i18n/messages';
import type { PartDraft } from '../../parts/part-draft.svelte';
import type { VolumeMemo } from '../../volumes/draft.svelte';
import { Unfinished } from '../../volumes/unfinished';
import type { CreateArg, Held, HeldKind } from './incidents';

export interface IncidentMemo {
  create: CreateArg;
  id: string;
  title: string;
  parties: string[];
  alert: string;
  from: string;
  to: string;
  places: VolumeMemo[];
}
export interface StatementMemo {
  text: string;
  language: Language;
  parts: readonly PartDraft[];
  keptParts: readonly Record<string, unknown>[];
  held: Held[];
  kind: HeldKind;
  hash: string;
  what: string;
}
/** By what each was begun with. */
export const incidents = new Unfinished<IncidentMemo>();
/** By the incident, as `opener/incident`. */
export const statements = new Unfinished<StatementMemo>();
