import { describe, expect, it } from 'vitest';

import type { Thread } from '../../api/documents';
import { handOver } from './handover';

describe('handOver', () => {
  it('counts what waits', () => {
    const thread: Thread = {
      opener: 'fr',
      thread: 't',
      parties: [],
      precedence: 'routine',
      state: 'overdue',
      alarms: 1,
      unread: 2,
      waiting: 1,
      messages: 3,
      changed_ms: 0,
    };
    const rows = handOver({
      unseen: 4,
      threads: [thread, { ...thread, thread: 'u', state: 'settled', unread: 0, waiting: 0 }],
      pending: [],
      incidents: [{ opener: 'fr', incident: 'i', over: true }],
    });
    expect(rows.map((r) => r.n)).toEqual([4, 2, 1, 1, 0, 0]);
  });
});
