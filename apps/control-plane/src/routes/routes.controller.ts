import { Body, Controller, Delete, Get, Inject, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { planAnswer } from '@tollgate/contracts';
import { BUS, type Bus } from '@tollgate/messaging';
import { DataSource } from 'typeorm';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import { routes, routeVersions } from '../database/tables.ts';
import {
  findPage,
  mapPage,
  type PageQuery,
  pageOf,
  pageQuery,
  type ProjectPageQuery,
  projectPageQuery,
} from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import { publishRoute } from './publish-route.ts';
import {
  type CreateRoute,
  createRouteBody,
  type PatchRoute,
  type PublishRoute,
  patchRouteBody,
  publishBody,
  routeVersionView,
  routeView,
  type SimulateRoute,
  showRoute,
  showVersion,
  simulateBody,
} from './route.schema.ts';
import { createRoute, deleteRoute, patchRoute } from './route-writes.ts';
import { simulateRoute } from './simulate-route.ts';

@ApiTags('routes')
@Controller('api/v1/routes')
export class RoutesController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
    @Inject(BUS) private readonly bus: Bus,
  ) {}

  @Get()
  @Returns(200, pageOf(routeView))
  async list(@Query({ schema: projectPageQuery }) query: ProjectPageQuery) {
    const where = given({ projectId: query.projectId });
    return mapPage(await findPage(this.dataSource.manager, routes, where, query), showRoute);
  }

  @Get(':routeId')
  @Returns(200, routeView)
  async get(@Param('routeId') id: string) {
    return showRoute(await requireRow(this.dataSource.manager, routes, 'route', id));
  }

  @Post()
  @Returns(201, routeView)
  async create(@Body({ schema: createRouteBody }) body: CreateRoute) {
    return showRoute(await this.changes.run((change) => createRoute(change, body)));
  }

  @Patch(':routeId')
  @Returns(200, routeView)
  async patch(@Param('routeId') id: string, @Body({ schema: patchRouteBody }) body: PatchRoute) {
    return showRoute(await this.changes.run((change) => patchRoute(change, id, body)));
  }

  @Delete(':routeId')
  @ReturnsNothing()
  async delete(@Param('routeId') id: string): Promise<void> {
    await this.changes.run((change) => deleteRoute(change, id));
  }

  @Post(':routeId/publish')
  @Returns(200, routeView)
  async publish(@Param('routeId') id: string, @Body({ schema: publishBody }) body: PublishRoute) {
    const version = body?.version;
    return showRoute(await this.changes.run((change) => publishRoute(change, id, version)));
  }

  @Get(':routeId/versions')
  @Returns(200, pageOf(routeVersionView))
  async versions(@Param('routeId') id: string, @Query({ schema: pageQuery }) query: PageQuery) {
    const { manager } = this.dataSource;
    const route = await requireRow(manager, routes, 'route', id);
    const page = await findPage(manager, routeVersions, { routeId: id }, query);
    return mapPage(page, (version) => showVersion(version, route));
  }

  @Post(':routeId/simulate')
  @Returns(200, planAnswer)
  async simulate(
    @Param('routeId') id: string,
    @Body({ schema: simulateBody }) body: SimulateRoute,
  ) {
    return simulateRoute(this.dataSource.manager, this.bus, id, body ?? {});
  }
}
