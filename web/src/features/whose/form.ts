// A query as it is typed, and the letter that is made of it. Pure.
import type { Band, PointE7, Track } from '../../api/documents';
import { parseTime, zulu } from '../../i18n/time';
import { parseHeight } from '../../units/convert';
import { parsePlace } from '../../units/place';

export interface Typed {
  place: string;
  time: string;
  level: string;
  track: string;
  text: string;
  recipients: readonly string[];
  /** Minutes from now. */
  due: string;
}
export type Field = 'place' | 'time' | 'level' | 'recipients';
export interface Read {
  place: PointE7 | undefined;
  at_ms: number | undefined;
  band: Band | undefined;
  wrong: readonly Field[];
}
/** To each side of the level that is given: what people call one level. */
const HALF_BAND_CM = 15_240;
const FUTURE_MS = 60_000;

export function readTyped(typed: Typed, now: number, unit: 'ft' | 'm'): Read {
  const wrong: Field[] = [];
  const place = parsePlace(typed.place);
  if (place === undefined) wrong.push('place');
  const at_ms = parseTime(typed.time, now);
  if (at_ms === undefined || at_ms > now + FUTURE_MS) wrong.push('time');
  const height = typed.level.trim() === '' ? undefined : parseHeight(typed.level, { unit, ref: 'fl' });
  if (typed.level.trim() !== '' && height === undefined) wrong.push('level');
  if (typed.recipients.length === 0) wrong.push('recipients');
  return {
    place,
    at_ms,
    band:
      height === undefined
        ? undefined
        : { ref: height.ref, lower_cm: height.cm - HALF_BAND_CM, upper_cm: height.cm + HALF_BAND_CM },
    wrong,
  };
}

export interface Letter {
  due_ms: number;
  echelon: 'floor';
  needs: 'answer';
  parts: Record<string, unknown>[];
  precedence: 'immediate';
  recipients: string[];
  thread: string;
}
/** Undefined while something is wrong. */
export function letterOf(typed: Typed, read: Read, now: number, thread: string): Letter | undefined {
  if (read.wrong.length > 0 || read.place === undefined || read.at_ms === undefined) return undefined;
  return {
    due_ms: now + Number(typed.due) * 60_000,
    echelon: 'floor',
    needs: 'answer',
    parts: [
      {
        query: {
          at_ms: read.at_ms,
          ...(read.band === undefined ? {} : { band: read.band }),
          lat_e7: read.place[0],
          lng_e7: read.place[1],
          text: typed.text.trim(),
          ...(typed.track.trim() === '' ? {} : { track: typed.track.trim() }),
        },
      },
    ],
    precedence: 'immediate',
    recipients: [...typed.recipients].sort(),
    thread,
  };
}

/** What a track fills in. */
export function fromTrack(
  track: Track,
  placeText: (lat: number, lng: number) => string,
): Pick<Typed, 'place' | 'time' | 'level' | 'track'> {
  const cm = track.pressure_cm;
  return {
    place: track.position === undefined ? '' : placeText(track.position[0], track.position[1]),
    time: zulu(track.time_ms, true),
    level:
      track.domain === 'air' && cm !== undefined
        ? `FL${String(Math.max(0, Math.round(cm / 3048))).padStart(3, '0')}`
        : '',
    track: track.call_sign ?? track.name ?? track.label,
  };
}
