import type { components } from './schema';

export type Findings = components['schemas']['Findings'];
export type Reason = components['schemas']['Reason'];

/** What the node says went wrong (problem+json), or what kept it from being asked. */
export class Problem extends Error {
  override readonly name = 'Problem';
  /** The HTTP status; 0: no answer came. */
  readonly status: number;
  /** As `version-mismatch`: the last part of the problem's type. */
  readonly slug: string;
  readonly title: string;
  /** For people, in the node's words. */
  readonly detail: string;
  /** Where in the request: a JSON path, a parameter, a header; empty where nowhere in particular. */
  readonly field: string;
  /** Under which the node's log has it. */
  readonly id: string;
  readonly reason: Reason | undefined;
  readonly findings: Findings | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(of: {
    status: number;
    slug?: string;
    title: string;
    detail?: string;
    field?: string;
    id?: string;
    reason?: Reason | undefined;
    findings?: Findings | undefined;
    retryAfterMs?: number | undefined;
  }) {
    super(of.detail === undefined || of.detail === '' ? of.title : of.detail);
    this.status = of.status;
    this.slug = of.slug ?? '';
    this.title = of.title;
    this.detail = of.detail ?? '';
    this.field = of.field ?? '';
    this.id = of.id ?? '';
    this.reason = of.reason;
    this.findings = of.findings;
    this.retryAfterMs = of.retryAfterMs;
  }

  /** The node could not be reached at all. */
  get unreachable(): boolean {
    return this.status === 0;
  }
  /** Whether it was done is not known. */
  get unsure(): boolean {
    return this.unreachable || this.status >= 500;
  }
}

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Reads the body of an answer that is no success. Whatever it is, it becomes a Problem. */
export function problemOf(status: number, body: string, retryAfter: string | null = null): Problem {
  const seconds = Number(retryAfter);
  const retryAfterMs = retryAfter !== null && Number.isFinite(seconds) ? seconds * 1000 : undefined;
  let read: unknown;
  try {
    read = JSON.parse(body);
  } catch {
    return new Problem({ status, title: `HTTP ${status}`, detail: body.slice(0, 500), retryAfterMs });
  }
  const of = (typeof read === 'object' && read !== null ? read : {}) as Record<string, unknown>;
  return new Problem({
    status,
    slug: text(of['type']).split('/').pop() ?? '',
    title: text(of['title']) || `HTTP ${status}`,
    detail: text(of['detail']),
    field: text(of['where']),
    id: text(of['id']),
    reason: typeof of['reason'] === 'string' ? (of['reason'] as Reason) : undefined,
    findings: typeof of['findings'] === 'object' && of['findings'] !== null ? (of['findings'] as Findings) : undefined,
    retryAfterMs,
  });
}

/** What was thrown, as a Problem. */
export function asProblem(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  return new Problem({ status: 0, title: thrown instanceof Error ? thrown.message : String(thrown) });
}
