import type { RunContext } from '../model/run-context.ts';
import type { RunState } from '../model/run-state.ts';
import type { JsonObject } from '../model/source.ts';

/** The addresses that the context `github` says. `baseUrl`: `http://127.0.0.1:1234`. */
export function addressesOf(baseUrl: string): Pick<RunContext, 'serverUrl' | 'apiUrl' | 'graphqlUrl'> {
  return { serverUrl: baseUrl, apiUrl: `${baseUrl}/api/v3`, graphqlUrl: `${baseUrl}/api/graphql` };
}

/**
 * A stored run with the address that the local GitHub has now, in its context and in its event. A cloud that is started
 * again may be given another port, and what waited then, or is run again, would ask at the old one. Pure.
 */
export function atAddress(state: RunState, baseUrl: string): RunState {
  const { context } = state;
  const { event, serverUrl } = context;
  if (serverUrl === baseUrl) return state;
  const text = JSON.stringify(event.payload);
  // The port may begin another one: 428 and 4280.
  const payload = text.replaceAll(`${serverUrl}/`, `${baseUrl}/`).replaceAll(`${serverUrl}"`, `${baseUrl}"`);
  return {
    ...state,
    context: {
      ...context,
      ...addressesOf(baseUrl),
      event: { ...event, payload: JSON.parse(payload) as JsonObject },
    },
  };
}
