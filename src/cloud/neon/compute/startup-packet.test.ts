import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFirstPacket, readNeonOptions, writeStartup } from './startup-packet.ts';

const word = fc.stringMatching(/^[a-z_]{1,12}$/);

test('a startup packet is read as it was written, in whatever pieces it comes', () => {
  const parameters = fc.array(fc.tuple(word, fc.stringMatching(/^[ -~]{0,20}$/)), {
    minLength: 1,
    maxLength: 8,
  });
  fc.assert(
    fc.property(parameters, fc.nat(), (pairs, at) => {
      const written = new Map(pairs);
      const bytes = Buffer.concat([writeStartup(196_608, written), Buffer.from('more')]);
      const cut = at % (bytes.length - 4);
      expect(readFirstPacket(bytes.subarray(0, cut))).toBeNull();
      const read = readFirstPacket(bytes);
      expect(read?.packet).toEqual({ kind: 'startup', version: 196_608, parameters: written });
      expect(read?.rest.toString()).toBe('more');
    }),
  );
});

test('what is no startup packet is refused', () => {
  expect(() => readFirstPacket(Buffer.from('GET / HTTP/1.1'))).toThrow(/not the Postgres protocol/);
  expect(() => readFirstPacket(Buffer.alloc(8))).toThrow(/not the Postgres protocol/);
});

test.each([
  [undefined, { rest: null, past: null }],
  ['endpoint=ep-cool-lake-1', { rest: null, past: null }],
  ['project=p -c a=1  -c b=2', { rest: '-c a=1 -c b=2', past: null }],
  ['neon_lsn:0/1', { rest: null, past: 'neon_lsn:0/1' }],
  ['-c x=a\\ b endpoint=e', { rest: '-c x=a\\ b', past: null }],
])('of the options %j Postgres gets what is its', (options, expected) => {
  expect(readNeonOptions(options)).toEqual(expected);
});
