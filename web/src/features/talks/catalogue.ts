// The catalogue of numbered messages, as the node has it in its program (docs/languages.md): numbers, blanks and texts. What is
// sent is the number and what stands in the blanks; each side reads it in its own language.
import list from '../../../../src/talks/catalogue/templates.json';
import type { Language } from '../../i18n/messages';

export const BLANK_TYPES = [
  'position',
  'level',
  'time',
  'window',
  'area',
  'flight',
  'track',
  'authority',
  'zone',
  'incident',
  'count',
  'distance_m',
  'bearing_deg',
  'speed',
  'duration_s',
  'text',
] as const;
export type BlankType = (typeof BLANK_TYPES)[number];
export interface Template {
  number: number;
  version: number;
  /** It may be said whatever is frozen. */
  floor: boolean;
  /** In the order of their names. */
  blanks: readonly { name: string; type: BlankType }[];
}
export interface TemplateText {
  title: string;
  /** In ICU's message format. */
  text: string;
}
export interface Texts {
  phrases: Readonly<Record<string, string>>;
  texts: Readonly<Record<string, TemplateText>>;
}

export const TEMPLATES: readonly Template[] = (
  list.templates as { number: number; version: number; floor: boolean; parameters: Record<string, string> }[]
).map((of) => ({
  number: of.number,
  version: of.version,
  floor: of.floor,
  blanks: Object.entries(of.parameters)
    .map(([name, type]) => ({ name, type: type as BlankType }))
    .sort((a, b) => (a.name < b.name ? -1 : 1)),
}));
export const keyOf = (template: Pick<Template, 'number' | 'version'>): string =>
  `${String(template.number)}.${String(template.version)}`;
export const findTemplate = (key: string): Template | undefined =>
  TEMPLATES.find((template) => keyOf(template) === key);
/** 1 to 9. */
export const groupOf = (template: Template): number => Math.floor(template.number / 100);
export const GROUPS: readonly number[] = [...new Set(TEMPLATES.map(groupOf))];

const LOADERS: Record<Language, () => Promise<{ default: Texts }>> = {
  ar: () => import('../../../../src/talks/catalogue/ar.json'),
  en: () => import('../../../../src/talks/catalogue/en.json'),
  fr: () => import('../../../../src/talks/catalogue/fr.json'),
  ru: () => import('../../../../src/talks/catalogue/ru.json'),
};
export const loadTexts = async (language: Language): Promise<Texts> => (await LOADERS[language]()).default;

const RECENT = 'tansiq.talks.phrases';
const RECENT_MAX = 6;
/** The phrases used last here: they stand first. */
export function recentPhrases(): string[] {
  try {
    const stored = JSON.parse(localStorage.getItem(RECENT) ?? '[]') as unknown;
    return Array.isArray(stored)
      ? stored.filter((key): key is string => typeof key === 'string' && findTemplate(key) !== undefined)
      : [];
  } catch {
    return [];
  }
}
export function rememberPhrase(key: string): void {
  try {
    localStorage.setItem(
      RECENT,
      JSON.stringify([key, ...recentPhrases().filter((k) => k !== key)].slice(0, RECENT_MAX)),
    );
  } catch {
    // They stand in the order of the catalogue.
  }
}

/** Only the newest version of each can be written; the others can be read. */
const NEWEST: readonly Template[] = TEMPLATES.filter(
  (template) => !TEMPLATES.some((other) => other.number === template.number && other.version > template.version),
);
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f\u064b-\u0652]/g, '')
    .replace(/[أإآ]/g, 'ا')
    .toLowerCase();

/** By words of title and text, or the beginning of the number; of one group, or of all (0). `first` stand first. */
export function searchTemplates(texts: Texts, query: string, group = 0, first: readonly string[] = []): Template[] {
  const words = plain(query)
    .split(/\s+/)
    .filter((word) => word !== '');
  const rank = (template: Template): number => {
    const at = first.indexOf(keyOf(template));
    return at < 0 ? first.length : at;
  };
  return NEWEST.filter((template) => {
    if (group !== 0 && groupOf(template) !== group) return false;
    const of = texts.texts[keyOf(template)];
    const said = plain(`${of?.title ?? ''} ${of?.text ?? ''}`);
    return words.every((word) => String(template.number).startsWith(word) || said.includes(word));
  }).sort((a, b) => rank(a) - rank(b) || a.number - b.number);
}
