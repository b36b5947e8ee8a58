import { describe, expect, it } from 'vitest';

import { readCharter, authorityName } from './charter';
import { standingWith } from './relations';

const row = (domain: string, capability: string, from: string, to: string, level: number, agreed = level) => ({
  agreed,
  level,
  number: 0,
  text: '',
  edge: { domain, capability, from, to },
});

describe('standingWith', () => {
  it('tells both ways apart, and a freeze', () => {
    const [air, , talks] = standingWith(
      [
        row('air', 'request', 'fr', 'us', 1),
        row('talks', 'centres', 'us', 'fr', 0, 1),
        row('talks', 'centres', 'us', 'ru', 1),
      ],
      'fr',
      'us',
    );
    expect(air).toMatchObject({ gives: 'some', gets: 'none', frozen: false });
    expect(talks).toMatchObject({ gives: 'none', gets: 'none', frozen: true });
  });
  it('knows when all is granted', () => {
    expect(standingWith([row('information', 'reports', 'fr', 'us', 1)], 'fr', 'us')[3]).toMatchObject({
      gives: 'all',
      gets: 'none',
    });
  });
});

describe('readCharter', () => {
  it('reads the text above the signatures', () => {
    const charter = readCharter(
      '{"id":"levant","authorities":[{"id":"fr","name":"France"},{"id":"us","name":""}]}\n\n— fr.example abc=\n',
    );
    expect(charter.id).toBe('levant');
    expect([authorityName(charter, 'fr'), authorityName(charter, 'us'), authorityName(undefined, 'ru')]).toEqual([
      'France',
      'us',
      'ru',
    ]);
  });
});
