// Words for who flies it. Pure.
export interface CraftLike {
  icao?: string;
  mmsi?: string | number;
  mode_3a?: string;
}
export const craftText = (craft: CraftLike): string =>
  [
    craft.icao === undefined ? undefined : `ICAO ${craft.icao}`,
    craft.mode_3a === undefined ? undefined : `3/A ${craft.mode_3a}`,
    craft.mmsi === undefined ? undefined : `MMSI ${String(craft.mmsi)}`,
  ]
    .filter((word) => word !== undefined)
    .join(' · ');
