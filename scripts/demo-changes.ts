// The commits that the demo makes on examples/microbima, as data: a good one, one that breaks, and its correction.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** One edit of one file. `find` null: the file is new and `replace` is all of it. */
export interface DemoEdit {
  /** Relative to the project, with `/`. */
  readonly file: string;
  readonly find: string | null;
  readonly replace: string;
}

/** One commit: its edits and its message. */
export interface DemoChange {
  readonly name: 'good' | 'bad' | 'fix';
  readonly message: string;
  readonly edits: readonly DemoEdit[];
}

const HEALTHY = `    async database() {
      await database.read('select 1');
    },
`;

const NEEDS_RATES = `    async rates() {
      await fetch(requiredSetting('RATES_URL'));
    },
`;

/** In the order in which they are made; each builds on the one before. */
export const demoChanges: readonly DemoChange[] = [
  {
    name: 'good',
    message: 'Show the waiting period of each product',
    edits: [
      {
        file: 'migrations/0003_product_waiting_days.sql',
        find: null,
        replace: `alter table products add column waiting_days integer not null default 30 check (waiting_days >= 0);

update products set waiting_days = 7 where code = 'hospital-cash';
`,
      },
      {
        file: 'src/product-store.ts',
        find: '  readonly coverCents: number;\n',
        replace: `  readonly coverCents: number;
  /** Days from the first premium to the first claim. */
  readonly waitingDays: number;
`,
      },
      {
        file: 'src/product-store.ts',
        find: `cover_cents as "coverCents"'`,
        replace: `cover_cents as "coverCents", waiting_days as "waitingDays"'`,
      },
      {
        file: 'src/public-api.ts',
        find: '        coverCents: product.coverCents,\n',
        replace: '        coverCents: product.coverCents,\n        waitingDays: product.waitingDays,\n',
      },
    ],
  },
  {
    name: 'bad',
    message: 'Check the exchange rates before quoting',
    edits: [
      // Staging gets the setting and production is forgotten: there the service starts, answers, and is never healthy.
      { file: 'src/public-api.ts', find: HEALTHY, replace: HEALTHY + NEEDS_RATES },
      {
        file: 'glidepath.config.ts',
        find: `SENTRY_TRACES_SAMPLE_RATE: '0.1' },`,
        replace: `SENTRY_TRACES_SAMPLE_RATE: '0.1', RATES_URL: urlOf('internal-api') },`,
      },
    ],
  },
  {
    name: 'fix',
    message: 'Quote without exchange rates when no source is set',
    edits: [
      {
        file: 'src/public-api.ts',
        find: `      await fetch(requiredSetting('RATES_URL'));\n`,
        replace: `      const source = process.env['RATES_URL'];\n      if (source !== undefined) await fetch(source);\n`,
      },
    ],
  },
];

/** The change of that name. */
export function demoChange(name: DemoChange['name']): DemoChange {
  const found = demoChanges.find((change) => change.name === name);
  if (found === undefined) throw new Error(`there is no demo change ${name}`);
  return found;
}

/** Makes a change's edits under `root`. Throws, naming the file, when a text to replace is not there exactly once. */
export function applyDemoChange(root: string, change: DemoChange): void {
  for (const edit of change.edits) {
    const path = join(root, edit.file);
    if (edit.find === null) {
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, edit.replace, { flag: 'wx' });
      continue;
    }
    const parts = readFileSync(path, 'utf8').split(edit.find);
    if (parts.length !== 2)
      throw new Error(`${change.name}: ${edit.file} has the text ${parts.length - 1} times`);
    writeFileSync(path, parts.join(edit.replace));
  }
}
