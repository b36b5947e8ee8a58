import { describe, expect, it } from 'vitest';

import { dateTimeGroup, duration, parseTime, zulu, zuluDate, zuluNear } from './time';

const now = Date.UTC(2026, 10, 26, 12, 4, 31);

describe('times', () => {
  it('are Zulu', () => {
    expect(zulu(now)).toBe('12:04Z');
    expect(zulu(now, true)).toBe('12:04:31Z');
    expect(zuluDate(now)).toBe('26 NOV 2026');
    expect(dateTimeGroup(now)).toBe('261204Z NOV 26');
    expect(zuluNear(now + 86_400_000, now)).toBe('27 NOV 12:04Z');
    expect(zulu(Number.NaN)).toBe('--:--Z');
  });

  it('say how long', () => {
    expect([42_000, 725_000, 11_525_000, 184_320_000, -5_000].map(duration)).toEqual([
      '42 s',
      '12:05',
      '3:12:05',
      '2 d 03:12',
      '−5 s',
    ]);
  });
});

describe('parseTime', () => {
  it('reads what people write', () => {
    const at = Date.UTC(2026, 10, 26, 13, 30);
    for (const text of [
      '1330',
      '13:30',
      '13:30Z',
      '261330Z NOV 26',
      '261330z nov',
      '2026-11-26T13:30Z',
      '2026-11-26 13:30:00',
    ]) {
      expect(parseTime(text, now), text).toBe(at);
    }
    expect(parseTime('now', now)).toBe(now);
    expect(parseTime('+1h30m', now)).toBe(now + 5_400_000);
    expect(parseTime('-20m', now)).toBe(now - 1_200_000);
  });

  it('takes the day that is nearest', () => {
    const late = Date.UTC(2026, 10, 26, 23, 50);
    expect(parseTime('0010', late)).toBe(Date.UTC(2026, 10, 27, 0, 10));
    expect(parseTime('2355', Date.UTC(2026, 10, 26, 0, 5))).toBe(Date.UTC(2026, 10, 25, 23, 55));
  });

  it('takes the year that is nearest', () => {
    expect(parseTime('312350Z DEC', Date.UTC(2027, 0, 1, 1))).toBe(Date.UTC(2026, 11, 31, 23, 50));
    expect(parseTime('010030Z JAN', Date.UTC(2026, 11, 31, 23))).toBe(Date.UTC(2027, 0, 1, 0, 30));
    expect(parseTime('010030Z JAN 26', Date.UTC(2026, 11, 31, 23))).toBe(Date.UTC(2026, 0, 1, 0, 30));
    expect(parseTime('290000Z FEB', Date.UTC(2028, 0, 9))).toBe(Date.UTC(2028, 1, 29));
    expect(parseTime('290000Z FEB', now)).toBeUndefined();
    expect(parseTime('290000Z QQQ', now)).toBeUndefined();
  });

  it('takes the next year that fits for what can only lie ahead', () => {
    const may = Date.UTC(2026, 4, 3, 12);
    expect(parseTime('011200Z DEC', may)).toBe(Date.UTC(2025, 11, 1, 12));
    expect(parseTime('011200Z DEC', may, may)).toBe(Date.UTC(2026, 11, 1, 12));
    expect(parseTime('011200Z FEB', may, may)).toBe(Date.UTC(2027, 1, 1, 12));
    // Yesterday is no day of next year.
    expect(parseTime('021200Z MAY', may, may)).toBe(Date.UTC(2026, 4, 2, 12));
    expect(parseTime('010030Z JAN', Date.UTC(2026, 11, 31, 23), Date.UTC(2026, 11, 31, 23))).toBe(
      Date.UTC(2027, 0, 1, 0, 30),
    );
  });

  it('refuses what is none', () => {
    for (const text of ['', '25:00', '12:60', '310000Z FEB 26', 'soon', '+'])
      expect(parseTime(text, now), text).toBeUndefined();
  });
});
