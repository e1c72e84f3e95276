import { refuseField, Refused } from '../problem/refused.js';
import { isStorableText } from '../validation/storable-text.js';

/** Reads a form into an object without a prototype; a field that comes twice is refused. */
export function parseFormBody(bytes: Uint8Array): Readonly<Record<string, string>> {
  const fields = Object.create(null) as Record<string, string>;
  for (const [name, value] of new URLSearchParams(Buffer.from(bytes).toString('latin1'))) {
    if (Object.hasOwn(fields, name))
      throw refuseField(`/${name}`, 'repeated', 'a field comes twice');
    if (name === '__proto__' || !isStorableText(name) || !isStorableText(value)) {
      throw new Refused('malformed', 'the form holds something that is not text');
    }
    fields[name] = value;
  }
  return fields;
}
