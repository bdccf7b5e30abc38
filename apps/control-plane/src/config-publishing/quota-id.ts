import { hash } from 'node:crypto';
import { ID_PREFIXES } from '@tollgate/contracts';
import type { QuotaIdOf } from '../domain/compile-quotas.ts';

/** 104 bits of SHA-256. */
const ID_CHARS = 26;

export const quotaIdOf: QuotaIdOf = (identity) =>
  `${ID_PREFIXES.quota}_${hash('sha256', identity, 'hex').slice(0, ID_CHARS)}`;
