/** A response made anew, that still says where it came from: octokit reads the next page off the address. */
export function responseOf(
  body: string | ArrayBuffer | null,
  from: { readonly status: number; readonly headers: Headers; readonly url: string },
): Response {
  const { status, headers, url } = from;
  const response = new Response(body, { status, headers });
  return Object.defineProperty(response, 'url', { value: url });
}
