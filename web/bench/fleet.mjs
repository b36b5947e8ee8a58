// What flies in the benchmark, and how a radar tells of it (EUROCONTROL CAT 062). Pure.

const M_PER_DEG = 111_195;
const LEVELS = 10;
/** The area that the benchmark's craft and intents are in, in degrees. */
export const AREA = { south: 29, north: 41, west: 28, east: 46 };

/**
 * `count` aircraft in ten levels, 2,000 ft apart; those of one level fly side by side, so that nobody comes near anybody.
 */
export function fleet(count, begun) {
  const each = Math.ceil(count / LEVELS);
  const columns = Math.ceil(Math.sqrt(each * 1.25));
  const rows = Math.ceil(each / columns);
  return Array.from({ length: count }, (_, i) => {
    const level = i % LEVELS;
    const n = Math.floor(i / LEVELS);
    const [row, column] = [Math.floor(n / columns), n % columns];
    const part = level / LEVELS;
    return {
      icao: 0x700000 + i,
      number: i + 1,
      callSign: `T${String(i).padStart(4, '0')}`,
      lat: AREA.south + ((row + part) * (AREA.north - AREA.south)) / rows,
      lng: AREA.west + ((column + ((part * 3) % 1)) * (AREA.east - AREA.west)) / columns,
      course: level * 36,
      speed: 120,
      level: 200 + level * 20,
      begun,
    };
  });
}

/** Two that meet head on within seconds, far above all others and away from the pairs before. */
export function pair(n, begun) {
  const cell = (n * 7) % 500;
  const lat = 29.3 + Math.floor(cell / 25) * 0.55;
  const lng = 29.3 + (cell % 25) * 0.6;
  const apart = (6 * 1852) / 2 / (M_PER_DEG * Math.cos((lat * Math.PI) / 180));
  return [-1, 1].map((side, k) => ({
    icao: 0x7a0000 + 2 * n + k,
    number: 20_000 + 2 * n + k,
    callSign: `P${String(n)}${k === 0 ? 'A' : 'B'}`,
    lat,
    lng: lng + side * apart,
    course: side < 0 ? 90 : 270,
    speed: 200,
    level: 450,
    begun,
  }));
}

function letters(callSign) {
  let out = 0n;
  for (const letter of callSign.padEnd(8).slice(0, 8)) out = (out << 6n) | BigInt(letter.charCodeAt(0) & 0x3f);
  return out;
}

const RECORD_BYTES = 35;
/** Items 010, 070, 105, 185, 380 (address, call sign), 040, 080, 136. */
function record(out, at, craft, when) {
  const course = (craft.course * Math.PI) / 180;
  const [east, north] = [craft.speed * Math.sin(course), craft.speed * Math.cos(course)];
  const seconds = (when - craft.begun) / 1000;
  const lat = craft.lat + (north * seconds) / M_PER_DEG;
  const lng = craft.lng + (east * seconds) / (M_PER_DEG * Math.cos((craft.lat * Math.PI) / 180));
  out.set([0b10011011, 0b00011101, 0b00100000, 25, 2], at);
  out.writeUIntBE(Math.floor(((when / 1000) % 86_400) * 128), at + 5, 3);
  out.writeInt32BE(Math.round((lat * 2 ** 25) / 180), at + 8);
  out.writeInt32BE(Math.round((lng * 2 ** 25) / 180), at + 12);
  out.writeInt16BE(Math.round(east * 4), at + 16);
  out.writeInt16BE(Math.round(north * 4), at + 18);
  out[at + 20] = 0b11000000;
  out.writeUIntBE(craft.icao, at + 21, 3);
  out.writeUIntBE(Number(letters(craft.callSign)), at + 24, 6);
  out.writeUInt16BE(craft.number, at + 30);
  // No bit of the track's status is set.
  out[at + 32] = 0;
  // The measured flight level in quarters, the last item; its two bytes end the record.
  out.writeInt16BE(craft.level * 4, at + 33);
}

/** One block with these craft, where they are at `when` (UTC, in milliseconds). */
export function block(craft, when) {
  const out = Buffer.alloc(3 + craft.length * RECORD_BYTES);
  out[0] = 62;
  out.writeUInt16BE(out.length, 1);
  craft.forEach((one, n) => record(out, 3 + n * RECORD_BYTES, one, when));
  return out;
}
