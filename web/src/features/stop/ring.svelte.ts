// A STOP sounds until a person takes it, at any station of this authority. Silence does not reach it.
import { api } from '../../api/client';
import type { Language } from '../../i18n/messages';
import { sound } from '../../sound/sound.svelte';
import { owed, type OwedItem, type TalkMessage } from '../../state/threads.svelte';
import { untaken } from './stops';

const EVERY_MS = 2_500;

export function startRing(): () => void {
  const stopOwed = owed.start();
  const end = $effect.root(() => {
    const waits = $derived(untaken(owed.list).length > 0);
    $effect(() => {
      if (!waits) return;
      sound.play('stop');
      const timer = setInterval(() => sound.play('stop'), EVERY_MS);
      return () => clearInterval(timer);
    });
  });
  return () => {
    end();
    stopOwed();
  };
}

/** The message in another language than the reader's; undefined: it cannot be had now. */
export async function inLanguage(item: OwedItem, language: Language): Promise<TalkMessage | undefined> {
  try {
    const found = await api.get('/v1/talks/{opener}/{thread}', {
      path: { opener: item.row.opener, thread: item.row.thread },
      query: { language, limit: 200 },
    });
    return (found.messages as unknown as TalkMessage[]).find((m) => m.here?.hash === item.row.hash);
  } catch {
    return undefined;
  }
}
