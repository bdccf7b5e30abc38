import { WINDOWS } from '@tollgate/contracts';

export const QUOTA_KINDS = WINDOWS;

/** Zones with each kind of oddity: half hours, jumps at midnight, jumps by half an hour, south and north. */
export const ZONES = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Pacific/Auckland',
  'Asia/Kolkata',
  'Asia/Kathmandu',
  'Australia/Lord_Howe',
  'America/Santiago',
  'Africa/Cairo',
  'Pacific/Apia',
  'America/St_Johns',
  'Asia/Beirut',
] as const;
