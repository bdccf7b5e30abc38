export { type Finding, judge } from './domain/oracle.ts';
export { type FaultCase, planCases } from './domain/schedule.ts';
