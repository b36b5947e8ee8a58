// Bytes to and from the node: files that messages name, bundles of evidence. Without the client's time limit: they may be large.
import { api, type Client } from './client';
import { Problem, problemOf } from './problem';

export interface BytesAsked {
  /** Sent as JSON, or as they are. */
  json?: unknown;
  bytes?: Uint8Array<ArrayBuffer>;
  signal?: AbortSignal;
}
async function ask(method: 'GET' | 'PUT' | 'POST', path: string, asked: BytesAsked, client: Client): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/octet-stream, application/json;q=0.5' };
  if (method !== 'GET') headers['Tansiq-CSRF'] = client.csrf;
  if (asked.bytes !== undefined) headers['Content-Type'] = 'application/octet-stream';
  else if (asked.json !== undefined) headers['Content-Type'] = 'application/json';
  let answer: Response;
  try {
    answer = await fetch(client.base + path, {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      ...(asked.signal === undefined ? {} : { signal: asked.signal }),
      ...(asked.bytes !== undefined
        ? { body: asked.bytes }
        : asked.json === undefined
          ? {}
          : { body: JSON.stringify(asked.json) }),
    });
  } catch (thrown) {
    if (asked.signal?.aborted === true) throw thrown;
    throw new Problem({ status: 0, slug: 'unreachable', title: 'The node does not answer.' });
  }
  if (!answer.ok) {
    if (answer.status === 401) client.onUnauthenticated();
    throw problemOf(answer.status, await answer.text(), answer.headers.get('Retry-After'));
  }
  client.onUse();
  return answer;
}
export const putBytes = async (path: string, bytes: Uint8Array<ArrayBuffer>, client = api): Promise<void> => {
  await ask('PUT', path, { bytes }, client);
};
export async function getBytes(path: string, asked: BytesAsked = {}, client = api): Promise<Uint8Array<ArrayBuffer>> {
  const answer = await ask(asked.json === undefined ? 'GET' : 'POST', path, asked, client);
  return new Uint8Array(await answer.arrayBuffer());
}
/** In lower-case hexadecimal digits. */
export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', bytes);
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
/** Saves them as a file of that name, which is never opened here. */
export function save(bytes: Uint8Array<ArrayBuffer>, name: string): void {
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
