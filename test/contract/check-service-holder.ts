import { openCheckService } from '../../src/cli/checks/check-services.ts';

// A process that has a service for a check, for tests to kill: prints the URL, and what it took in milliseconds.
const began = performance.now();
const { env } = await openCheckService('postgres', new AbortController().signal);
console.log(JSON.stringify({ url: env['DATABASE_URL'], tookMs: performance.now() - began }));
setInterval(() => undefined, 1_000);
