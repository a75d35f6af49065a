// Runs every benchmark beside it, one after the other, each in a process of its own: what one loads or leaves in memory
// must not count for the next. `npm run bench -- cli engine` runs only those.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';

const here = import.meta.dirname;
const wanted = process.argv.slice(2);
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && file !== basename(import.meta.filename))
  .map((file) => basename(file, '.ts'));

for (const name of wanted) {
  if (!names.includes(name)) {
    console.error(`there is no benchmark ${name}; there are ${names.join(', ')}`);
    process.exit(2);
  }
}

let failed = 0;
for (const name of names.filter((candidate) => wanted.length === 0 || wanted.includes(candidate))) {
  console.log(`\n${name}`);
  const call = `const { run } = await import(${JSON.stringify(join(here, `${name}.ts`))}); await run();`;
  const { status } = spawnSync(process.execPath, ['--input-type=module', '--eval', call], {
    stdio: 'inherit',
  });
  if (status !== 0) {
    failed += 1;
    console.log(`  ${name} failed (exit code ${status})`);
  }
}
process.exitCode = failed === 0 ? 0 : 1;
