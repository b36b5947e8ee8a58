import { describe, expect, it } from 'vitest';

import {
  mayPassTo,
  outstandingOf,
  ownState,
  readReport,
  type InfoReport,
  type OwnReport,
  type TypedReport,
} from './reports';

const now = Date.UTC(2026, 10, 26, 12, 0);
const report = (of: Partial<InfoReport>): InfoReport => ({
  report: 'r1',
  title: 't',
  version: 1,
  tlp: 'red',
  releasable_to: ['us'],
  ...of,
});
const typed = (of: Partial<TypedReport> = {}): TypedReport => ({
  report: 'r1',
  title: 'Drones',
  tlp: 'amber',
  releasable: ['us'],
  onward: [],
  expires: '',
  from: '',
  to: '',
  sections: [{ heading: '', language: 'en', text: 'Seen twice.' }],
  refs: [],
  area: [],
  version: 1,
  ...of,
});

describe('reports', () => {
  it('go on as far as the marking and the rule both let them', () => {
    expect(mayPassTo(report({ tlp: 'red' }), true, ['ru'])).toEqual([]);
    expect(mayPassTo(report({ tlp: 'amber+strict' }), true, ['ru', 'us'])).toEqual(['us']);
    expect(mayPassTo(report({ tlp: 'amber' }), true, ['ru'])).toEqual(['ru']);
    expect(mayPassTo(report({ tlp: 'amber' }), false, ['ru'])).toEqual([]);
    expect(mayPassTo(report({ tlp: 'green' }), false, ['ru'])).toEqual(['ru']);
  });
  it('that are taken back stay until each has said that he has destroyed them', () => {
    const own: OwnReport = {
      report: report({}),
      shown: { title: 't' },
      since_ms: 1,
      ended_ms: 2,
      how: 'revoked',
      shares: [{ to: 'us', body: 'b', as_of_ms: 1, holders: ['us', 'ru'], destroyed: ['ru'], outstanding: ['us'] }],
    };
    expect(ownState(own)).toBe('revoked');
    expect(outstandingOf(own)).toEqual(['us']);
  });
  it('are read from what was typed', () => {
    expect(
      readReport(
        typed({
          expires: '1800',
          from: '1000',
          to: '1100',
          refs: [
            { kind: 'track', name: ' 17 ' },
            { kind: 'zone', name: '' },
          ],
        }),
        now,
      ),
    ).toEqual({
      report: {
        expires_ms: now + 6 * 3_600_000,
        period: { start_ms: now - 7_200_000, end_ms: now - 3_600_000 },
        refs: [{ kind: 'track', name: '17' }],
        releasable_to: ['us'],
        report: 'r1',
        sections: [{ heading: '', language: 'en', text: 'Seen twice.' }],
        title: 'Drones',
        tlp: 'amber',
        version: 1,
      },
    });
    expect(readReport(typed({ report: 'a b', title: '', expires: 'x', sections: [] }), now)).toEqual({
      errors: {
        report: 'reports.wrong.id',
        title: 'reports.wrong.title',
        expires: 'reports.wrong.time',
        sections: 'reports.wrong.sections',
      },
    });
  });
  it('ask for nothing that their marking forbids', () => {
    const read = readReport(typed({ tlp: 'red', onward: ['ru'] }), now);
    expect('report' in read && read.report.onward).toBeUndefined();
  });
});
