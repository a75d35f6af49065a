import type { ServiceSpec } from '../model/workflow.ts';
import { sourceMap, template } from './read-values.ts';
import type { At } from './reading.ts';
import { invalid, unsupported } from './reading.ts';
import type { Entry } from './yaml-walk.ts';
import { entriesOf, itemsOf, knownEntries, shapeOf, textAt } from './yaml-walk.ts';

const KEYS = ['image', 'options', 'env', 'ports', 'volumes', 'credentials', 'entrypoint', 'command'];
/** What stands for no change of what the service is. */
const CARRIED_OUT = ['image', 'options', 'env', 'ports'];
/** With a tag or a digest; images that are made from it bring what is not here. */
const POSTGRES = /^(?:docker\.io\/)?(?:library\/)?postgres(?:[:@].*)?$/;

/** Reads `services`. There are no containers here, but Postgres is. */
export function readServices(at: At | undefined): readonly ServiceSpec[] {
  if (at === undefined) return [];
  return (entriesOf(at) ?? []).flatMap((entry) => readService(entry) ?? []);
}

function readService({ key: name, at }: Entry): ServiceSpec | undefined {
  const place = { line: at.line, column: at.column };
  if (shapeOf(at) !== 'mapping') {
    const image = template(at, 'job-strategy');
    if (image !== undefined) checkImage(at, image.value);
    return image === undefined ? undefined : { ...place, name, image, env: {}, ports: [] };
  }
  const entries = knownEntries(at, KEYS, ['image']);
  for (const [key, { keyAt }] of entries ?? []) {
    if (KEYS.includes(key) && !CARRIED_OUT.includes(key)) {
      unsupported(
        keyAt,
        `${key} of a service is not carried out`,
        'Take it out, or use a step that starts it.',
      );
    }
  }
  const imageAt = entries?.get('image')?.at;
  const image = template(imageAt, 'job-strategy');
  if (imageAt === undefined || image === undefined) return undefined;
  checkImage(imageAt, image.value);
  const options = template(entries?.get('options')?.at, 'job-strategy');
  return {
    ...place,
    name,
    image,
    env: sourceMap(entries?.get('env')?.at, 'service-env'),
    ports: readPorts(entries?.get('ports')?.at),
    ...(options === undefined ? {} : { options }),
  };
}

function readPorts(at: At | undefined): readonly string[] {
  if (at === undefined) return [];
  return (itemsOf(at) ?? []).flatMap((item) => {
    const port = textAt(item);
    if (port !== undefined && !/^(?:\d+:)?\d+(?:\/(?:tcp|udp))?$/.test(port)) {
      invalid(item, `Unexpected value '${port}'`);
    }
    return port ?? [];
  });
}

/** Whether an image is that of Postgres itself. */
export function isPostgresImage(image: string): boolean {
  return POSTGRES.test(image);
}

/** An expression is looked at when the job begins. */
function checkImage(at: At, image: string): void {
  if (isPostgresImage(image) || image.trimStart().startsWith('${{')) return;
  unsupported(
    at,
    `The service ${image} is not carried out: there are no containers here, only Postgres`,
    'Use the image postgres, or start what is needed in a step.',
  );
}
