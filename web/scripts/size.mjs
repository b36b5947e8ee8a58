// Says how large the built console is, as it goes over the line, and fails above the bound.
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BOUND_KIB = 1536;
const dist = join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist');
let total = 0;
const rows = [];
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  if (!entry.isFile()) continue;
  const path = join(entry.parentPath ?? entry.path, entry.name);
  const bytes = gzipSync(readFileSync(path)).length;
  total += bytes;
  rows.push([bytes, path.slice(dist.length + 1)]);
}
rows.sort((a, b) => b[0] - a[0]);
for (const [bytes, path] of rows.slice(0, 12)) console.log(`${(bytes / 1024).toFixed(1).padStart(9)} KiB  ${path}`);
console.log(`${(total / 1024).toFixed(1).padStart(9)} KiB  all, gzip (bound ${BOUND_KIB} KiB)`);
if (total > BOUND_KIB * 1024) process.exit(1);
