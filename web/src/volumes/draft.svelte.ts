// A plan while it is written: texts as typed, and exactly what was drawn, taken from a counter, or read out of the texts.
import type { Band, Domain, Outline, Volume } from '../api/documents';
import type { components } from '../api/schema';
import { clock } from '../state/clock.svelte';
import { units } from '../units/units.svelte';
import {
  bandTexts,
  outlineTexts,
  readBand,
  readOutline,
  readWindow,
  shifted,
  timeText,
  type Read,
  type ShapeKind,
  type Shift,
} from './volume-form';

export type Craft = components['schemas']['Craft'];
let last = 0;

/** A draft as plain values: it outlives the screen that it was written on. */
export interface VolumeMemo {
  shape: ShapeKind;
  places: string;
  size: string;
  lower: string;
  upper: string;
  from: string;
  to: string;
  zone: string | undefined;
  outline: Outline | undefined;
  sized: Outline | undefined;
  band: { band: Band | undefined } | undefined;
  window: { start_ms: number; end_ms: number } | undefined;
}

export class VolumeDraft {
  readonly key = ++last;
  shape = $state<ShapeKind>('corridor');
  places = $state('');
  size = $state('');
  lower = $state('');
  upper = $state('');
  from = $state('');
  to = $state('');
  /** Of a flight: in which zone it is a leg; undefined: as proposed. */
  zone = $state<string | undefined>(undefined);
  /** Exactly, as long as the texts are not touched. */
  private outlineKept = $state.raw<Outline | undefined>(undefined);
  /** Radius and sides exactly, as long as their text is not touched: it is rounded, and has both sides in one. */
  private sizeKept = $state.raw<Outline | undefined>(undefined);
  private bandKept = $state.raw<{ band: Band | undefined } | undefined>(undefined);
  private windowKept = $state.raw<{ start_ms: number; end_ms: number } | undefined>(undefined);

  private readonly minute = $derived(Math.floor(clock.now / 60_000) * 60_000);
  readonly outline: Read<Outline> = $derived(
    this.outlineKept === undefined
      ? readOutline(this.shape, this.places, this.size, units, this.sizeKept)
      : { ok: this.outlineKept },
  );
  readonly band: Read<Band | undefined> = $derived(
    this.bandKept === undefined ? readBand(this.lower, this.upper, units) : { ok: this.bandKept.band },
  );
  readonly window: Read<{ start_ms: number; end_ms: number }> = $derived(
    this.windowKept === undefined ? readWindow(this.from, this.to, this.minute) : { ok: this.windowKept },
  );

  constructor(volume?: Volume) {
    if (volume !== undefined) this.set(volume);
  }
  memo(): VolumeMemo {
    const { shape, places, size, lower, upper, from, to, zone } = this;
    const kept = { outline: this.outlineKept, sized: this.sizeKept, band: this.bandKept, window: this.windowKept };
    return { shape, places, size, lower, upper, from, to, zone, ...kept };
  }
  static from({ outline, sized, band, window, ...texts }: VolumeMemo): VolumeDraft {
    const draft = new VolumeDraft();
    Object.assign(draft, texts);
    draft.outlineKept = outline;
    draft.sizeKept = sized;
    draft.bandKept = band;
    draft.windowKept = window;
    return draft;
  }
  set(volume: Volume): void {
    this.setOutline(volume.outline);
    Object.assign(this, bandTexts(volume.band, units));
    this.bandKept = { band: volume.band };
    this.setWindow(volume.window);
  }
  setOutline(outline: Outline): void {
    Object.assign(this, outlineTexts(outline, units));
    this.outlineKept = this.sizeKept = outline;
  }
  setWindow(window: { start_ms: number; end_ms: number }): void {
    this.from = timeText(window.start_ms);
    this.to = timeText(window.end_ms);
    this.windowKept = window;
  }
  /** Somebody types: what counts is read out of the texts. */
  touchOutline(): void {
    this.outlineKept = undefined;
  }
  touchSize(): void {
    this.outlineKept = this.sizeKept = undefined;
  }
  touchBand(): void {
    this.bandKept = undefined;
  }
  touchWindow(): void {
    this.windowKept = undefined;
  }
  /** `now` and `+15m` become the time that they mean. */
  settleWindow(): void {
    if (this.windowKept === undefined && 'ok' in this.window) this.setWindow(this.window.ok);
  }
  volume(domain: Domain): Volume | undefined {
    if (!('ok' in this.outline) || !('ok' in this.window)) return undefined;
    const volume: Volume = { outline: this.outline.ok, window: this.window.ok };
    if (domain === 'sea') return volume;
    if (!('ok' in this.band)) return undefined;
    return this.band.ok === undefined ? volume : { ...volume, band: this.band.ok };
  }
  move(shift: Shift, domain: Domain): void {
    const volume = this.volume(domain);
    if (volume !== undefined) this.set(shifted(volume, shift));
  }
  /** Goes on where this one ends: the same levels, the window behind. */
  next(): VolumeDraft {
    const next = new VolumeDraft();
    next.shape = this.shape;
    next.size = this.size;
    next.sizeKept = this.sizeKept;
    next.lower = this.lower;
    next.upper = this.upper;
    if ('ok' in this.window) {
      const { start_ms, end_ms } = this.window.ok;
      next.setWindow({ start_ms: end_ms, end_ms: end_ms + (end_ms - start_ms) });
    }
    return next;
  }
}

export class CraftDraft {
  readonly key = ++last;
  icao = $state('');
  mmsi = $state('');
  mode_3a = $state('');
  /** Told with the craft, and kept as it is. */
  private readonly lent: Pick<Craft, 'from_ms' | 'to_ms'>;
  constructor(craft: Craft = {}) {
    this.icao = craft.icao ?? '';
    this.mmsi = craft.mmsi ?? '';
    this.mode_3a = craft.mode_3a ?? '';
    this.lent = {
      ...(craft.from_ms === undefined ? {} : { from_ms: craft.from_ms }),
      ...(craft.to_ms === undefined ? {} : { to_ms: craft.to_ms }),
    };
  }
  readonly empty: boolean = $derived(this.icao.trim() === '' && this.mmsi.trim() === '' && this.mode_3a.trim() === '');
  readonly errors = $derived({
    icao: this.icao.trim() === '' || /^[0-9A-Fa-f]{6}$/.test(this.icao.trim()),
    mmsi: this.mmsi.trim() === '' || /^[0-9]{9}$/.test(this.mmsi.trim()),
    mode_3a: this.mode_3a.trim() === '' || /^[0-7]{4}$/.test(this.mode_3a.trim()),
  });
  get good(): boolean {
    return this.errors.icao && this.errors.mmsi && this.errors.mode_3a;
  }
  craft(): Craft {
    return {
      ...this.lent,
      ...(this.icao.trim() === '' ? {} : { icao: this.icao.trim().toUpperCase() }),
      ...(this.mmsi.trim() === '' ? {} : { mmsi: this.mmsi.trim() }),
      ...(this.mode_3a.trim() === '' ? {} : { mode_3a: this.mode_3a.trim() }),
    };
  }
}
