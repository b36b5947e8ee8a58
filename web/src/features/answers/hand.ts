// Requests that an officer of this authority answers (docs/coordination.md, Answers by hand). Pure.
import type { Leg } from '../../api/documents';
import { parseLevelShift, parseShift } from './shift';

export type HandAnswer = 'confirm' | 'counter' | 'hold' | 'refuse';
export interface Shift {
  time_shift_ms?: number;
  level_shift_cm?: number;
}

/** It waits for an officer: asked, for his answer; held, for his confirmation. */
export const needsOfficer = (leg: Leg): boolean =>
  leg.answer_by_ms !== undefined &&
  (leg.state === 'asked' || leg.state === 'held') &&
  leg.answered?.answer !== 'refuse';

/** By how much a window moves, as it is typed; undefined: not readable, or not at all. */
export function shiftOf(time: string, level: string): Shift | undefined {
  const time_ms = parseShift(time);
  const level_cm = parseLevelShift(level);
  if (time_ms === undefined || level_cm === undefined || (time_ms === 0 && level_cm === 0)) return undefined;
  return {
    ...(time_ms === 0 ? {} : { time_shift_ms: time_ms }),
    ...(level_cm === 0 ? {} : { level_shift_cm: level_cm }),
  };
}

/** The body of the act `leg.answer`. */
export const answerOf = (
  request: string,
  answer: HandAnswer,
  text: string,
  shift: Shift = {},
): Record<string, unknown> => ({
  answer,
  request,
  text: text.trim(),
  ...(answer === 'counter' ? shift : {}),
});

/** What the node has found free, as it would be typed: minutes, hundreds of feet. */
export const typedTime = (ms: number | undefined): string =>
  ms === undefined ? '' : `${ms > 0 ? '+' : '-'}${String(Math.ceil(Math.abs(ms) / 60_000))}`;
export const typedLevel = (cm: number | undefined): string =>
  cm === undefined ? '' : `${cm > 0 ? '+' : '-'}${String(Math.ceil(Math.abs(cm) / 3_048))}`;
