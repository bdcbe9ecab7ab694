import { ZxcvbnFactory } from "@zxcvbn-ts/core";
import { adjacencyGraphs, dictionary } from "@zxcvbn-ts/language-common";

/** The time of an estimate grows with the length. Nobody guesses a password of this length. */
const MAX_LENGTH = 64;

const estimator = new ZxcvbnFactory({ dictionary, graphs: adjacencyGraphs, maxLength: MAX_LENGTH });

/**
 * Estimate how hard a password is to guess: 0 to 4. `words` are easy guesses, such as the address. This module is
 * large: import it dynamically.
 */
export function estimateStrength(password: string, words: string[]): 0 | 1 | 2 | 3 | 4 {
  return estimator.check(password.normalize("NFKC").slice(0, MAX_LENGTH), words).score;
}
