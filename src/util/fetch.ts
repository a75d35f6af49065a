/** The network as an argument: the standard `fetch`, narrowed to what is used. */
export type Fetch = (url: string, init?: RequestInit) => Promise<Response>;
