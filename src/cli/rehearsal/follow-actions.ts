import type { CloudInfo } from '../../cloud/control/cloud-info.ts';
import { ToolError } from '../../diagnostics/tool-error.ts';
import type { Fetch } from '../../util/fetch.ts';
import { readNews, type ActionsNews } from './actions-news.ts';

/** News of the Actions of the local GitHub, from now on. */
export interface ActionsFeed {
  /** Each as it happens, until the signal of the feed aborts. */
  readonly news: AsyncIterable<ActionsNews>;
}

/** Begins to listen; once this resolves, nothing that happens is missed. Throws CLOUD_NOT_RUNNING. */
export async function followActions(
  cloud: CloudInfo,
  fetch: Fetch,
  signal: AbortSignal,
): Promise<ActionsFeed> {
  const url = `http://127.0.0.1:${cloud.apiPort}/_glidepath/github/actions/events`;
  const headers = { authorization: `Bearer ${cloud.token}` };
  const response = await fetch(url, { headers, signal });
  if (!response.ok || response.body === null) {
    throw new ToolError('CLOUD_NOT_RUNNING', 'The local cloud does not tell what its GitHub Actions do.', {
      hint: 'It may be of another version: glidepath cloud down && glidepath cloud up',
    });
  }
  // Taken at once: Node cancels a body that nobody reads when it forgets its response.
  return { news: newsIn(response.body.pipeThrough(new TextDecoderStream()), signal) };
}

async function* newsIn(
  body: ReadableStream<string>,
  signal: AbortSignal,
): AsyncGenerator<ActionsNews, void, undefined> {
  let rest = '';
  try {
    for await (const text of body) {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) {
        const news = line.trim() === '' ? null : readNews(line);
        if (news !== null) yield news;
      }
    }
  } catch (error) {
    // Whoever ends the listening wants no error of it; a cloud that went away is one.
    if (!signal.aborted) throw wentAway(error);
    return;
  }
  if (!signal.aborted) throw wentAway(null);
}

function wentAway(cause: unknown): ToolError {
  return new ToolError('CLOUD_NOT_RUNNING', 'The local cloud ended while something was rehearsed on it.', {
    hint: 'Start it again, and what waited goes on: glidepath cloud up',
    ...(cause === null ? {} : { cause }),
  });
}
