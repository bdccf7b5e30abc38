import { SetMetadata } from '@nestjs/common';

export const OPEN_TO_ALL = 'tollgate.open-to-all';

/** The endpoint needs no token. Everything else does. */
export const OpenToAll = () => SetMetadata(OPEN_TO_ALL, true);
