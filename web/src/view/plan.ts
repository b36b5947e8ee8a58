// How tracks and alerts name the plan that a craft flies: an intent of this node, a flight of its own (`flight:ID`), or another's
// legs (`leg:HOME/FLIGHT`), as src/node/record_notes.cc writes them. Pure.
import type { Flight, Leg } from '../api/documents';

export type Plan =
  { of: 'intent'; id: string } | { of: 'flight'; id: string } | { of: 'leg'; home: string; flight: string };

export const planOfFlight = (id: string): string => `flight:${id}`;
export const planOfLeg = (leg: Pick<Leg, 'home' | 'flight'>): string => `leg:${leg.home}/${leg.flight}`;

export function planNamed(name: string): Plan {
  if (name.startsWith('flight:')) return { of: 'flight', id: name.slice(7) };
  const slash = name.indexOf('/');
  if (name.startsWith('leg:') && slash > 0)
    return { of: 'leg', home: name.slice(4, slash), flight: name.slice(slash + 1) };
  return { of: 'intent', id: name };
}

/** Where call signs are known. */
export interface CallSigns {
  intent: (id: string) => string | undefined;
  flight: (id: string) => Pick<Flight, 'flight'> | undefined;
  legs: readonly Pick<Leg, 'home' | 'flight' | 'call_sign'>[];
}
/** The call sign of a plan; its own name where none is known. */
export function callSignOf(name: string, known: CallSigns): string {
  const plan = planNamed(name);
  const sign =
    plan.of === 'intent'
      ? known.intent(plan.id)
      : plan.of === 'flight'
        ? known.flight(plan.id)?.flight.plan.call_sign
        : known.legs.find((l) => l.home === plan.home && l.flight === plan.flight)?.call_sign;
  if (sign !== undefined && sign !== '') return sign;
  return plan.of === 'leg' ? plan.flight : plan.id;
}
