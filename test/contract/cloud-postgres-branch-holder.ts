import { createPostgresService } from '../../src/cloud/postgres/create-postgres-service.ts';
import { systemClock } from '../../src/util/clock.ts';

// A process that owns a Postgres service with a cluster `main`, for tests to kill while it makes something of that cluster.
const [, , stateDir = '', what = '', at = ''] = process.argv;
const service = await createPostgresService({ stateDir, clock: systemClock, idleMs: null });
await service.start('main');
console.log('begins');
if (what === 'branch') await service.branch({ id: 'copy', from: 'main' });
if (what === 'schema') await service.branch({ id: 'copy', from: 'main', schemaOnly: true });
if (what === 'past') await service.branch({ id: 'copy', from: 'main', at: Number(at) });
if (what === 'replace') await service.replace('main', { from: 'main', at: Number(at), preserveAs: 'old' });
if (what === 'reset') await service.replace('main', { from: 'main', at: Number(at), preserveAs: null });
if (what === 'suspend') await service.suspend('main');
console.log('done');
