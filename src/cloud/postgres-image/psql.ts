// `psql` as `exec` finds it in a machine whose Postgres the local cloud runs itself: no terminal, and no more of psql than
// scripts use. A command that it does not know ends it with a message.
import { runPsql } from './run-psql.ts';

process.exitCode = await runPsql(process.argv.slice(2), process.env, {
  stdin: process.stdin,
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
});
