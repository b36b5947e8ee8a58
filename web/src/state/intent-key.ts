import type { Intent } from '../api/documents';

const given = new WeakMap<Intent, string>();
let nameless = 0;

/** By its name; of others an intent may be told without one, and then has a key of its own for as long as it is the same object. */
export function intentKey(intent: Intent): string {
  if (intent.id !== undefined) return intent.id;
  let key = given.get(intent);
  if (key === undefined) given.set(intent, (key = `?${String(nameless++)}`));
  return key;
}
