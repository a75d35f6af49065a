import fc from 'fast-check';
import { expect, test } from 'vitest';
import { logFrames } from './log-frames.ts';

const frame = fc.record({
  stream: fc.constantFrom('stdout' as const, 'stderr' as const),
  text: fc.string({ maxLength: 40 }),
});

test('pieces come out as they went in, however the stream was cut', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(frame), fc.integer({ min: 1, max: 50 }), async (frames, size) => {
      const bytes = Buffer.concat(frames.map(encoded));
      const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      );
      const seen: object[] = [];
      for await (const each of logFrames(stream(chunks)))
        seen.push({ stream: each.stream, text: each.bytes.toString() });
      expect(seen).toEqual(frames);
    }),
  );
});

test('a piece that never ends is not given out', async () => {
  const whole = encoded({ stream: 'stdout', text: 'whole' });
  const seen: string[] = [];
  for await (const { bytes } of logFrames(stream([whole, whole.subarray(0, -1)]))) seen.push(String(bytes));
  expect(seen).toEqual(['whole']);
});

function encoded({ stream, text }: { stream: 'stdout' | 'stderr'; text: string }): Buffer {
  const content = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream === 'stderr' ? 2 : 1;
  header.writeUInt32BE(content.length, 4);
  return Buffer.concat([header, content]);
}

async function* stream(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}
