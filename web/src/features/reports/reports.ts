// Reports in domain `information`: what the node tells of them, in the members of the record; what may be done; what was typed. Pure.
import type { Volume } from '../../api/documents';
import { LANGUAGES, type Language } from '../../i18n/messages';
import { parseTime } from '../../i18n/time';

/** TLP 2.0, the narrowest first. */
export const TLPS = ['red', 'amber+strict', 'amber', 'green', 'clear'] as const;
export type Tlp = (typeof TLPS)[number];
export const REF_KINDS = ['alert', 'entry', 'flight', 'incident', 'intent', 'report', 'track', 'zone'] as const;
export type RefKind = (typeof REF_KINDS)[number];
export interface Section {
  heading: string;
  language: string;
  text: string;
}
export interface InfoReport {
  area?: Volume[];
  expires_ms?: number;
  onward?: string[];
  period?: { start_ms: number; end_ms: number };
  refs?: { kind: RefKind; name: string }[];
  releasable_to?: string[];
  report: string;
  sections?: Section[];
  title: string;
  tlp: Tlp;
  version: number;
}
export interface ShownWords {
  title: string;
  sections?: { heading: string; text: string }[];
}
/** One version that was given to one authority. */
export interface Share {
  to: string;
  body: string;
  as_of_ms: number;
  destroyed?: string[];
  holders?: string[];
  outstanding?: string[];
  revoked_ms?: number;
  until_ms?: number;
}
export interface OwnReport {
  report: InfoReport;
  shown: ShownWords;
  shares?: Share[];
  since_ms: number;
  ended_ms?: number;
  how?: 'expired' | 'revoked';
}
export interface HeldReport {
  content: { from: string; to: string; onward?: string[]; report: InfoReport };
  held: {
    body: string;
    from: string;
    via?: string;
    since_ms: number;
    until_ms?: number;
    current: boolean;
    passed?: string[];
    revoked_ms?: number;
  };
  shown: ShownWords;
}

export type OwnState = 'stands' | 'expired' | 'revoked';
export const ownState = (of: OwnReport): OwnState => (of.ended_ms === undefined ? 'stands' : (of.how ?? 'revoked'));
/** Who has not said yet that he has destroyed what was taken back. */
export const outstandingOf = (of: OwnReport): string[] =>
  [...new Set((of.shares ?? []).flatMap((share) => share.outstanding ?? []))].sort();
export const destroyedOf = (of: OwnReport): string[] =>
  [...new Set((of.shares ?? []).flatMap((share) => share.destroyed ?? []))].sort();

/** To whom the marking lets a holder pass it on; `direct`: he has it from the originator. The originator's rule has to name him, too. */
export function mayPassTo(report: InfoReport, direct: boolean, onward: readonly string[]): string[] {
  switch (report.tlp) {
    case 'red':
      return [];
    case 'amber+strict':
      return onward.filter((id) => report.releasable_to?.includes(id) === true);
    case 'amber':
      return direct ? [...onward] : [];
    default:
      return [...onward];
  }
}

// Writing one ---------------------------------------------------------------------------------------------------------

export interface TypedReport {
  report: string;
  title: string;
  tlp: Tlp;
  releasable: readonly string[];
  onward: readonly string[];
  expires: string;
  from: string;
  to: string;
  sections: readonly { heading: string; language: Language; text: string }[];
  refs: readonly { kind: RefKind; name: string }[];
  area: readonly Volume[];
  version: number;
}
export type ReportRead = { report: InfoReport } | { errors: Readonly<Record<string, string>> };

export function readReport(typed: TypedReport, now: number): ReportRead {
  const errors: Record<string, string> = {};
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(typed.report.trim())) errors['report'] = 'reports.wrong.id';
  if (typed.title.trim() === '') errors['title'] = 'reports.wrong.title';
  const expires = typed.expires.trim() === '' ? undefined : parseTime(typed.expires, now, now);
  if (expires === undefined && typed.expires.trim() !== '') errors['expires'] = 'reports.wrong.time';
  if (expires !== undefined && expires <= now) errors['expires'] = 'reports.wrong.past';
  const start = typed.from.trim() === '' ? undefined : parseTime(typed.from, now);
  const end = typed.to.trim() === '' ? undefined : parseTime(typed.to, start ?? now, start);
  if ((typed.from.trim() === '') !== (typed.to.trim() === '')) errors['to'] = 'reports.wrong.both';
  else if (start === undefined && typed.from.trim() !== '') errors['from'] = 'reports.wrong.time';
  else if (end === undefined && typed.to.trim() !== '') errors['to'] = 'reports.wrong.time';
  else if (start !== undefined && end !== undefined && end <= start) errors['to'] = 'reports.wrong.order';
  const sections = typed.sections.filter((section) => section.heading.trim() !== '' || section.text.trim() !== '');
  if (sections.length === 0) errors['sections'] = 'reports.wrong.sections';
  else if (sections.some((section) => section.text.trim() === '')) errors['sections'] = 'reports.wrong.text';
  const refs = typed.refs.map((ref) => ({ ...ref, name: ref.name.trim() })).filter((ref) => ref.name !== '');
  // What the marking forbids is not asked for.
  const onward = mayPassTo(
    { report: '', title: '', version: 1, tlp: typed.tlp, releasable_to: [...typed.releasable] },
    true,
    typed.onward,
  );
  if (Object.keys(errors).length > 0) return { errors };
  return {
    report: {
      ...(typed.area.length === 0 ? {} : { area: [...typed.area] }),
      ...(expires === undefined ? {} : { expires_ms: expires }),
      ...(onward.length === 0 ? {} : { onward: onward.sort() }),
      ...(start === undefined || end === undefined ? {} : { period: { start_ms: start, end_ms: end } }),
      ...(refs.length === 0 ? {} : { refs }),
      ...(typed.releasable.length === 0 ? {} : { releasable_to: [...typed.releasable].sort() }),
      report: typed.report.trim(),
      sections: sections.map((section) => ({
        heading: section.heading.trim(),
        language: section.language,
        text: section.text.trim(),
      })),
      title: typed.title.trim(),
      tlp: typed.tlp,
      version: typed.version,
    },
  };
}
export const languageOf = (tag: string): Language => LANGUAGES.find((language) => tag.startsWith(language)) ?? 'en';
