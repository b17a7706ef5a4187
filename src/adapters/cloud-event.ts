import type { RunEvent } from '../ports/event-publisher.ts';

/** Content type of an event in structured mode: all of it in the body. */
export const CLOUD_EVENT_TYPE = 'application/cloudevents+json; charset=utf-8';

/** An event as a CloudEvent 1.0 in JSON, byte for byte the same whenever it is sent. */
export function cloudEventBody(event: RunEvent): Buffer {
  return Buffer.from(JSON.stringify({ specversion: '1.0', ...event, datacontenttype: 'application/json' }));
}
