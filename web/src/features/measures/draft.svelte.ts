// A measure while it is written.
import { Commands } from '../../api/act';
import { api } from '../../api/client';
import type { Decision, Intent, Measure, Volume } from '../../api/documents';
import { asProblem, type Problem } from '../../api/problem';
import { clock } from '../../state/clock.svelte';
import { world } from '../../state/world.svelte';
import { VolumeDraft, type VolumeMemo } from '../../volumes/draft.svelte';
import { measureId, ownZones } from './measure';

const SETTLE_MS = 400;
const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** All that was typed, as plain values. */
export interface MeasureMemo {
  changes: { id: string; version: number } | undefined;
  id: string;
  zone: string;
  effect: 'refuse' | 'warn';
  text: string;
  volumes: VolumeMemo[];
}

export class MeasureDraft {
  /** Of a change: what is changed. */
  changes = $state.raw<MeasureMemo['changes']>(undefined);
  id = $state('');
  zone = $state('');
  effect = $state<'refuse' | 'warn'>('refuse');
  text = $state('');
  volumes = $state<VolumeDraft[]>([]);
  strict = $state(false);
  busy = $state(false);
  problem = $state.raw<Problem | undefined>(undefined);
  decision = $state.raw<Decision | undefined>(undefined);
  /** Intents of this node that it would touch; undefined: not asked. */
  touched = $state.raw<readonly Intent[] | undefined>(undefined);
  touchProblem = $state.raw<Problem | undefined>(undefined);
  private readonly commands = new Commands();
  private lookedAt = '';
  private turn = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private begunAs = JSON.stringify(this.memo());

  readonly domain: 'air' | 'sea' = $derived(world.zones.get(this.zone)?.domain ?? 'air');
  /** All of it, as far as it is whole. */
  readonly ready: Volume[] | undefined = $derived.by(() => {
    const all = this.volumes.map((v) => v.volume(this.domain));
    return all.every((v): v is Volume => v !== undefined) && all.length > 0 ? all : undefined;
  });
  readonly proposedId: string = $derived(measureId(clock.now, (id) => world.measures.get(id) !== undefined));

  begin(measure?: Measure): void {
    this.changes = measure === undefined ? undefined : { id: measure.id, version: measure.version };
    this.id = measure?.id ?? '';
    this.zone = measure?.zone ?? ownZones(world.zones.list)[0]?.id ?? '';
    this.effect = measure?.effect ?? 'refuse';
    this.text = measure?.text ?? '';
    this.volumes = (measure?.volumes ?? [undefined]).map((v) => new VolumeDraft(v));
    if (measure === undefined) {
      const start_ms = Math.ceil(clock.now / MINUTE_MS) * MINUTE_MS;
      this.volumes[0]?.setWindow({ start_ms, end_ms: start_ms + HOUR_MS });
    }
    this.strict = false;
    this.problem = undefined;
    this.decision = undefined;
    this.touched = undefined;
    this.begunAs = JSON.stringify(this.memo());
  }
  /** Something was written that is not on record. */
  get unsaved(): boolean {
    return this.decision === undefined && JSON.stringify(this.memo()) !== this.begunAs;
  }
  memo(): MeasureMemo {
    const { changes, id, zone, effect, text } = this;
    return { changes, id, zone, effect, text, volumes: this.volumes.map((v) => v.memo()) };
  }
  restore({ volumes, ...texts }: MeasureMemo): void {
    Object.assign(this, texts);
    this.volumes = volumes.map((v) => VolumeDraft.from(v));
  }
  add(): void {
    this.volumes.push(this.volumes.at(-1)?.next() ?? new VolumeDraft());
  }
  remove(draft: VolumeDraft): void {
    this.volumes = this.volumes.filter((v) => v.key !== draft.key);
  }
  /** Asks soon whom it would touch. */
  look(volumes: readonly Volume[] | undefined): void {
    clearTimeout(this.timer);
    const turn = ++this.turn;
    const asked = JSON.stringify([this.domain, volumes]);
    if (asked !== this.lookedAt) {
      // What was found was of something else.
      this.touched = undefined;
      this.touchProblem = undefined;
      this.lookedAt = asked;
    }
    if (volumes === undefined) return;
    this.timer = setTimeout(() => void this.ask(volumes, turn), SETTLE_MS);
  }
  stop(): void {
    clearTimeout(this.timer);
    this.turn += 1;
  }
  private async ask(volumes: readonly Volume[], turn: number): Promise<void> {
    try {
      const found = new Map<string, Intent>();
      for (const volume of volumes) {
        const { intents } = await api.post('/v1/intents/query', {
          body: { domain: this.domain, volume, after: 0, ended: false, limit: 1000 },
        });
        for (const [i, intent] of intents.entries()) found.set(intent.id ?? `?${String(i)}`, intent);
      }
      if (turn !== this.turn) return;
      this.touched = [...found.values()];
      this.touchProblem = undefined;
    } catch (thrown) {
      if (turn === this.turn) this.touchProblem = asProblem(thrown);
    }
  }
  async file(): Promise<boolean> {
    this.strict = true;
    const volumes = this.ready;
    if (volumes === undefined || this.zone === '' || this.busy) return false;
    this.busy = true;
    this.problem = undefined;
    const said = this.text.trim();
    const body = { effect: this.effect, volumes, ...(said === '' ? {} : { text: said }) };
    const before = this.id;
    const id = this.changes?.id ?? (before.trim() === '' ? this.proposedId : before.trim());
    // From here it may be on record: what is published next goes by the same id, not by one that is free by then.
    this.id = id;
    try {
      this.decision = await this.publish(id, body);
      world.refresh('measures');
      return true;
    } catch (thrown) {
      this.problem = asProblem(thrown);
      if (!this.problem.unsure) this.id = before;
      return false;
    } finally {
      this.busy = false;
    }
  }
  private publish(id: string, of: Pick<Measure, 'effect' | 'volumes'> & { text?: string }): Promise<Decision> {
    const { changes } = this;
    if (changes === undefined) {
      const body = { ...of, zone: this.zone };
      return this.commands.run([id, body], (command_id) =>
        api.put('/v1/measures/{id}', { path: { id }, body: { ...body, command_id } }),
      );
    }
    const body = { ...of, version: changes.version };
    return this.commands.run([id, body], (command_id) =>
      api.post('/v1/measures/{id}/volumes', { path: { id }, body: { ...body, command_id } }),
    );
  }
}
