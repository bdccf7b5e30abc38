import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { Problem } from '../http/problem.ts';
import { AdminTokens } from './admin-tokens.ts';
import { OPEN_TO_ALL } from './open-to-all.ts';

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** Stands before every handler, however its path was spelled: no token, no entry, unless the handler is open to all. */
@Injectable()
export class AdminGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly tokens: AdminTokens,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(OPEN_TO_ALL, targets)) return true;
    const token = bearerToken(context.switchToHttp().getRequest<FastifyRequest>());
    if (token !== undefined && (await this.tokens.isValid(token))) return true;
    throw new Problem(
      401,
      'unauthenticated',
      'Send the admin token, once, as "Authorization: Bearer tg_admin_…".',
    );
  }
}

/** Node keeps the first of two Authorization headers and drops the second; a proxy may have judged the second. */
function bearerToken(request: FastifyRequest): string | undefined {
  const names = request.raw.rawHeaders.filter((_, index) => index % 2 === 0);
  if (names.filter((name) => name.toLowerCase() === 'authorization').length !== 1) return undefined;
  return BEARER.exec(request.headers.authorization ?? '')?.[1];
}
