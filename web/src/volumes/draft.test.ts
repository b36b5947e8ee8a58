import { describe, expect, it } from 'vitest';

import type { Outline, Volume } from '../api/documents';
import { VolumeDraft } from './draft.svelte';

const window = { start_ms: 1e12, end_ms: 1e12 + 3_600_000 };
const corridor: Volume = {
  outline: {
    corridor: {
      line: [
        [340_000_000, 330_000_000],
        [350_000_000, 330_000_000],
      ],
      left_cm: 1_481_600,
      right_cm: 370_400,
    },
  },
  window,
};
const circle: Volume = { outline: { circle: { centre: [340_000_000, 330_000_000], radius_cm: 2_296_480 } }, window };
const outlineOf = (draft: VolumeDraft): Outline => {
  if ('error' in draft.outline) throw new Error(draft.outline.error);
  return draft.outline.ok;
};
/** As somebody who corrects a place. */
function place(draft: VolumeDraft, text: string): void {
  draft.places = text;
  draft.touchOutline();
}

describe('an outline of which a place is corrected', () => {
  it('keeps its sides and its radius exactly', () => {
    const draft = new VolumeDraft(corridor);
    place(draft, '34 33\n36 33');
    expect(outlineOf(draft).corridor).toMatchObject({ left_cm: 1_481_600, right_cm: 370_400 });
    const round = new VolumeDraft(circle);
    place(round, '35 33');
    expect(outlineOf(round)).toEqual({ circle: { centre: [350_000_000, 330_000_000], radius_cm: 2_296_480 } });
    expect(outlineOf(VolumeDraft.from(round.memo()))).toEqual(outlineOf(round));
    const next = draft.next();
    place(next, '36 33\n37 33');
    expect(outlineOf(next).corridor).toMatchObject({ left_cm: 1_481_600, right_cm: 370_400 });
  });
  it('has the size that was typed, or read for another shape', () => {
    const draft = new VolumeDraft(corridor);
    draft.size = '10 km';
    draft.touchSize();
    place(draft, '34 33\n36 33');
    expect(outlineOf(draft).corridor).toMatchObject({ left_cm: 500_000, right_cm: 500_000 });
    const round = new VolumeDraft(circle);
    round.shape = 'corridor';
    round.size = '10 km';
    place(round, '34 33\n36 33');
    expect(outlineOf(round).corridor).toMatchObject({ left_cm: 500_000, right_cm: 500_000 });
  });
});
