import { z } from 'zod';
import { STACK_NAMES, type StackDefinition } from '../definition/stack-definition.ts';
import { checkRecord } from './check-schema.ts';
import { closestName } from '../did-you-mean.ts';
import { httpPath, port, text } from './scalars.ts';
import { objectOf } from './object-of.ts';
import { rule } from './problem.ts';

const stackObject = objectOf<StackDefinition>({
  name: z.enum(STACK_NAMES),
  build: z.array(text),
  include: rule(z.array(text), (paths) =>
    paths.length === 0
      ? { says: 'is empty, so the image would be too', hint: "Name what goes in, or ['.'] for everything." }
      : null,
  ),
  port: port.nullable(),
  healthPath: httpPath.nullable(),
  checks: checkRecord,
});

/** A stack: what `node()`, `nextjs()`, `phoenix()` and `generic()` make, and never their names. */
export const stackSchema: z.ZodType = z.union([
  rule(z.string(), (name) => ({
    code: 'CONFIG_WRONG_TYPE',
    says: `is the text ${JSON.stringify(name)} and not a stack`,
    hint: stackHint(name),
  })),
  stackObject,
]);

function stackHint(name: string): string {
  const near = closestName(name, STACK_NAMES);
  const all = `Stacks are ${STACK_NAMES.map((one) => `${one}()`).join(', ')}.`;
  return near === null ? all : `Did you mean ${near}()? ${all}`;
}
