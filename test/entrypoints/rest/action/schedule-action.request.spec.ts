import { describe, expect, it } from '@jest/globals';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';

import { ScheduleActionRequest } from '../../../../src/entrypoints/rest/action/schedule-action.request.js';

const fieldsRefused = async (stages: unknown): Promise<readonly string[]> => {
  const request = plainToInstance(ScheduleActionRequest, {
    type: 'restart',
    targets: { ids: ['t1'] },
    runAt: '2030-05-01T22:00:00Z',
    stages,
  });
  return (await validate(request)).map(({ property }) => property);
};

describe('a request to schedule', () => {
  it('takes stages', async () => {
    expect(await fieldsRefused([{ percent: 10, after: 'PT0S' }])).toEqual([]);
  });

  it.each([[[[]]], [[[{ percent: 10, after: 'PT0S' }]]], [[null]], [['PT1H']], [[]], [{}]])(
    'refuses %j in the place of stages',
    async (stages) => {
      expect(await fieldsRefused(stages)).toEqual(['stages']);
    },
  );
});
