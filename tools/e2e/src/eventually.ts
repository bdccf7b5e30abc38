/** Asks again and again until the answer satisfies, and fails with the last answer when it does not in time. */
export async function eventually<T>(
  what: string,
  ask: () => Promise<T> | T,
  isRight: (answer: T) => boolean,
  withinMs = 20_000,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    let answer: T | undefined;
    let problem: unknown;
    try {
      answer = await ask();
      if (isRight(answer)) return answer;
    } catch (error) {
      problem = error;
    }
    if (Date.now() > end) {
      const last = problem instanceof Error ? problem.message : JSON.stringify(answer);
      throw new Error(`not within ${withinMs} ms: ${what}; last: ${last}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
