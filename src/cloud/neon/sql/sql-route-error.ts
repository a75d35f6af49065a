/** A refusal of SQL over HTTP: what Postgres said, field by field, or one message. */
export class SqlRouteError extends Error {
  override readonly name: string = 'SqlRouteError';
  readonly status: 400 | 404;
  readonly body: Readonly<Record<string, unknown>>;

  constructor(message: string, status: 400 | 404 = 400, fields: Readonly<Record<string, unknown>> = {}) {
    super(message);
    this.status = status;
    this.body = { message, ...fields };
  }
}
