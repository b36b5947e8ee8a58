import type { Incident, PendingAct, Thread } from '../../api/documents';

/** What whoever takes the watch has to know of, as messages with a number. */
export function handOver(of: {
  unseen: number;
  threads: readonly Thread[];
  pending: readonly PendingAct[];
  incidents: readonly Incident[];
}): { key: string; n: number }[] {
  return [
    { key: 'watch.waiting.alerts', n: of.unseen },
    { key: 'watch.waiting.unread', n: of.threads.reduce((n, thread) => n + thread.unread, 0) },
    { key: 'watch.waiting.overdue', n: of.threads.filter((thread) => thread.state === 'overdue').length },
    { key: 'watch.waiting.open', n: of.threads.filter((thread) => thread.waiting > 0).length },
    { key: 'watch.waiting.acts', n: of.pending.filter((act) => act.state === 'waiting').length },
    { key: 'watch.waiting.incidents', n: of.incidents.filter((incident) => !incident.over).length },
  ];
}
