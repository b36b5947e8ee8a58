import { describe, expect, it } from 'vitest';

import { fit } from './palette';

describe('fit', () => {
  it('finds by the beginnings of words', () => {
    expect(fit('Open an incident', 'inc op')).toBe(2);
    expect(fit('Открыть инцидент', 'инц')).toBe(1);
    expect(fit('Déclarer une mesure', 'decl')).toBe(0);
    expect(fit('فتح حادثة', 'حادث')).toBe(1);
    expect(fit('Open an incident', 'close')).toBeUndefined();
    expect(fit('anything', '')).toBe(0);
    expect(fit('What do they see?', 'What do they see?')).toBe(6);
    expect(fit('ماذا يرون؟', 'ماذا يرون؟')).toBe(1);
    expect(fit('Déposer l’intention', 'l’int')).toBe(3);
  });
});
