/** Thrown into a connection when the address it was about to dial is not allowed. */
export class ForbiddenAddressError extends Error {
  constructor(address: string) {
    super(`the address ${address} is private or reserved`);
    this.name = 'ForbiddenAddressError';
  }
}
