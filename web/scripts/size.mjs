// Says how large the built console is, as it goes over the line, and fails above the bound.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { sizes } from './sizes.mjs';

const BOUND_KIB = 1536;
const { files, total } = sizes(join(dirname(dirname(fileURLToPath(import.meta.url))), 'dist'));
for (const { name, bytes } of files.slice(0, 12)) console.log(`${(bytes / 1024).toFixed(1).padStart(9)} KiB  ${name}`);
console.log(`${(total / 1024).toFixed(1).padStart(9)} KiB  all, gzip (bound ${BOUND_KIB} KiB)`);
if (total > BOUND_KIB * 1024) process.exit(1);
