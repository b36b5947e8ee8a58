import { expect, it } from 'vitest';

import { readArg, threadId } from './compose';

it('takes what it knows, and nothing else', () => {
  expect(readArg({ peer: 'us', part: 'call', precedence: 'loud', needs: 'read', fields: { at: '1200' } })).toEqual({
    peer: 'us',
    part: 'call',
    needs: 'read',
    fields: { at: '1200' },
  });
  expect(readArg('us')).toEqual({});
  expect(readArg(undefined)).toEqual({});
});
it('makes an id of a subject in any script', () => {
  const now = Date.UTC(2026, 10, 26, 12, 4);
  expect(threadId('Call of 1200: FL200', now)).toBe('call-of-1200-fl200-2611261204');
  expect(threadId('حادث', now)).toBe('t-2611261204');
});
