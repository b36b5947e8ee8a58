// What an officer says to a message: the members of the act. An answer is no agreement; an agreement quotes what it agrees to. Pure.
import type { Language } from '../../i18n/messages';

export type AnswerMode = 'answer' | 'agree' | 'dispute' | 'standby' | 'refuse';
export const ANSWER_MODES: readonly AnswerMode[] = ['answer', 'agree', 'dispute', 'standby', 'refuse'];
/** Without words of one's own it says nothing. */
export const needsWords = (mode: AnswerMode): boolean => mode === 'answer' || mode === 'dispute' || mode === 'refuse';

export function answerAct(
  mode: AnswerMode,
  of: { hash: string; content: string; text: string; language: Language },
): { kind: string; members: object } {
  const text = of.text.trim();
  if (mode === 'standby') return { kind: 'talk.standby', members: { message: of.hash, text } };
  if (mode === 'refuse') return { kind: 'talk.refuse', members: { message: of.hash, text } };
  const parts = text === '' ? [] : [{ text: { language: of.language, text } }];
  const reply = mode === 'agree' ? { agreed: of.content, kind: mode, parts } : { kind: mode, parts };
  return { kind: 'talk.answer', members: { message: of.hash, reply } };
}
