import { Unfinished } from '../../volumes/unfinished';
import type { DayPlan, TypedRow } from './plans';

export interface PlanMemo {
  /** The one whose next version it is. */
  of: DayPlan | undefined;
  preset: { peer: string; day_ms: number } | undefined;
  peer: string;
  day: string;
  /** Undefined: as it is proposed by then. */
  submitTyped: string | undefined;
  answerTyped: string | undefined;
  rows: TypedRow[];
}
/** By what it was begun with. */
export const unfinished = new Unfinished<PlanMemo>();
export const keyOf = ({ of, preset }: Pick<PlanMemo, 'of' | 'preset'>): string => JSON.stringify([of?.key, preset]);
