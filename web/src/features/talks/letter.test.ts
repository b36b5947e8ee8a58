import { describe, expect, it } from 'vitest';

import { findTemplate } from './catalogue';
import { readLetter, type LetterOf } from './letter';

const now = Date.UTC(2026, 10, 26, 12, 0);
const units = { height: 'ft', distance: 'NM', speed: 'kt', notation: 'dms' } as const;
const of = (more: Partial<LetterOf> = {}): LetterOf => ({
  recipients: ['us'],
  opener: 'fr',
  self: 'fr',
  thread: 'talk-us',
  text: '',
  language: 'fr',
  translates: undefined,
  template: undefined,
  blanks: {},
  parts: [],
  attachments: [],
  precedence: 'routine',
  needs: 'read',
  due: '',
  echelon: 'centres',
  re: undefined,
  context: { now, units, language: 'fr' },
  ...more,
});

describe('a letter', () => {
  it('of plain words is due by its precedence', () => {
    expect(readLetter(of({ text: ' Bonjour ' }))).toEqual({
      letter: {
        due_ms: now + 3_600_000,
        echelon: 'centres',
        needs: 'read',
        parts: [{ text: { language: 'fr', text: 'Bonjour' } }],
        precedence: 'routine',
        recipients: ['us'],
        thread: 'talk-us',
      },
    });
  });
  it('says what is missing, where it stands', () => {
    expect(readLetter(of())).toEqual({ errors: { text: 'talks.wrong.nothing' } });
    expect(readLetter(of({ text: 'x', due: 'soon' }))).toEqual({ errors: { due: 'talks.wrong.time' } });
    expect(readLetter(of({ text: 'x', due: '1159' }))).toEqual({ errors: { due: 'talks.wrong.past' } });
    expect(readLetter(of({ text: 'x', recipients: [] }))).toEqual({ errors: { recipients: 'talks.wrong.recipients' } });
    const template = findTemplate('102.1');
    expect(readLetter(of({ template, blanks: { flight: 'M1', time: '1215' } }))).toEqual({
      errors: { 'blank.zone': 'talks.wrong.empty' },
    });
  });
  it('of a phrase has its blanks as canonical JSON, in order', () => {
    const read = readLetter(
      of({ template: findTemplate('106.1'), blanks: { flight: 'M1', level: 'FL200', until: '1215' } }),
    );
    expect('letter' in read && read.letter.parts).toEqual([
      {
        template: {
          id: '106',
          version: 1,
          values: [
            { name: 'flight', value: '"M1"' },
            { name: 'level', value: '{"cm":609600,"ref":"fl"}' },
            { name: 'until', value: String(now + 900_000) },
          ],
        },
      },
    ]);
  });
  it('that says STOP asks for a person, and leaves the time to the node', () => {
    const read = readLetter(of({ text: 'x', precedence: 'stop', needs: 'received' }));
    expect('letter' in read && read.letter).toMatchObject({ needs: 'read', precedence: 'stop' });
    expect('letter' in read && read.letter.due_ms).toBeUndefined();
  });
});
