// What the contract only calls an object: documents of canonical JSON, in the members of the record (docs/entries.md). A list
// that is empty, and a value that is not there, may be left out by the node.
import type { components } from './schema';

type Schemas = components['schemas'];
export type Intent = Schemas['Intent'];
export type Measure = Schemas['Measure'];
export type Zone = Schemas['Zone'];
export type Volume = Schemas['Volume'];
export type Outline = Schemas['Outline'];
export type Band = Schemas['Band'];
export type TimeWindow = Schemas['Window'];
export type DataMode = Schemas['DataMode'];
export type Domain = Schemas['Domain'];
export type SessionState = Schemas['SessionState'];
export type WatchState = Schemas['WatchState'];
export type Officer = Schemas['OfficerView'];
export type Preview = Schemas['Preview'];
export type Decision = Schemas['Decision'];
export type Conflict = Schemas['Conflict'];
/** Latitude and longitude in 1e-7 degree. */
export type PointE7 = [lat: number, lng: number];

/** As src/picture/track_json.cc writes it. */
export interface Track {
  id: number;
  label: string;
  domain: 'air' | 'sea' | 'unknown' | (string & {});
  state: 'tentative' | 'live' | 'coasting' | 'stale' | 'ended';
  begun_ms: number;
  last_ms: number;
  /** Of the place. */
  time_ms: number;
  quality: number;
  on_ground: boolean;
  position?: PointE7;
  uncertainty_m?: number;
  speed_cm_s?: number;
  course_mdeg?: number;
  climb_cm_s?: number;
  turn_mdeg_s?: number;
  pressure_cm?: number;
  geometric_cm?: number;
  call_sign?: string;
  name?: string;
  icao?: string;
  mmsi?: number;
  mode_3a?: string;
  emergency?: string;
  plan?: TrackPlan;
  signs?: { kind: string; count: number; metres: number; since_ms: number; last_ms: number }[];
  sources?: { source: string; kind?: string; uid?: string; reports: number; last_ms: number }[];
}
export interface TrackPlan {
  /** An intent of this node, or a leg: `intent` names it as the node does. */
  intent: string;
  confidence: number;
  reason: string;
  contradicts?: string;
  inside?: boolean;
  aside_m?: number;
  late_ms?: number;
  level_m?: number;
  proposed?: string;
}

export type AlertKind =
  | 'distress'
  | 'conflict'
  | 'volume_entry'
  | 'foreign_zone'
  | 'group_entry'
  | 'off_plan'
  | 'overrun'
  | 'double_identity'
  | 'doubtful_source'
  | 'source_silent';
export type Priority = 'emergency' | 'alarm' | 'warning' | 'caution';
export type AlertState = 'unacknowledged' | 'acknowledged' | 'rectified' | 'settling' | 'cleared';
/** As src/picture/alert_json.cc writes it. */
export interface Alert {
  id: number;
  kind: AlertKind;
  priority: Priority;
  state: AlertState;
  /** Counts its sounding: rises each time that it wants attention. */
  attention: number;
  raised_ms: number;
  changed_ms: number;
  over_ms?: number;
  violated_ms?: number;
  warned_ms?: number;
  escalated?: boolean;
  object?: string;
  tracks: number[];
  acknowledged?: { at_ms: number; by: string };
  finding: {
    /** When it was found so last: its times count from there. */
    at_ms: number;
    detail: string;
    now: boolean;
    where?: PointE7;
    closest_m?: number;
    closest_height_m?: number;
    to_closest_ms?: number;
    to_violation_ms?: number;
  };
}
export type AlertEvent =
  'raised' | 'updated' | 'escalated' | 'sounded' | 'acknowledged' | 'rectified' | 'back' | 'cleared';

export interface Edge {
  capability:
    'request' | 'gateway' | 'disclosure' | 'tracks' | 'centres' | 'chiefs' | 'ministries' | 'reports' | (string & {});
  domain: 'air' | 'sea' | 'talks' | 'information' | (string & {});
  from: string;
  to: string;
}
export interface Relation {
  agreed: number;
  edge: Edge;
  level: number;
  number: number;
  text: string;
}
export interface Relations {
  relations: Relation[];
  proposals: Record<string, unknown>[];
}

export interface Peer {
  id: string;
  url: string;
  acknowledged: number;
  held: number;
  known: number;
  pinned: boolean;
  trouble: string;
  age_ms?: number;
  adopted?: number;
  in_force?: number;
}
export interface Peers {
  self: string;
  peers: Peer[];
  charter?: { in_force: number; pending?: number; effective_ms?: number; trouble: string };
  recovery?: {
    text?: string;
    reason?: string;
    since_ms?: number;
    until_ms?: number;
    accepted?: { at_ms?: number; by?: string; second?: string };
    logs?: { origin?: string; held?: number; known?: number; came_back?: number; whole?: boolean; text?: string }[];
  };
}

export interface ClockState {
  fit: boolean;
  limit_ms: number;
  synchronised: boolean;
  text: string;
  bound_ms?: number;
}

export type HomeState =
  'requested' | 'held' | 'committed' | 'confirmed' | 'refused' | 'lapsed' | 'cancelled' | 'revoked' | 'ended';
/** One version of one leg of a flight of ours (src/coordination/flight.h). */
export interface HomeVersion {
  accepted: boolean;
  closed: boolean;
  crew: 'nothing' | 'cleared' | 'read_back' | 'recalled';
  entered: boolean;
  left: boolean;
  expires_ms: number;
  flight: string;
  leg: number;
  request: string;
  role: 'plan' | 'change' | 'outgoing' | 'superseded';
  state: HomeState;
  to: string;
  zone: string;
  unable: boolean;
  volumes?: Volume[];
  hold?: string;
  commit?: string;
  until_ms?: number;
  standby_until_ms?: number;
  level_shift_cm?: number;
  time_shift_ms?: number;
  refusal?: Record<string, unknown>;
  revoke?: string;
  revoked_by?: string;
  lapse?: Record<string, unknown>;
  replaces?: string;
  taken?: string;
  told?: { report: string; to: string }[];
}
export interface FlightPlan {
  call_sign: string;
  domain: Domain;
  flight: string;
  legs?: { volumes?: Volume[]; zone: string }[];
  alternate?: string;
  gate_leg?: number;
  principal?: string;
}
export interface Flight {
  id: string;
  may_clear: boolean;
  why_not: string;
  versions: HomeVersion[];
  flight: {
    plan: FlightPlan;
    airborne: boolean;
    cleared: boolean;
    dropped: boolean;
    ended: boolean;
    failed: boolean;
    landed: boolean;
    filing: string;
    change?: FlightPlan;
    change_failed?: boolean;
    contingency?: string;
    entered?: number[];
    left?: number[];
  };
}

export type LegState =
  'asked' | 'held' | 'confirmed' | 'refused' | 'lapsed' | 'cancelled' | 'revoked' | 'ended' | 'expired';
/** One version of another's leg in a zone where this node decides (src/coordination/leg_version.h). */
export interface Leg {
  /** An officer is waited for until then. */
  answer_by_ms?: number;
  answered?: { answer: 'confirm' | 'counter' | 'hold' | 'refuse'; by: string; text: string };
  request: string;
  flight: string;
  call_sign: string;
  home: string;
  zone: string;
  state: LegState;
  domain: Domain;
  leg: number;
  legs: number;
  remaining: number;
  epoch: number;
  expires_ms: number;
  entered: boolean;
  granted: boolean;
  emergency: boolean;
  contingency: boolean;
  overdue: boolean;
  revoking: boolean;
  unable: boolean;
  text: string;
  window: TimeWindow;
  volumes?: Volume[];
  hold?: string;
  commit?: string;
  until_ms?: number;
  standby_ms?: number;
  level_shift_cm?: number;
  time_shift_ms?: number;
  principal?: string;
  replaces?: string;
}
export interface Legs {
  legs: Leg[];
  notices: {
    entry: string;
    home: string;
    notice: Record<string, unknown> & {
      call_sign: string;
      domain: Domain;
      flight: string;
      leg: number;
      volumes?: Volume[];
      zone: string;
    };
  }[];
}

export interface ZoneControl {
  zone: string;
  owner: string;
  state: string;
  epoch: number;
  sequencer?: string;
  lessor?: string;
  until_ms?: number;
  recall?: string;
  awaited?: string[];
  rivals?: Record<string, unknown>[];
}

export interface Thread {
  opener: string;
  thread: string;
  parties: string[];
  precedence: string;
  state: 'overdue' | 'unread' | 'waiting' | 'settled';
  alarms: number;
  unread: number;
  waiting: number;
  messages: number;
  changed_ms: number;
}
export interface Overdue {
  now_ms: number;
  /** Of our messages: their receipts are overdue. */
  alarms: Record<string, unknown>[];
  /** What others wait for here. */
  owed: (Record<string, unknown> & { hash: string; from: string; due_ms?: number; overdue?: boolean })[];
}
export interface Line {
  peer: string;
  checks: number;
  missed: boolean;
  waiting: boolean;
  watch: { state: 'attended' | 'unattended' | 'unknown'; text?: string; time_ms?: number };
  answered_ms?: number;
  checked_ms?: number;
  checkpoint_age_ms?: number;
  fault?: 'link' | 'node' | 'no_officer';
}
export interface Lines {
  now_ms: number;
  /** How many times as fast as time the node's clock runs; of a simulation alone. */
  clock_rate?: number;
  self: string;
  lines: Line[];
  watch: { state?: string; text?: string; time_ms?: number };
}

export interface Incident {
  opener: string;
  incident: string;
  title?: string;
  shown?: string;
  over: boolean;
  window?: TimeWindow;
  parties?: string[];
  sides?: Record<string, unknown>[];
}
export interface Reports {
  held: Record<string, unknown>[];
  own: Record<string, unknown>[];
}

export interface PendingAct {
  id: string;
  by: string;
  asked_ms: number;
  expires_ms: number;
  request: { act: Record<string, unknown>; cmd: string; kind: string } & Record<string, unknown>;
  state: 'waiting' | 'confirmed' | 'done' | 'failed' | 'refused' | 'lapsed';
  outcome?: string;
  second?: string;
}

export interface Source {
  name: string;
  format: string;
  transport: string;
  heard: boolean;
  last_ms: number;
  reports: number;
  overload: number;
  refused: number;
  rejected: Record<string, number>;
  failures: number;
  system_dropped: number;
  error?: string;
  silent_since_ms?: number;
}

/** What the charter says, out of its signed text. */
export interface Charter {
  id: string;
  name: string;
  version: number;
  data_mode: DataMode;
  valid_from_ms: number;
  valid_until_ms?: number;
  authorities: { id: string; name: string; peer?: { url?: string } }[];
  zones: Record<string, unknown>[];
}
