// What the console says in a language, for tests that go through all four: `const say = wordsOf('ar', talks); say('agree', {…})`.
import { IntlMessageFormat } from 'intl-messageformat';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Language, Messages } from '../src/i18n/messages';

export function wordsOf(language: Language, ...of: readonly Messages[]) {
  const texts: Readonly<Record<string, string>> = Object.assign(
    {},
    ...of.map((messages) => messages[language]),
  ) as never;
  return (key: string, params: Readonly<Record<string, string | number>> = {}): string => {
    const text = texts[key];
    if (text === undefined) throw new Error(`no message ${key} in ${language}`);
    return String(new IntlMessageFormat(text, `${language}-u-nu-latn`, undefined, { ignoreTag: true }).format(params));
  };
}

const catalogue = join(dirname(fileURLToPath(import.meta.url)), '../../src/talks/catalogue');
/** The words of a phrase around its blanks, as that language's reader sees them. */
export function phrasePieces(language: Language, key: string): string[] {
  const { texts } = JSON.parse(readFileSync(join(catalogue, `${language}.json`), 'utf8')) as {
    texts: Record<string, { text: string } | undefined>;
  };
  const text = texts[key]?.text;
  if (text === undefined) throw new Error(`no phrase ${key} in ${language}`);
  return text
    .split(/\{\w+\}/)
    .map((piece) => piece.trim())
    .filter((piece) => piece.length > 3);
}
