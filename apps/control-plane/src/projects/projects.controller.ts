import { Body, Controller, Delete, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { DataSource } from 'typeorm';
import { z } from 'zod';
import { ConfigChanges } from '../config-publishing/config-changes.ts';
import { given, requireRow } from '../database/rows.ts';
import { projects } from '../database/tables.ts';
import { findPage, mapPage, pageOf, pageQuery } from '../http/page.ts';
import { Returns, ReturnsNothing } from '../http/returns.ts';
import {
  type CreateProject,
  createProjectBody,
  type PatchProject,
  patchProjectBody,
  projectView,
  showProject,
} from './project.schema.ts';
import { createProject, deleteProject, patchProject } from './project-writes.ts';

const listQuery = pageQuery.extend({ organizationId: z.string().optional() });

@ApiTags('projects')
@Controller('api/v1/projects')
export class ProjectsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly changes: ConfigChanges,
  ) {}

  @Get()
  @Returns(200, pageOf(projectView))
  async list(@Query({ schema: listQuery }) query: z.infer<typeof listQuery>) {
    const where = given({ organizationId: query.organizationId });
    return mapPage(await findPage(this.dataSource.manager, projects, where, query), showProject);
  }

  @Get(':projectId')
  @Returns(200, projectView)
  async get(@Param('projectId') id: string) {
    return showProject(await requireRow(this.dataSource.manager, projects, 'project', id));
  }

  @Post()
  @Returns(201, projectView)
  async create(@Body({ schema: createProjectBody }) body: CreateProject) {
    return showProject(await this.changes.run((change) => createProject(change, body)));
  }

  @Patch(':projectId')
  @Returns(200, projectView)
  async patch(
    @Param('projectId') id: string,
    @Body({ schema: patchProjectBody }) body: PatchProject,
  ) {
    return showProject(await this.changes.run((change) => patchProject(change, id, body)));
  }

  @Delete(':projectId')
  @ReturnsNothing()
  async delete(@Param('projectId') id: string): Promise<void> {
    await this.changes.run((change) => deleteProject(change, id));
  }
}
