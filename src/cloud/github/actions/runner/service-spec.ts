import { evaluateText } from '../expressions/evaluate.ts';
import { ActionFailure } from '../known-actions/known-action.ts';
import { refusal } from '../known-actions/refusal-of.ts';
import type { Scope } from '../model/run-context.ts';
import type { ServiceSpec } from '../model/workflow.ts';
import { isPostgresImage } from '../read/read-services.ts';

/** A service as its job asks for it, evaluated. */
export interface WantedService {
  readonly name: string;
  readonly image: string;
  readonly user: string;
  readonly database: string;
  /** Empty with `trust`, where nobody is asked for one. */
  readonly password: string;
  readonly trust: boolean;
  /** For each `ports`: the port of this machine; null for any that is free. */
  readonly ports: readonly (number | null)[];
}

/** Inside of the container, as its image has it. */
export const POSTGRES_PORT = 5432;
const ENV = ['POSTGRES_USER', 'POSTGRES_PASSWORD', 'POSTGRES_DB', 'POSTGRES_HOST_AUTH_METHOD'];
/** Options of `docker create` that change nothing of what a job sees: a server that is there is healthy. */
const OPTIONS =
  /^--(?:health-(?:cmd|interval|timeout|retries|start-period|start-interval)|shm-size|memory|cpus)$/u;

/**
 * What a service is to be; null for one whose image is empty, which GitHub does not start. Throws an
 * {@link ActionFailure} for what is not carried out. hub.docker.com/_/postgres: what the variables do.
 */
export function wantedService(spec: ServiceSpec, scope: Scope): WantedService | null {
  const { name } = spec;
  const image = evaluateText(spec.image, 'job-strategy', scope).trim();
  if (image === '') return null;
  if (!isPostgresImage(image))
    throw refused(`the service ${name} of the image ${image}`, 'Only postgres is; start others in a step.');
  const env = Object.fromEntries(
    Object.entries(spec.env).map(([key, source]) => [key, evaluateText(source, 'service-env', scope)]),
  );
  const unknown = Object.keys(env).find((key) => !ENV.includes(key));
  if (unknown !== undefined)
    throw refused(`${unknown} of the service ${name}`, `Take it out; known are ${ENV.join(', ')}.`);
  checkOptions(name, spec.options === undefined ? '' : evaluateText(spec.options, 'job-strategy', scope));
  const user = env['POSTGRES_USER'] || 'postgres';
  const trust = env['POSTGRES_HOST_AUTH_METHOD'] === 'trust';
  const password = env['POSTGRES_PASSWORD'] ?? '';
  if (password === '' && !trust)
    throw new ActionFailure(
      `The service ${name} ends at once: Database is uninitialized and superuser password is not specified. You must specify POSTGRES_PASSWORD to a non-empty value for the superuser.`,
    );
  const method = env['POSTGRES_HOST_AUTH_METHOD'] ?? '';
  if (!['', 'trust', 'scram-sha-256'].includes(method))
    throw refused(
      `POSTGRES_HOST_AUTH_METHOD: ${method} of the service ${name}`,
      'Use scram-sha-256 or trust.',
    );
  const ports = spec.ports.map((port) => hostPortOf(name, port));
  return { name, image, user, database: env['POSTGRES_DB'] || user, password, trust, ports };
}

function hostPortOf(name: string, written: string): number | null {
  const [, host, inside, protocol = 'tcp'] = /^(?:(\d+):)?(\d+)(?:\/(\w+))?$/u.exec(written) ?? [];
  if (Number(inside) !== POSTGRES_PORT || protocol !== 'tcp')
    throw refused(`the port ${written} of the service ${name}`, `Postgres listens on ${POSTGRES_PORT}/tcp.`);
  return host === undefined ? null : Number(host);
}

function checkOptions(name: string, options: string): void {
  const words = options.match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/gu) ?? [];
  for (const word of words.filter((one) => one.startsWith('-'))) {
    const [option = ''] = word.split('=');
    if (!OPTIONS.test(option))
      throw refused(`the option ${option} of the service ${name}`, 'Take it out; health options are known.');
  }
}

function refused(what: string, hint: string): ActionFailure {
  return new ActionFailure(refusal(`the local GitHub does not carry out ${what}`, hint));
}
