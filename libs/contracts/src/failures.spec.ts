import { FAILURES, failure, isFailureCode } from './failures.ts';

describe('the failure table', () => {
  it.each(Object.entries(FAILURES))(
    '%s names its owner, has an HTTP status and a public sentence',
    (code, row) => {
      expect(code).toMatch(/^[a-z]+\.[a-z_]+$/);
      expect(row.publicCode).toMatch(/^[a-z_]+$/);
      expect(row.status).toBeGreaterThanOrEqual(400);
      expect(row.status).toBeLessThan(600);
      expect(row.message).toMatch(/\.$|…"\.$/);
    },
  );

  it('gives one public code one status, but for what depends on when it happened', () => {
    const statuses = new Map<string, Set<number>>();
    for (const row of Object.values(FAILURES)) {
      statuses.set(row.publicCode, (statuses.get(row.publicCode) ?? new Set()).add(row.status));
    }
    expect([...statuses].filter(([, found]) => found.size > 1)).toEqual([]);
  });

  it('says the same to everybody unless a better public message is given', () => {
    expect(failure('auth.invalid_api_key')).toEqual({
      code: 'auth.invalid_api_key',
      message: 'The API key is not valid.',
    });
    expect(
      failure('request.validation_error', { message: 'n must be positive', param: 'n' }),
    ).toMatchObject({ param: 'n' });
    expect(isFailureCode('auth.invalid_api_key')).toBe(true);
    expect(isFailureCode('toString')).toBe(false);
  });
});
