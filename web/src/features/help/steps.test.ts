import { expect, it } from 'vitest';

import { messages } from './messages';
import { commandOf, STEP_IDS, STEPS } from './steps';

it('has words for every step, and takes the first command that is offered', () => {
  expect(STEPS.map((step) => step.id)).toEqual([...STEP_IDS]);
  for (const id of STEP_IDS) {
    expect(Object.keys(messages.en)).toContain(`step.${id}`);
    expect(Object.keys(messages.en)).toContain(`step.${id}.text`);
  }
  const measure = STEPS.find((step) => step.id === 'measure');
  if (measure === undefined) throw new Error('no such step');
  expect(commandOf(measure, [{ id: 'show.measures' }])).toBe('show.measures');
  expect(commandOf(measure, [{ id: 'measures.new' }, { id: 'show.measures' }])).toBe('measures.new');
  expect(commandOf(measure, [])).toBeUndefined();
});
