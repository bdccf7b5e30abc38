interface Weighted {
  readonly priority: number;
  readonly weight: number;
}

/**
 * Draws the order in which to try candidates: lower priorities first; within one, each next candidate at random in
 * proportion to its weight among those left. Weights of zero come last, as they stand.
 * @param candidates ascending by priority, as plans have them
 * @param random answers numbers from 0 up to but not 1
 */
export function drawOrder(candidates: readonly Weighted[], random: () => number): number[] {
  const order: number[] = [];
  let start = 0;
  while (start < candidates.length) {
    const priority = candidates[start]?.priority;
    let end = start + 1;
    while (end < candidates.length && candidates[end]?.priority === priority) end++;
    drawGroup(candidates, start, end, random, order);
    start = end;
  }
  return order;
}

function drawGroup(
  candidates: readonly Weighted[],
  start: number,
  end: number,
  random: () => number,
  order: number[],
): void {
  const left: number[] = [];
  let total = 0;
  for (let i = start; i < end; i++) {
    left.push(i);
    total += candidates[i]?.weight ?? 0;
  }
  while (left.length > 1 && total > 0) {
    let point = random() * total;
    let chosen = -1;
    for (let i = 0; i < left.length; i++) {
      const weight = candidates[left[i] ?? 0]?.weight ?? 0;
      if (weight <= 0) continue;
      chosen = i;
      point -= weight;
      if (point < 0) break;
    }
    if (chosen < 0) break;
    const [index = 0] = left.splice(chosen, 1);
    order.push(index);
    total -= candidates[index]?.weight ?? 0;
  }
  order.push(...left);
}
