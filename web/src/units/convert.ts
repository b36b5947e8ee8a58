import type { Band } from '../api/documents';

export type HeightRef = 'fl' | 'amsl' | 'agl' | 'wgs84';

export const CM_PER_FOOT = 30.48;
export const M_PER_NM = 1852;
/** Thin space between thousands: the same in all languages. */
const grouped = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, '\u202f');
const REF_TEXT: Record<HeightRef, string> = { fl: 'STD', amsl: 'AMSL', agl: 'AGL', wgs84: 'WGS-84' };

export function heightText(cm: number, ref: HeightRef, unit: 'ft' | 'm'): string {
  if (ref === 'fl') {
    // Pressure altitude: a level where it is one, in people's hundreds of feet.
    const level = Math.round(cm / CM_PER_FOOT / 100);
    return `FL${String(Math.max(0, level)).padStart(3, '0')}`;
  }
  const value = Math.round(unit === 'ft' ? cm / CM_PER_FOOT : cm / 100);
  return `${grouped(value)} ${unit} ${REF_TEXT[ref]}`.replace('-\u202f', '-');
}

export function bandText(band: Band | undefined, unit: 'ft' | 'm'): string {
  const ref = band?.ref ?? 'wgs84';
  const lower = band?.lower_cm === undefined ? 'SFC' : heightText(band.lower_cm, ref, unit);
  const upper = band?.upper_cm === undefined ? 'UNL' : heightText(band.upper_cm, ref, unit);
  // One reference says it for both.
  const suffix = ` ${unit} ${REF_TEXT[ref]}`;
  return lower.endsWith(suffix) && upper.endsWith(suffix)
    ? `${lower.slice(0, -suffix.length)}–${upper}`
    : `${lower}–${upper}`;
}

/** Reads `FL180`, `180` (with `bare`), `2500 ft`, `800m`, `2500ft AMSL`, `300 m agl`; undefined: it is none. */
export function parseHeight(
  text: string,
  fallback: { unit: 'ft' | 'm'; ref: HeightRef },
): { cm: number; ref: HeightRef } | undefined {
  const s = text
    .trim()
    .toUpperCase()
    .replace(/[\u202f\u00a0,]/g, '');
  const level = /^FL? ?(\d{1,3})$/.exec(s);
  if (level !== null) return { cm: Math.round(Number(level[1]) * 100 * CM_PER_FOOT), ref: 'fl' };
  const height = /^(-?\d+(?:\.\d+)?) ?(FT|M)? ?(AMSL|AGL|WGS-?84|STD)?$/.exec(s);
  if (height === null) return undefined;
  const unit = height[2] === undefined ? fallback.unit : height[2] === 'FT' ? 'ft' : 'm';
  const refs: Record<string, HeightRef> = { AMSL: 'amsl', AGL: 'agl', WGS84: 'wgs84', 'WGS-84': 'wgs84', STD: 'fl' };
  const ref =
    height[3] === undefined ? (fallback.ref === 'fl' ? 'amsl' : fallback.ref) : (refs[height[3]] ?? fallback.ref);
  return { cm: Math.round(Number(height[1]) * (unit === 'ft' ? CM_PER_FOOT : 100)), ref };
}

const rounded = (value: number): string => (Math.abs(value) < 10 ? value.toFixed(1) : grouped(Math.round(value)));

export function distanceText(metres: number, unit: 'NM' | 'km'): string {
  if (unit === 'km') return metres < 1_000 ? `${String(Math.round(metres))} m` : `${rounded(metres / 1_000)} km`;
  return metres < 185 ? `${String(Math.round(metres))} m` : `${rounded(metres / M_PER_NM)} NM`;
}
/** Reads `5 NM`, `9.3km`, `800 m`; metres. */
export function parseDistance(text: string, fallback: 'NM' | 'km'): number | undefined {
  const read = /^(\d+(?:[.,]\d+)?) ?(NM|KM|M)?$/.exec(text.trim().toUpperCase());
  if (read === null) return undefined;
  const value = Number((read[1] ?? '').replace(',', '.'));
  const unit = read[2] ?? fallback.toUpperCase();
  return value * (unit === 'NM' ? M_PER_NM : unit === 'KM' ? 1_000 : 1);
}

export function speedText(cmPerS: number, unit: 'kt' | 'km/h' | 'm/s'): string {
  const perUnit = { kt: M_PER_NM / 36, 'km/h': 1_000 / 36, 'm/s': 100 }[unit];
  return `${String(Math.round(cmPerS / perUnit))} ${unit}`;
}
export function climbText(cmPerS: number, unit: 'ft' | 'm'): string {
  const sign = cmPerS > 0 ? '+' : cmPerS < 0 ? '−' : '';
  const size = Math.abs(cmPerS);
  return unit === 'ft'
    ? `${sign}${String(Math.round((size * 60) / CM_PER_FOOT / 50) * 50)} ft/min`
    : `${sign}${(size / 100).toFixed(1)} m/s`;
}
/** Millidegrees: `007°`. North is 360. */
export function headingText(mdeg: number): string {
  const whole = ((Math.round(mdeg / 1000) % 360) + 360) % 360;
  return `${String(whole === 0 ? 360 : whole).padStart(3, '0')}°`;
}
export function parseHeading(text: string): number | undefined {
  const read = /^(\d{1,3}(?:\.\d+)?)°?$/.exec(text.trim());
  const degrees = read === null ? Number.NaN : Number(read[1]);
  return degrees >= 0 && degrees <= 360 ? Math.round(degrees * 1000) % 360_000 : undefined;
}
/** `×3`, left to right in every language. */
export const factorText = (n: number): string => `\u2066×${String(n)}\u2069`;
