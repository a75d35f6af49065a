import { z } from 'zod';

const status = z.string();
const step = z.looseObject({
  number: z.number(),
  name: z.string(),
  status,
  conclusion: z.string().nullable(),
});

const runNews = z.looseObject({
  kind: z.literal('run'),
  seq: z.number(),
  run: z.looseObject({
    id: z.number(),
    path: z.string(),
    workflowName: z.string(),
    title: z.string(),
    number: z.number(),
    attempt: z.number(),
    event: z.string(),
    status,
    conclusion: z.string().nullable(),
    messages: z.array(z.string()),
  }),
});
const jobNews = z.looseObject({
  kind: z.literal('job'),
  seq: z.number(),
  job: z.looseObject({
    id: z.number(),
    runId: z.number(),
    name: z.string(),
    status,
    conclusion: z.string().nullable(),
    why: z.string(),
    environment: z.string().nullable(),
  }),
});
const stepNews = z.looseObject({
  kind: z.literal('step'),
  seq: z.number(),
  runId: z.number(),
  jobId: z.number(),
  step,
});
const logNews = z.looseObject({
  kind: z.literal('log'),
  seq: z.number(),
  runId: z.number(),
  jobId: z.number(),
  step: z.number(),
  at: z.number(),
  text: z.string(),
});
const eventNews = z.looseObject({
  kind: z.literal('event'),
  seq: z.number(),
  repository: z.string(),
  event: z.string(),
  action: z.string().nullable(),
  ref: z.string().nullable(),
  sha: z.string().nullable(),
  verdicts: z.array(z.looseObject({ path: z.string(), runId: z.number().nullable(), why: z.string() })),
});

const newsSchema = z.discriminatedUnion('kind', [runNews, jobNews, stepNews, logNews, eventNews]);

/** Something that happened in the Actions of the local GitHub, as its control API tells it. */
export type ActionsNews = z.infer<typeof newsSchema>;

/** Reads one line of the stream; null for what an other version tells besides. */
export function readNews(line: string): ActionsNews | null {
  const parsed = newsSchema.safeParse(JSON.parse(line));
  return parsed.success ? parsed.data : null;
}
