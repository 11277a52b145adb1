// Asks this page's own server.

/**
 * @param {string} what - "exchanges", "place", "timeline" or "exchange"
 * @param {Record<string, string | number>} facts
 * @param {AbortSignal} [signal]
 * @returns {Promise<any>} the answer; rejects with the server's words
 */
export async function ask(what, facts, signal) {
  const said = new URLSearchParams(Object.entries(facts).map(([k, v]) => [k, String(v)]));
  let answer;
  try {
    answer = await fetch(`/api/${what}?${said}`, { signal });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Error("No answer: has `crosswind view` ended?");
  }
  const told = await answer.json();
  if (!answer.ok) throw new Error(told.error);
  return told;
}
