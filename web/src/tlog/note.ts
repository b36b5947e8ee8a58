// Signed notes, checkpoints and cosignatures (C2SP), and the keys that they are checked by.
import * as noble from '@noble/ed25519';
import { HASH_BYTES, hex, same, sha256 } from './sha256';

const utf8 = new TextEncoder();

export interface VerifierKey {
  name: string;
  id: string;
  /** 1: Ed25519 over the text; 4: a cosignature. */
  type: number;
  key: Uint8Array;
}
export interface NoteSignature {
  name: string;
  id: string;
  /** Behind the key's id. */
  bytes: Uint8Array;
}
export interface Note {
  /** With its last line feed: what is signed. */
  text: string;
  signatures: NoteSignature[];
}
export interface Checkpoint {
  origin: string;
  size: number;
  root: Uint8Array;
}

/** Canonical alone: what is read and written again must be the same. */
export function fromBase64(text: string): Uint8Array | undefined {
  try {
    const bytes = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
    return btoa(String.fromCharCode(...bytes)) === text ? bytes : undefined;
  } catch {
    return undefined;
  }
}

export function readKey(text: string): VerifierKey | undefined {
  const [name, id, ...rest] = text.split('+');
  const bytes = fromBase64(rest.join('+'));
  const type = bytes?.[0];
  if (name === undefined || name === '' || id === undefined || bytes?.length !== HASH_BYTES + 1 || type === undefined)
    return undefined;
  const found = hex(sha256(utf8.encode(`${name}\n`), bytes).subarray(0, 4));
  return found === id ? { name, id, type, key: bytes.subarray(1) } : undefined;
}

/** Undefined: it is no note. */
export function readNote(text: string): Note | undefined {
  // eslint-disable-next-line no-control-regex
  if (!text.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(text)) return undefined;
  const end = text.lastIndexOf('\n\n');
  if (end < 0) return undefined;
  const lines = text.slice(end + 2, -1).split('\n');
  const signatures: NoteSignature[] = [];
  for (const line of lines) {
    const [, name, base64] = /^\u2014 ([^\s+]+) (\S+)$/u.exec(line) ?? [];
    const bytes = base64 === undefined ? undefined : fromBase64(base64);
    if (name === undefined || bytes === undefined || bytes.length < 5) return undefined;
    signatures.push({ name, id: hex(bytes.subarray(0, 4)), bytes: bytes.subarray(4) });
  }
  return lines.length > 100 ? undefined : { text: text.slice(0, end + 1), signatures };
}

export function readCheckpoint(text: string): Checkpoint | undefined {
  const lines = text.split('\n');
  const [origin, size, root] = lines;
  // No extension lines: cosigners differ on what they sign of them.
  if (
    lines.length !== 4 ||
    lines[3] !== '' ||
    origin === undefined ||
    origin === '' ||
    size === undefined ||
    root === undefined
  )
    return undefined;
  if (!/^(0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size))) return undefined;
  const bytes = fromBase64(root);
  return bytes?.length === HASH_BYTES ? { origin, size: Number(size), root: bytes } : undefined;
}

async function ed25519(signature: Uint8Array, message: Uint8Array, key: Uint8Array): Promise<boolean> {
  if (signature.length !== 64) return false;
  const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);
  try {
    const of = await crypto.subtle.importKey('raw', own(key), { name: 'Ed25519' }, false, ['verify']);
    return await crypto.subtle.verify({ name: 'Ed25519' }, of, own(signature), own(message));
  } catch {
    // A browser that does not know Ed25519.
    return noble.verifyAsync(own(signature), own(message), own(key), { zip215: false }).catch(() => false);
  }
}

export type Signed =
  | { by: VerifierKey; good: boolean; time_ms?: number }
  /** By a key that is not known here: it says nothing. */
  | { by: undefined; name: string };

/** Each signature below it, by the keys that are known. */
export async function checkSignatures(note: Note, keys: readonly VerifierKey[]): Promise<Signed[]> {
  const out: Signed[] = [];
  for (const signature of note.signatures) {
    const by = keys.find((key) => key.name === signature.name && key.id === signature.id);
    if (by === undefined) out.push({ by: undefined, name: signature.name });
    else if (by.type === 1) out.push({ by, good: await ed25519(signature.bytes, utf8.encode(note.text), by.key) });
    else if (by.type === 4 && signature.bytes.length === 72) {
      const bytes = signature.bytes;
      const seconds = new DataView(bytes.buffer, bytes.byteOffset, 8).getBigUint64(0);
      const message = utf8.encode(`cosignature/v1\ntime ${seconds.toString()}\n${note.text}`);
      out.push({ by, good: await ed25519(bytes.subarray(8), message, by.key), time_ms: Number(seconds) * 1000 });
    } else out.push({ by, good: false });
  }
  return out;
}
export const sameRoot = (a: Checkpoint, b: Checkpoint): boolean => a.size === b.size && same(a.root, b.root);
