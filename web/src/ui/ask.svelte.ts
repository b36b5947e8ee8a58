// A question in the middle of the screen: `if (await ask({ title: 'strips.end', text: 'strips.endSure', params })) …`
import type { Params } from '../i18n/i18n.svelte';

export interface Question {
  /** Messages, all of them. */
  title: string;
  text: string;
  params?: Params;
  confirm: string;
  danger?: boolean;
}
export class Asking {
  current = $state.raw<{ question: Question; answer: (yes: boolean) => void } | undefined>(undefined);
  ask(question: Question): Promise<boolean> {
    this.current?.answer(false);
    return new Promise((resolve) => {
      this.current = {
        question,
        answer: (yes) => {
          this.current = undefined;
          resolve(yes);
        },
      };
    });
  }
}
export const asking = new Asking();
export const ask = (question: Question): Promise<boolean> => asking.ask(question);
