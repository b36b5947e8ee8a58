/** One server-sent event. */
export interface ServerEvent {
  /** Of this event or the last one that had one. */
  id: string;
  type: string;
  data: string;
}

const LINE_CHARS_MAX = 4 << 20;

/** Takes a stream apart as it comes, in whatever pieces. */
export class SseParser {
  lastId = '';
  private rest = '';
  private type = '';
  private data: string[] = [];

  /** The events that `chunk` completes. Throws on a line that never ends. */
  push(chunk: string): ServerEvent[] {
    const out: ServerEvent[] = [];
    this.rest += chunk;
    let from = 0;
    for (;;) {
      const end = this.rest.indexOf('\n', from);
      if (end < 0) break;
      const line = this.rest.slice(from, this.rest[end - 1] === '\r' ? end - 1 : end);
      from = end + 1;
      this.line(line, out);
    }
    this.rest = this.rest.slice(from);
    if (this.rest.length > LINE_CHARS_MAX) throw new Error('a line of the stream is too long');
    return out;
  }

  private line(line: string, out: ServerEvent[]): void {
    if (line === '') {
      if (this.data.length > 0)
        out.push({ id: this.lastId, type: this.type === '' ? 'message' : this.type, data: this.data.join('\n') });
      this.type = '';
      this.data = [];
      return;
    }
    if (line.startsWith(':')) return;
    const colon = line.indexOf(':');
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (name === 'event') this.type = value;
    else if (name === 'data') this.data.push(value);
    else if (name === 'id' && !value.includes('\0')) this.lastId = value;
  }
}
