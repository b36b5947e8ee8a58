// What an answer to a message is made of (src/coordination/talk_letter.h: Reply). Pure.
import type { Finding } from '../../state/threads.svelte';

export interface Reply {
  kind: 'answer' | 'agree' | 'dispute';
  agreed?: string;
  finding?: Finding;
  parts?: { text: { language: string; text: string } }[];
}
const words = (language: string, text: string): Pick<Reply, 'parts'> =>
  text.trim() === '' ? {} : { parts: [{ text: { language, text: text.trim() } }] };

export const answerWith = (language: string, text: string): Reply => ({ kind: 'answer', ...words(language, text) });
/** Agrees to exactly this content. */
export const agreeTo = (content: string, language: string, text: string): Reply => ({
  kind: 'agree',
  agreed: content,
  ...words(language, text),
});
export const disputeWith = (language: string, text: string): Reply => ({ kind: 'dispute', ...words(language, text) });
export const findingOf = (finding: Finding, language: string, text: string): Reply => ({
  kind: 'answer',
  finding,
  ...words(language, text),
});
