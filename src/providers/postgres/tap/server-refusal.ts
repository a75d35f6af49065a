/** The server let nobody in, or something that is no Postgres answered. Holds no password. */
export class ServerRefusal extends Error {
  override readonly name: string = 'ServerRefusal';
  /** SQLSTATE, named as node-postgres names it. */
  readonly code: string;
  readonly severity = 'FATAL';

  constructor(sqlState: string, text: string) {
    super(text);
    this.code = sqlState;
  }

  /** From the fields of an ErrorResponse. */
  static of(fields: ReadonlyMap<string, string>): ServerRefusal {
    return new ServerRefusal(
      fields.get('C') ?? '08006',
      fields.get('M') ?? 'the server refused the connection',
    );
  }
}
