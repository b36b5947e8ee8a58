// Runs a program of node_modules under the Node that this project pins, whatever Node npm itself runs under.
//
//   node scripts/run.mjs vite build
//   node scripts/run.mjs scripts/pictures.mjs        a file instead of a program
//
// Debian 12 has Node 18, Vite 8 wants 22. The pinned one comes as an optional package of this machine's processor, without
// an install script. Where there is none for it, the Node that runs this is taken, if it is new enough.
import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAJOR = 22;
const web = dirname(dirname(fileURLToPath(import.meta.url)));
const modules = join(web, 'node_modules');

function node() {
  const pinned = join(modules, `node-linux-${process.arch}`, 'bin', 'node');
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= MAJOR) return process.execPath;
  throw new Error(
    `no Node ${MAJOR} for ${process.platform} ${process.arch}: run npm ci, or run this with Node ${MAJOR} or later`,
  );
}

const [program, ...words] = process.argv.slice(2);
if (program === undefined) throw new Error('usage: node scripts/run.mjs PROGRAM [WORDS]');
const link = /\.m?js$/.test(program) ? resolve(program) : join(modules, '.bin', program);
if (!existsSync(link)) throw new Error(`${program} is not there: run npm ci in ${web}`);
const binary = node();
const env = { ...process.env, PATH: `${dirname(binary)}:${process.env.PATH ?? ''}` };
const ran = spawnSync(binary, [realpathSync(link), ...words], { cwd: process.cwd(), env, stdio: 'inherit' });
process.exit(ran.status ?? 1);
