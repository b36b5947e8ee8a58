import { describe, expect, it } from 'vitest';

import { BLANK_TYPES, findTemplate, GROUPS, keyOf, loadTexts, searchTemplates, TEMPLATES } from './catalogue';
import { canonical, readBlank, readDuration, readSpeed, readWindow, type BlankContext } from './blanks';
import { glance, piecesOf } from './sentence';
import { LANGUAGES } from '../../i18n/messages';

const now = Date.UTC(2026, 10, 26, 12, 0);
const of: BlankContext = { now, units: { height: 'ft', distance: 'NM', speed: 'kt' }, language: 'en' };
const at = (h: number, m = 0, day = 26): number => Date.UTC(2026, 10, day, h, m);

describe('blanks', () => {
  it('read what an officer types into what the record has', () => {
    expect(readBlank('position', '35 20 15 N 036 12 08 E', of)).toEqual({ value: [353_375_000, 362_022_222] });
    expect(readBlank('level', 'FL200', of)).toEqual({ value: { cm: 609_600, ref: 'fl' } });
    expect(readBlank('level', '2500', of)).toEqual({ value: { cm: 76_200, ref: 'amsl' } });
    expect(readBlank('time', '1215', of)).toEqual({ value: at(12, 15) });
    expect(readBlank('count', '12', of)).toEqual({ value: 12 });
    expect(readBlank('distance_m', '2 NM', of)).toEqual({ value: 3704 });
    expect(readBlank('bearing_deg', '360', of)).toEqual({ value: 0 });
    expect(readBlank('text', ' engine fire ', of)).toEqual({ value: { language: 'en', text: 'engine fire' } });
    expect(readBlank('zone', 'K1', of)).toEqual({ value: 'K1' });
  });
  it('say what is wrong', () => {
    expect(readBlank('position', 'north', of)).toEqual({ error: 'talks.wrong.position' });
    expect(readBlank('flight', 'AB 1', of)).toEqual({ error: 'talks.wrong.id' });
    expect(readBlank('count', '-1', of)).toEqual({ error: 'talks.wrong.count' });
    expect(readBlank('text', 'ж'.repeat(201), of)).toEqual({ error: 'talks.wrong.long' });
    expect(readBlank('time', '', of)).toEqual({ error: 'talks.wrong.empty' });
    expect(readBlank('area', { polygon: Array.from({ length: 33 }, () => [0, 0]) } as never, of)).toEqual({
      error: 'talks.wrong.areaPoints',
    });
  });
  it('read windows, over midnight too', () => {
    expect(readWindow('1200-1330', now)).toEqual({ start_ms: at(12), end_ms: at(13, 30) });
    expect(readWindow('12:00Z – 13:30Z', now)).toEqual({ start_ms: at(12), end_ms: at(13, 30) });
    expect(readWindow('now +2h', now)).toEqual({ start_ms: at(12), end_ms: at(14) });
    expect(readWindow('2300 0100', now)).toEqual({ start_ms: at(23), end_ms: at(1, 0, 27) });
    expect(readWindow('1300', now)).toBeUndefined();
  });
  it('read speeds and durations', () => {
    expect(readSpeed('12', 'kt')).toBe(617);
    expect(readSpeed('36 km/h', 'kt')).toBe(1000);
    expect(readDuration('2:30')).toBe(150);
    expect(readDuration('1h30m')).toBe(5400);
    expect(readDuration('5')).toBe(300);
    expect(readDuration('soon')).toBeUndefined();
  });
  it('are written canonically', () => {
    expect(canonical({ ref: 'fl', cm: 1, none: undefined })).toBe('{"cm":1,"ref":"fl"}');
    expect(canonical([1, { b: '"', a: 2 }])).toBe('[1,{"a":2,"b":"\\""}]');
  });
});

describe('the catalogue', () => {
  it('has a text in each language, whose blanks are those of the template, and only types that can be typed', async () => {
    expect(GROUPS).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    for (const language of LANGUAGES) {
      const texts = await loadTexts(language);
      for (const template of TEMPLATES) {
        const text = texts.texts[keyOf(template)];
        const names = piecesOf(text?.text ?? '', language).flatMap((p) => (p.kind === 'blank' ? [p.name] : []));
        expect([...new Set(names)].sort(), `${language} ${keyOf(template)}`).toEqual(
          template.blanks.map((b) => b.name),
        );
        for (const blank of template.blanks) expect(BLANK_TYPES).toContain(blank.type);
        expect(glance(text?.text ?? '')).not.toMatch(/[{}]/);
      }
    }
  }, 30_000);
  it('is searched by number, and by words without their accents', async () => {
    expect(searchTemplates(await loadTexts('en'), '116').map((t) => t.number)).toEqual([116]);
    expect(searchTemplates(await loadTexts('fr'), 'detresse', 4).length).toBeGreaterThan(3);
    expect(
      searchTemplates(await loadTexts('en'), '', 1, ['106.1', '103.1'])
        .slice(0, 3)
        .map((t) => t.number),
    ).toEqual([106, 103, 101]);
    expect(findTemplate('101.1')?.blanks.map((b) => b.name)).toEqual(['flight', 'level', 'position', 'time', 'zone']);
  });
  it('lets words agree with the number', async () => {
    const piece = piecesOf((await loadTexts('ru')).texts['113.1']?.text ?? '', 'ru').find(
      (p) => p.kind === 'blank' && p.around !== undefined,
    );
    const around = piece?.kind === 'blank' ? piece.around : undefined;
    expect(around?.(1).after).not.toBe(around?.(5).after);
  });
});

it('blanks, parts and states have a word in the messages', async () => {
  const { messages } = await import('./messages');
  const { composeMessages } = await import('./messages-compose');
  const { PART_KINDS } = await import('../../parts/parts');
  const { SENT_MARKS } = await import('./threads');
  const { ANSWER_MODES } = await import('./answer');
  for (const template of TEMPLATES)
    for (const blank of template.blanks) expect(composeMessages.en).toHaveProperty([`blank.${blank.name}`]);
  for (const kind of PART_KINDS) expect(messages.en).toHaveProperty([`part.${kind}`]);
  for (const mark of SENT_MARKS) expect(messages.en).toHaveProperty([`mark.${mark}`]);
  for (const mode of ANSWER_MODES)
    for (const of of ['do', 'words', 'hint', 'send', 'said']) expect(messages.en).toHaveProperty([`${of}.${mode}`]);
});
