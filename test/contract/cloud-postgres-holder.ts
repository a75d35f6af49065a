import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';

// A process that owns a Postgres service, for tests to kill. With `create` it makes a cluster, prints its URL and pid,
// and waits; with `round-trip` it does all a cluster can do, prints what came out, and ends.
const [, , stateDir = '', what = ''] = process.argv;
const service = await createPostgresService({ stateDir, clock: systemClock, idleMs: null });
const { pid } = await service.create({ id: 'held', database: 'main' });
if (what === 'round-trip') {
  const { Client } = await import('pg');
  const client = new Client(service.connectionUrl('held'));
  await client.connect();
  const { rows } = await client.query<{ sum: number }>('select 40 + 2 as sum');
  await client.end();
  await service.branch({ id: 'branch', from: 'held' });
  await service.replace('branch', { from: 'branch', at: Date.now(), preserveAs: 'before' });
  await service.start('branch');
  await service.destroy('before');
  await service.suspend('held');
  await service.destroy('branch');
  await service.destroy('held');
  await service.close({ stop: true });
  console.log(JSON.stringify({ uid: process.getuid?.(), sum: rows[0]?.sum, pid }));
} else {
  console.log(JSON.stringify({ url: service.connectionUrl('held'), pid }));
  // The proxy's listening socket keeps this process alive until it is killed.
}
