// A check under way, in the worker.
import type { Charter } from '../../api/documents';
import { clock } from '../../state/clock.svelte';
import { cosignersOf, keysOf, remember, seenBefore, type LogInfo } from '../../tlog/logs';
import { hex } from '../../tlog/sha256';
import { leafHash } from '../../tlog/tree';
import type { CheckAsked, Finding, WorkerSays } from './protocol';
import type { EntryRow } from './rows';

export class Checking {
  state = $state<'idle' | 'running' | 'done' | 'failed'>('idle');
  findings = $state.raw<readonly Finding[]>([]);
  done = $state(0);
  of = $state(0);
  size = $state(0);
  root = $state('');
  proof = $state.raw<readonly string[]>([]);
  leaf = $state<string | undefined>(undefined);
  index = $state<number | undefined>(undefined);
  whole = $state(true);
  at_ms = $state(0);
  failure = $state.raw<{ status: number; text: string } | undefined>(undefined);
  private worker: Worker | undefined;

  get verdict(): 'good' | 'bad' | undefined {
    if (this.state !== 'done') return undefined;
    return this.findings.some((f) => f.verdict === 'bad') ? 'bad' : 'good';
  }
  start(log: LogInfo, charter: Charter | undefined, whole: boolean, shown?: EntryRow): void {
    this.stop();
    this.state = 'running';
    this.findings = [];
    this.done = 0;
    this.of = 0;
    this.proof = [];
    this.leaf = undefined;
    this.failure = undefined;
    this.whole = whole;
    this.index = shown?.index;
    const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module' });
    this.worker = worker;
    worker.addEventListener('message', (event: MessageEvent<WorkerSays>) => this.take(log.origin, event.data));
    worker.addEventListener('error', (event) => this.fail(0, event.message));
    const asked: CheckAsked = {
      base: '',
      origin: log.origin,
      keys: keysOf(charter, log),
      cosigners: cosignersOf(charter, log.author),
      before: seenBefore(log.origin),
      whole,
      index: shown?.index,
      shown: shown === undefined ? undefined : hex(leafHash(shown.bytes)),
    };
    worker.postMessage(asked);
  }
  stop(): void {
    this.worker?.terminate();
    this.worker = undefined;
    if (this.state === 'running') this.state = 'idle';
  }
  private fail(status: number, text: string): void {
    this.stop();
    this.failure = { status, text };
    this.state = 'failed';
  }
  private take(origin: string, said: WorkerSays): void {
    if (said.say === 'progress') {
      this.done = said.done;
      this.of = said.of;
    } else if (said.say === 'finding') this.findings = [...this.findings, said.finding];
    else if (said.say === 'failed') this.fail(said.status, said.text);
    else {
      this.size = said.size;
      this.root = said.root;
      this.proof = said.proof;
      this.leaf = said.leaf;
      this.at_ms = clock.ms();
      if (said.checkpoint !== undefined) remember(origin, said.checkpoint);
      this.stop();
      this.state = 'done';
    }
  }
}
