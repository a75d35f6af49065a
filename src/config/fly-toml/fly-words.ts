/** What `auto_stop_machines` says for what the config says. */
export const FLY_AUTOSTOP: {
  readonly never: 'off';
  readonly 'when-idle': 'stop';
  readonly suspend: 'suspend';
} = { never: 'off', 'when-idle': 'stop', suspend: 'suspend' };

/**
 * How machines are started again after they ended, as `[[restart]]` says it: one that may sleep may also end by itself
 * when it is idle, and only its crash is to be restarted.
 */
export const FLY_RESTARTS: {
  readonly awake: { readonly policy: 'always' };
  readonly sleeping: { readonly policy: 'on-failure'; readonly retries: number };
} = {
  awake: { policy: 'always' },
  sleeping: { policy: 'on-failure', retries: 10 },
};
