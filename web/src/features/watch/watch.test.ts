import { describe, expect, it } from 'vitest';

import { watchOf } from './watch';

describe('watchOf', () => {
  it('does not take not knowing for nobody', () => {
    expect(watchOf(undefined, 'duty').state).toBe('unknown');
    expect(watchOf({ attended: false, keepers: [] }, 'duty').state).toBe('unattended');
  });
  it('knows whose it is, and to whom it is offered', () => {
    const watch = { attended: true, keepers: [{ name: 'duty', since_ms: 1, offered: 'second' }] };
    expect(watchOf(watch, 'duty')).toMatchObject({
      mine: true,
      myOffer: 'second',
      offeredToMe: undefined,
      names: ['duty'],
    });
    expect(watchOf(watch, 'second')).toMatchObject({ mine: false, offeredToMe: 'duty' });
  });
});
