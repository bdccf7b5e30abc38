import { applyDecorators, HttpCode } from '@nestjs/common';
import { ApiResponse } from '@nestjs/swagger';
import type { z } from 'zod';

/** The status of a handler's answer, and its shape in the API's description. */
export const Returns = (status: 200 | 201, schema: z.ZodType) =>
  applyDecorators(
    HttpCode(status),
    ApiResponse({ status, description: 'Done', standardSchema: schema }),
  );

/** Done, with nothing to say. */
export const ReturnsNothing = () =>
  applyDecorators(HttpCode(204), ApiResponse({ status: 204, description: 'Done' }));
