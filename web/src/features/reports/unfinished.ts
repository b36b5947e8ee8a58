import type { Language } from '../../i18n/messages';
import type { VolumeMemo } from '../../volumes/draft.svelte';
import { Unfinished } from '../../volumes/unfinished';
import type { InfoReport, RefKind, Tlp } from './reports';

export interface ReportMemo {
  /** Whose next version it is. */
  of: InfoReport | undefined;
  id: string;
  title: string;
  tlp: Tlp;
  releasable: string[];
  onward: string[];
  expires: string;
  from: string;
  to: string;
  sections: { heading: string; language: Language; text: string }[];
  refs: { kind: RefKind; name: string }[];
  areas: VolumeMemo[];
}
/** By the report whose next version it is; empty: a new one. */
export const unfinished = new Unfinished<ReportMemo>();
