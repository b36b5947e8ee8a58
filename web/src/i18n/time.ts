// Times are Zulu, always, and read the same in every language: 12:04:31Z, 26 NOV, +00:05:12.

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'] as const;
const two = (n: number): string => String(n).padStart(2, '0');

/** `12:04Z`, with seconds `12:04:31Z`. */
export function zulu(ms: number, seconds = false): string {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return '--:--Z';
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}${seconds ? `:${two(at.getUTCSeconds())}` : ''}Z`;
}
/** `26 NOV 2026`. */
export function zuluDate(ms: number, year = true): string {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return '--';
  return `${two(at.getUTCDate())} ${MONTHS[at.getUTCMonth()] ?? ''}${year ? ` ${String(at.getUTCFullYear())}` : ''}`;
}
/** The date-time group of messages: `261204Z NOV 26`. */
export function dateTimeGroup(ms: number): string {
  const at = new Date(ms);
  if (Number.isNaN(at.getTime())) return '--';
  return `${two(at.getUTCDate())}${two(at.getUTCHours())}${two(at.getUTCMinutes())}Z ${MONTHS[at.getUTCMonth()] ?? ''} ${two(at.getUTCFullYear() % 100)}`;
}
/** With the date where it is not that of `now`. */
export function zuluNear(ms: number, now: number, seconds = false): string {
  const day = 86_400_000;
  return Math.floor(ms / day) === Math.floor(now / day)
    ? zulu(ms, seconds)
    : `${zuluDate(ms, false)} ${zulu(ms, seconds)}`;
}
/** How long: `42 s`, `12:05`, `3:12:05`, `2 d 03:12`; negative with a minus. */
export function duration(ms: number): string {
  const sign = ms < 0 ? '−' : '';
  const s = Math.floor(Math.abs(ms) / 1000);
  if (s < 60) return `${sign}${String(s)} s`;
  const hours = Math.floor(s / 3600);
  const minutes = Math.floor(s / 60) % 60;
  if (hours >= 24) return `${sign}${String(Math.floor(hours / 24))} d ${two(hours % 24)}:${two(minutes)}`;
  if (hours > 0) return `${sign}${String(hours)}:${two(minutes)}:${two(s % 60)}`;
  return `${sign}${String(minutes)}:${two(s % 60)}`;
}
/** So far back a date is still one that has gone by, and not meant for the year after. */
const GONE_BY_MS = 31 * 86_400_000;
/** Reads `1204`, `12:04`, `12:04:31Z`, `261204Z NOV 26`, `2026-11-26T12:04Z`, `+15m`, `now`; what is left out, day or year, is the
 * nearest to `now`. Of what can only lie ahead of `after` the year is the next one that fits. */
export function parseTime(text: string, now: number, after?: number): number | undefined {
  const s = text.trim().toUpperCase();
  if (s === 'NOW') return now;
  const shift = /^([+-])(?:(\d{1,3})H)?(?:(\d{1,4})M)?(?:(\d{1,5})S)?$/.exec(s);
  if (shift !== null && (shift[2] ?? shift[3] ?? shift[4]) !== undefined) {
    const ms = ((Number(shift[2] ?? 0) * 60 + Number(shift[3] ?? 0)) * 60 + Number(shift[4] ?? 0)) * 1000;
    return now + (shift[1] === '-' ? -ms : ms);
  }
  const iso = /^(\d{4})-(\d{2})-(\d{2})[T ](\d{2}):?(\d{2})(?::?(\d{2}))?(?:\.\d+)?Z?$/.exec(s);
  if (iso !== null)
    return moment(Number(iso[1]), Number(iso[2]), Number(iso[3]), Number(iso[4]), Number(iso[5]), Number(iso[6] ?? 0));
  const group = /^(\d{2})(\d{2})(\d{2})Z? ?([A-Z]{3})(?: ?(\d{4}|\d{2}))?$/.exec(s);
  if (group !== null) {
    const month = MONTHS.findIndex((m) => m === group[4]) + 1;
    const of = (year: number): number | undefined =>
      moment(year, month, Number(group[1]), Number(group[2]), Number(group[3]), 0);
    if (group[5] !== undefined) return of((Number(group[5]) % 100) + 2000);
    const year = new Date(after ?? now).getUTCFullYear();
    const years = [of(year - 1), of(year), of(year + 1)].filter((at) => at !== undefined);
    if (after !== undefined) return years.find((at) => at >= after - GONE_BY_MS);
    return years.sort((a, b) => Math.abs(a - now) - Math.abs(b - now))[0];
  }
  const time = /^(\d{1,2}):?(\d{2})(?::?(\d{2}))?Z?$/.exec(s);
  if (time === null) return undefined;
  const today = new Date(now);
  const at = moment(
    today.getUTCFullYear(),
    today.getUTCMonth() + 1,
    today.getUTCDate(),
    Number(time[1]),
    Number(time[2]),
    Number(time[3] ?? 0),
  );
  if (at === undefined) return undefined;
  const half = 12 * 3_600_000;
  return at - now > half ? at - 2 * half : now - at > half ? at + 2 * half : at;
}

function moment(
  year: number,
  month: number,
  day: number,
  hour: number,
  minute: number,
  second: number,
): number | undefined {
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const ms = Date.UTC(year, month - 1, day, hour, minute, second);
  return new Date(ms).getUTCDate() === day ? ms : undefined;
}
