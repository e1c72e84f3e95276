import { Readable } from 'node:stream';

import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';

import { Roles } from '../../access/access.decorators.js';
import { FromCaller } from '../../context/caller.decorator.js';
import type { Caller } from '../../context/caller.decorator.js';
import { STREAMED_BODY_BYTES_MAX } from '../../http/limits.js';
import { StreamedBody } from '../../http/route-options.js';
import { ApiProblems } from '../../openapi/api-problems.decorator.js';
import { metadataOf } from '../metadata-of.js';
import { DirectoryImport } from './directory-import.js';

const LINES = 'application/x-ndjson';

/** The client went away in the middle of its request. */
class ImportBroken extends Error {
  override readonly name = 'ImportBroken';
  readonly code = 'ECONNRESET';
}

@ApiTags('directory')
@Controller('v1/directory')
export class ImportController {
  constructor(private readonly directory: DirectoryImport) {}

  @Post('import')
  @HttpCode(200)
  @Roles('operator')
  @StreamedBody([LINES], STREAMED_BODY_BYTES_MAX)
  @ApiOperation({
    summary: 'Add or change targets, recipients and versions in bulk',
    description:
      'Lines of JSON, `{"kind":"target","targetId":…}`, `{"kind":"recipient","recipientId":…}` or `{"kind":"version","version":…,"disabled":…}` in any order, with the fields of the single routes; at most 64 KiB a line and 64 MiB in all. The answer is lines of JSON too: `{"progress":{lines,accepted,rejected,ratePerSecond}}` about once a second, and at last `{"done":true,lines,accepted,rejected,position,errors:[{line,pointer,code,message}],errorsOmitted}`. A line that is not valid is rejected alone. `"done":false` comes with a `failure`: what was accepted until then is written, and the same file can be sent again.',
    operationId: 'importDirectory',
  })
  @ApiBody({ description: 'Lines of JSON.', schema: { type: 'string' } })
  @ApiOkResponse({
    description: 'Progress, then the result, as lines of JSON.',
    content: { [LINES]: { schema: { type: 'string' } } },
  })
  @ApiProblems('payload_too_large', 'unsupported_media_type')
  import(
    @Body() body: Readable,
    @FromCaller() caller: Caller,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Readable {
    // A body that breaks off just falls silent; its reader would wait for ever.
    request.raw.once('close', () => {
      if (!request.raw.complete) body.destroy(new ImportBroken());
    });
    void reply.header('content-type', LINES);
    return Readable.from(this.directory.run(body, metadataOf(caller)));
  }
}
