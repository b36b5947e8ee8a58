// Another window for somebody's leg: the same volumes, later or earlier, higher or lower. Pure.
import type { Volume } from '../../api/documents';

export const shifted = (volumes: readonly Volume[], time_ms: number, level_cm: number): Volume[] =>
  volumes.map((volume) => ({
    ...volume,
    ...(volume.band === undefined
      ? {}
      : {
          band: {
            ...volume.band,
            ...(volume.band.lower_cm === undefined ? {} : { lower_cm: volume.band.lower_cm + level_cm }),
            ...(volume.band.upper_cm === undefined ? {} : { upper_cm: volume.band.upper_cm + level_cm }),
          },
        }),
    window: { start_ms: volume.window.start_ms + time_ms, end_ms: volume.window.end_ms + time_ms },
  }));

/** Reads `+10`, `-5`, `10 min`, `1:30` (hours and minutes); milliseconds. */
export function parseShift(text: string): number | undefined {
  const s = text.trim().replace('−', '-');
  if (s === '') return 0;
  const hours = /^([+-]?)(\d{1,2}):([0-5]\d)$/.exec(s);
  if (hours !== null) return (hours[1] === '-' ? -1 : 1) * (Number(hours[2]) * 60 + Number(hours[3])) * 60_000;
  const minutes = /^([+-]?\d{1,4})(?: ?min)?$/i.exec(s);
  return minutes === null ? undefined : Number(minutes[1]) * 60_000;
}
/** Hundreds of feet, as levels are spoken of: `+20` is 2 000 ft up; with a unit `600 m`, `-1000 ft`. Centimetres. */
export function parseLevelShift(text: string): number | undefined {
  const s = text.trim().replace('−', '-');
  if (s === '') return 0;
  const read = /^([+-]?\d{1,5}) ?(m|ft)?$/i.exec(s);
  if (read === null) return undefined;
  const value = Number(read[1]);
  const unit = read[2]?.toLowerCase();
  return Math.round(value * (unit === 'm' ? 100 : unit === 'ft' ? 30.48 : 3048));
}
