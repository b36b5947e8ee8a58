// Which STOPs ask for somebody, and in which language their author wrote. Pure.
import { LANGUAGES, type Language } from '../../i18n/messages';
import type { OwedItem, TalkMessage } from '../../state/threads.svelte';

export const isStop = (item: OwedItem): boolean => item.row.precedence === 'stop';
/** Nobody here has it in hand. */
export const untaken = (items: readonly OwedItem[]): readonly OwedItem[] =>
  items
    .filter((item) => isStop(item) && item.row.state === 'received')
    .sort((a, b) => (a.row.received_ms ?? 0) - (b.row.received_ms ?? 0));
/** Somebody has it in hand, and the answer is still owed. */
export const taken = (items: readonly OwedItem[]): readonly OwedItem[] =>
  items.filter((item) => isStop(item) && item.row.state !== 'received');

/** The language of its free text; undefined: it has none, or one that this console does not speak. */
export function authorLanguage(message: TalkMessage | undefined): Language | undefined {
  for (const { part } of message?.parts ?? []) {
    const text = part['text'] as { language?: unknown } | undefined;
    const found = LANGUAGES.find((l) => typeof text?.language === 'string' && text.language.slice(0, 2) === l);
    if (found !== undefined) return found;
  }
  return undefined;
}
/** The other language to show it in: the author's, or where that cannot be told English. */
export function otherLanguage(message: TalkMessage | undefined, reader: Language): Language | undefined {
  const other = authorLanguage(message) ?? 'en';
  return other === reader ? undefined : other;
}
/** Words of it, harmless. */
export const wordsOf = (message: TalkMessage | undefined): string[] =>
  (message?.parts ?? []).map((p) => p.shown ?? '').filter((text) => text !== '');
