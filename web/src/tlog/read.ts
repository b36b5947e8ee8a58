// Reads logs that this node serves, through the session.
import { api, type Client } from '../api/client';
import type { LogInfo } from './logs';
import { readCheckpoint, readNote } from './note';
import { bundlePath, readBundle, tileWidth } from './tiles';

export async function servedLogs(client: Client = api): Promise<LogInfo[]> {
  return (await client.get('/v1/self')).logs;
}
/** How many entries it has; not checked. */
export async function logSize(origin: string, client: Client = api): Promise<number> {
  const text = String((await client.raw('get', `/log/${origin}/checkpoint`)).body);
  return readCheckpoint(readNote(text)?.text ?? '')?.size ?? 0;
}
/** The entries of the n-th bundle. */
export async function logBundle(origin: string, size: number, n: number, client: Client = api): Promise<Uint8Array[]> {
  const answer = await client.raw('get', `/log/${origin}/${bundlePath(size, n)}`, { raw: 'bytes' });
  return readBundle(answer.body as Uint8Array, tileWidth(size, 0, n));
}
