/** The probability, 0..1, of log-odds. */
export function sigmoid(logOdds: number): number {
  return 1 / (1 + Math.exp(-logOdds));
}

/**
 * The log-odds of a probability.
 *
 * @param margin the probability counts as no closer to 0 or 1 than this, so that one sure mistake can be outvoted; the default keeps
 *   the log-odds within about ±9
 */
export function logOdds(probability: number, margin = 1e-4): number {
  const p = Math.min(1 - margin, Math.max(margin, probability));
  return Math.log(p / (1 - p));
}
