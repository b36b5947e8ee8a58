// Checks a log beside the screen: millions of hashes would block it.
import { checkLog } from './check';
import type { CheckAsked, WorkerSays } from './protocol';

class HttpError extends Error {
  constructor(
    readonly status: number,
    text: string,
  ) {
    super(text);
  }
}
const say = (what: WorkerSays): void => self.postMessage(what);

self.addEventListener('message', (event: MessageEvent<CheckAsked>) => {
  const asked = event.data;
  const fetchBytes = async (path: string): Promise<Uint8Array> => {
    const answer = await fetch(`${asked.base}/log/${asked.origin}/${path}`, {
      credentials: 'same-origin',
      cache: 'no-store',
    });
    if (!answer.ok) throw new HttpError(answer.status, (await answer.text()).slice(0, 500));
    return new Uint8Array(await answer.arrayBuffer());
  };
  void checkLog(asked, {
    fetchBytes,
    finding: (finding) => say({ say: 'finding', finding }),
    progress: (done, of) => say({ say: 'progress', done, of }),
  }).then(
    ({ checkpoint, size, root, proof, leaf }) => say({ say: 'done', checkpoint, size, root, proof, leaf }),
    (thrown: unknown) =>
      say({
        say: 'failed',
        status: thrown instanceof HttpError ? thrown.status : 0,
        text: thrown instanceof Error ? thrown.message : String(thrown),
      }),
  );
});
