import { serve } from '@hono/node-server';
import { createFlyService } from '../../src/cloud/fly/fly-service.ts';
import { systemClock } from '../../src/util/clock.ts';
import { DirectoryImages } from './cloud-fly-images.ts';
import { TEST_TOKEN } from './cloud-fly-rig.ts';

// A daemon that a test may kill: the service alone, over a socket. Prints its port.
const [, , stateDir = '', imagesDir = ''] = process.argv;
const service = await createFlyService({
  stateDir,
  clock: systemClock,
  images: new DirectoryImages(imagesDir),
  token: TEST_TOKEN,
  privateAddress: () => null,
  rateLimits: false,
});
serve({ fetch: service.routes.fetch, port: 0, hostname: '127.0.0.1' }, (info) =>
  console.log(String(info.port)),
);
