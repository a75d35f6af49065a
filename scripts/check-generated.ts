// Whether the generated files of this repository and of the examples are what their configs say now. Asks the built
// command, as anybody would: dist/ must be there.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const examples = readdirSync(`${root}examples`).map((name) => `examples/${name}`);
for (const project of ['.', ...examples]) {
  const args = [`${root}bin/glidepath.js`, 'generate', '--check'];
  const { status } = spawnSync(process.execPath, args, { cwd: `${root}${project}`, stdio: 'inherit' });
  if (status === 0) continue;
  process.stderr.write(`${project} is out of date: (cd ${project} && npx glidepath generate)\n`);
  process.exitCode = 1;
}
