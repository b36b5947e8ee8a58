import type { Tone } from '../../ui';
import type { KnewCheck, SideState } from './incidents';

export const toneOf: Record<SideState, Tone> = { open: 'info', answered: 'good', disputed: 'warning', closed: 'plain' };
export const toneOfKnew: Record<KnewCheck, Tone> = { same: 'good', differs: 'alarm', unknown: 'plain' };
