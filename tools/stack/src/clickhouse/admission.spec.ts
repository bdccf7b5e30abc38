import { Admission } from './admission.ts';

describe('Admission', () => {
  it('lets the next in line in when a place is given back', async () => {
    const admission = new Admission(1, 2);
    const order: string[] = [];
    const first = await admission.enter();
    const second = admission.enter().then((place) => {
      order.push('second');
      place.release();
    });
    const third = admission.enter().then(() => order.push('third'));
    first.release();
    await Promise.all([second, third]);
    expect(order).toEqual(['second', 'third']);
  });

  it('refuses who comes when the line is full', async () => {
    const admission = new Admission(1, 0);
    const place = await admission.enter();
    await expect(admission.enter()).rejects.toMatchObject({ code: 202, status: 503 });
    place.release();
    await expect(admission.enter()).resolves.toBeDefined();
  });

  it('counts a place that is given back twice once', async () => {
    const admission = new Admission(1, 0);
    const place = await admission.enter();
    place.release();
    place.release();
    await admission.enter();
    await expect(admission.enter()).rejects.toMatchObject({ code: 202 });
  });
});
