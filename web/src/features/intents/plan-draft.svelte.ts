// A plan while it is written, and what the node says of it meanwhile.
import { Commands } from '../../api/act';
import { api } from '../../api/client';
import type { Domain, Flight, FlightPlan, Intent, Preview, Volume } from '../../api/documents';
import { asProblem, type Problem } from '../../api/problem';
import { clock } from '../../state/clock.svelte';
import { world } from '../../state/world.svelte';
import { zonesOf } from '../../volumes/findings';
import { CraftDraft, VolumeDraft, type Craft, type VolumeMemo } from '../../volumes/draft.svelte';
import { planId, startingAt, type Shift } from '../../volumes/volume-form';
import { legsOf } from '../../volumes/zone-of';
import { filedAs, legZones, soonest, type FiledAs } from './plan';

const QUIET_MS = 350;
/** Where this window is opened with something. */
export interface PlanArg {
  /** An intent to change. */
  intent?: string;
  /** A flight to change. */
  flight?: string;
  /** A plan to begin with. */
  template?: { call_sign: string; domain: Domain; volumes: Volume[]; craft?: Craft[] };
}
/** All that was typed, as plain values. */
export interface PlanMemo {
  callSign: string;
  domain: Domain;
  id: string;
  principal: string;
  alternate: string;
  gate: string;
  keys: readonly string[];
  changes: { kind: FiledAs; id: string; version: number } | undefined;
  volumes: VolumeMemo[];
  crafts: Craft[];
}
type Filed = { kind: 'intent'; id: string } | { kind: 'flight'; id: string; waits: boolean };
/** What a plan of the record has beside what the console's types say. */
type Planned = Omit<FlightPlan, 'legs'> & {
  craft?: Craft[];
  legs?: { volumes?: Volume[]; zone: string; beside?: number }[];
};

export class PlanDraft {
  callSign = $state('');
  domain = $state<Domain>('air');
  id = $state('');
  volumes = $state.raw<readonly VolumeDraft[]>([new VolumeDraft()]);
  crafts = $state.raw<readonly CraftDraft[]>([]);
  principal = $state('');
  alternate = $state('');
  gate = $state('');
  keys = $state.raw<readonly string[]>([]);
  /** What is changed, and at which version it was read. */
  changes = $state.raw<PlanMemo['changes']>(undefined);

  preview = $state.raw<Preview | undefined>(undefined);
  previewProblem = $state.raw<Problem | undefined>(undefined);
  asking = $state(false);
  busy = $state(false);
  /** Why the node would not take it; of a refusal with all that it rests on. */
  problem = $state.raw<Problem | undefined>(undefined);
  strict = $state(false);

  private readonly commands = new Commands();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private turn = 0;
  private lookedAt = '';
  private begunAs = JSON.stringify(this.memo());

  readonly ready: readonly Volume[] | undefined = $derived.by(() => {
    const made = this.volumes.map((v) => v.volume(this.domain));
    return made.every((v): v is Volume => v !== undefined) ? made : undefined;
  });
  readonly kind: FiledAs = $derived(this.changes?.kind ?? filedAs(this.preview?.findings));
  readonly met: readonly (readonly string[])[] = $derived(
    this.preview === undefined ? [] : zonesOf(this.preview.findings, this.volumes.length),
  );
  readonly zones: readonly (string | undefined)[] = $derived(
    this.ready === undefined
      ? []
      : legZones(
          this.ready.map((v, i) => ({ outline: v.outline, chosen: this.volumes[i]?.zone })),
          this.preview?.findings,
          world.zones.list,
        ),
  );
  readonly legs: { zone: string; volumes: Volume[] }[] | undefined = $derived.by(() => {
    const rows = (this.ready ?? []).map((volume, i) => ({ volume, zone: this.zones[i] }));
    return rows.length > 0 && rows.every((r): r is { volume: Volume; zone: string } => r.zone !== undefined)
      ? legsOf(rows)
      : undefined;
  });
  readonly proposedId: string = $derived(
    planId(
      this.callSign,
      Math.floor(clock.now / 60_000) * 60_000,
      (id) => world.intents.get(id) !== undefined || world.flights.get(id) !== undefined,
    ),
  );

  start(arg: PlanArg): void {
    const intent = arg.intent === undefined ? undefined : world.intents.get(arg.intent);
    const flight = arg.flight === undefined ? undefined : world.flights.get(arg.flight);
    this.reset();
    if (intent !== undefined) this.fromIntent(intent);
    else if (flight !== undefined) this.fromFlight(flight);
    else if (arg.template !== undefined) this.fromTemplate(arg.template);
    else this.volumes = [new VolumeDraft()];
    this.settle();
  }
  /** Something was written that stood not there at the beginning. */
  get touched(): boolean {
    return JSON.stringify(this.memo()) !== this.begunAs;
  }
  /** As it is, there is nothing to lose. */
  settle(): void {
    this.begunAs = JSON.stringify(this.memo());
  }
  memo(): PlanMemo {
    const { callSign, domain, id, principal, alternate, gate, keys, changes } = this;
    const [volumes, crafts] = [this.volumes.map((v) => v.memo()), this.crafts.map((c) => c.craft())];
    return { callSign, domain, id, principal, alternate, gate, keys, changes, volumes, crafts };
  }
  restore({ volumes, crafts, ...texts }: PlanMemo): void {
    this.reset();
    Object.assign(this, texts);
    this.volumes = volumes.map((v) => VolumeDraft.from(v));
    this.crafts = crafts.map((c) => new CraftDraft(c));
  }
  private reset(): void {
    this.callSign = this.id = this.principal = this.alternate = this.gate = '';
    this.domain = 'air';
    this.crafts = [];
    this.keys = [];
    this.changes = undefined;
    this.preview = undefined;
    this.previewProblem = undefined;
    this.problem = undefined;
    this.strict = false;
    this.lookedAt = '';
  }
  private fromIntent(intent: Intent): void {
    this.callSign = intent.flight ?? '';
    this.domain = intent.domain;
    this.id = intent.id ?? '';
    this.volumes = (intent.volumes ?? []).map((v) => new VolumeDraft(v));
    this.crafts = (intent.craft ?? []).map((c) => new CraftDraft(c));
    this.changes = { kind: 'intent', id: this.id, version: intent.version ?? 1 };
  }
  private fromFlight({ id, flight }: Flight): void {
    const plan = flight.plan as Planned;
    this.callSign = plan.call_sign;
    this.domain = plan.domain;
    this.id = id;
    this.principal = plan.principal ?? '';
    this.alternate = plan.alternate ?? '';
    this.gate = plan.gate_leg === undefined ? '' : String(plan.gate_leg + 1);
    this.crafts = (plan.craft ?? []).map((c) => new CraftDraft(c));
    // The node adds the legs along borders anew.
    this.volumes = (plan.legs ?? [])
      .filter((leg) => leg.beside === undefined)
      .flatMap((leg) =>
        (leg.volumes ?? []).map((v) => {
          const draft = new VolumeDraft(v);
          draft.zone = leg.zone;
          return draft;
        }),
      );
    this.changes = { kind: 'flight', id, version: 0 };
  }
  fromTemplate(template: NonNullable<PlanArg['template']>): void {
    this.callSign = template.call_sign;
    this.domain = template.domain;
    this.crafts = (template.craft ?? []).map((c) => new CraftDraft({ ...c }));
    this.volumes = startingAt(template.volumes, soonest(clock.ms())).map((v) => new VolumeDraft(v));
  }
  /** Lends of codes end with the windows they were lent for. */
  add(): void {
    this.volumes = [...this.volumes, this.volumes.at(-1)?.next() ?? new VolumeDraft()];
  }
  remove(draft: VolumeDraft): void {
    this.volumes = this.volumes.filter((v) => v !== draft);
  }
  move(shift: Shift): void {
    for (const volume of this.volumes) volume.move(shift, this.domain);
    this.problem = undefined;
  }

  /** Asks what filing would lead to, when nobody has typed for a moment. Call it when something has changed. */
  look(volumes: readonly Volume[] | undefined): void {
    const asked = JSON.stringify([this.domain, volumes, this.keys]);
    if (asked === this.lookedAt) return;
    this.lookedAt = asked;
    clearTimeout(this.timer);
    // What was refused was something else.
    this.problem = undefined;
    if (volumes === undefined) {
      this.turn += 1;
      this.preview = undefined;
      this.asking = false;
      return;
    }
    this.asking = true;
    this.timer = setTimeout(() => void this.ask([...volumes]), QUIET_MS);
  }
  private async ask(volumes: Volume[]): Promise<void> {
    const turn = ++this.turn;
    try {
      const preview = await api.post('/v1/preview', {
        body: {
          domain: this.domain,
          volumes,
          ...(this.keys.length === 0 ? {} : { keys: [...this.keys] }),
          ...(this.changes?.kind === 'intent' ? { id: this.changes.id, version: this.changes.version } : {}),
        },
      });
      if (turn !== this.turn) return;
      this.preview = preview;
      this.previewProblem = undefined;
    } catch (thrown) {
      if (turn !== this.turn) return;
      this.preview = undefined;
      this.previewProblem = asProblem(thrown);
    } finally {
      if (turn === this.turn) this.asking = false;
    }
  }
  stop(): void {
    clearTimeout(this.timer);
    this.turn += 1;
  }

  /** Files it; undefined: the node did not take it, and `problem` says why. */
  async file(): Promise<Filed | undefined> {
    this.strict = true;
    const volumes = this.ready;
    if (this.busy || volumes === undefined || this.crafts.some((c) => !c.good)) return undefined;
    if (this.kind === 'flight' && this.legs === undefined) return undefined;
    this.busy = true;
    this.problem = undefined;
    const before = this.id;
    const id = before.trim() === '' ? this.proposedId : before.trim();
    // From here it may be on record: whatever is filed next goes by the same id, not by one that is free by then.
    this.id = id;
    try {
      return this.kind === 'flight' ? await this.fileFlight(id) : await this.fileIntent(id, [...volumes]);
    } catch (thrown) {
      this.problem = asProblem(thrown);
      if (!this.problem.unsure) this.id = before;
      return undefined;
    } finally {
      this.busy = false;
    }
  }
  private craft(): { craft?: Craft[] } {
    const craft = this.crafts.filter((c) => !c.empty).map((c) => c.craft());
    return craft.length === 0 ? {} : { craft };
  }
  private async fileIntent(id: string, volumes: Volume[]): Promise<Filed> {
    const body = {
      volumes,
      ...this.craft(),
      ...(this.callSign.trim() === '' ? {} : { flight: this.callSign.trim() }),
      ...(this.keys.length === 0 ? {} : { keys: [...this.keys] }),
    };
    if (this.changes === undefined) {
      const whole = { ...body, domain: this.domain };
      await this.commands.run([id, whole], (command_id) =>
        api.put('/v1/intents/{id}', { path: { id }, body: { ...whole, command_id } }),
      );
    } else {
      const { version } = this.changes;
      await this.commands.run([id, version, body], (command_id) =>
        api.post('/v1/intents/{id}/volumes', { path: { id }, body: { ...body, version, command_id } }),
      );
    }
    world.refresh('intents');
    return { kind: 'intent', id };
  }
  private async fileFlight(id: string): Promise<Filed | undefined> {
    const legs = this.legs;
    if (legs === undefined) return undefined;
    const filed = {
      call_sign: this.callSign.trim(),
      domain: this.domain,
      flight: id,
      legs,
      ...this.craft(),
      ...(this.principal.trim() === '' ? {} : { principal: this.principal.trim() }),
      ...(this.alternate.trim() === '' || this.gate === ''
        ? {}
        : { alternate: this.alternate.trim(), gate_leg: Number(this.gate) - 1 }),
    };
    const outcome = await this.commands.act('flight.file', { filed });
    world.refresh('flights');
    return { kind: 'flight', id, waits: outcome.state === 'waits' };
  }
}
