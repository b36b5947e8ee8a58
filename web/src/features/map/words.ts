// What stands beside things on the map, in the units of who looks.
import type { Alert, Track } from '../../api/documents';
import { duration } from '../../i18n/time';
import { units } from '../../units/units.svelte';
import type { Area } from '../../view/scene';
import { trendOf } from './track-view';

/** `FL200↑ 450 kt`. Pressure heights are levels; where only the geometric one is known it says so. */
export function trackFigures(track: Track): string {
  const level =
    track.domain === 'sea' || track.on_ground
      ? ''
      : track.pressure_cm !== undefined
        ? units.heightText(track.pressure_cm, 'fl')
        : track.geometric_cm !== undefined
          ? units.heightText(track.geometric_cm, 'wgs84')
          : '';
  const speed = track.speed_cm_s === undefined ? '' : units.speedText(track.speed_cm_s);
  return [`${level}${level === '' ? '' : trendOf(track)}`, speed].filter((part) => part !== '').join(' ');
}
/** The name, and beneath it the band. */
export function axisLabel(area: Area): string {
  return area.domain === 'sea' || area.band === undefined ? area.label : `${area.label}\n${units.bandText(area.band)}`;
}
/** `05:12 2.4 NM`: until they are closest, and how close. */
export function conflictLabel(alert: Alert, now: number): string | undefined {
  const { finding } = alert;
  if (alert.kind !== 'conflict' || alert.over_ms !== undefined) return undefined;
  const left = finding.to_closest_ms === undefined ? undefined : finding.at_ms + finding.to_closest_ms - now;
  const parts = [
    left === undefined || left < 0 ? '' : duration(left),
    finding.closest_m === undefined ? '' : units.distanceText(finding.closest_m),
  ];
  const text = parts.filter((part) => part !== '').join(' · ');
  return text === '' ? undefined : text;
}
