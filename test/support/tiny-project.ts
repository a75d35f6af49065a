/** What varies of the tiny project: one small web service, two machines, staging and production. */
export interface TinyProjectOptions {
  /** Lines into the service: how it starts. */
  readonly server?: string;
  /** Properties of the app in the config. */
  readonly app?: string;
  /** Properties of production. */
  readonly production?: string;
  readonly machines?: number;
  /** Of the health check. Short where a machine is to fail it: that is waited for. */
  readonly healthWithin?: string | undefined;
}

/** What becomes healthy takes a fraction of it, also where many others are at work. */
const PATIENT = '60s';

/** A service that is healthy and says which release it is. */
export const GOOD_SERVER: string = `
import { createServer } from 'node:http';
const server = createServer((request, response) => {
  if (request.url === '/health') return void response.end('ok');
  response.end([process.env.FLY_IMAGE_REF, process.env.GLIDEPATH_RELEASE, process.env.GLIDEPATH_ENVIRONMENT].join(' '));
});
server.listen(Number(process.env.PORT), '127.0.0.1');
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;

/** The files of the tiny project. */
export function tinyProject(options: TinyProjectOptions = {}): Record<string, string> {
  return {
    'server.mjs': options.server ?? GOOD_SERVER,
    'glidepath.config.ts': tinyConfig(options),
    '.gitignore': '.glidepath\n',
  };
}

/** Its config. */
export function tinyConfig(options: TinyProjectOptions = {}): string {
  return `
import { approval, defineProject, flyApp, generic, manual, passed, push, secret } from 'glidepath';

void [approval, passed, secret];

export default defineProject({
  name: 'tiny',
  apps: {
    web: flyApp({
      stack: generic({ build: [], include: ['server.mjs'] }),
      command: ['node', 'server.mjs'],
      port: 8080,
      health: { path: '/health', interval: '1s', within: '${options.healthWithin ?? PATIENT}' },
      stop: { signal: 'SIGTERM', timeout: '5s' },
      ${options.app ?? ''}
    }),
  },
  environments: {
    staging: {
      on: [push('main'), manual()],
      fly: { org: 'tiny-staging', token: 'FLY_API_TOKEN_STAGING' },
      regions: { iad: ${options.machines ?? 2} },
      sleep: 'never',
    },
    production: {
      on: [push('production'), manual()],
      fly: { org: 'tiny-production', token: 'FLY_API_TOKEN_PRODUCTION' },
      regions: { iad: ${options.machines ?? 2} },
      sleep: 'never',
      ${options.production ?? ''}
    },
  },
});
`;
}
