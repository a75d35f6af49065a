import { expect, test } from 'vitest';
import type { Fetch } from '../../util/fetch.ts';
import { etagFetch } from './etag-fetch.ts';

/** A server with one document, which answers 304 to whoever has it. */
function server(): { fetch: Fetch; answers: number[]; change: (text: string) => void } {
  let text = 'one';
  const answers: number[] = [];
  return {
    answers,
    change: (next) => void (text = next),
    fetch: async (_url, init) => {
      const etag = `"${text}"`;
      const status = new Headers(init?.headers).get('if-none-match') === etag ? 304 : 200;
      answers.push(status);
      return new Response(status === 304 ? null : text, { status, headers: { etag, link: '<next>' } });
    },
  };
}

test('what did not change is answered from what is kept, headers and all', async () => {
  const { fetch, answers, change } = server();
  const asking = etagFetch(fetch);
  for (let count = 0; count < 3; count++) {
    const response = await asking('http://host/a');
    expect([response.status, await response.text(), response.headers.get('link')]).toEqual([
      200,
      'one',
      '<next>',
    ]);
  }
  change('two');
  expect(await (await asking('http://host/a')).text()).toBe('two');
  expect(answers).toEqual([200, 304, 304, 200]);
});

test('changes pass through, and another address is another answer', async () => {
  const { fetch, answers } = server();
  const asking = etagFetch(fetch);
  await asking('http://host/a');
  await asking('http://host/a', { method: 'POST' });
  await asking('http://host/b');
  expect(answers).toEqual([200, 200, 200]);
});

test('only so many answers are kept: the oldest is asked for anew', async () => {
  const { fetch, answers } = server();
  const asking = etagFetch(fetch);
  for (let page = 0; page <= 200; page++) await asking(`http://host/${page}`);
  answers.length = 0;
  await asking('http://host/200');
  await asking('http://host/0');
  expect(answers).toEqual([304, 200]);
});
