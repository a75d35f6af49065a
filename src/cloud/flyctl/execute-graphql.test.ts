import { expect, test } from 'vitest';
import { executeGraphql, GraphqlFieldError } from './execute-graphql.ts';
import type { FieldArguments } from './execute-graphql.ts';

const ROOT = {
  echo: (args: FieldArguments) => ({ args }),
  many: [{ n: 1 }, { n: 2 }],
  none: null,
  failing: () => {
    throw new GraphqlFieldError('not here', 'NOT_FOUND');
  },
};

test('Arguments are literals, variables, defaults, lists and objects', async () => {
  const query =
    'query Q($a: String!, $b: [Int!]! = [1, 2], $c: Mode) { echo(a: $a, b: $b, c: $c, d: {e: [ON, -1.5], f: "x\\"y"}, g: null, h: true) { args } }';
  expect(await executeGraphql(ROOT, { query, variables: { a: 'given' } })).toEqual({
    data: {
      echo: {
        args: { a: 'given', b: [1, 2], c: undefined, d: { e: ['ON', -1.5], f: 'x"y' }, g: null, h: true },
      },
    },
  });
});

test('Aliases, fragments, lists and null are as the specification has them', async () => {
  const query = `
    # two ways to ask
    query { first: many { ...One }, many { ... on Thing { twice: n n } } none { n } }
    fragment One on Thing { n }
  `;
  expect(await executeGraphql(ROOT, { query })).toEqual({
    data: {
      first: [{ n: 1 }, { n: 2 }],
      many: [
        { twice: 1, n: 1 },
        { twice: 2, n: 2 },
      ],
      none: null,
    },
  });
});

test('Of several operations the one that is named is answered', async () => {
  const query = 'query A { many { n } } query B { none { n } }';
  expect(await executeGraphql(ROOT, { query, operationName: 'B' })).toEqual({ data: { none: null } });
  expect(await executeGraphql(ROOT, { query, operationName: 'C' })).toEqual({
    errors: [{ message: 'no such operation' }],
  });
});

test('A field that fails is null beside the others, and said by its path', async () => {
  const { data, errors } = await executeGraphql(ROOT, { query: '{ a: failing none { n } }' });
  expect(data).toEqual({ a: null, none: null });
  expect(errors).toEqual([{ message: 'not here', path: ['a'], extensions: { code: 'NOT_FOUND' } }]);
});
