// All features, found by themselves.
import { i18n } from '../i18n/i18n.svelte';
import type { Feature, Slot } from './feature';

const modules = import.meta.glob<{ feature: Feature | readonly Feature[] }>('../features/*/index.ts', { eager: true });

export const features: readonly Feature[] = Object.values(modules)
  .flatMap((module) => module.feature)
  .sort((a, b) => a.order - b.order || a.id.localeCompare(b.id));

for (const feature of features) {
  if (feature.messages !== undefined) i18n.register(feature.id.split('.')[0] ?? feature.id, feature.messages);
}

export const inSlot = (slot: Slot, may: (scope: string | undefined) => boolean): readonly Feature[] =>
  features.filter((f) => f.slot === slot && may(f.scope) && (f.component !== undefined || f.load !== undefined));
