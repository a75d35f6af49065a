import { Client } from 'pg';
import { applyMigrations, readMigrations } from './migrations.ts';
import { requiredSetting } from './settings.ts';

const say = (line: string): void => console.log(line);

try {
  const files = await readMigrations(new URL('../migrations/', import.meta.url));
  const client = new Client({ connectionString: requiredSetting('DATABASE_URL') });
  await client.connect();
  try {
    const applied = await applyMigrations(client, files, say);
    say(applied.length === 0 ? `nothing to do: ${files.length} migrations are applied` : 'done');
  } finally {
    await client.end();
  }
} catch (error) {
  console.error(`migration failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
