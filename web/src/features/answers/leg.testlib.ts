import type { Leg } from '../../api/documents';

/** A leg of another in our zone; `of` says what a test cares about. */
export const legOf = (of: Partial<Leg>): Leg =>
  ({
    request: 'r1',
    flight: 'F1',
    call_sign: 'EAGLE1',
    home: 'us',
    zone: 'Z1',
    state: 'asked',
    domain: 'air',
    leg: 1,
    legs: 2,
    remaining: 1,
    epoch: 0,
    expires_ms: 9e12,
    entered: false,
    granted: false,
    emergency: false,
    contingency: false,
    overdue: false,
    revoking: false,
    unable: false,
    text: '',
    window: { start_ms: 1e12, end_ms: 2e12 },
    volumes: [
      {
        band: { ref: 'fl', lower_cm: 609_600, upper_cm: 640_080 },
        outline: { circle: { centre: [350_000_000, 342_000_000], radius_cm: 100_000 } },
        window: { start_ms: 1e12, end_ms: 2e12 },
      },
    ],
    ...of,
  }) as Leg;
