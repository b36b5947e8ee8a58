import { describe, expect, it } from 'vitest';

import { bodyOf, TOP_M } from './band';

describe('bodies', () => {
  it('have the heights of their band', () => {
    expect(bodyOf({ lower_cm: 548_640, upper_cm: 731_520, ref: 'fl' }, 'air')).toEqual({ base: 5486.4, top: 7315.2 });
    expect(bodyOf(undefined, 'air')).toEqual({ base: 0, top: TOP_M });
    expect(bodyOf({ lower_cm: 100, upper_cm: 50, ref: 'fl' }, 'air')).toBeUndefined();
    expect(bodyOf({ lower_cm: 0, upper_cm: 50, ref: 'fl' }, 'sea')).toBeUndefined();
  });
});
