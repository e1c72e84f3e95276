import type { Readable } from 'node:stream';

import { Body, Controller, Get, HttpCode, Post, Put, Query, Req, Res } from '@nestjs/common';
import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, IsOptional, ValidateNested } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { StoreUnavailable } from '../../../../src/application/ports/event-store.port.js';
import { refuse } from '../../../../src/domain/shared/decider.js';
import { Open, Roles } from '../../../../src/entrypoints/rest/access/access.decorators.js';
import { setEditVersion } from '../../../../src/entrypoints/rest/concurrency/etag.js';
import {
  ApiIfMatch,
  IfMatch,
} from '../../../../src/entrypoints/rest/concurrency/if-match.decorator.js';
import type { ExpectedEdit } from '../../../../src/entrypoints/rest/concurrency/if-match.decorator.js';
import { ReadsOwnWrites } from '../../../../src/entrypoints/rest/consistency/reads-own-writes.decorator.js';
import { FromCaller } from '../../../../src/entrypoints/rest/context/caller.decorator.js';
import type { Caller } from '../../../../src/entrypoints/rest/context/caller.decorator.js';
import { rawBodyOf } from '../../../../src/entrypoints/rest/http/body-parsers.js';
import {
  FormBody,
  KeepsRawBody,
  StreamedBody,
} from '../../../../src/entrypoints/rest/http/route-options.js';
import { Idempotent } from '../../../../src/entrypoints/rest/idempotency/idempotent.decorator.js';
import { ApiProblems } from '../../../../src/entrypoints/rest/openapi/api-problems.decorator.js';
import { decodeCursor } from '../../../../src/entrypoints/rest/paging/cursor.js';
import { pageOf } from '../../../../src/entrypoints/rest/paging/page.js';
import type { Page } from '../../../../src/entrypoints/rest/paging/page.js';
import { PageQuery } from '../../../../src/entrypoints/rest/paging/page.query.js';
import { orProblem } from '../../../../src/entrypoints/rest/problem/refused.js';
import {
  IsCount,
  IsId,
  IsInstant,
  IsLocaleTag,
  IsText,
  IsZone,
  QueryFlag,
  QueryList,
} from '../../../../src/entrypoints/rest/validation/fields.js';
import { IdParam } from '../../../../src/entrypoints/rest/validation/id.pipe.js';

class ProbePart {
  @ApiProperty()
  @IsInstant()
  readonly at!: string;
}

class ProbeRequest {
  @ApiProperty()
  @IsId()
  readonly id!: string;

  @ApiProperty()
  @IsOptional()
  @IsCount(0, 1_000)
  readonly count?: number;

  @ApiProperty()
  @IsOptional()
  @IsText({ max: 10 })
  readonly text?: string;

  @ApiProperty()
  @IsOptional()
  @IsText({ max: 10, lines: true })
  readonly body?: string;

  @ApiProperty()
  @IsOptional()
  @IsZone()
  readonly zone?: string;

  @ApiProperty()
  @IsOptional()
  @IsLocaleTag()
  readonly locale?: string;

  @ApiProperty({ type: [ProbePart] })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(3)
  @ValidateNested({ each: true })
  @Type(() => ProbePart)
  readonly parts?: ProbePart[];
}

class ProbeQuery extends PageQuery {
  @IsOptional()
  @QueryFlag()
  readonly open?: boolean;

  @QueryList()
  @IsId({ each: true })
  readonly type?: string[];
}

const ROWS = Array.from({ length: 5 }, (_, index) => ({ name: `row-${String(index)}` }));

/** What the gate of the slow route waits for; a test opens it. */
export class Gate {
  private readonly waiting: (() => void)[] = [];
  runs = 0;

  get held(): number {
    return this.waiting.length;
  }

  pass(): Promise<void> {
    this.runs += 1;
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  open(): void {
    for (const resolve of this.waiting.splice(0)) resolve();
  }
}

/** One route for every kind of behaviour that the HTTP shell promises. */
@Controller('v1/probes')
export class ProbeController {
  runs = 0;

  constructor(private readonly gate: Gate) {}

  @Get('admin')
  admin(): object {
    return { reached: 'admin' };
  }

  @Get('operator')
  @Roles('operator')
  operator(): object {
    return { reached: 'operator' };
  }

  @Get('viewer')
  @Roles('viewer')
  viewer(): object {
    return { reached: 'viewer' };
  }

  @Get('runner')
  @Roles('runner')
  runner(): object {
    return { reached: 'runner' };
  }

  @Get('open')
  @Open()
  open(): object {
    return { reached: 'open' };
  }

  @Get('caller')
  @Roles('viewer')
  caller(@FromCaller() caller: Caller): Caller {
    return caller;
  }

  @Get('pages')
  @Roles('viewer')
  pages(
    @Query() query: ProbeQuery,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Page<string> & { readonly query: ProbeQuery } {
    const scope = { list: 'probes', parts: ['string'] } as const;
    const after = query.cursor === undefined ? '' : String(decodeCursor(scope, query.cursor)[0]);
    const rows = ROWS.filter(({ name }) => name > after).slice(0, query.limit + 1);
    const page = pageOf(request, reply, {
      rows,
      limit: query.limit,
      scope,
      keyOf: ({ name }) => [name],
      itemOf: ({ name }) => name,
    });
    return { ...page, query };
  }

  @Get('fresh')
  @Roles('viewer')
  @ReadsOwnWrites()
  fresh(): object {
    return { fresh: true };
  }

  @Get('broken')
  @Roles('viewer')
  broken(): never {
    throw new TypeError('secret detail');
  }

  @Get('down')
  @Roles('viewer')
  down(): never {
    throw new StoreUnavailable('secret detail');
  }

  @Get('items/:id')
  @Roles('viewer')
  item(@IdParam('id') id: string, @Res({ passthrough: true }) reply: FastifyReply): object {
    setEditVersion(reply, 7);
    return { id };
  }

  @Put('items/:id')
  @Roles('operator')
  @ApiIfMatch()
  change(@IdParam('id') id: string, @IfMatch() expected: ExpectedEdit): object {
    if (expected !== '*' && expected !== 7) {
      orProblem(refuse('version_mismatch', 'it moved', { facts: { currentVersion: 7 } }));
    }
    return { id, expected };
  }

  @Post()
  @Roles('operator')
  @Idempotent()
  @ApiProblems('validation', 'target_busy')
  create(@Body() body: ProbeRequest, @FromCaller() { commandId }: Caller): object {
    this.runs += 1;
    if (body.id === 'busy')
      orProblem(refuse('target_busy', 'taken', { facts: { targets: ['x'] } }));
    if (body.id === 'down') throw new StoreUnavailable('away');
    return { id: body.id, commandId, run: this.runs };
  }

  @Post('slow')
  @Roles('operator')
  @Idempotent()
  async slow(@Res({ passthrough: true }) reply: FastifyReply): Promise<object> {
    await this.gate.pass();
    setEditVersion(reply, 1);
    return { run: this.gate.runs };
  }

  @Post('import')
  @HttpCode(200)
  @Roles('admin')
  @StreamedBody(['application/x-ndjson'], 2_000_000)
  async import(@Body() body: Readable): Promise<object> {
    let bytes = 0;
    for await (const chunk of body) bytes += (chunk as Buffer).length;
    return { bytes };
  }

  @Post('form')
  @HttpCode(200)
  @Open()
  @FormBody()
  form(@Body() body: Readonly<Record<string, string>>): object {
    return { ...body };
  }

  @Post('signed')
  @HttpCode(200)
  @Open()
  @KeepsRawBody()
  signed(@Req() request: FastifyRequest): object {
    return { raw: rawBodyOf(request).toString() };
  }
}
