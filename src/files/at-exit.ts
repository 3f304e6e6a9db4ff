const actions = new Set<() => void>();

/** Runs `action` (synchronous) when this process exits, unless the returned function is called before. */
export function runAtExit(action: () => void): () => void {
  if (actions.size === 0) process.once('exit', runAll);
  actions.add(action);
  return () => {
    actions.delete(action);
    if (actions.size === 0) process.off('exit', runAll);
  };
}

function runAll(): void {
  for (const action of actions) action();
}
