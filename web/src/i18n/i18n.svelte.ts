// What people read. t(key, { n: 3 }) in a component follows the language at once.
import { IntlMessageFormat } from 'intl-messageformat';

import { directionOf, LANGUAGES, type Language, type Messages } from './messages';

export type Params = Readonly<Record<string, string | number>>;

const STORED = 'tansiq.language';
/** Latin digits in all languages: figures are read aloud over the radio. */
export const localeOf = (language: Language): string => `${language === 'en' ? 'en-GB' : language}-u-nu-latn`;

/** French has no-break spaces before `:`, `;`, `?`, `!` and within « ». Texts have plain ones, which people see when they write. */
const frenchSpaces = (text: string): string =>
  text.replace(/ (?=[:»])|(?<=«) /g, '\u00a0').replace(/ (?=[;?!])/g, '\u202f');

export class I18n {
  language = $state<Language>('en');
  readonly dir: 'ltr' | 'rtl' = $derived(directionOf(this.language));
  private readonly texts = new Map<Language, Map<string, string>>(LANGUAGES.map((language) => [language, new Map()]));
  private readonly formats = new Map<string, IntlMessageFormat>();

  /** `prefix.key` for each; twice the same key is a mistake. */
  register(prefix: string, messages: Messages): void {
    for (const language of LANGUAGES) {
      const texts = this.texts.get(language);
      for (const [key, text] of Object.entries(messages[language])) {
        texts?.set(`${prefix}.${key}`, language === 'fr' ? frenchSpaces(text) : text);
      }
    }
  }
  has(key: string): boolean {
    return this.texts.get(this.language)?.has(key) ?? false;
  }
  t(key: string, params?: Params): string {
    return this.in(this.language, key, params);
  }
  /** In a language of one's choice: a counterpart's. */
  in(language: Language, key: string, params?: Params): string {
    const text = this.texts.get(language)?.get(key);
    if (text === undefined) return key;
    if (params === undefined && !text.includes('{') && !text.includes("'")) return text;
    const id = `${language} ${key}`;
    let format = this.formats.get(id);
    if (format === undefined) {
      format = new IntlMessageFormat(text, localeOf(language), undefined, { ignoreTag: true });
      this.formats.set(id, format);
    }
    try {
      return String(format.format(params));
    } catch {
      // A parameter that is missing must not take the screen away.
      return text;
    }
  }
  number(value: number, options?: Intl.NumberFormatOptions): string {
    return new Intl.NumberFormat(localeOf(this.language), options).format(value);
  }
  list(items: readonly string[], type: 'conjunction' | 'disjunction' = 'conjunction'): string {
    return new Intl.ListFormat(localeOf(this.language), { type }).format(items);
  }
  /** Compares as people of the language sort. */
  compare(a: string, b: string): number {
    return new Intl.Collator(localeOf(this.language), { numeric: true }).compare(a, b);
  }
  all(language: Language): ReadonlyMap<string, string> {
    return this.texts.get(language) ?? new Map<string, string>();
  }
  keys(language: Language): readonly string[] {
    return [...this.all(language).keys()];
  }

  /** The language that was chosen here before, else the browser's, else English. */
  start(): void {
    let wanted: readonly string[] = navigator.languages.map((l) => l.slice(0, 2));
    try {
      wanted = [localStorage.getItem(STORED) ?? '', ...wanted];
    } catch {
      // Without a memory it is chosen anew.
    }
    this.show(LANGUAGES.find((l) => l === wanted.find((w) => LANGUAGES.some((known) => known === w))) ?? 'en');
  }
  choose(language: Language): void {
    this.show(language);
    try {
      localStorage.setItem(STORED, language);
    } catch {
      // See above.
    }
  }
  private show(language: Language): void {
    this.language = language;
    document.documentElement.lang = language;
    document.documentElement.dir = directionOf(language);
  }
}

export const i18n = new I18n();
export const t = (key: string, params?: Params): string => i18n.t(key, params);
export const hasMessage = (key: string): boolean => i18n.has(key);
