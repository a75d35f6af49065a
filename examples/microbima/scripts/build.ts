// Bundles each entry of src into one file of dist that runs by itself: an image holds that file and nothing else.
import { rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const ENTRIES = ['internal-api', 'public-api', 'web-admin', 'migrate'];

rmSync(`${root}dist`, { recursive: true, force: true });
await Promise.all(
  ENTRIES.map((entry) =>
    build({
      input: `${root}src/${entry}.ts`,
      cwd: root,
      platform: 'node',
      // Packages may be linked from elsewhere: the bundle names them as they are called here, the same on every machine.
      resolve: { symlinks: false },
      // pg asks for its native binding only when it is told to use it.
      external: ['pg-native'],
      output: { file: `${root}dist/${entry}.js`, format: 'esm', codeSplitting: false },
    }),
  ),
);
console.log(`built ${ENTRIES.map((entry) => `dist/${entry}.js`).join(', ')}`);
