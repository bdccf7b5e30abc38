/** Waits that end early when the service stops. */
export class Pauses {
  private readonly open = new Map<NodeJS.Timeout, () => void>();
  private isOver = false;

  async pause(ms: number): Promise<void> {
    if (this.isOver) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => {
        this.open.delete(timer);
        resolve();
      }, ms);
      this.open.set(timer, resolve);
    });
  }

  /** Ends all waits, those to come too. */
  end(): void {
    this.isOver = true;
    for (const [timer, resolve] of this.open) {
      clearTimeout(timer);
      resolve();
    }
    this.open.clear();
  }
}
