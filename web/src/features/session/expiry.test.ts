import { describe, expect, it } from 'vitest';

import { endsSoon } from './expiry';

describe('endsSoon', () => {
  it('says it in time', () => {
    expect([3_600_000, 1_700_000, 200_000, 0].map(endsSoon)).toEqual([undefined, 'caution', 'warning', undefined]);
  });
});
