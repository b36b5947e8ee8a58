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
export interface Asked {
  question: Question;
  /** The first answer counts. */
  answer: (yes: boolean) => void;
}
export class Asking {
  current = $state.raw<Asked | undefined>(undefined);
  ask(question: Question): Promise<boolean> {
    this.current?.answer(false);
    return new Promise((resolve) => {
      const asked: Asked = {
        question,
        answer: (yes) => {
          // The next one may stand there already.
          if (this.current === asked) this.current = undefined;
          resolve(yes);
        },
      };
      this.current = asked;
    });
  }
}
export const asking = new Asking();
export const ask = (question: Question): Promise<boolean> => asking.ask(question);
