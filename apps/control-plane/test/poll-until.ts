import { setTimeout as delay } from 'node:timers/promises';

/** Asks again and again until the answer is yes, or fails after the deadline. */
export async function pollUntil(
  what: string,
  holds: () => Promise<boolean> | boolean,
  deadlineMs = 10_000,
): Promise<void> {
  const end = Date.now() + deadlineMs;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${deadlineMs} ms in vain until ${what}`);
    await delay(20);
  }
}
