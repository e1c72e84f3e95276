import { validateSync } from 'class-validator';

import type { ImportRecord } from '../../../../application/directory/import-records.js';
import type { FieldError } from '../../../../domain/shared/decider.js';
import { parseJsonBody } from '../../http/json-body.js';
import { Refused } from '../../problem/refused.js';
import { fieldErrorsOf } from '../../validation/field-errors.js';
import { LINE_BYTES_MAX } from './import-limits.js';
import { RecipientLine, TargetLine, VersionLine } from './import-line.request.js';
import type { Line } from './lines-of.js';

export type LineRead =
  | { readonly ok: true; readonly record: ImportRecord }
  | { readonly ok: false; readonly errors: readonly FieldError[] };

const KINDS = { target: TargetLine, recipient: RecipientLine, version: VersionLine } as const;

/** Reads a line as strictly as a request body, and says what is wrong with it instead of throwing. */
export function recordOf({ bytes }: Line): LineRead {
  if (bytes === null) return wrong('too_long', `the line is over ${String(LINE_BYTES_MAX)} bytes`);
  try {
    return checked(parseJsonBody(bytes));
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    const { code, detail, more } = error;
    return { ok: false, errors: more.errors ?? [{ pointer: '', code, message: detail }] };
  }
}

function checked(value: unknown): LineRead {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return wrong('object', 'the line must be a JSON object');
  }
  const kind = 'kind' in value ? value.kind : undefined;
  if (kind !== 'target' && kind !== 'recipient' && kind !== 'version') {
    return wrong('kind', 'kind must be target, recipient or version', '/kind');
  }
  // The lines are flat, so that class-transformer would only cost time here.
  const line = Object.assign(new KINDS[kind](), value);
  const broken = validateSync(line, { whitelist: true, forbidNonWhitelisted: true });
  if (broken.length > 0) return { ok: false, errors: fieldErrorsOf(broken, 'body') };
  return { ok: true, record: recordFrom(line) };
}

function recordFrom(line: TargetLine | RecipientLine | VersionLine): ImportRecord {
  switch (line.kind) {
    case 'target': {
      const { kind, ...change } = line;
      return { kind, change };
    }
    case 'recipient': {
      const { kind, ...change } = line;
      return { kind, change };
    }
    case 'version':
      return { kind: line.kind, version: line.version, disabled: line.disabled ?? false };
  }
}

const wrong = (code: string, message: string, pointer = ''): LineRead => ({
  ok: false,
  errors: [{ pointer, code, message }],
});
