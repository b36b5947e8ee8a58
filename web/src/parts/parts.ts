// Structured parts of messages and statements as people type them. Pure. What cannot be read is told by the key of a message, per field.
import type { Outline, Volume } from '../api/documents';
import { LANGUAGES, type Language } from '../i18n/messages';
import type { ShownPart } from '../state/threads.svelte';
import { parseTime } from '../i18n/time';
import { parsePlace } from '../units/place';
import { readBand, readWindow, type Units } from '../volumes/volume-form';

export const PART_KINDS = [
  'position',
  'area',
  'time',
  'flight',
  'track',
  'incident',
  'danger',
  'call',
  'assessment',
] as const;
export type PartKind = (typeof PART_KINDS)[number];
export interface SectionFields {
  title: string;
  text: string;
  releasable: string[];
}
/** All that any kind asks for; a kind uses its own. */
export interface PartFields {
  name: string;
  place: string;
  lower: string;
  upper: string;
  at: string;
  until: string;
  callSign: string;
  flight: string;
  authority: string;
  track: string;
  /** `opener/incident`. */
  incident: string;
  danger: 'distress' | 'collision';
  text: string;
  functions: string;
  agreed: string;
  sections: SectionFields[];
}
export const emptyFields = (): PartFields => ({
  name: '',
  place: '',
  lower: '',
  upper: '',
  at: '',
  until: '',
  callSign: '',
  flight: '',
  authority: '',
  track: '',
  incident: '',
  danger: 'distress',
  text: '',
  functions: '',
  agreed: '',
  sections: [{ title: '', text: '', releasable: [] }],
});
export interface PartContext {
  now: number;
  units: Units;
  language: Language;
  self: string;
  /** Of an area. */
  volume: Volume | undefined;
}
export type PartRead = { part: Record<string, unknown> } | { field: keyof PartFields | 'volume'; error: string };

export const ID = /^[A-Za-z0-9_.-]{1,64}$/;
export const bytesOf = (text: string): number => new TextEncoder().encode(text).length;
const WORDS_BYTES_MAX = 8_000;
const LABEL_BYTES_MAX = 256;
const wrong = (field: keyof PartFields | 'volume', key: string): PartRead => ({ field, error: `talks.wrong.${key}` });
const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

export function readPart(kind: PartKind, fields: PartFields, of: PartContext): PartRead {
  if (bytesOf(fields.name) > LABEL_BYTES_MAX) return wrong('name', 'long');
  const name = fields.name.trim();
  switch (kind) {
    case 'position': {
      const place = parsePlace(fields.place);
      if (place === undefined) return wrong('place', 'position');
      const at = fields.at.trim() === '' ? undefined : parseTime(fields.at, of.now);
      if (at === undefined && fields.at.trim() !== '') return wrong('at', 'time');
      const band = readBand(fields.lower, fields.upper, of.units);
      if ('error' in band) return { field: 'lower', error: band.error };
      return {
        part: {
          position: {
            ...(at === undefined ? {} : { at_ms: at }),
            ...(band.ok === undefined ? {} : { band: band.ok }),
            lat_e7: place[0],
            lng_e7: place[1],
            name,
          },
        },
      };
    }
    case 'area':
      return of.volume === undefined ? wrong('volume', 'area') : { part: { area: { name, volume: of.volume } } };
    case 'time': {
      const at = parseTime(fields.at, of.now);
      if (at === undefined) return wrong('at', 'time');
      if (fields.until.trim() === '') return { part: { time: { at_ms: at, name } } };
      const until = parseTime(fields.until, fields.until.trim().startsWith('+') ? at : of.now, at);
      if (until === undefined) return wrong('until', 'time');
      return until <= at ? wrong('until', 'order') : { part: { time: { at_ms: at, name, until_ms: until } } };
    }
    case 'flight': {
      const call_sign = fields.callSign.trim();
      const flight = fields.flight.trim();
      if (call_sign === '' && flight === '') return wrong('callSign', 'empty');
      if (flight !== '' && !ID.test(flight)) return wrong('flight', 'id');
      return {
        part: {
          flight: {
            call_sign,
            ...(flight === '' ? {} : { flight }),
            ...(fields.authority === '' ? {} : { home: fields.authority }),
          },
        },
      };
    }
    case 'track': {
      const track = fields.track.trim();
      if (track === '') return wrong('track', 'empty');
      return { part: { track: { name: track, of: fields.authority === '' ? of.self : fields.authority } } };
    }
    case 'incident': {
      const at = fields.incident.indexOf('/');
      if (at < 0) return wrong('incident', 'choose');
      return { part: { incident: { incident: fields.incident.slice(at + 1), opener: fields.incident.slice(0, at) } } };
    }
    case 'danger':
      return { part: { danger: { kind: fields.danger, text: fields.text.trim() } } };
    case 'call': {
      const window = readWindow(fields.at, fields.until, of.now);
      if ('error' in window)
        return { field: window.error === 'volumes.error.from' ? 'at' : 'until', error: window.error };
      const functions = linesOf(fields.functions);
      if (functions.length === 0) return wrong('functions', 'functions');
      return {
        part: {
          call: { agreed: linesOf(fields.agreed), begin_ms: window.ok.start_ms, end_ms: window.ok.end_ms, functions },
        },
      };
    }
    case 'assessment': {
      const window = readWindow(fields.at, fields.until, of.now);
      if ('error' in window)
        return { field: window.error === 'volumes.error.from' ? 'at' : 'until', error: window.error };
      const sections = fields.sections.filter((section) => section.title.trim() !== '' || section.text.trim() !== '');
      if (sections.length === 0 || sections.some((section) => section.text.trim() === ''))
        return wrong('sections', 'sections');
      if (sections.some((section) => bytesOf(section.text) > WORDS_BYTES_MAX)) return wrong('sections', 'long');
      return {
        part: {
          assessment: {
            ...(of.volume === undefined ? {} : { area: of.volume }),
            period: window.ok,
            sections: sections.map((section) => ({
              releasable: section.releasable,
              text: section.text.trim(),
              title: section.title.trim(),
            })),
          },
        },
      };
    }
  }
}

/** Where the map can show a part: as somebody else wrote it. */
export interface PlacedPart {
  outline: Outline;
  band?: Volume['band'];
  label: string;
  point: boolean;
}
export function placesOf(parts: readonly { part: Record<string, unknown> }[] | undefined): PlacedPart[] {
  const out: PlacedPart[] = [];
  const point = (lat: unknown, lng: unknown, label: unknown): void => {
    if (typeof lat === 'number' && typeof lng === 'number')
      out.push({
        outline: { circle: { centre: [lat, lng], radius_cm: 100 } },
        label: String(label ?? ''),
        point: true,
      });
  };
  for (const { part } of parts ?? []) {
    const position = part['position'] as Record<string, unknown> | undefined;
    if (position !== undefined) point(position['lat_e7'], position['lng_e7'], position['name']);
    const query = part['query'] as Record<string, unknown> | undefined;
    if (query !== undefined) point(query['lat_e7'], query['lng_e7'], query['track'] ?? '?');
    const area = part['area'] as { name?: string; volume?: Volume } | undefined;
    if (area?.volume !== undefined)
      out.push({ outline: area.volume.outline, band: area.volume.band, label: area.name ?? '', point: false });
    const assessment = part['assessment'] as { area?: Volume } | undefined;
    if (assessment?.area !== undefined)
      out.push({ outline: assessment.area.outline, band: assessment.area.band, label: '', point: false });
    const template = part['template'] as { values?: { name: string; value: string }[] } | undefined;
    for (const { name, value } of template?.values ?? []) {
      const read = parsed(value);
      if (Array.isArray(read) && read.length === 2) point(read[0], read[1], '');
      else if (
        typeof read === 'object' &&
        read !== null &&
        ('circle' in read || 'polygon' in read || 'corridor' in read)
      )
        out.push({ outline: read as Outline, label: name === 'area' ? '' : name, point: false });
    }
  }
  return out;
}
function parsed(value: string): unknown {
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return undefined;
  }
}

export interface TextPart {
  language: string;
  text: string;
  translates?: string;
}
export const textOf = (part: ShownPart): TextPart | undefined => part.part['text'] as TextPart | undefined;
export const languageOf = (tag: string | undefined): Language | undefined =>
  LANGUAGES.find((language) => tag?.slice(0, 2).toLowerCase() === language);
