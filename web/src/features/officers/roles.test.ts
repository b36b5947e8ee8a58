import { describe, expect, it } from 'vitest';

import { messages } from './messages';
import { goodName, goodPassword, linkRoles, linkText, ROLES } from './roles';

describe('accounts', () => {
  it('have names as the node takes them', () => {
    for (const name of ['duty', '2nd.watch', 'a_b-c']) expect(goodName(name), name).toBe(true);
    for (const name of ['', 'Duty', '.x', 'a b', 'x'.repeat(33)]) expect(goodName(name), name).toBe(false);
    expect(goodPassword('twelve chars')).toBe(true);
    expect(goodPassword('eleven char')).toBe(false);
  });
  it('give links that allow no more than their maker may', () => {
    expect(linkRoles('officer', false)).toEqual(['observer', 'officer']);
    expect(linkRoles('supervisor', true)).toEqual(['observer']);
    expect(linkText('https://node', 's')).toBe('https://node/#/link/s');
    for (const role of ROLES) expect(Object.keys(messages.en)).toContain(`role.${role}`);
  });
});
