#!/usr/bin/env node
// Plain JavaScript on purpose: it must run on an old Node well enough to say that it is too old.

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(
    `glidepath needs Node 22.18 or newer; this is ${process.version}.\n  → Install a newer one: https://nodejs.org, or nvm install 24\n`,
  );
  process.exit(2);
}
const argument = process.argv[2];
if (process.argv.length === 3 && (argument === '--version' || argument === '-V')) {
  // Answered here, so that asking for the version loads nothing: an import of node:fs alone would make every part of it.
  const { readFileSync } = process.getBuiltinModule('node:fs');
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  process.stdout.write(`${version}\n`);
} else {
  const { createRequire, enableCompileCache } = process.getBuiltinModule('node:module');
  enableCompileCache();
  // Where nothing has changed since the last run of the checks, what says so is loaded and nothing else: in one file, as
  // CommonJS, which is there at once.
  const require = createRequire(import.meta.url);
  const isSaid =
    argument === 'ci' &&
    (await require('../dist/cli/quick-ci.cjs').quickCi(() => require('../dist/cli/quick-restore.cjs')));
  if (!isSaid) await (await import('../dist/cli/main.js')).main();
}
