// The units of the person who sits here. What is sent and stored is the node's: centimetres, metres, 1e-7 degree.
import type { Band } from '../api/documents';
import * as convert from './convert';
import { formatPlace, type Notation } from './place';

export type HeightUnit = 'ft' | 'm';
export type DistanceUnit = 'NM' | 'km';
export type SpeedUnit = 'kt' | 'km/h' | 'm/s';

interface Chosen {
  height: HeightUnit;
  distance: DistanceUnit;
  speed: SpeedUnit;
  notation: Notation;
}
const STORED = 'tansiq.units';

export class Units {
  height = $state<HeightUnit>('ft');
  distance = $state<DistanceUnit>('NM');
  speed = $state<SpeedUnit>('kt');
  notation = $state<Notation>('dms');

  start(): void {
    try {
      const stored = JSON.parse(localStorage.getItem(STORED) ?? '{}') as Partial<Chosen>;
      if (stored.height === 'ft' || stored.height === 'm') this.height = stored.height;
      if (stored.distance === 'NM' || stored.distance === 'km') this.distance = stored.distance;
      if (stored.speed === 'kt' || stored.speed === 'km/h' || stored.speed === 'm/s') this.speed = stored.speed;
      if (
        stored.notation === 'dms' ||
        stored.notation === 'dm' ||
        stored.notation === 'mgrs' ||
        stored.notation === 'deg'
      )
        this.notation = stored.notation;
    } catch {
      // What cannot be read is chosen anew.
    }
  }
  choose(of: Partial<Chosen>): void {
    Object.assign(this, of);
    try {
      localStorage.setItem(
        STORED,
        JSON.stringify({ height: this.height, distance: this.distance, speed: this.speed, notation: this.notation }),
      );
    } catch {
      // Without a memory it holds until the page is left.
    }
  }

  /** Flight levels stay flight levels; other heights are in the chosen unit, with their reference. */
  heightText(cm: number, ref: convert.HeightRef): string {
    return convert.heightText(cm, ref, this.height);
  }
  /** `FL180–FL240`, `SFC–2 500 ft AMSL`, `above FL300` by sign. */
  bandText(band: Band | undefined): string {
    return convert.bandText(band, this.height);
  }
  distanceText(metres: number): string {
    return convert.distanceText(metres, this.distance);
  }
  speedText(cmPerS: number): string {
    return convert.speedText(cmPerS, this.speed);
  }
  climbText(cmPerS: number): string {
    return convert.climbText(cmPerS, this.height);
  }
  placeText(latE7: number, lngE7: number): string {
    return formatPlace(latE7, lngE7, this.notation);
  }
}

export const units = new Units();
