import type { Tone } from '../../ui';
import type { DiffRow, PlanState } from './plans';

export const toneOf: Record<PlanState, Tone> = {
  waits: 'plain',
  received: 'info',
  read: 'info',
  standby: 'caution',
  answered: 'good',
  agreed: 'good',
  disputed: 'warning',
  refused: 'warning',
  overdue: 'alarm',
  toAnswer: 'caution',
  late: 'alarm',
};
export const toneOfDiff: Record<DiffRow['kind'], Tone> = {
  same: 'plain',
  added: 'good',
  removed: 'warning',
  moved: 'caution',
  noted: 'caution',
};
