import { parse } from '@formatjs/icu-messageformat-parser';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';

import { features } from '../shell/features';
import { shellMessages, uiMessages } from '../shell/messages';
import { i18n, localeOf } from './i18n.svelte';
import { LANGUAGES } from './messages';

const source = join(import.meta.dirname, '..');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
  (f) => /\.(svelte|ts)$/.test(f) && !/\.test\.ts$|schema\.d\.ts$/.test(f),
);

/** The names that a message takes. */
function argumentsOf(text: string): string[] {
  return [...new Set([...text.matchAll(/\{\s*(\w+)\s*[,}]/g)].map((m) => m[1] ?? ''))].sort();
}

describe('messages', () => {
  beforeAll(() => {
    i18n.register('ui', uiMessages);
    i18n.register('shell', shellMessages);
  });

  it('are the same keys in all languages, with the same parameters', () => {
    expect(features.length).toBeGreaterThan(0);
    const keys = i18n.keys('en');
    for (const language of LANGUAGES) {
      expect([...i18n.keys(language)].sort(), language).toEqual([...keys].sort());
      for (const [key, text] of i18n.all(language)) expect(text.trim(), `${language} ${key}`).not.toBe('');
    }
  });

  it('parse, in every language', () => {
    for (const language of LANGUAGES) {
      for (const [key, text] of i18n.all(language)) {
        expect(
          () => parse(text, { locale: new Intl.Locale(localeOf(language)), ignoreTag: true }),
          `${language} ${key}: ${text}`,
        ).not.toThrow();
        const english = i18n.all('en').get(key) ?? '';
        expect(argumentsOf(text), `${language} ${key}`).toEqual(argumentsOf(english));
      }
    }
  });

  it('have French no-break spaces, though they are written with plain ones', () => {
    for (const [key, text] of i18n.all('fr')) expect(text, key).not.toMatch(/ [:;?!»]|« /);
    expect(i18n.all('fr').get('ui.asOf')).toMatch(/\u00a0:$/);
  });

  it('exist where they are used', () => {
    const known = new Set(i18n.keys('en'));
    const missing: string[] = [];
    for (const file of files) {
      const text = readFileSync(join(source, file), 'utf8');
      for (const [, key] of text.matchAll(/\bt\(\s*'([\w.-]+)'/g))
        if (key !== undefined && !known.has(key)) missing.push(`${file}: ${key}`);
      for (const [, key] of text.matchAll(/\bnotices\.say\(\s*'([\w.-]+)'/g))
        if (key !== undefined && !known.has(key)) missing.push(`${file}: ${key}`);
    }
    for (const feature of features) {
      if (!known.has(feature.title)) missing.push(`${feature.id}: ${feature.title}`);
      for (const command of feature.commands ?? [])
        if (!known.has(command.title)) missing.push(`${command.id}: ${command.title}`);
    }
    expect(missing).toEqual([]);
  });

  it('stand in markup that has no left and right, and no style that the policy would refuse', () => {
    const physical =
      /(?:margin|padding|border)-(?:left|right)\b|(?:^|[\s;{])(?:left|right)\s*:|text-align\s*:\s*(?:left|right)|\{@html|\sstyle=["'{]/;
    const found = files
      .filter((f) => f.endsWith('.svelte'))
      .flatMap((file) =>
        readFileSync(join(source, file), 'utf8')
          .split('\n')
          .flatMap((line, n) =>
            physical.test(line) && !/^\s*(?:left|right)\s*:\s*[\w'"([{]+[^;]*,$/.test(line)
              ? [`${file}:${String(n + 1)}: ${line.trim()}`]
              : [],
          ),
      );
    expect(found).toEqual([]);
  });
});
