#!/usr/bin/env node
// After `npm install`: adds lock entries for optional platform packages that the registry in use could not resolve, since
// `npm ci` refuses a lock that names an optional dependency without an entry. Usage: node tools/launch/complete-lock.mjs
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const file = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'package-lock.json');
const SYSTEMS = /(darwin|linux|win32|windows|android|freebsd|openharmony|sunos|aix|netbsd|openbsd)/;
const PROCESSORS = /(arm64|x64|ia32|arm|ppc64|s390x|riscv64|loong64|wasm32|mips64el)/;
const EXACT = /^\d+\.\d+\.\d+/;

const lock = JSON.parse(readFileSync(file, 'utf8'));
const added = [];
for (const [place, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(place, name) || !EXACT.test(version)) continue;
    lock.packages[`node_modules/${name}`] = stub(name, version);
    added.push(`${name}@${version}`);
  }
}
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)),
);
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length ? `added ${added.join(', ')}` : 'nothing was missing');

/** Whether the package stands in the lock where Node would find it from `place`. */
function isLocked(place, name) {
  for (
    let folder = place;
    ;
    folder = folder.includes('/node_modules/')
      ? folder.slice(0, folder.lastIndexOf('/node_modules/'))
      : ''
  ) {
    if (lock.packages[`${folder ? `${folder}/` : ''}node_modules/${name}`]) return true;
    if (!folder) return false;
  }
}

function stub(name, version) {
  const system = SYSTEMS.exec(name)?.[1];
  const processor = PROCESSORS.exec(name)?.[1];
  return {
    version,
    optional: true,
    ...(system ? { os: [system === 'windows' ? 'win32' : system] } : {}),
    ...(processor ? { cpu: [processor] } : {}),
  };
}
