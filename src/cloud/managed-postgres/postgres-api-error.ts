/** A refusal with the one shape of error this API has (OpenAPI, `PostgresErrorResponse`). */
export class PostgresApiError extends Error {
  override readonly name: string = 'PostgresApiError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }

  toResponse(): Response {
    return Response.json({ error: this.message }, { status: this.status });
  }
}
