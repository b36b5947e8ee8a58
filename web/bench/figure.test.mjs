// @vitest-environment node
import { describe, expect, it } from 'vitest';

import { atLeast, atMost, beside, line, ok, plain, quantile, skipped, table } from './figure.mjs';
import { block, fleet, pair } from './fleet.mjs';

describe('figures', () => {
  it('are lines as the program writes them', () => {
    expect(line(beside(atMost('a.b', 50, 'ms', 200), 100))).toBe(
      '{"name":"a.b","value":50,"unit":"ms","target":200,"wanted":"at most","ok":true,"baseline":100,"ratio":2}',
    );
    expect(line(plain('a.b', 1.5, 'MiB'))).toBe(
      '{"name":"a.b","value":1.5,"unit":"MiB","target":null,"ok":null,"baseline":null,"ratio":null}',
    );
    expect(line(skipped('a.b', 'no browser'))).toBe('{"name":"a.b","value":null,"unit":"","skipped":"no browser"}');
  });
  it('know their target', () => {
    expect([ok(atMost('a', 200, 'ms', 200)), ok(atMost('a', 201, 'ms', 200)), ok(atLeast('a', 1, '', 2))]).toEqual([
      true,
      false,
      false,
    ]);
    // Nothing was measured: that is no target met.
    expect(ok(atMost('a', Number.NaN, 'ms', 200))).toBe(false);
    expect(table([atMost('a', 1234, 'ms', 1000)])).toContain('1 target missed');
  });
  it('are quantiles of what was seen', () => {
    const hundred = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect([quantile(hundred, 0.5), quantile(hundred, 0.99), quantile(hundred, 1)]).toEqual([50, 99, 100]);
    expect(quantile([], 0.5)).toBeNaN();
  });
});

describe('the fleet', () => {
  it('is written as tests/e2e/senders.py writes it', () => {
    expect(block(fleet(1, 0), 0).toString('hex')).toBe(
      '3e00269b1d20190200000000527d28004fa4fa000001e0c0700000530c30c208200001000320',
    );
  });
  it('keeps apart, and pairs do not', () => {
    const all = fleet(5_000, 0);
    const metres = (a, b) =>
      Math.hypot((a.lat - b.lat) * 111_195, (a.lng - b.lng) * 111_195 * Math.cos((a.lat * Math.PI) / 180));
    const some = all.filter((one) => one.level === 200);
    const nearest = Math.min(...some.slice(1).map((one) => metres(some[0], one)));
    expect(nearest).toBeGreaterThan(4 * 9_260);
    expect(new Set(all.map((one) => one.icao)).size).toBe(5_000);
    const [a, b] = pair(3, 0);
    expect(metres(a, b) / 1852).toBeCloseTo(6, 1);
    expect(Math.abs(a.course - b.course)).toBe(180);
  });
});
