import { Hono } from 'hono';
import type { Context } from 'hono';
import { streamText } from 'hono/streaming';
import { z } from 'zod';
import type { Actions } from '../github/actions/create-actions.ts';
import type { NumberedNews } from '../github/actions/scheduler/actions-news.ts';
import { changeSettings, settingsOf } from '../github/actions/scheduler/settings.ts';
import { fullNameOf } from '../github/github-state.ts';

/** More jobs at once than this help no machine. */
const PARALLEL_MAX = 64;

const settings = z.strictObject({
  parallelJobs: z.int().min(1).max(PARALLEL_MAX).optional(),
  withoutTool: z.array(z.string().min(1)).optional(),
  variables: z.record(z.string().regex(/^[A-Za-z_]\w*$/u, 'the name of a variable'), z.string()).optional(),
});
const firing = z.strictObject({
  repository: z.string(),
  /** `.github/workflows/nightly.yml`, or its file name; left out: every one with a schedule. */
  workflow: z.string().optional(),
});

/**
 * What of Actions is the cloud's to say, below `/github/actions`: how many jobs run at once, which tools need not be
 * there, a schedule fired now, and everything that happens as lines of JSON.
 */
export function actionsControlRoutes(actions: Actions): Hono {
  const { store } = actions.context;
  const routes = new Hono().basePath('/github/actions');
  routes.get('/settings', (c) => c.json(settingsView(actions)));
  routes.put('/settings', async (c) => {
    const parsed = settings.safeParse(await c.req.json().catch(() => null));
    if (!parsed.success)
      return c.json({ error: `these are no settings of Actions: ${z.prettifyError(parsed.error)}` }, 400);
    const { parallelJobs, withoutTool, variables } = parsed.data;
    changeSettings(store, {
      ...(parallelJobs === undefined ? {} : { parallelJobs }),
      ...(withoutTool === undefined ? {} : { withoutTool }),
      ...(variables === undefined ? {} : { variables }),
    });
    actions.wake();
    return c.json(settingsView(actions));
  });
  routes.post('/schedule', (c) => fire(c, actions));
  routes.get('/events', (c) => follow(c, actions));
  return routes;
}

function settingsView({ context }: Actions): object {
  const { parallelJobs, withoutTool, variables } = settingsOf(context.store);
  return { parallelJobs, withoutTool, variables };
}

async function fire(c: Context, actions: Actions): Promise<Response> {
  const parsed = firing.safeParse(await c.req.json().catch(() => null));
  if (!parsed.success) return c.json({ error: z.prettifyError(parsed.error) }, 400);
  const { repository, workflow } = parsed.data;
  const lines = (await actions.ticks.lines()).filter(
    (line) =>
      fullNameOf(line.repository).toLowerCase() === repository.toLowerCase() &&
      (workflow === undefined || line.path === workflow || line.path.endsWith(`/${workflow}`)),
  );
  if (lines.length === 0)
    return c.json({ error: `${repository} has no such schedule on its default branch` }, 404);
  const runs: number[] = [];
  for (const line of lines) runs.push(...(await actions.ticks.fire(line)).map(({ id }) => id));
  return c.json({ runs });
}

/** `?after=N`: from that number on (0: all that is remembered); left out: only what comes. The first line says where it is. */
function follow(c: Context, actions: Actions): Response {
  const { news } = actions.context;
  const asked = c.req.query('after');
  const after = asked === undefined ? news.newest : Number(asked);
  if (!Number.isInteger(after) || after < 0) return c.json({ error: 'after is a number' }, 400);
  c.header('content-type', 'application/x-ndjson');
  return streamText(c, async (stream) => {
    const waiting: (NumberedNews | { readonly kind: 'here'; readonly seq: number })[] = [
      { kind: 'here', seq: after },
    ];
    let wake: () => void = () => undefined;
    const stop = news.watch(after, (item) => {
      waiting.push(item);
      wake();
    });
    stream.onAbort(() => {
      stop();
      wake();
    });
    while (!stream.aborted && !stream.closed) {
      const lines = waiting.splice(0);
      if (lines.length > 0) await stream.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  });
}
