// A phrase with its blanks, as pieces in the order of the sentence. Pure.
import { IntlMessageFormat } from 'intl-messageformat';

import { localeOf } from '../../i18n/i18n.svelte';
import type { Language } from '../../i18n/messages';

export type Piece =
  | { kind: 'words'; text: string }
  /** `counted`: the words of the sentence agree with the number; `around(n)` says them without it. */
  | { kind: 'blank'; name: string; around?: (n: number) => { before: string; after: string } };

interface Element {
  type: number;
  value?: string;
  options?: Record<string, { value: Element[] }>;
}
const LITERAL = 0;
const ARGUMENT = 1;
const PLURAL = 6;
const POUND = 7;

const textOf = (elements: readonly Element[]): string =>
  elements.map((e) => (e.type === LITERAL ? (e.value ?? '') : e.type === POUND ? '#' : '')).join('');

export function piecesOf(text: string, language: Language): Piece[] {
  const rules = new Intl.PluralRules(localeOf(language));
  const ast = new IntlMessageFormat(text, localeOf(language), undefined, { ignoreTag: true }).getAst() as Element[];
  const pieces: Piece[] = [];
  for (const element of ast) {
    if (element.type === LITERAL) pieces.push({ kind: 'words', text: element.value ?? '' });
    else if (element.type === PLURAL && element.options !== undefined) {
      const options = element.options;
      pieces.push({
        kind: 'blank',
        name: element.value ?? '',
        around: (n) => {
          const form = options[`=${String(n)}`] ?? options[rules.select(n)] ?? options['other'];
          const words = textOf(form?.value ?? []);
          const at = words.indexOf('#');
          return at < 0
            ? { before: '', after: ` ${words}` }
            : { before: words.slice(0, at), after: words.slice(at + 1) };
        },
      });
    } else if (element.type === ARGUMENT) pieces.push({ kind: 'blank', name: element.value ?? '' });
  }
  return pieces;
}
/** For lists: the blanks as dots. */
export const glance = (text: string): string => text.replace(/\{(\w+)(?:, plural,(?:[^{}]|\{[^{}]*\})*)?\}/g, '…');
