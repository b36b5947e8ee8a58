import { Unfinished } from '../../volumes/unfinished';
import type { MeasureMemo } from './draft.svelte';

export const unfinished = new Unfinished<MeasureMemo>();
