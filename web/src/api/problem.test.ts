import { describe, expect, it } from 'vitest';

import { asProblem, problemOf } from './problem';

describe('problemOf', () => {
  it('reads what the node says', () => {
    const problem = problemOf(
      409,
      JSON.stringify({
        type: '/problems/version-mismatch',
        title: 'Stale',
        detail: 'version 2 is current',
        where: 'version',
        id: '00ff',
      }),
    );
    expect(problem).toMatchObject({
      status: 409,
      slug: 'version-mismatch',
      title: 'Stale',
      field: 'version',
      id: '00ff',
    });
    expect(problem.message).toBe('version 2 is current');
  });

  it('keeps the findings of a refusal', () => {
    const problem = problemOf(
      409,
      JSON.stringify({ title: 'x', reason: 'conflict', findings: { counter: { time_shift_ms: 5 } } }),
    );
    expect(problem.reason).toBe('conflict');
    expect(problem.findings?.counter?.time_shift_ms).toBe(5);
  });

  it('shows whatever else came', () => {
    expect(problemOf(502, '<html>', '3')).toMatchObject({ title: 'HTTP 502', detail: '<html>', retryAfterMs: 3000 });
    expect(problemOf(500, 'null').title).toBe('HTTP 500');
    expect(asProblem(new TypeError('network')).unreachable).toBe(true);
  });
});
