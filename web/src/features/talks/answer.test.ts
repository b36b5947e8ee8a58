import { expect, it } from 'vitest';

import { answerAct } from './answer';

const of = { hash: 'h', content: 'c', text: ' oui ', language: 'fr' } as const;
it('an agreement quotes what it agrees to, and nothing else does', () => {
  expect(answerAct('agree', { ...of, text: '' })).toEqual({
    kind: 'talk.answer',
    members: { message: 'h', reply: { agreed: 'c', kind: 'agree', parts: [] } },
  });
  expect(answerAct('dispute', of)).toEqual({
    kind: 'talk.answer',
    members: { message: 'h', reply: { kind: 'dispute', parts: [{ text: { language: 'fr', text: 'oui' } }] } },
  });
});
it('standby and refusal say their words as they are', () => {
  expect(answerAct('standby', of)).toEqual({ kind: 'talk.standby', members: { message: 'h', text: 'oui' } });
  expect(answerAct('refuse', of)).toEqual({ kind: 'talk.refuse', members: { message: 'h', text: 'oui' } });
});
