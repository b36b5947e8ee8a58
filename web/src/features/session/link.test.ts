import { describe, expect, it, vi } from 'vitest';

import { linkSecret, takeLink } from './link';

describe('linkSecret', () => {
  it('is of one form', () => {
    expect(linkSecret('#/link/abcDEF-_12345678')).toBe('abcDEF-_12345678');
    for (const hash of ['', '#/link/', '#/link/short', '#/link/a/../../b12345', '#/map'])
      expect(linkSecret(hash)).toBeUndefined();
  });
});
describe('takeLink', () => {
  it('leaves nothing in the address', () => {
    const replaceState = vi.fn();
    expect(takeLink({ hash: '#/link/abcdefgh12', pathname: '/', search: '' }, { replaceState })).toBe('abcdefgh12');
    expect(replaceState).toHaveBeenCalledWith(null, '', '/');
    takeLink({ hash: '#/map', pathname: '/', search: '' }, { replaceState });
    expect(replaceState).toHaveBeenCalledOnce();
  });
});
