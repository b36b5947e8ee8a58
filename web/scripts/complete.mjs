// After `npm ci`: npm leaves out optional packages that do not want the Node it runs under, and Debian 12's is 18. Parts of
// Vite are such packages; so npm runs once more under the pinned Node, and fetches what it had left out.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
const npm = process.env.npm_execpath;
if (npm !== undefined && (major < 22 || (major === 22 && minor < 12))) {
  const words = ['scripts/run.mjs', npm, 'install', '--no-save', '--ignore-scripts', '--no-audit', '--no-fund'];
  process.exit(spawnSync(process.execPath, words, { stdio: 'inherit' }).status ?? 1);
}
