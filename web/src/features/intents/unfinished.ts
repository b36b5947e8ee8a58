import { Unfinished } from '../../volumes/unfinished';
import type { PlanMemo } from './plan-draft.svelte';

export const unfinished = new Unfinished<PlanMemo>();
